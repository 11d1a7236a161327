"""The settings of a script are told with their defaults, their lines and what they do."""

import json
from typing import Any

import pytest

import pseudogen
from pseudogen.languages import languages
from pseudogen.names.known_settings import KNOWN, VARYING, known_setting
from pseudogen.templating import settings_words

SCRIPT = "\n".join(
    [
        "import argparse",
        "import torch",
        "parser = argparse.ArgumentParser()",
        "parser.add_argument('--lr', type=float, default=0.1, help='step size | of SGD')",
        "parser.add_argument('--world-size', type=int, default=2, help='number of machines')",
        "parser.add_argument('--batch-size', type=int, default=64)",
        "parser.add_argument('--data', required=True)",
        "args = parser.parse_args()",
        "model = torch.nn.Linear(2, 2)",
        "optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)",
        *(f"print({number})" for number in range(60)),
        "print(args.data)",
    ]
)


def settings(**options: Any) -> dict[str, dict[str, Any]]:
    found = json.loads(pseudogen.explain(SCRIPT, format="json", **options))
    return {setting["name"]: setting for setting in found["settings"]}


@pytest.mark.parametrize("lang", languages())
def test_each_known_kind_has_its_words(lang: str) -> None:
    assert set(settings_words(lang).known) == set(KNOWN)


def test_kinds_are_told_by_whole_words() -> None:
    assert known_setting('config["train"]["batch_size"]') == "batch-size"
    assert known_setting("args.test_batch_size") == "batch-size"
    assert known_setting("Init_lr") == "learning-rate"
    assert known_setting("args.warmup_epochs") == "warmup-length"
    assert known_setting("args.use_fp16") == "mixed-precision"
    assert known_setting("lr_decay") is None
    assert known_setting("freeze_epochs") is None
    assert known_setting("seedling") is None
    assert set(KNOWN) >= VARYING


def test_no_name_stands_for_two_kinds() -> None:
    names = [name for found in KNOWN.values() for name in found.split(", ")]
    assert len(names) == len(set(names))


def test_json_tells_a_setting_whole() -> None:
    assert settings()["args.lr"] == {
        "name": "args.lr",
        "default": "0.1",
        "type": "float",
        "origin": "argparse",
        "line": 4,
        "lines": [10],
        "flag": "--lr",
        "choices": [],
        "required": False,
        "help": "step size | of SGD",
        "kind": "learning-rate",
        "text": "“step size | of SGD”. The size of the optimizer's steps.",
    }


def test_author_has_the_word_where_projects_differ() -> None:
    assert settings()["args.world_size"]["text"] == "“number of machines”"


def test_a_switch_is_told_no_amount() -> None:
    code = (
        "import argparse\n"
        "parser = argparse.ArgumentParser()\n"
        "parser.add_argument('--label_smoothing', action='store_true')\n"
        "args = parser.parse_args()\n"
        "print(args.label_smoothing)\n"
    )
    told = json.loads(pseudogen.explain(code, format="json"))["settings"]
    assert [setting["text"] for setting in told] == [""]


def test_a_part_has_the_settings_that_act_in_it() -> None:
    assert set(settings(lines=(10, 12))) == {"args.lr"}


def test_table_stands_behind_the_steps() -> None:
    text = pseudogen.explain(SCRIPT)
    table = text.partition("## Settings")[2]
    assert "| `--data` | must be given | 7 → 71 |  |" in table
    assert "| `--batch-size` | `64` | 6 | How many samples" in table
    assert "step size \\| of SGD" in table
    assert "## Settings" not in pseudogen.explain(SCRIPT, detail="brief")


def test_what_nothing_reads_is_said_to_be_unread() -> None:
    code = (
        "class Config:\n    lr = 0.1\n    epochs = 3\nopt = Config()\n"
        "for epoch in range(opt.epochs):\n    train(opt)\n" + "\n" * 60
    )
    rows = [row for row in pseudogen.explain(code).splitlines() if row.startswith("| `opt.")]
    assert "Not read in this file." in rows[0]
    assert "How many epochs training takes; one usually goes through the data once." in rows[1]


def test_options_that_an_object_keeps_are_those_of_the_command_line() -> None:
    code = (
        "import argparse\n"
        "class Net:\n    def __init__(self, hparams):\n        self.args = hparams\n"
        "    def optimizer(self):\n        return SGD(self.parameters(), lr=self.args.lr)\n"
        "parser = argparse.ArgumentParser()\n"
        "parser.add_argument('--lr', type=float, default=0.1)\n"
        "args = parser.parse_args()\nnet = Net(args)\n"
    )
    made = json.loads(pseudogen.explain(code, format="json"))
    (setting,) = made["settings"]
    assert (setting["name"], setting["line"], setting["lines"]) == ("args.lr", 8, [6])


def test_a_setting_is_read_on_the_line_where_its_name_stands() -> None:
    code = SCRIPT.replace("model.parameters(), lr=args.lr)", "model.parameters(),\n    lr=args.lr)")
    found = json.loads(pseudogen.explain(code, format="json"))["settings"]
    lines = {setting["name"]: setting["lines"] for setting in found}
    assert lines["args.lr"] == [11]
