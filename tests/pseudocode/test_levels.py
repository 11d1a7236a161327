"""The levels, names, keywords and parts."""

import pytest

from pseudogen.errors import InputError
from pseudogen.pseudocode import DETAILS
from tests.pseudocode.saying import lines, text, texts

SCRIPT = '''
"""Train a net."""
import argparse
import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--epochs", type=int, default=3)
args = parser.parse_args()


def train(model, loader, optimizer):
    for x, y in loader:
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(loss)
        print(y)


model = nn.Linear(2, 2)
train_loader = torch.utils.data.DataLoader(data, batch_size=4)
optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)
a = None
b = None
for epoch in range(args.epochs):
    train(model, train_loader, optimizer)
torch.save(model.state_dict(), "model.pt")
'''


def test_steps_fold_what_prepares_and_reports() -> None:
    said = texts(SCRIPT, "en", "steps")
    assert "use argparse, torch" in said
    assert "args ← 2 options from the command line" in said
    assert "    report (2 messages)" in said
    assert "a ← none; b ← none" in said


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("total += F.nll_loss(out, y)", "total ← total + nll_loss(out, y)"),
        ("loss = F.nll_loss(out, y) / steps", "loss ← nll_loss(out, y) / steps"),
        ("steps = len(dataset) // (5 * batch_size)", "⌊|dataset| / (5 × batch_size)⌋"),
        ("b'bytes'", 'bytes "bytes"'),
    ],
)
def test_a_phrase_of_a_part_is_not_said_of_the_whole(code: str, said: str) -> None:
    code = "import torch.nn.functional as F\n" + code
    assert texts(code, "en", "steps")[-1].endswith(said)


def test_outline_is_the_algorithm() -> None:
    said = [line.strip() for line in texts(SCRIPT, "en", "outline")]
    assert said[0].startswith("Input: ")
    assert "args.epochs" in said[0]
    assert said[1] == "Output: model, trained"
    assert "backpropagate loss" in said
    assert 'save the state of model to "model.pt"' in said
    assert not any("print" in line or "option" in line for line in said)
    assert len(said) <= 20


def test_names_in_words() -> None:
    code = "batch_size = args.batch_size // ngpus_per_node\nfoo_bar = batchSize"
    assert texts(code, "en", "full", names="words") == [
        "batch size ← ⌊batch size / GPUs per node⌋",
        "foo bar ← batchSize",
    ]
    assert texts(code, "zh", "full", names="words")[0] == "批大小 ← ⌊批大小 / 单机 GPU 数⌋"


def test_english_keywords_in_chinese() -> None:
    code = "if x:\n    model.train()\nelse:\n    pass"
    said = texts(code, "zh", "full", keywords="english")
    assert said == ["if x 成立:", "  将 model 切换到训练模式", "otherwise:", "  do nothing"]


def test_part_of_a_script() -> None:
    said = lines(SCRIPT, "en", "full", function="train")
    assert text(said[0]) == "function train(model, loader, optimizer):"
    assert all(13 <= line.source[0] <= 20 for line in said)
    part = lines(SCRIPT, "en", "full", lines=(15, 16))
    assert [line.depth for line in part] == [0, 0]


def test_part_that_is_not_there() -> None:
    with pytest.raises(InputError):
        lines(SCRIPT, "en", "full", function="missing")
    with pytest.raises(InputError):
        lines(SCRIPT, "en", "full", lines=(900, 901))


@pytest.mark.parametrize("detail", DETAILS)
def test_nothing_to_say(detail: str) -> None:
    assert texts("", "en", detail) == []
    assert texts("# only this", "zh", detail) == (["▷ only this"] if detail == "full" else [])


@pytest.mark.parametrize(
    "code",
    [
        "x = " + " + ".join(["a"] * 600),
        "x = " + "f(" * 90 + "a" + ")" * 90,
        "x = a" + ".b()" * 300,
        "x = " + " ".join(["'a'"] * 2500),
    ],
)
def test_nested_deep(code: str) -> None:
    assert len(texts(code, "en", "full")) == 1


@pytest.mark.parametrize("detail", DETAILS)
def test_a_docstring_alone_has_a_line(detail: str) -> None:
    assert texts('"""Says."""', "en", detail) == ["▷ Says."]


def test_a_built_in_function_handed_in_is_the_same() -> None:
    code = "def f(x, isinstance=isinstance):\n    return isinstance(x, int)"
    assert texts(code, "en", "full")[-1] == "  return x is of type integer"
