"""`pseudogen check`: which files it reads, what it prints, how it ends."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import pseudogen
from tests.test_cli import ROOT, refused, run

SHUFFLED = """\
from torch.utils.data import DataLoader, DistributedSampler
sampler = DistributedSampler(train_set)
loader = DataLoader(train_set, batch_size=4, shuffle=True, sampler=sampler)
"""
BOTH = "sampler-and-shuffle"
NO_EPOCH = SHUFFLED.replace("shuffle=True, ", "") + (
    "for epoch in range(3):\n    for x in loader:\n        model(x).sum().backward()\n"
)
LINT = "sampler-without-set-epoch"


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "train.py"
    path.write_text(SHUFFLED)
    return path


def notebook(*cells: str) -> str:
    made = [{"cell_type": "code", "source": cell} for cell in cells]
    return json.dumps({"cells": made, "nbformat": 4, "metadata": {}})


def found(*arguments: str | Path) -> list[dict[str, Any]]:
    done = run("check", *arguments, "--format", "json")
    assert done.returncode in (0, 1), done.stderr
    printed = json.loads(done.stdout)
    jsonschema.validate(
        printed, json.loads((files("pseudogen") / "schemas/check.json").read_text())
    )
    return list(printed["pitfalls"])


def test_a_report_says_where_what_why_and_what_to_change(script: Path) -> None:
    done = run("check", "train.py", cwd=script.parent)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0] == f"train.py:3: error {BOTH}: A sampler and shuffle at once"
    assert any(line.startswith("    What to change. Leave `shuffle` out") for line in lines)
    assert lines[-1] == "1 error in 1 file."


def test_it_speaks_chinese(script: Path) -> None:
    done = run("check", "train.py", "--lang", "zh", cwd=script.parent)
    assert f"train.py:3: 错误 {BOTH}: " in done.stdout
    assert done.stdout.endswith("共检查 1 个文件，发现 1 个错误。\n")


def test_nothing_found_is_success(tmp_path: Path) -> None:
    (tmp_path / "fine.py").write_text("x = 1\n")
    done = run("check", "fine.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "No pitfalls in 1 file.\n")


@pytest.mark.parametrize(("severity", "status"), [("error", 0), ("warning", 1), ("note", 1)])
def test_severity_decides_the_exit_status_alone(severity: str, status: int, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(NO_EPOCH)
    done = run("check", "train.py", "--severity", severity, "--select", LINT, cwd=tmp_path)
    assert f"train.py:2: warning {LINT}" in done.stdout
    assert done.returncode == status


def test_select_and_ignore(script: Path) -> None:
    assert [one["id"] for one in found(script, "--select", f"{BOTH},{LINT}")] == [BOTH]
    assert found(script, "--ignore", BOTH) == []
    assert found(script, "--select", LINT) == []
    refused(run("check", script, "--ignore", "sampler-and-shufle"), BOTH)


def test_a_comment_silences(script: Path) -> None:
    script.write_text(SHUFFLED.rstrip() + f"  # pseudogen: ignore[{BOTH}]\n")
    assert found(script) == []


def test_folders_are_walked_and_what_is_not_theirs_is_left_out(tmp_path: Path) -> None:
    project = tmp_path / "project"
    inside = ("a.py", "deep/er/b.py", "c.ipynb")
    outside = (".hidden/a.py", "deep/.secret.py", "node_modules/a.py", "own_env/lib/a.py", "d.txt")
    for name in (*inside, *outside, "../elsewhere/a.py"):
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(notebook(SHUFFLED) if name.endswith(".ipynb") else SHUFFLED)
    (project / "own_env" / "pyvenv.cfg").touch()
    (project / "deep" / "__init__.py").touch()
    (project / "link.py").symlink_to(tmp_path / "elsewhere" / "a.py")
    (project / "linked").symlink_to(tmp_path / "elsewhere")
    names = [Path(one["file"]).relative_to(project).as_posix() for one in found(project)]
    assert names == ["a.py", "c.ipynb", "deep/er/b.py"]
    assert len(found(project, project / "a.py")) == 3


def test_a_notebook_is_told_by_cell_and_line(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(notebook("import torch\n", SHUFFLED))
    (one,) = found(path)
    assert (one["cell"], one["lines"]) == (2, [3, 3])
    assert "a.ipynb:cell 2:3: error" in run("check", path).stdout
    assert "a.ipynb:单元格 2:3: 错误" in run("check", path, "--lang", "zh").stdout
    github = run("check", "a.ipynb", "--format", "github", cwd=tmp_path).stdout
    assert github.startswith("::error file=a.ipynb,title=")
    assert "::a.ipynb:cell 2:3:%0A" in github


def test_annotations_are_escaped(tmp_path: Path) -> None:
    (tmp_path / "a,b%.py").write_text(SHUFFLED)
    done = run("check", ".", "--format", "github", cwd=tmp_path)
    (line,) = done.stdout.splitlines()
    properties, message = line.removeprefix("::error ").split("::")
    assert properties == (
        f"file=a%2Cb%25.py,line=3,endLine=3,title={BOTH}%3A A sampler and shuffle at once"
    )
    assert "%0AWhat to change. " in message
    assert run("check", ".", "--format", "github", "--ignore", BOTH, cwd=tmp_path).stdout == ""


def test_sarif_names_rules_places_and_levels(tmp_path: Path) -> None:
    (tmp_path / "a b.py").write_text(SHUFFLED)
    (tmp_path / "c.py").write_text(NO_EPOCH)
    done = run("check", ".", "--format", "sarif", "--select", f"{BOTH},{LINT}", cwd=tmp_path)
    log = json.loads(done.stdout)
    (made,) = log["runs"]
    rules = made["tool"]["driver"]["rules"]
    assert log["version"] == "2.1.0"
    assert [(rule["id"], rule["name"]) for rule in rules] == [
        (BOTH, "SamplerAndShuffle"),
        (LINT, "SamplerWithoutSetEpoch"),
    ]
    assert all(f"ignore[{rule['id']}]" in rule["help"]["text"] for rule in rules)
    for result in made["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert [
        (
            result["level"],
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            result["locations"][0]["physicalLocation"]["region"],
        )
        for result in made["results"]
    ] == [
        ("error", "a%20b.py", {"startLine": 3, "endLine": 3}),
        ("warning", "c.py", {"startLine": 2, "endLine": 2}),
    ]


def test_one_bad_file_does_not_hide_the_others(script: Path) -> None:
    (script.parent / "bad.py").write_bytes(b"\x7fELF\x00\x00\x00\x00")
    done = run("check", script.parent)
    assert done.returncode == 2
    assert BOTH in done.stdout
    assert done.stderr.startswith("pseudogen: ")
    assert done.stderr.count("\n") == 1


def test_a_blank_file_holds_no_pitfall(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").write_text("\n")
    done = run("check", tmp_path / "__init__.py")
    assert (done.returncode, done.stderr) == (0, "")


def test_what_can_not_be_read_is_refused(tmp_path: Path) -> None:
    refused(run("check", tmp_path), "no .py files")
    refused(run("check", tmp_path / "missing.py"), "missing.py")
    refused(run("check"), "PATH")


def test_standard_input_and_a_file_as_output(tmp_path: Path) -> None:
    output = tmp_path / "found.sarif"
    done = run("check", "-", "--output", output, stdin=SHUFFLED)
    assert (done.returncode, done.stdout) == (1, "")
    assert json.loads(output.read_text())["runs"][0]["results"][0]["ruleId"] == BOTH


def test_the_python_api_gives_the_same() -> None:
    (one,) = pseudogen.check(SHUFFLED)
    assert (one.id, one.severity, one.lines) == (BOTH, "error", (3, 3))
    assert pseudogen.check(SHUFFLED, ignore=[BOTH]) == ()
    with pytest.raises(pseudogen.InputError, match=BOTH):
        pseudogen.check(SHUFFLED, select=["sampler-and-shufle"])


def test_the_hook_runs_the_command() -> None:
    hook = (ROOT / ".pre-commit-hooks.yaml").read_text()
    assert "entry: pseudogen check\n" in hook
    assert "types_or: [python, jupyter]\n" in hook


LEFT = """\
import torch
from torch.utils.data import DataLoader, DistributedSampler
from engine import prepare
model = torch.nn.Linear(2, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
sampler = DistributedSampler(data)
loader = DataLoader(data, batch_size=4, sampler=sampler)
for epoch in range(3):
    prepare(model, optimizer, sampler)
    for x in loader:
        loss = model(x).sum()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        for x in val_loader:
            model(x)
"""
ABSENT = "sampler-without-set-epoch,gradients-never-cleared,no-return-to-train"


def test_what_another_file_may_do_is_not_missed(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(LEFT)
    assert len(found(script, "--select", ABSENT)) == 3  # "engine" is somebody else's
    (tmp_path / "engine.py").write_text("def prepare(model, optimizer, sampler): ...\n")
    assert found(script, "--select", ABSENT) == []
    script.write_text(LEFT.replace("(model, optimizer, sampler)", "()"))
    assert len(found(script, "--select", ABSENT)) == 3


def test_a_comment_that_silences_what_is_no_pitfall_is_told(script: Path) -> None:
    script.write_text(SHUFFLED.rstrip() + "  # pseudogen: ignore[sampler-and-shufle]\n")
    reports = {one["id"]: one for one in found(script)}
    assert set(reports) == {BOTH, "ignored-unknown"}
    assert reports["ignored-unknown"]["lines"] == [3, 3]
    assert BOTH in reports["ignored-unknown"]["change"]
