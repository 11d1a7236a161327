"""What the project's own functions do is told where the script calls them."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import pseudogen
from tests.test_cli import run

SCRIPT = """\
import torch
from lib.data import make_loader
from lib.engine import Runner, train_one_epoch
{filler}

def main(model, optimizer, train_set):
    loader = make_loader(train_set)
    runner = Runner(model)
    for epoch in range(10):
        train_one_epoch(model, loader, optimizer)


main(net, opt, data)
""".format(filler="# a long script\n" * 60)
CALL = SCRIPT[: SCRIPT.index("        train_one")].count("\n") + 1
DATA = """\
from torch.utils.data import DataLoader


def make_loader(train_set):
    return DataLoader(train_set, batch_size=8, shuffle=True)
"""
ENGINE = """\
import torch
from lib.helpers import clip


class Runner:
    def __init__(self, model):
        self.ema = torch.optim.swa_utils.AveragedModel(model)


def train_one_epoch(model, loader, optimizer):
    for x, y in loader:
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x), y)
        loss.backward()
        clip(model)
        optimizer.step()
"""
HELPERS = """\
import torch


def clip(model):
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "lib").mkdir()
    (tmp_path / "pyproject.toml").touch()
    texts = {"data": DATA, "engine": ENGINE, "helpers": HELPERS}
    for name, text in texts.items():
        (tmp_path / "lib" / f"{name}.py").write_text(text)
    (tmp_path / "train.py").write_text(SCRIPT)
    return tmp_path


def explained(project: Path, lang: str = "en", **options: Any) -> str:
    path = project / "train.py"
    return pseudogen.explain(path.read_text(), path=path, lang=lang, format="text", **options)


def test_each_function_stands_in_the_stage_of_its_call(project: Path) -> None:
    text = explained(project)
    training = text[text.index("Step by step") :].partition("Training loop")[2]
    assert f"`train_one_epoch` in lib/engine.py, lines 10–16 (called on line {CALL})" in training
    assert "(lib/engine.py, line 14)" in training
    assert f"by way of train_one_epoch on line {CALL}" in " ".join(training.split())
    assert "`Runner` in lib/engine.py, lines 6–7" in text


def test_a_loop_names_the_function_of_another_file_that_trains(project: Path) -> None:
    said = "`train_one_epoch` (lib/engine.py:10) does the training of one."
    assert said in " ".join(explained(project).split())
    assert "每轮的训练由 `train_one_epoch`（lib/engine.py:10）完成" in "".join(
        explained(project, "zh").splitlines()
    )


def test_at_a_glance_an_optimizer_is_told_by_what_its_helper_makes(project: Path) -> None:
    (project / "lib" / "optim.py").write_text(
        "import torch\n\ndef make_optimizer(model):\n"
        "    if model.small:\n        return torch.optim.SGD(model.parameters(), lr=0.1)\n"
        "    return torch.optim.AdamW(model.parameters(), lr=0.1)\n"
    )
    code = SCRIPT.replace("    runner =", "    optimizer = make_optimizer(model)\n    runner =")
    (project / "train.py").write_text("from lib.optim import make_optimizer\n" + code)
    text = " ".join(explained(project).split())
    assert "with `SGD` or `AdamW`" in text
    assert "`SGD` or `AdamW`, learning rate `0.1`" in text
    assert "`SGD` 或 `AdamW`，学习率 `0.1`" in " ".join(explained(project, "zh").split())


def test_a_resumption_in_another_file_is_told_as_one(project: Path) -> None:
    (project / "lib" / "state.py").write_text(
        "import torch\n\ndef go_on(path, model, optimizer):\n"
        "    saved = torch.load(path)\n"
        "    missing = model.load_state_dict(saved['model'], strict=False)\n"
        "    if 'optimizer' in saved:\n"
        "        optimizer.load_state_dict(saved['optimizer'])\n"
        "    return saved['epoch']\n"
    )
    code = SCRIPT.replace("    runner =", "    go_on(path, model, optimizer)\n    runner =")
    (project / "train.py").write_text("from lib.state import go_on\n" + code)
    text = explained(project)
    assert "Going on from a checkpoint (lib/state.py, lines 4–7)" in text
    said = " ".join(text.split())
    assert "- `model` gets back its state, saved under `'model'` (line 5)." in said
    assert "If `'optimizer' in saved`: `optimizer` gets back its state" in said


def test_the_table_and_the_way_name_the_file(project: Path) -> None:
    text = explained(project, detail="brief")
    assert "lib/engine.py:13" in text
    assert "clipped" in text
    assert "calls `make_loader` (lib/data.py:4)" in " ".join(explained(project).split())


def test_it_is_told_in_chinese(project: Path) -> None:
    text = explained(project, "zh")
    assert f"lib/engine.py 第 10–16 行的 `train_one_epoch`（第 {CALL} 行调用）" in text
    assert "lib/engine.py 第 14 行" in text


def test_the_findings_in_json_have_their_file(project: Path) -> None:
    path = project / "train.py"
    made = json.loads(pseudogen.explain(SCRIPT, path=path, format="json"))
    schema = json.loads((files("pseudogen") / "schemas/explain.json").read_text())
    jsonschema.validate(made, schema)
    (step,) = (one for one in made["findings"] if one["pattern"] == "training-step")
    assert (step["file"], step["function"]) == ("lib/engine.py", "train_one_epoch")
    assert (step["anchor"], step["called"]) == (14, CALL)
    training = next(stage for stage in made["stages"] if stage["kind"] == "training")
    assert made["findings"].index(step) in training["findings"]
    assert "file" not in made["findings"][0]


def test_without_following_the_script_stands_alone(project: Path) -> None:
    alone = explained(project, follow=False)
    assert "lib/" not in alone
    assert alone == pseudogen.explain(
        SCRIPT, path=project / "train.py", format="text", follow=False
    )
    done = run("explain", "train.py", "--no-follow", "--format", "text", cwd=project)
    assert "lib/" not in done.stdout
    assert "lib/engine.py" in run("explain", "train.py", "--format", "text", cwd=project).stdout


def test_a_part_has_what_it_calls(project: Path) -> None:
    text = explained(project, lines=(CALL, CALL))
    assert "lib/engine.py" in text
    assert "lib/data.py" not in text


def test_what_was_not_read_is_said(project: Path) -> None:
    (project / "lib" / "data.py").write_text("def make_loader(:::\n")
    (project / "lib" / "helpers.py").write_text("x = 1\n" * 200_000)
    text = explained(project)
    assert "not followed (no Python that can be read): lib/data.py" in text
    assert "not followed (larger than 1 MB): lib/helpers.py" in text
    assert "未跟进（超过 1 MB）：lib/helpers.py" in explained(project, "zh")
    made = json.loads(pseudogen.explain(SCRIPT, path=project / "train.py", format="json"))
    assert {"file": "lib/data.py", "reason": "broken"} in made["not_read"]


def test_a_kept_result_is_not_used_after_the_project_has_changed(project: Path) -> None:
    where = {"PSEUDOGEN_CACHE": str(project / "cache")}
    arguments = ("explain", "train.py", "--format", "text")
    first = run(*arguments, cwd=project, **where).stdout
    assert run(*arguments, cwd=project, **where).stdout == first
    (project / "lib" / "engine.py").write_text(ENGINE.replace("cross_entropy", "nll_loss"))
    changed = run(*arguments, cwd=project, **where).stdout
    assert "nll_loss" in changed
    assert "nll_loss" not in first
    (project / "lib" / "engine.py").unlink()
    assert "nll_loss" not in run(*arguments, cwd=project, **where).stdout


def test_the_same_every_time(project: Path) -> None:
    assert explained(project) == explained(project)


UNCLEARED = ENGINE.replace("        optimizer.zero_grad()\n", "")
BACKWARD = UNCLEARED.splitlines().index("        loss.backward()") + 1


def test_pitfalls_of_what_is_called_are_told_with_their_file(project: Path) -> None:
    (project / "lib" / "engine.py").write_text(UNCLEARED)
    text = explained(project)
    watch_out = " ".join(text[text.index("\nWatch out\n") :].split())
    assert f"Gradients are never cleared (warning, lib/engine.py:{BACKWARD})" in watch_out
    assert "in functions of other files of the project that this script calls" in watch_out
    assert f"（警告，lib/engine.py:{BACKWARD}）" in explained(project, "zh")
    assert "never cleared" not in explained(project, follow=False)


def test_pitfalls_of_what_is_called_have_their_file_in_json(project: Path) -> None:
    (project / "lib" / "engine.py").write_text(UNCLEARED)
    made = json.loads(pseudogen.explain(SCRIPT, path=project / "train.py", format="json"))
    schema = json.loads((files("pseudogen") / "schemas/explain.json").read_text())
    jsonschema.validate(made, schema)
    (found,) = made["pitfalls"]
    assert (found["id"], found["file"]) == ("gradients-never-cleared", "lib/engine.py")
    assert (found["function"], found["called"]) == ("train_one_epoch", CALL)
    assert found["lines"][0] == BACKWARD


def test_pitfalls_outside_of_what_is_called_are_not_told(project: Path) -> None:
    other = UNCLEARED[UNCLEARED.index("def train") :].replace("train_one", "other")
    (project / "lib" / "engine.py").write_text(f"{ENGINE}\n\n{other}")
    assert "never cleared" not in explained(project)
    assert "never cleared" not in explained(project, lines=(1, CALL - 1))


def test_functions_that_do_one_thing_alike_are_a_list(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    names = ("small", "middle", "large")
    makers = "".join(f"def {n}():\n    return Net({d})\n\n" for d, n in enumerate(names))
    (tmp_path / "nets.py").write_text(
        f"import torch\n\nclass Net(torch.nn.Module):\n    pass\n\n{makers}"
    )
    choices = "".join(f"    if size == {n!r}:\n        return {n}()\n" for n in names)
    (tmp_path / "choice.py").write_text(
        f"from nets import {', '.join(names)}\n\ndef get_network(size):\n{choices}"
    )
    path = tmp_path / "train.py"
    path.write_text("from choice import get_network\n\nmodel = get_network(size)\n" + "#\n" * 60)
    text = pseudogen.explain(path.read_text(), path=path)
    listed = [line for line in text.splitlines() if "nets.py:" in line and line.startswith("- ")]
    assert [line.split("`")[1] for line in listed] == list(names)
    assert all("Net(" in line for line in listed)


def test_many_places_are_counted() -> None:
    branches = "".join(f"if kind == {n}:\n    model = Net{n}()\n" for n in range(14))
    assert "lines 2–28, 14 places" in pseudogen.explain(branches)
    assert "第 2–28 行，共 14 处" in pseudogen.explain(branches, lang="zh")


def test_what_lightning_will_call_of_a_module_is_followed(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "task.py").write_text(
        "import torch\nimport pytorch_lightning as pl\n\n\n"
        "class Task(pl.LightningModule):\n"
        "    def __init__(self, net):\n"
        "        super().__init__()\n"
        "        self.net = net\n\n"
        "    def training_step(self, batch, number):\n"
        "        x, y = batch\n"
        "        return torch.nn.functional.mse_loss(self.net(x), y)\n\n"
        "    def configure_optimizers(self):\n"
        "        return torch.optim.Adam(self.net.parameters(), lr=0.01)\n"
    )
    script = tmp_path / "train.py"
    script.write_text(
        "import pytorch_lightning as pl\nfrom task import Task\n\n"
        "task = Task(net)\npl.Trainer(max_epochs=3).fit(task, loader)\n" + "\n# more\n" * 60
    )
    result = run("explain", "--no-cache", "--format", "markdown", str(script))
    assert "with `Adam`" in result.stdout
    assert "by way of `Task` on line 4" in result.stdout


def test_the_parts_of_a_model_of_another_file_are_told(tmp_path: Path) -> None:
    nets = (
        "from torch import nn\n\n\nclass Net(nn.Module):\n    def __init__(self, width):\n"
        "        super().__init__()\n        self.stem = nn.Conv2d(3, width, 3)\n"
    )
    (tmp_path / "nets.py").write_text(nets, encoding="utf-8")
    script = "from nets import Net\nmodel = Net(8)\nmodel.train()\n"
    path = tmp_path / "train.py"
    path.write_text(script, encoding="utf-8")
    told = pseudogen.explain(script, path=path)
    assert (
        "Its class (nets.py, lines 4–7) gives it the part `stem = nn.Conv2d(3, width, 3)`." in told
    )
    assert "Its class" not in pseudogen.explain(script, path=path, follow=False)
    assert "它的类（nets.py 第 4–7 行）定义了" in pseudogen.explain(script, path=path, lang="zh")
