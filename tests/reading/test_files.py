import os
import socket

import pytest

from pseudogen.errors import InputError
from pseudogen.reading import read_path


def refused(path, **facts):
    with pytest.raises(InputError) as caught:
        read_path(path)
    for name, value in facts.items():
        assert caught.value.facts[name] == value
    assert caught.value.file
    return caught.value.key


def test_a_script_is_read_as_it_is(tmp_path):
    path = tmp_path / "a.py"
    path.write_text("x = 1\n\ty\n", encoding="utf-8")
    source = read_path(path)
    assert source.text == "x = 1\n\ty\n"
    assert source.path == path
    assert source.remarks == ()
    assert source.place(2).line == 2


def test_a_folder_means_its_train_script(tmp_path):
    (tmp_path / "train.py").write_text("x = 1\n")
    source = read_path(tmp_path, name="project")
    assert (source.text, source.name) == ("x = 1\n", os.path.join("project", "train.py"))  # noqa: PTH118


def test_a_folder_without_one_names_what_it_has(tmp_path):
    assert refused(tmp_path, scripts="") == "no-train-script"
    for name in "bacdefg":
        (tmp_path / f"{name}.py").write_text("x = 1\n")
    assert refused(tmp_path, scripts="a.py, b.py, c.py, d.py, e.py, …") == "no-train-script"


def test_special_files_are_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert refused(tmp_path / "pipe", kind="pipe") == "not-a-file"
    assert refused(tmp_path.__class__("/dev/null"), kind="device") == "not-a-file"
    (tmp_path / "link.py").symlink_to(tmp_path / "pipe")
    assert refused(tmp_path / "link.py", kind="pipe") == "not-a-file"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        assert refused(tmp_path / "s", kind="socket") == "not-a-file"


def test_paths_that_lead_nowhere(tmp_path):
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert refused(tmp_path / "a") == "symlink-loop"
    assert refused(tmp_path / "none.py") == "not-found"
    assert refused(tmp_path / ("x" * 5_000)) == "not-found"
    assert refused(tmp_path / "nul\0.py") == "not-found"
    (tmp_path / "f.py").write_text("x")
    assert refused(tmp_path / "f.py" / "g.py") == "not-found"


def test_files_that_hold_no_code(tmp_path):
    path = tmp_path / "f.py"
    path.write_bytes(b"")
    assert refused(path) == "empty"
    path.write_bytes(b" \n\t\r\n")
    assert refused(path) == "empty"
    path.write_bytes(b"PK\x03\x04\0\0\0")
    assert refused(path, offset=4) == "binary"
    with path.open("wb") as file:
        file.truncate(20_000_001)
    assert refused(path, megabytes=20) == "too-large"
