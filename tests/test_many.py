"""Many inputs at once: the same output in the same order, whatever happens to one of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import click
import pytest

from pseudogen.cli import many, workers
from pseudogen.cli.many import Ways, work_on
from pseudogen.cli.workers import Died, side_by_side
from pseudogen.errors import InputError
from pseudogen.reading import Source
from tests.test_cli import ROOT, SNIPPET, run

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux shows them")
TWO = Ways(jobs=2, no_cache=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twenty scripts that differ, and each is worth a paragraph."""
    for number in range(20):
        name = tmp_path / f"train_{number:02}.py"
        name.write_text(f"batch_size = {number + 1}\nbatch_size = batch_size // world_size\n")
    return tmp_path


def files(folder: Path) -> list[str]:
    return sorted(str(path) for path in folder.glob("*.py"))


def worked(source: Source, *, bad: str = "", death: str = "", fault: str = "") -> Any:
    """What a test asks of each input."""
    name = Path(source.name).stem
    if name == bad:
        raise InputError("empty", file=source.name)
    if name == death:
        os.kill(os.getpid(), signal.SIGKILL)
    if name == fault:
        raise ZeroDivisionError("of a test")
    return name, os.getpid()


@pytest.mark.parametrize("command", ["explain", "pseudo"])
@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_processes_and_cache_change_nothing(folder: Path, command: str, form: str) -> None:
    arguments = [command, *files(folder), "--format", form]
    alone = run(*arguments, "--jobs", "1", "--no-cache")
    assert alone.returncode == 0, alone.stderr
    assert "batch_size" in alone.stdout
    for ways in (["--jobs", "3", "--no-cache"], [], ["--jobs", "2"]):
        done = run(*arguments, *ways)
        assert (done.returncode, done.stdout, done.stderr) == (0, alone.stdout, ""), ways


def test_several_processes_do_the_work(folder: Path) -> None:
    done = work_on(files(folder), False, "en", partial(worked), TWO)
    assert [name for name, _ in done.made] == [f"train_{n:02}" for n in range(20)]
    workers = {process for _, process in done.made}
    assert os.getpid() not in workers
    assert len(workers) <= 2


def test_a_few_files_need_no_processes(folder: Path) -> None:
    done = work_on(files(folder)[:5], False, "en", partial(worked), Ways(no_cache=True))
    assert {process for _, process in done.made} == {os.getpid()}


def test_a_pattern_that_the_shell_left_is_expanded(folder: Path) -> None:
    inner = folder / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "deep.py").write_text("x = 1\n")
    done = work_on([f"{folder}/**/*.py"], False, "en", partial(worked), TWO)
    assert {name for name, _ in done.made} == {"deep", *(f"train_{n:02}" for n in range(20))}


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_bad_file_is_told_and_the_others_are_kept(
    folder: Path, jobs: int, capsys: pytest.CaptureFixture[str]
) -> None:
    done = work_on(files(folder), False, "en", partial(worked, bad="train_07"), Ways(jobs, True))
    assert [name for name, _ in done.made] == [f"train_{n:02}" for n in range(20) if n != 7]
    assert done.status == 2
    said = capsys.readouterr().err
    assert "train_07.py" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_fault_in_one_file_is_told_and_the_others_are_kept(
    folder: Path, jobs: int, capsys: pytest.CaptureFixture[str]
) -> None:
    done = work_on(files(folder), False, "en", partial(worked, fault="train_19"), Ways(jobs, True))
    assert len(done.made) == 19
    assert done.status == 1
    assert "train_19.py: ZeroDivisionError of a test" in capsys.readouterr().err


@pytest.mark.parametrize("death", ["train_00", "train_11", "train_19"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_worker_that_dies_takes_down_its_file_alone(
    folder: Path, death: str, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    done = work_on(files(folder), False, lang, partial(worked, death=death), TWO)
    expected = [f"train_{n:02}" for n in range(20)]
    expected.remove(death)
    assert [name for name, _ in done.made] == expected
    assert done.status == 2
    said = capsys.readouterr().err
    assert f"{death}.py" in said
    assert "-9" in said
    assert said.count("\n") == 1


def test_when_every_worker_dies_the_run_ends() -> None:
    results = dict(side_by_side([str(n) for n in range(5)], _die, 2))
    assert results == dict.fromkeys(range(5), Died(-signal.SIGKILL))


def _die(_: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


IDLE = """
import multiprocessing, signal
from pseudogen.cli.workers import side_by_side
signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # as the command line has it
results = side_by_side([str(n) for n in range(4)], int, 1)
print(next(results))
for worker in multiprocessing.active_children():  # which waits for the next input
    worker.kill()
    worker.join()
print(*results)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGPIPE"), reason="a pipe ends no program there")
def test_a_worker_that_dies_while_it_waits_takes_down_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IDLE], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "(0, 0)\n(1, 1) (2, 2) (3, 3)\n"


@pytest.mark.parametrize("room", [0, 1])
def test_without_room_for_processes_the_work_is_done(
    room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Any] = []
    worker = workers._Worker

    def limited(*arguments: Any) -> Any:
        if len(started) == room:
            raise BlockingIOError("Resource temporarily unavailable")
        started.append(worker(*arguments))
        return started[-1]

    monkeypatch.setattr(workers, "_Worker", limited)
    assert sorted(side_by_side(["3", "4", "5"], int, 3)) == [(0, 3), (1, 4), (2, 5)]


def test_where_nothing_can_be_read_the_program_ends(tmp_path: Path) -> None:
    gone = [str(tmp_path / f"{n}.py") for n in range(14)]
    with pytest.raises(click.exceptions.Exit) as ended:
        work_on(gone, False, "en", partial(worked), TWO)
    assert ended.value.exit_code == 2


def test_one_bad_file_of_a_hundred(tmp_path: Path) -> None:
    for number in range(100):
        (tmp_path / f"n{number:03}.py").write_text(f"epochs = {number}\n")
    (tmp_path / "n050.py").write_bytes(b"PK\x03\x04\x00\x00")
    done = run("pseudo", *files(tmp_path), "--jobs", "2")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "n050.py" in done.stderr
    assert [int(line.split()[-1]) for line in done.stdout.splitlines() if line] == [
        number for number in range(100) if number != 50
    ]


@LINUX
def test_interrupted_keeps_what_is_done(folder: Path) -> None:
    slow = folder / "slow.py"
    slow.write_text("\n".join(f"a_{n} = f_{n}(x_{n}, y_{n}) + 1" for n in range(30_000)) + "\n")
    started = _started("pseudo", *files(folder)[1:], str(slow), "--jobs", "2", "--no-cache")
    time.sleep(0.2)
    while not _children(started.pid):
        assert started.poll() is None
        time.sleep(0.02)
    time.sleep(2)
    started.send_signal(signal.SIGINT)
    out, err = started.communicate(timeout=60)
    assert started.returncode == 130, err
    assert err == "pseudogen: interrupted (20/21)\n"
    assert out == run("pseudo", *files(folder)[1:], "--no-cache").stdout


@LINUX
def test_interrupted_leaves_no_part_of_a_file(folder: Path) -> None:
    slow = folder / "slow.py"
    slow.write_text("\n".join(f"a_{n} = f_{n}(x_{n}, y_{n}) + 1" for n in range(30_000)) + "\n")
    target = folder / "out.txt"
    target.write_text("before")
    started = _started(
        "pseudo", *files(folder), "--jobs", "2", "--no-cache", "--output", str(target)
    )
    while not _children(started.pid):
        assert started.poll() is None
        time.sleep(0.02)
    workers = _children(started.pid)
    started.send_signal(signal.SIGINT)
    _, err = started.communicate(timeout=60)
    assert started.returncode == 130
    assert err.strip() == "pseudogen: interrupted"
    assert target.read_text() == "before"
    assert not any(_lives(worker) for worker in workers)


@LINUX
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_ends_the_program_ends_its_workers_first(
    folder: Path, ending: signal.Signals
) -> None:
    (folder / "slow.py").write_text("x = f(1)\n" * 30_000)
    inherited = signal.signal(ending, signal.SIG_DFL)  # under nohup SIGHUP is ignored by all
    started = _started("pseudo", *files(folder), "--jobs", "2", "--no-cache")
    signal.signal(ending, inherited)
    while len(_children(started.pid)) < 2:
        assert started.poll() is None
        time.sleep(0.02)
    workers = _children(started.pid)
    started.send_signal(ending)
    out, err = started.communicate()
    assert (started.returncode, out, err) == (128 + ending, "", "")
    assert not any(_lives(worker) for worker in workers)


@LINUX
def test_workers_go_when_the_program_is_killed(folder: Path) -> None:
    (folder / "slow.py").write_text("x = f(1)\n" * 30_000)
    started = _started("pseudo", *files(folder), "--jobs", "3", "--no-cache")
    while len(_children(started.pid)) < 3:
        assert started.poll() is None
        time.sleep(0.02)
    workers = _children(started.pid)
    started.kill()
    started.communicate()
    until = time.monotonic() + 60
    while any(_lives(worker) for worker in workers):
        assert time.monotonic() < until
        time.sleep(0.1)


def _started(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "pseudogen", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "LC_ALL": "C"},
    )


def _lives(process: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False


def _children(process: int) -> list[int]:
    listed = Path(f"/proc/{process}/task/{process}/children")
    return [int(child) for child in listed.read_text().split()] if listed.exists() else []


def test_a_reader_that_goes_away_is_no_fault(folder: Path) -> None:
    command = f"{sys.executable} -m pseudogen pseudo {folder}/*.py --jobs 2 | head -n 1"
    done = subprocess.run(
        command,
        shell=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full disk here")
def test_a_full_disk_is_told_and_the_device_stays(folder: Path) -> None:
    done = run("explain", *files(folder), "--output", "/dev/full")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "/dev/full" in done.stderr
    assert Path("/dev/full").is_char_device()
    with Path("/dev/full").open("w") as full:
        printed = subprocess.run(
            [sys.executable, "-m", "pseudogen", "pseudo", *files(folder)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT), "LC_ALL": "C"},
            check=False,
        )
    assert printed.returncode == 2
    assert printed.stderr.count("\n") == 1


@pytest.mark.skipif(os.name != "posix", reason="a shell closes streams")
@pytest.mark.parametrize(
    ("command", "status", "said"),
    [
        ("pseudo {files} 2>&-", 0, ""),
        ("pseudo nothing.py 2>&-", 2, ""),
        ("pseudo {files} --output {folder}/out.txt >&-", 0, ""),
        ("pseudo {files} >&-", 2, "standard output can't be written"),
        ("explain {folder}/train_01.py >&-", 2, "standard output can't be written"),
        ("check {folder}/train_01.py >&-", 2, "standard output can't be written"),
        ("patterns >&-", 2, "standard output can't be written"),
        ("pseudo - <&-", 2, "<stdin>"),
    ],
)
def test_a_stream_that_is_closed_is_no_fault(
    folder: Path, command: str, status: int, said: str
) -> None:
    asked = command.format(files=f"{folder}/*.py", folder=folder)
    done = subprocess.run(
        f"{sys.executable} -m pseudogen {asked}",
        shell=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == status
    assert said in done.stderr
    assert done.stderr.count("\n") == (1 if said else 0)


def test_output_through_a_symbolic_link_keeps_the_link(tmp_path: Path) -> None:
    target, link = tmp_path / "real.md", tmp_path / "link.md"
    target.write_text("before")
    link.symlink_to(target)
    assert run("explain", "--output", link, stdin=SNIPPET).returncode == 0
    assert link.is_symlink()
    assert "batch_size" in target.read_text()


@LINUX
def test_a_bar_grows_on_a_terminal_and_goes_away(folder: Path) -> None:
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "pseudogen", "pseudo", *files(folder), "--no-cache"],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "80"},
    ):
        os.close(theirs)
        seen = b""
        try:
            while part := os.read(ours, 4096):
                seen += part
        except OSError:  # how a terminal ends on Linux
            pass
    os.close(ours)
    assert b"20/20" in seen
    assert seen.rstrip().endswith(b"\x1b[2K") or b"\x1b[2K" in seen.rpartition(b"20/20")[2]


def test_cores_are_counted() -> None:
    assert many._cores() >= 1
