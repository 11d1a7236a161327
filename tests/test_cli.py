"""The command line as a user meets it: a process, its output, its exit status."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pseudogen.settings_file import default_map

ROOT = Path(__file__).parent.parent
SNIPPET = "if distributed: batch_size = batch_size // ngpus_per_node\n"


def run(
    *arguments: str | Path,
    stdin: str | bytes = "",
    cwd: Path | None = None,
    **environment: str,
) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PSEUDOGEN", "LC_", "LANG"))}
    data = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(
        [sys.executable, "-m", "pseudogen", *map(str, arguments)],
        input=data,
        capture_output=True,
        cwd=cwd or ROOT,
        env=clean
        | {"PYTHONPATH": str(ROOT), "PSEUDOGEN_CACHE": os.environ["PSEUDOGEN_CACHE"]}
        | environment,
        check=False,
        timeout=120,
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


def refused(done: subprocess.CompletedProcess[str], *expected: str) -> None:
    """Exit status 2, nothing on standard output, one line on standard error."""
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert done.stderr.startswith("pseudogen: ")
    assert done.stderr.count("\n") == 1, done.stderr
    for text in expected:
        assert text in done.stderr


def test_numbers_are_set() -> None:
    numbers = ("--set", "ngpus_per_node=8", "--set", "batch_size=256")
    done = run("explain", "-", "--format", "text", *numbers, stdin=SNIPPET)
    assert done.returncode == 0, done.stderr
    assert "With `batch_size = 256` and 8 processes: 32 samples a process" in done.stdout


@pytest.mark.parametrize("wrong", ["ngpus_per_node", "=3", "a b=3", "n=many", "n=inf", "n="])
def test_what_sets_no_number_is_refused(wrong: str) -> None:
    refused(run("explain", "-", "--set", wrong, stdin=SNIPPET), "--set")


@pytest.mark.parametrize("command", ["explain", "pseudo"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_standard_input(command: str, lang: str) -> None:
    done = run(command, "-", "--lang", lang, stdin=SNIPPET)
    assert done.returncode == 0, done.stderr
    assert "batch_size" in done.stdout
    assert ("批大小" if lang == "zh" else "atch") in done.stdout or command == "pseudo"


def test_a_file_and_a_folder_give_the_same(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(SNIPPET)
    assert run("explain", script).stdout == run("explain", tmp_path).stdout != ""


def test_the_locale_chooses_the_language() -> None:
    assert "批大小" in run("explain", stdin=SNIPPET, LANG="zh_CN.UTF-8").stdout
    assert "批大小" not in run("explain", stdin=SNIPPET, LANG="de_DE.UTF-8").stdout


def test_environment_and_settings_file_give_defaults(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.pseudogen]\nlang = "zh"\n')
    assert "批大小" in run("explain", stdin=SNIPPET, cwd=tmp_path).stdout
    overruled = run("explain", stdin=SNIPPET, cwd=tmp_path, PSEUDOGEN_LANG="en")
    assert "批大小" not in overruled.stdout
    asked = run("explain", "--lang", "zh", stdin=SNIPPET, PSEUDOGEN_LANG="en")
    assert "批大小" in asked.stdout


@pytest.mark.parametrize(
    "written",
    [
        '[tool]\npseudogen.lang = "zh"\n',
        '[ tool . "pseudogen" ]\nlang = "zh"\n',
        'tool.pseudogen = { lang = "zh" }\n',
        'tool = { pseudogen = { lang = "zh" } }\n',
    ],
)
def test_settings_are_found_however_they_are_written(tmp_path: Path, written: str) -> None:
    (tmp_path / "pyproject.toml").write_text(written)
    assert default_map(tmp_path)["explain"]["lang"] == "zh"


def test_a_file_that_only_names_the_program_holds_no_settings(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["pseudogen"]\n')
    assert default_map(tmp_path)["explain"] == {}


def test_json_of_one_file_is_an_object_and_of_several_an_array(tmp_path: Path) -> None:
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    one.write_text(SNIPPET)
    two.write_text("x = 1\n")
    single = json.loads(run("explain", one, "--format", "json").stdout)
    assert single["findings"][0]["pattern"] == "batch-division"
    assert single["findings"][0]["lines"] == [1, 1]
    both = json.loads(run("explain", one, two, "--format", "json").stdout)
    assert [entry["file"] for entry in both] == [str(one), str(two)]


def test_function_and_lines_choose_a_part(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(
        "def split(bs, world_size):\n    bs //= world_size\n\n\ndef other():\n    pass\n"
    )
    assert "bs" in run("explain", script, "--function", "split").stdout
    assert "`bs" not in run("explain", script, "--function", "other").stdout
    assert "`bs" not in run("explain", script, "--lines", "5-6").stdout


def test_output_is_written_whole_and_format_follows_its_name(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    done = run("explain", "--output", target, stdin=SNIPPET)
    assert (done.returncode, done.stdout) == (0, "")
    assert json.loads(target.read_text())["schema"] == 1
    assert [p.name for p in tmp_path.iterdir()] == ["out.json"]


def test_a_page_is_compiled(tmp_path: Path) -> None:
    pytest.importorskip("typst")
    page = tmp_path / "page.pdf"
    done = run("pseudo", "--lang", "zh", "--output", page, stdin=SNIPPET)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert page.read_bytes().startswith(b"%PDF")
    refused(run("pseudo", "--format", "latex", "--output", page, stdin=SNIPPET), "typst")


def test_a_page_needs_its_package(tmp_path: Path) -> None:
    (tmp_path / "typst.py").write_text("raise ImportError")
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    page = tmp_path / "page.pdf"
    refused(run("pseudo", "--output", page, stdin=SNIPPET, PYTHONPATH=path), "pseudogen[pdf]")
    assert not page.exists()


def test_what_no_format_fits_is_refused(tmp_path: Path) -> None:
    for name in ("page.pdf", "page.tex"):
        refused(run("explain", "--output", tmp_path / name, stdin=SNIPPET), "--format")


def test_what_was_written_stays_when_writing_fails(tmp_path: Path) -> None:
    folder = tmp_path / "gone" / "out.md"
    refused(run("explain", "--output", folder, stdin=SNIPPET), str(folder))


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    good = tmp_path / "good.py"
    good.write_text(SNIPPET)
    done = run("explain", tmp_path / "missing.py", good)
    assert done.returncode == 2
    assert "batch_size" in done.stdout
    assert done.stderr.count("\n") == 1


def test_missing_file(tmp_path: Path) -> None:
    refused(run("explain", tmp_path / "no.py"), str(tmp_path / "no.py"))


def test_folder_without_train(tmp_path: Path) -> None:
    refused(run("explain", tmp_path), "train.py")


def test_empty_file(tmp_path: Path) -> None:
    empty = tmp_path / "empty.py"
    empty.write_text("")
    refused(run("explain", empty), str(empty))


def test_binary_file(tmp_path: Path) -> None:
    binary = tmp_path / "weights.pt"
    binary.write_bytes(b"PK\x03\x04\x00\x00\x08\x08\x00\x00")
    refused(run("explain", binary), str(binary))


def test_syntax_error_names_file_line_column_and_shows_the_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("x = 1\ny = = 2\nfor i in range(3):\n    print(i)\n")
    done = run("explain", broken)
    assert done.returncode == 2
    assert f"{broken}:2" in done.stderr
    assert "y = = 2" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("explain", "--lang", "tlh"),
        ("explain", "--format", "pdf"),
        ("pseudo", "--detail", "brief"),
        ("explain", "--lines", "ten"),
        ("explain", "--no-such-option"),
        ("explian",),
    ],
)
def test_usage_errors_are_one_line(arguments: tuple[str, ...]) -> None:
    refused(run(*arguments, stdin=SNIPPET), "--help")


def test_unknown_function_and_lines() -> None:
    refused(run("explain", "--function", "nope", stdin=SNIPPET), "nope")
    refused(run("explain", "--lines", "50-60", stdin=SNIPPET), "50")


def test_unknown_pattern_names_a_near_one() -> None:
    refused(run("patterns", "batch-divison"), "batch-division")
    refused(run("patterns", "--lang=zh", "batch-divison"), "没有名为 `batch-divison` 的模式")


def test_settings_file_with_an_unknown_option(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.pseudogen]\ncolour = "red"\n')
    refused(run("explain", stdin=SNIPPET, cwd=tmp_path), "colour", "pyproject.toml")


def test_patterns_lists_the_vocabulary_and_explains_one() -> None:
    listed = run("patterns")
    assert "batch-division" in listed.stdout
    one = run("patterns", "batch-division", "--lang", "zh")
    assert "批大小拆分" in one.stdout


def test_help_and_version_import_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['pseudogen', {option!r}]\n"
        "from pseudogen.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {{'libcst', 'jinja2', 'rich', 'pygments'}} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    for option in ("--help", "--version"):
        subprocess.run(
            [sys.executable, "-c", code.format(option=option)],
            check=True,
            capture_output=True,
            cwd=ROOT,
        )


@pytest.mark.parametrize("command", ["explain", "pseudo", "check", "patterns"])
def test_help_has_an_example(command: str) -> None:
    assert f"Example: pseudogen {command} " in run(command, "--help").stdout


@pytest.mark.skipif(os.name != "posix", reason="signals and pipes of POSIX")
def test_closed_pipe_is_silent(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(SNIPPET * 200)
    command = f"{sys.executable} -m pseudogen pseudo {script} --detail full | head -n 1"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_disk_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "pseudogen", "patterns"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_ctrl_c_is_one_line() -> None:
    waiting = subprocess.Popen(
        [sys.executable, "-m", "pseudogen", "explain", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    for _ in range(100):
        stat = Path(f"/proc/{waiting.pid}/wchan")
        if not stat.exists() or "pipe" in stat.read_text():
            break
        time.sleep(0.05)
    time.sleep(0.5)
    waiting.send_signal(signal.SIGINT)
    _, said = waiting.communicate(timeout=30)
    assert waiting.returncode == 130
    assert said.strip() == "pseudogen: interrupted"
