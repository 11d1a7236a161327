"""Settings are found wherever scripts keep them, with default, type, words and lines of use."""

import pytest

from pseudogen.names.script import Script
from pseudogen.names.settings import Setting, distinct


def settings_of(code: str) -> dict[str, Setting]:
    return {setting.name: setting for setting in distinct(Script.parse(code).settings)}


def test_argparse_option_is_told_whole() -> None:
    found = settings_of(
        "import argparse\n"
        "parser = argparse.ArgumentParser()\n"
        "parser.add_argument('-b', '--batch-size', type=int, default=64,\n"
        "                    help='samples a step (default: %(default)s)')\n"
        "parser.add_argument('--amp', action='store_true')\n"
        "parser.add_argument('--opt', choices=['sgd', 'adam'], required=True)\n"
        "args = parser.parse_args()\n"
    )
    size, amp, opt = found["args.batch_size"], found["args.amp"], found["args.opt"]
    assert (size.default, size.kind, size.line, size.flag) == ("64", "int", 3, "--batch-size")
    assert size.help == "samples a step (default: 64)"
    assert (amp.default, amp.kind) == ("False", "bool")
    assert (opt.choices, opt.required, opt.default) == (("'sgd'", "'adam'"), True, None)


def test_namespace_is_followed_through_helpers_and_parameters() -> None:
    script = Script.parse(
        "def get_args():\n"
        "    parser = ArgumentParser()\n"
        "    parser.add_argument('--lr', default=0.1)\n"
        "    return parser.parse_args()\n"
        "def train(opt):\n"
        "    return SGD(lr=opt.lr)\n"
        "args = get_args()\n"
        "train(args)\n"
        "print(args.lr)\n"
    )
    (setting,) = distinct(script.settings)
    assert {"args.lr", "opt.lr"} <= set(script.settings)
    assert script.uses(setting) == (6, 9)


def test_click_option_belongs_to_the_parameter() -> None:
    found = settings_of(
        "import click\n"
        "@click.command()\n"
        "@click.option('--lr', default=0.1, help='learning rate')\n"
        "@click.option('--cuda', is_flag=True)\n"
        "def main(lr, cuda):\n"
        "    pass\n"
    )
    assert (found["lr"].default, found["lr"].help, found["lr"].kind) == (
        "0.1",
        "learning rate",
        "float",
    )
    assert (found["cuda"].default, found["cuda"].kind) == ("False", "bool")


@pytest.mark.parametrize(
    ("make", "holder"),
    [
        ("cfg = TrainConfig()", "cfg"),
        ("import tyro\ncfg = tyro.cli(TrainConfig)", "cfg"),
        ("def train(conf: TrainConfig):\n    pass", "conf"),
    ],
)
def test_dataclass_is_read_through_its_instances(make: str, holder: str) -> None:
    found = settings_of(
        "from dataclasses import dataclass, field\n"
        "@dataclass\n"
        "class TrainConfig:\n"
        "    lr: float = 3e-4  # peak learning rate\n"
        "    betas: tuple = field(default=(0.9, 0.95), metadata={'help': 'for Adam'})\n" + make
    )
    lr, betas = found[f"{holder}.lr"], found[f"{holder}.betas"]
    assert (lr.default, lr.kind, lr.help, lr.line) == ("3e-4", "float", "peak learning rate", 4)
    assert (betas.default, betas.help) == ("(0.9, 0.95)", "for Adam")


@pytest.mark.parametrize("part", ["", "[:2]"])
def test_parser_of_dataclasses_unpacks_by_place(part: str) -> None:
    found = settings_of(
        "from transformers import HfArgumentParser\n"
        "from dataclasses import dataclass\n"
        "@dataclass\n"
        "class Model:\n"
        "    width: int = 8\n"
        "@dataclass\n"
        "class Data:\n"
        "    path: str = 'a'\n"
        "parser = HfArgumentParser((Model, Data))\n"
        f"model_args, data_args = parser.parse_args_into_dataclasses(){part}\n"
    )
    assert found["model_args.width"].default == "8"
    assert found["data_args.path"].default == "'a'"


def test_constants_at_the_top_but_not_state() -> None:
    found = settings_of(
        "learning_rate = 6e-4  # peak\n"
        "accumulation = 5 * 8\n"
        "accumulation //= world_size\n"
        "best_acc = 0\n"
        "step = 0\n"
        "while True:\n"
        "    step += 1\n"
        "if __name__ == '__main__':\n"
        "    # whether to use a GPU\n"
        "    Cuda = True\n"
        "\n"
        "    model = Net()\n"
    )
    assert set(found) == {"learning_rate", "accumulation", "Cuda"}
    assert found["learning_rate"].help == "peak"
    assert found["accumulation"].kind == "int"
    assert found["Cuda"].help == "whether to use a GPU"


def test_lists_of_what_is_made_or_computed_are_no_settings() -> None:
    found = settings_of(
        "milestones = [30, 60]\n"
        "sizes = (WIDTH, [HEIGHT, -1])\n"
        "transforms = [ToTensor(), Normalize(0.5)]\n"
        "patch = (1, HEIGHT // 16)\n"
    )
    assert set(found) == {"milestones", "sizes"}


def test_dictionary_entries_have_their_own_lines() -> None:
    found = settings_of('config = {\n    "lr": 0.1,\n    "optim": {"wd": 5e-4},\n}\n')
    assert {name: s.line for name, s in found.items()} == {
        'config["lr"]': 2,
        'config["optim"]["wd"]': 3,
    }


def test_keys_that_are_only_read() -> None:
    script = Script.parse(
        "import yaml\n"
        "cfg = yaml.safe_load(open('a.yaml'))\n"
        "lr = cfg['optim']['lr']\n"
        "n = cfg.get('epochs', 90)\n"
        "m = cfg['optim']['lr'] * 2\n"
    )
    found = {s.name: s for s in distinct(script.settings)}
    assert found['cfg["epochs"]'].default == "90"
    assert found['cfg["optim"]["lr"]'].default is None
    assert script.uses(found['cfg["optim"]["lr"]']) == (3, 5)


def test_a_keyword_of_a_call_is_no_use() -> None:
    script = Script.parse("lr = 0.1\nmake(lr=3)\nmake(lr=lr)\n")
    assert script.uses(script.settings["lr"]) == (3,)


CLI = """\
from lightning.pytorch.cli import LightningCLI
class Net(LightningModule):
    def __init__(self, width: int = 64, lr: float = 1e-3):
        super().__init__()
        self.save_hyperparameters(ignore=["width"])
        self.layer = Linear(width, 10)
    def configure_optimizers(self):
        return Adam(self.parameters(), lr=self.hparams.lr)
class Data(LightningDataModule):
    def __init__(self, batch_size, folder="data"):
        self.batch_size = batch_size
LightningCLI(Net, datamodule_class=Data)
"""


def test_the_constructors_of_a_lightning_command_line_are_its_options() -> None:
    script = Script.parse(CLI)
    found = {setting.flag: setting for setting in distinct(script.settings)}
    assert list(found) == ["--model.lr", "--model.width", "--data.folder", "--data.batch_size"]
    assert found["--model.lr"].name == "self.hparams.lr"
    assert script.uses(found["--model.lr"])[-1] == 8
    assert found["--model.width"].name == "width"
    assert found["--data.batch_size"].name == "self.batch_size"
    assert found["--data.batch_size"].required


def test_flags_of_absl_are_settings_under_the_name_by_which_they_are_read() -> None:
    code = (
        "from absl import flags\n"
        "FLAGS = flags.FLAGS\n"
        "flags.DEFINE_float('lr', 0.1, 'step size')\n"
        "_KIND = flags.DEFINE_enum('kind', None, ['a', 'b'], 'which')\n"
    )
    settings = Script.parse(code).settings
    assert settings["FLAGS.lr"].default == "0.1"
    assert settings["FLAGS.lr"].help == "step size"
    assert settings["_KIND.value"].choices == ("'a'", "'b'")


def test_hyper_parameters_that_a_module_keeps_have_the_defaults_of_its_constructor() -> None:
    code = (
        "class Net(L.LightningModule):\n"
        "    def __init__(self, width, lr=0.1, decay=0.0):\n"
        "        super().__init__()\n"
        "        self.save_hyperparameters()\n"
        "net = Net(width=8, decay=0.2)\n"
    )
    settings = Script.parse(code).settings
    assert settings["self.hparams.lr"].default == "0.1"
    assert "self.hparams.decay" not in settings, "the call gives another value"


def test_what_a_model_says_of_itself_is_no_setting() -> None:
    code = "config = model.get_config()\nwidth = config['width']\n"
    assert not settings_of(code)
    assert settings_of("import defaults\n" + code.replace("model", "defaults"))


def test_a_key_that_is_read_before_it_is_changed_is_a_setting() -> None:
    found = settings_of(
        "config = get_config(args)\n"
        "rate = config.TRAIN.LR * world_size\n"
        "config.TRAIN.LR = rate\n"
        "config.NAME = 'run'\n"
        "print(config.NAME)\n"
    )
    assert "config.TRAIN.LR" in found
    assert "config.NAME" not in found


def test_a_variable_of_a_function_is_no_use_of_a_constant_of_its_name() -> None:
    script = Script.parse(
        "T = 64\n"
        "def forward(x):\n"
        "    B, T = x.size()\n"
        "    return x.view(T)\n"
        "def cut(x, T):\n"
        "    return x[:T]\n"
        "def whole(x):\n"
        "    return x[:T]\n"
    )
    assert script.uses(script.settings["T"]) == (8,)


def test_a_list_to_be_filled_is_no_setting() -> None:
    code = "def main():\n    learning_rate = []\n    learning_rate.append(1)\nbetas = (0.9, 0.99)\n"
    assert set(settings_of(code)) == {"betas"}


def test_what_a_function_works_out_is_no_setting() -> None:
    code = "def run(x):\n    h, w = x.shape\n    img_size = (h, w)\n    betas = (0.9, 0.99)\n"
    assert set(settings_of(code)) == {"betas"}
