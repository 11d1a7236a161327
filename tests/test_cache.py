"""The cache: what is kept, for whom it holds, and that the program goes on without."""

from __future__ import annotations

import os
import pickle
import sqlite3
import subprocess
import sys
import zlib
from functools import partial
from pathlib import Path
from typing import Any

import platformdirs
import pytest

from pseudogen.cache import Cache, key_of
from pseudogen.cli.many import Ways, work_on
from pseudogen.document import Document, Heading, Pseudocode, PseudoLine, Span
from pseudogen.folders import cache_folder, own_folder
from pseudogen.projects import OwnModules
from pseudogen.reading import Source
from tests.test_cli import SNIPPET, run

DOCUMENT = Document((Heading(1, (Span("t", "code"),), lines=(1, 2)),), "en")
CODE = Pseudocode((PseudoLine((Span("x"),), 1, (3, 4), "seeding"),), (Span("c"),), "zh")


@pytest.mark.parametrize("value", [DOCUMENT, ("a.py", CODE), {"a": [1, (2, None)], "b": "文"}])
def test_what_is_kept_comes_back(tmp_path: Path, value: Any) -> None:
    Cache(tmp_path).put(b"key", value)
    assert Cache(tmp_path).get(b"key") == value
    assert Cache(tmp_path).get(b"other") is None


def test_keys_tell_inputs_and_questions_apart() -> None:
    keys = {key_of("a", b"b"), key_of("ab", b""), key_of("a", b"c"), key_of("b", b"b")}
    assert len(keys) == 4
    assert key_of("a", b"b") == key_of("a", b"b")


def worked(source: Source, *, log: str, lang: str = "en") -> str:
    """What a test asks of an input; each call leaves a line."""
    with Path(log).open("a") as file:
        file.write("called\n")
    return f"{lang} {source.text}"


def calls(path: Path) -> int:
    return path.read_text().count("\n") if path.exists() else 0


def test_an_unchanged_file_is_worked_on_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PSEUDOGEN_CACHE", str(tmp_path / "cache"))
    script, log = tmp_path / "a.py", tmp_path / "log"
    script.write_text("x = 1\n")

    def ask(lang: str = "en", no_cache: bool = False) -> list[Any]:
        work = partial(worked, log=str(log), lang=lang)
        return work_on([str(script)], False, "en", work, Ways(no_cache=no_cache)).made

    assert ask() == ask() == ["en x = 1\n"]
    assert calls(log) == 1
    assert ask("zh") == ["zh x = 1\n"]  # another question
    assert calls(log) == 2
    assert ask(no_cache=True) == ["en x = 1\n"]
    assert calls(log) == 3
    os.utime(script, (1, 1))  # another time, the same content
    ask()
    assert calls(log) == 3
    script.write_text("x = 2\n")
    assert ask() == ["en x = 2\n"]
    assert calls(log) == 4


def changing(source: Source, *, log: str) -> str:
    """What an input says that is changed while it is worked on."""
    assert source.path is not None
    source.path.write_text("x = 1234\n")
    return worked(source, log=log)


def test_a_file_that_changes_meanwhile_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PSEUDOGEN_CACHE", str(tmp_path / "cache"))
    script, log = tmp_path / "a.py", tmp_path / "log"
    for number in (1, 2):
        script.write_text("x = 1\n")
        work_on([str(script)], False, "en", partial(changing, log=str(log)), Ways())
        assert calls(log) == number


def looked(source: Source, *, log: str) -> bool:
    """A result that depends on another file of the project."""
    worked(source, log=log)
    assert source.path is not None
    return "helper" in OwnModules(source.path)


def test_a_result_holds_while_what_was_looked_at_is_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PSEUDOGEN_CACHE", str(tmp_path / "cache"))
    script, log = tmp_path / "project" / "a.py", tmp_path / "log"
    script.parent.mkdir()
    script.write_text("import helper\n")

    def ask() -> tuple[list[Any], int]:
        work = partial(looked, log=str(log))
        made = work_on([str(script)], False, "en", work, Ways()).made
        return made, calls(log)

    assert ask() == ask() == ([False], 1)
    (script.parent / "other.py").write_text("x = 1\n")  # which nobody asks for
    assert ask() == ([False], 1)
    helper = script.parent / "helper.py"
    helper.write_text("x = 1\n")
    assert ask() == ask() == ([True], 2)
    helper.write_text("x = 12\n")
    assert ask() == ([True], 3)
    helper.unlink()
    assert ask() == ask() == ([False], 4)


def test_the_same_name_in_another_folder_is_another_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PSEUDOGEN_CACHE", str(tmp_path / "cache"))
    log = tmp_path / "log"
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.py").write_text("import helper\n")
        monkeypatch.chdir(tmp_path / name)
        work_on(["a.py"], False, "en", partial(looked, log=str(log)), Ways())
    assert calls(log) == 2


def test_another_program_does_not_use_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from pseudogen import cache

    before = key_of("a", b"b")
    monkeypatch.setattr("pseudogen.__version__", "9")
    cache._program.cache_clear()
    after = key_of("a", b"b")
    monkeypatch.undo()
    cache._program.cache_clear()
    assert before != after


def test_a_changed_template_is_another_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pseudogen import cache

    (tmp_path / "en").mkdir()
    template = tmp_path / "en" / "language.jinja"
    template.write_text("a")
    monkeypatch.setattr(sys.modules["pseudogen.languages"], "template_root", lambda: tmp_path)
    cache._program.cache_clear()
    before = key_of("a", b"b")
    template.write_text("ab")
    cache._program.cache_clear()
    after = key_of("a", b"b")
    cache._program.cache_clear()
    assert before != after


def test_a_file_that_is_edited_in_its_place_is_another_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pseudogen import cache

    (tmp_path / "en").mkdir()
    template = tmp_path / "en" / "language.jinja"
    template.write_text("a")
    monkeypatch.setattr(sys.modules["pseudogen.languages"], "template_root", lambda: tmp_path)
    keys, folder = [], template.parent.stat()
    for number in (1, 2):
        with template.open("r+") as file:
            file.write(str(number))  # as many characters
        os.utime(template, ns=(number, number))
        cache._program.cache_clear()
        keys.append(key_of("a", b"b"))
    cache._program.cache_clear()
    assert template.parent.stat().st_mtime_ns == folder.st_mtime_ns
    assert keys[0] != keys[1]


def test_a_link_to_nothing_among_the_templates_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pseudogen import cache

    (tmp_path / ".#language.jinja").symlink_to("somebody@somewhere.1")  # as an editor leaves it
    monkeypatch.setattr(sys.modules["pseudogen.languages"], "template_root", lambda: tmp_path)
    cache._program.cache_clear()
    assert key_of("a", b"b")
    cache._program.cache_clear()


def test_the_oldest_go_when_it_is_too_large(tmp_path: Path) -> None:
    kept = Cache(tmp_path)
    for number in range(50):
        kept.put(bytes([number]), os.urandom(1000))
    kept.trim(20_000)
    count, size = kept.size()
    assert 10 <= count < 20
    assert size <= 20_000
    assert kept.get(bytes([49])) is not None
    assert kept.get(bytes([0])) is None
    kept.trim(20_000)
    assert kept.size()[0] == count


def test_a_damaged_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "results.sqlite").write_bytes(
        b"no database at all, but long enough to be read" * 99
    )
    broken = Cache(tmp_path)
    broken.put(b"key", "value")
    assert broken.get(b"key") is None
    mended = Cache(tmp_path)
    mended.put(b"key", "value")
    assert mended.get(b"key") == "value"


NOT_OURS = [
    b"",
    b"nonsense",
    zlib.compress(pickle.dumps(Path("/"))),
    zlib.compress(b"cpseudogen.document\njson\n."),  # what the module only imports
    zlib.compress(b"cpseudogen.document\nplain\n."),  # a function
]


@pytest.mark.parametrize("value", NOT_OURS)
def test_an_entry_that_is_not_ours_is_none(tmp_path: Path, value: bytes) -> None:
    Cache(tmp_path).put(b"key", "value")
    with sqlite3.connect(tmp_path / "results.sqlite") as database:
        database.execute("UPDATE results SET value = ?", (value,))
    assert Cache(tmp_path).get(b"key") is None


def test_an_entry_without_a_time_is_none(tmp_path: Path) -> None:
    Cache(tmp_path).put(b"key", "value")
    with sqlite3.connect(tmp_path / "results.sqlite") as database:
        database.execute("UPDATE results SET used = 'yesterday'")
    assert Cache(tmp_path).get(b"key") is None


def test_a_table_of_an_earlier_program_is_let_go(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "results.sqlite") as database:
        database.execute("CREATE TABLE results (key BLOB PRIMARY KEY, value BLOB)")
        database.execute("INSERT INTO results VALUES ('key', 'value')")
    kept = Cache(tmp_path)
    assert kept.size() == (0, 0)
    kept.put(b"key", "value")
    assert Cache(tmp_path).get(b"key") == "value"


def test_a_folder_that_cannot_be_used_is_no_fault(tmp_path: Path) -> None:
    occupied = tmp_path / "file"
    occupied.write_text("")
    done = run("explain", stdin="", PSEUDOGEN_CACHE=str(occupied))
    assert done.returncode == 2  # nothing to explain, and nothing else to say
    script = tmp_path / "a.py"
    script.write_text(SNIPPET)
    for folder in (occupied, occupied / "below", Path("/dev/null")):
        done = run("explain", script, PSEUDOGEN_CACHE=str(folder))
        assert (done.returncode, done.stderr) == (0, "")
        assert "batch_size" in done.stdout
    assert Cache(None).size() == (0, 0)


def test_a_locked_file_is_waited_for_and_then_left(tmp_path: Path) -> None:
    Cache(tmp_path).put(b"key", "value")
    holder = sqlite3.connect(tmp_path / "results.sqlite", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    assert Cache(tmp_path).get(b"key") is None
    holder.execute("COMMIT")
    holder.close()
    assert Cache(tmp_path).get(b"key") == "value"


def test_a_hit_needs_no_parser(tmp_path: Path) -> None:
    script = tmp_path / "a.py"
    script.write_text(SNIPPET)
    first = run("explain", script)
    code = (
        "import sys; sys.argv = ['pseudogen', 'explain', sys.argv[1]]\n"
        "from pseudogen.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "assert 'libcst' not in sys.modules"
    )
    second = subprocess.run(
        [sys.executable, "-c", code, str(script)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"LC_ALL": "C"},
    )
    assert second.stdout == first.stdout != ""


def test_commands_show_and_clear_it(tmp_path: Path) -> None:
    script = tmp_path / "a.py"
    script.write_text(SNIPPET)
    own = str(tmp_path / "own")
    run("explain", script, PSEUDOGEN_CACHE=own)
    run("pseudo", script, PSEUDOGEN_CACHE=own)
    assert run("cache", "info", PSEUDOGEN_CACHE=own).stdout.startswith(f"{own}: 2 (")
    assert run("cache", "clear", PSEUDOGEN_CACHE=own).returncode == 0
    assert run("cache", "info", PSEUDOGEN_CACHE=own).stdout.startswith(f"{own}: 0 (")


@pytest.mark.parametrize("command", ["info", "clear"])
def test_who_asks_for_a_cache_that_cannot_be_used_is_told(tmp_path: Path, command: str) -> None:
    Cache(tmp_path).put(b"key", "value")
    holder = sqlite3.connect(tmp_path / "results.sqlite", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    done = run("cache", command, PSEUDOGEN_CACHE=str(tmp_path))
    holder.execute("COMMIT")
    holder.close()
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{tmp_path}: the cache there can't be used (database is locked)" in done.stderr


def test_the_folder_is_that_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PSEUDOGEN_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("PSEUDOGEN_CACHE")
    found = cache_folder()
    assert found is None or (found.is_absolute() and "pseudogen" in str(found))
    assert found == platformdirs.user_cache_path("pseudogen", appauthor=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    assert cache_folder() == platformdirs.user_cache_path("pseudogen", appauthor=False)


@pytest.mark.skipif(sys.platform != "linux", reason="the folder comes from elsewhere there")
def test_a_user_without_a_home_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless(path: Path) -> Path:
        raise RuntimeError

    monkeypatch.delenv("PSEUDOGEN_CACHE", raising=False)
    monkeypatch.setattr(Path, "expanduser", homeless)
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    assert cache_folder() is None


def test_compiled_templates_are_kept_where_nobody_else_writes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PSEUDOGEN_CACHE", str(tmp_path / "own"))
    assert own_folder("templates") == tmp_path / "own" / "templates"
    run("explain", "-", stdin=SNIPPET, PSEUDOGEN_CACHE=str(tmp_path / "own"))
    kept = list((tmp_path / "own" / "templates").iterdir())
    assert kept
    run("explain", "-", "--format", "html", stdin=SNIPPET, PSEUDOGEN_CACHE=str(tmp_path / "own"))
    assert len(list((tmp_path / "own" / "templates").iterdir())) > len(kept)


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="who may write is told otherwise there")
def test_a_folder_into_which_others_write_is_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PSEUDOGEN_CACHE", str(tmp_path))
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates").chmod(0o777)
    assert own_folder("templates") is None
