"""What the table at a glance and the settings say of what is off by default, how often things are
done, what the author says the script is for, and where settings act."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import pseudogen

OPTIONS = """import argparse
import torch
from torch import nn
parser = argparse.ArgumentParser(description="{purpose}")
parser.add_argument("--grad-clip", type=float, default={clip})
parser.add_argument("--accum", type=int, default={accum})
parser.add_argument("--save-steps", type=int, default=500)
parser.add_argument("--amp", action="store_true")
parser.add_argument("--out", dest="folder", default="")
parser.add_argument("--width", type=int, default=64)
args = parser.parse_args()
model = make_model(args)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loss_fn = nn.CrossEntropyLoss()
step = 0
for epoch in range(10):
    for x, y in train_loader:
        with torch.autocast("cuda", enabled=args.amp):
            loss = loss_fn(model(x), y) / args.accum
        loss.backward()
        if (step + 1) % args.accum == 0:
            if args.grad_clip:
                nn.utils.clip_grad_norm_(model.parameters(), args.grad_clip)
            optimizer.step()
            optimizer.zero_grad()
        step += 1
        if args.folder and step % args.save_steps == 0:
            torch.save(model.state_dict(), args.folder)
    if epoch % 5 == 0 or epoch == 9:
        evaluate(model, val_loader)
"""


def rows(code: str, lang: str = "en") -> dict[str, str]:
    """The rows of the table at a glance: what -> how."""
    said = pseudogen.explain(code + "\n" * 60, lang=lang, detail="brief")
    cells = (line.strip("| ").split(" | ") for line in said.splitlines() if line.startswith("| "))
    return {cell[0]: cell[1] for cell in cells}


def script(purpose: str = "", clip: str = "0", accum: int = 1) -> str:
    return OPTIONS.format(purpose=purpose, clip=clip, accum=accum)


def settings(code: str, **options: Any) -> dict[str, str]:
    """The rows of the table of settings: name -> the rest."""
    table = pseudogen.explain(code + "\n" * 60, **options).partition("## Settings\n")[2]
    lines = (line.strip("| ") for line in table.splitlines() if line.startswith("| "))
    return dict(line.partition(" | ")[::2] for line in lines)


def test_what_defaults_switch_off_is_said_to_be_off() -> None:
    found = rows(script())
    assert found["Gradients"] == (
        "accumulated over `args.accum` batches (by default 1, that is not at all); clipped, off by "
        "default (`--grad-clip` is `0`)"
    )
    assert found["Precision"] == "mixed precision, off by default (`--amp` is `False`)"
    found = rows(script(), "zh")
    assert found["梯度"] == (
        "累积 `args.accum` 个批次（默认为 1，即不累积）；裁剪，默认关闭（`--grad-clip` 为 `0`）"
    )
    assert found["数值精度"] == "混合精度，默认关闭（`--amp` 为 `False`）"


def test_what_defaults_leave_on_is_told_plainly() -> None:
    found = rows(script(clip="1.0", accum=4))
    assert found["Gradients"] == "accumulated over `args.accum` batches; clipped"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("model =", "args.amp = pick()\nmodel ="), "it is set"),
        (("args =", "parser.set_defaults(amp=True)\nargs ="), "another default"),
        (("args =", "parser.set_defaults(**read())\nargs ="), "unknown defaults"),
        (("=args.amp", "=args.amp or forced"), "another way to switch it on"),
        (('"--amp", action="store_true"', '"--amp", type=yes, default="no"'), "it is converted"),
    ],
)
def test_what_may_be_on_is_not_said_to_be_off(change: tuple[str, str], why: str) -> None:
    assert "off by default" not in rows(script().replace(*change))["Precision"], why


def test_a_run_that_has_to_be_asked_to_train_is_seen_as_training() -> None:
    code = script(clip="1.0", accum=4).replace(
        'default="")', 'default="")\nparser.add_argument("--train", action="store_true")'
    )
    head, _, loop = code.partition("for epoch in range(10):\n")
    body = "".join(f"    {line}\n" for line in loop.splitlines())
    found = rows(head + "if args.train:\n    for epoch in range(10):\n" + body)
    assert found["Gradients"] == "accumulated over `args.accum` batches; clipped"
    assert found["Checkpoints"].endswith('off by default (`--out` is `""`)')


def test_how_often_is_said() -> None:
    found = rows(script())
    assert found["Evaluation"] == "`evaluate`, every 5 epochs, and also when `epoch == 9`"
    assert found["Checkpoints"] == (
        "saved by `torch.save`, every `args.save_steps` (500) steps, off by default "
        '(`--out` is `""`)'
    )
    found = rows(script(), "zh")
    assert found["评估"] == "`evaluate`，每 5 个 epoch 一次，满足 `epoch == 9` 时也会执行"
    assert "每 `args.save_steps`（500）步一次" in found["检查点"]


LOOP = """import torch
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
done = 0
for i, (x, y) in enumerate(train_loader):
    loss = criterion(model(x), y)
    loss.backward()
    optimizer.step()
    {test}
        torch.save(model.state_dict(), path)
"""


@pytest.mark.parametrize(
    ("test", "often"),
    [
        ("if i % 100 == 0:", ", every 100 batches"),
        ("if not (i + 1) % 100:", ", every 100 batches"),
        ("if i > 0 and i % n == 0 and rank == 0:", ", every `n` batches"),
        ("if i % 100 == 0 and loss < best:", ", at most every 100 batches"),
        ("if global_step % n == n - 1:", ", every `n` steps"),
        ("if iteration % 100 == 0:", ", every 100 iterations"),
        ("if i % 100 == 3:", ""),
        ("if done % 100 == 0:", ""),
        ("if loss < best or i % 100 == 0:", ", every 100 batches, and also when `loss < best`"),
        ("if loss < best:", ""),
    ],
)
def test_rhythms(test: str, often: str) -> None:
    assert rows(LOOP.format(test=test))["Checkpoints"] == f"saved by `torch.save`{often}"


EPOCHS = """import argparse
import torch
parser = argparse.ArgumentParser()
parser.add_argument("--evaluate", action="store_true")
args = parser.parse_args()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
if args.evaluate:
    validate(model, val_loader)
for epoch in range(10):
    for x, y in train_loader:
        criterion(model(x), y).backward()
        optimizer.step()
    validate(model, val_loader)
    {test}
        torch.save(model.state_dict(), path)
"""


def test_what_happens_in_each_epoch_is_said() -> None:
    found = rows(EPOCHS.format(test="if rank == 0:"))
    assert found["Evaluation"] == "`validate`, every epoch"
    assert found["Checkpoints"] == "saved by `torch.save`, every epoch"
    assert rows(EPOCHS.format(test="if True:"), "zh")["评估"] == "`validate`，每个 epoch 一次"


def test_conditions_around_the_calls_of_calls_count() -> None:
    code = EPOCHS.format(test="if score > best:").replace(
        "torch.save(model.state_dict(), path)", "keep(model)"
    )
    code += "\ndef keep(model):\n    write(model)\n"
    code += "\ndef write(model):\n    torch.save(model.state_dict(), path)\n"
    assert rows(code)["Checkpoints"] == "saved by `torch.save`"
    assert rows(code.replace("score > best", "rank == 0"))["Checkpoints"].endswith("every epoch")
    assert rows(code.replace("    keep(model)", "    pass"))["Checkpoints"] == (
        "saved by `torch.save`"
    )


def test_what_depends_on_the_result_is_not_said_to_be_in_each_epoch() -> None:
    assert rows(EPOCHS.format(test="if score > best:"))["Checkpoints"] == "saved by `torch.save`"


def test_the_calls_around_a_function_say_how_often_it_runs() -> None:
    code = LOOP.format(test="if i % 100 == 0:").replace(
        "torch.save(model.state_dict(), path)", "keep(model)"
    )
    code += "\ndef keep(model):\n    torch.save(model.state_dict(), path)\n"
    assert rows(code)["Checkpoints"] == "saved by `torch.save`, every 100 batches"


def test_how_often_progress_is_printed_is_said() -> None:
    code = LOOP.format(test="if i % args.print_freq == 0:").replace(
        "torch.save(model.state_dict(), path)", 'print("loss", loss.item())'
    )
    assert rows(code)["Logging"] == "progress printed every `args.print_freq` batches"
    assert rows(code, "zh")["实验记录"] == "打印进度：每 `args.print_freq` 批一次"


def test_the_author_says_what_it_is_for() -> None:
    code = script("Segmentation of cell images") + "\n" * 60
    assert "In the author's words: “Segmentation of cell images” (line 4). It" in (
        pseudogen.explain(code, detail="brief")
    )
    assert "作者的说明：“Segmentation of cell images”（第 4 行）。" in (
        pseudogen.explain(code, detail="brief", lang="zh")
    )
    docstring = (
        '"""Teaches a small net to add numbers. It needs no data."""\n' + script() + "\n" * 60
    )
    assert "“Teaches a small net to add numbers” (line 1)" in pseudogen.explain(docstring)


@pytest.mark.parametrize("purpose", ["", "PyTorch training script", "train.py", "options:"])
def test_words_that_say_nothing_are_left_out(purpose: str) -> None:
    assert "author's words" not in pseudogen.explain(script(purpose) + "\n" * 60, detail="brief")


def test_a_licence_is_no_purpose() -> None:
    code = '"""Copyright 2020 the cell team. See the licence."""\n' + script() + "\n" * 60
    assert "author's words" not in pseudogen.explain(code, detail="brief")


def test_settings_stand_as_they_are_typed() -> None:
    found = settings(script())
    assert found["`--grad-clip`"].startswith("`0` | 5 → 22, 23 |")
    assert "`--out` (`args.folder`)" in found
    assert "`--out`（`args.folder`）" in pseudogen.explain(script() + "\n" * 60, lang="zh")
    named = json.loads(pseudogen.explain(script(), format="json"))["settings"]
    assert [setting["name"] for setting in named][-1] == "args.width"


def test_a_later_default_is_the_one_that_holds() -> None:
    code = script().replace("args =", "parser.set_defaults(amp=True)\nargs =")
    assert settings(code)["`--amp`"].startswith("`True` | 8 ")


def test_options_of_a_class_that_is_parsed_stand_as_they_are_typed() -> None:
    code = (
        "from dataclasses import dataclass\nimport tyro\n@dataclass\nclass Args:\n"
        "    lr: float = 0.1\nargs = tyro.cli(Args)\nprint(args.lr)\n"
    )
    assert "`--lr`" in settings(code)


def test_what_gets_the_object_that_holds_a_setting_is_said() -> None:
    told = "It goes with `args`, which is handed over whole to `make_model` (line 12)."
    assert settings(script())["`--width`"].endswith(told)
    assert "随 `args` 整体传给 `make_model`（第 12 行）。" in (
        pseudogen.explain(script() + "\n" * 60, lang="zh")
    )
    shown = script() + 'print("width", args.width)\n'
    assert settings(shown)["`--width`"].endswith(told)
    used = script() + "layer = nn.Linear(args.width, 2)\n"
    assert "handed over" not in settings(used)["`--width`"]


def test_where_a_function_of_the_project_reads_a_setting_is_said(tmp_path: Path) -> None:
    (tmp_path / "nets.py").write_text(
        "from torch import nn\ndef make_model(args):\n"
        "    net = nn.Linear(\n        args.width, 2)\n"
        "    net.requires_grad_(False)\n    args.width = 2\n    return net\n"
    )
    path = tmp_path / "train.py"
    path.write_text("from nets import make_model\n" + script() + "\n" * 60)
    found = settings(path.read_text(), path=path)
    assert found["`--width`"] == "`64` | 11 → nets.py:4"


CALLBACK = """import argparse
import lightning as L
from lightning.pytorch.callbacks import ModelCheckpoint
parser = argparse.ArgumentParser()
parser.add_argument("--keep", action="store_true")
parser.add_argument("--lr-scheduler", default="cosine")
parser.add_argument("--warmup", type=int, default=0)
args = parser.parse_args()
saver = ModelCheckpoint(monitor="loss")
callbacks = [saver] if args.keep else []
schedule = build_scheduler(args.lr_scheduler, optimizer)
L.Trainer(callbacks=callbacks).fit(model, loader)
"""


def test_a_callback_that_is_handed_over_under_a_flag_is_off_by_default() -> None:
    assert rows(CALLBACK)["Checkpoints"] == (
        "saved by `ModelCheckpoint`, off by default (`--keep` is `False`)"
    )
    told = pseudogen.explain(CALLBACK + "\n" * 60)
    assert "If `args.keep`: `ModelCheckpoint` saves the model during training" in told


def test_the_schedule_that_a_setting_names_is_told_by_default() -> None:
    assert rows(CALLBACK)["Learning rate"] == '`build_scheduler` (by default `"cosine"`)'
    assert rows(CALLBACK, "zh")["学习率"] == '`build_scheduler`（默认 `"cosine"`）'
    assert 'By default `--lr-scheduler` is `"cosine"`.' in pseudogen.explain(CALLBACK + "\n" * 60)
    assert '`--lr-scheduler` 默认为 `"cosine"`。' in (
        pseudogen.explain(CALLBACK + "\n" * 60, lang="zh")
    )


def test_gradients_are_clipped_before_the_step_is_told() -> None:
    code = script(clip="1.0") + "\n" * 60
    told = "moves the parameters against it (line 24); before that, gradients may be clipped"
    assert told in pseudogen.explain(code)
    assert "（第 24 行），此前视条件裁剪梯度（第 23 行）。" in pseudogen.explain(code, lang="zh")


FIRE = """import fire
import torch
def train(config):
    model = build(config["model"])
    optimizer = torch.optim.SGD(model.parameters(), lr=config["lr"])
    for x, y in train_loader:
        with torch.autocast("cuda", enabled=config["amp"]):
            loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
def main(model: str = "net", lr: float = 0.1, amp: bool = False, steps: int = 9):
    config = locals()
    config["steps"] = round_up(steps)
    launch(train, config)
    print(config["steps"])
fire.Fire({"main": main})
"""


def test_parameters_of_a_command_are_read_from_its_locals_too() -> None:
    found = settings(FIRE)
    assert found["`--lr`"].startswith("`0.1` | 12 → 5 |")
    assert found["`--model`"].startswith('`"net"` | 12 → 4')
    assert "16" not in found["`--steps`"]
    assert rows(FIRE)["Precision"] == "mixed precision, off by default (`--amp` is `False`)"


def test_a_command_in_a_dict_is_told_before_what_it_calls() -> None:
    way = pseudogen.explain(FIRE + "\n" * 60).partition("## Step by step")[2]
    assert way.index("`config` becomes `locals()`") < way.index("`model` is built by")


ENGINE = """import torch
def train_one_epoch(model, loader, optimizer, limit=0, args=None):
    passes = args.accum
    for i, (x, y) in enumerate(loader):
        loss = criterion(model(x), y) / passes
        loss.backward()
        if (i + 1) % passes == 0:
            if limit > 0:
                torch.nn.utils.clip_grad_norm_(model.parameters(), limit)
            optimizer.step()
            optimizer.zero_grad()
"""
CALLER = """import argparse
import torch
from engine import train_one_epoch
parser = argparse.ArgumentParser()
parser.add_argument("--accum", type=int, default=1)
parser.add_argument("--limit", type=float, default={limit})
parser.set_defaults(width=3)
args = parser.parse_args()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(10):
    train_one_epoch(model, train_loader, optimizer, args.limit, args=args)
"""


@pytest.mark.parametrize(
    ("limit", "clipped"),
    [("0.0", "clipped, off by default (`--limit` is `0.0`)"), ("1.0", "clipped")],
)
def test_what_a_function_of_the_project_is_passed_by_default(
    tmp_path: Path, limit: str, clipped: str
) -> None:
    (tmp_path / "engine.py").write_text(ENGINE)
    path = tmp_path / "train.py"
    path.write_text(CALLER.format(limit=limit) + "\n" * 60)
    said = pseudogen.explain(path.read_text(), path=path, detail="brief")
    row = next(line for line in said.splitlines() if line.startswith("| Gradients"))
    accumulated = "accumulated over `passes` batches (by default 1, that is not at all)"
    assert f"| {accumulated}; {clipped} |" in row
