"""The row of the loss says where a model computes it itself."""

from __future__ import annotations

import pytest

import pseudogen

CODE = """import torch
from torch import nn
class Net(nn.Module):
    pass
model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for x, y in train_loader:
    {made}
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
"""


def loss_row(made: str, lang: str = "en") -> str | None:
    """The row of the loss at a glance; None where there is none."""
    text = pseudogen.explain(CODE.format(made=made) + "\n" * 60, lang=lang, detail="brief")
    name = {"en": "| Loss | ", "zh": "| 损失函数 | "}[lang]
    return next((line for line in text.splitlines() if line.startswith(name)), None)


@pytest.mark.parametrize(
    ("made", "told", "line"),
    [
        ("loss = model(x, y)", "", "8"),
        ("logits, loss = model(x, y)", "", "8"),
        ("loss = model(x, labels=y).loss", " as `.loss`", "8"),
        ("output = model(x, labels=y)\n    loss = output[0] / 4", " as `output[0]`", "8"),
        ('output = model(x, y)\n    loss = output["loss"].mean()', ' as `output["loss"]`', "8"),
        ("loss, _ = model(x, y)\n    loss /= 4", "", "8"),
    ],
)
def test_what_a_model_gives_is_told(made: str, told: str, line: str) -> None:
    assert loss_row(made) == f"| Loss | computed inside `model`, which gives it{told} | {line} |"


@pytest.mark.parametrize(
    "made",
    [
        "loss = model(x) + penalty(x)",
        "loss, other = helper(x)",
        "loss = [model(x), x]",
        "first, second = model(x, y)\n    loss = first",
    ],
)
def test_what_more_goes_into_is_left_out(made: str) -> None:
    assert "inside" not in (loss_row(made) or "")


def test_it_is_told_in_chinese() -> None:
    assert loss_row("loss = model(x, y).loss", "zh") == (
        "| 损失函数 | 在 `model` 内部计算，即 `.loss` | 8 |"
    )
