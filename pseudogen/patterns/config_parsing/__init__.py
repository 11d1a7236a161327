"""config-parsing: settings are read from the command line, a file or a framework."""

from __future__ import annotations

from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.patterns.config_parsing.facts import ConfigParsing
from pseudogen.patterns.config_parsing.finders import (
    find_class,
    find_decorator,
    find_helper,
    find_parser,
    find_reader,
)

__all__ = [
    "ConfigParsing",
    "find_class",
    "find_decorator",
    "find_helper",
    "find_parser",
    "find_reader",
]


EXAMPLES = {
    'from settings import Config\nopt = Config("training.yml")': [
        ConfigParsing(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("Config",)),
            target="opt",
            source="file",
            tool="YAML",
            file='"training.yml"',
            options=0,
            keeps_unknown=False,
            rest=None,
            function=None,
        )
    ],
    "import argparse\n"
    "parser = argparse.ArgumentParser()\n"
    "parser.add_argument('--lr', type=float, default=0.1)\n"
    "args = parser.parse_args()": [
        ConfigParsing(
            line=4,
            end=4,
            evidence=Evidence(API, ("argparse.ArgumentParser.parse_args",)),
            target="args",
            rest=None,
            source="command line",
            tool="argparse",
            file=None,
            options=1,
            keeps_unknown=False,
            function=None,
        )
    ],
    "import argparse\n"
    "parser = argparse.ArgumentParser()\n"
    "def parse(known):\n"
    "    return parser.parse_known_args()[0] if known else parser.parse_args()": [
        ConfigParsing(
            line=4,
            end=4,
            evidence=Evidence(API, ("argparse.ArgumentParser.parse_known_args",)),
            target=None,
            rest=None,
            source="command line",
            tool="argparse",
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    "from jsonargparse import ArgumentParser\nargs = parser.parse_args()": [
        ConfigParsing(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("parser.parse_args",)),
            target="args",
            rest=None,
            source="command line",
            tool="jsonargparse",
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    "import json\nfrom pathlib import Path\nconfig = json.loads(Path(place).read_text())": [
        ConfigParsing(
            line=3,
            end=3,
            evidence=Evidence(API, ("json.loads",)),
            target="config",
            rest=None,
            source="file",
            tool="JSON",
            file="place",
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    "import yaml\nwith open(args.config) as f:\n    cfg = yaml.safe_load(f)": [
        ConfigParsing(
            line=3,
            end=3,
            evidence=Evidence(API, ("yaml.safe_load",)),
            target="cfg",
            rest=None,
            source="file",
            tool="YAML",
            file="args.config",
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    "import hydra\n@hydra.main(config_path='conf')\ndef main(cfg):\n    train(cfg)": [
        ConfigParsing(
            line=3,
            end=3,
            evidence=Evidence(API, ("hydra.main",)),
            target="cfg",
            rest=None,
            source="both",
            tool="Hydra",
            file=None,
            options=0,
            keeps_unknown=False,
            function="main",
        )
    ],
    "from settings import opt\ndef run(**kwargs):\n    opt._parse(kwargs)": [
        ConfigParsing(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("opt._parse",)),
            target=None,
            rest=None,
            source=None,
            tool=None,
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    "from config import get_config\nconfig = get_config(args)": [
        ConfigParsing(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("get_config",)),
            target="config",
            rest=None,
            source=None,
            tool=None,
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    ("from configs import set_cfg_from_file\ncfg = set_cfg_from_file(args.config)"): [
        ConfigParsing(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("set_cfg_from_file",)),
            target="cfg",
            rest=None,
            source=None,
            tool=None,
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    ("from project.config import cfg, cfg_from_file\ncfg_from_file(args.cfg_file)"): [
        ConfigParsing(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("cfg_from_file",)),
            target=None,
            rest=None,
            source=None,
            tool=None,
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    ("from settings import update_config\nupdate_config(cfg, **kwargs)"): [
        ConfigParsing(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("update_config",)),
            target=None,
            rest=None,
            source=None,
            tool=None,
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    ("import json\nwith open(path) as f:\n    written = f.read()\nconfig = json.loads(written)"): [
        ConfigParsing(
            line=4,
            end=4,
            evidence=Evidence(API, ("json.loads",)),
            target="config",
            rest=None,
            source="file",
            tool="JSON",
            file="path",
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    ("config = kinds.NetConfig.from_json_file(args.net_config)"): [
        ConfigParsing(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("kinds.NetConfig.from_json_file",)),
            target="config",
            rest=None,
            source="file",
            tool="JSON",
            file="args.net_config",
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    (
        "from mmengine.config import Config\n"
        'cfg = Config.fromfile("a.py")\n'
        "cfg.merge_from_dict(args.cfg_options)"
    ): [
        ConfigParsing(
            line=2,
            end=2,
            evidence=Evidence(API, ("mmengine.config.Config.fromfile",)),
            target="cfg",
            rest=None,
            source="file",
            tool="MMEngine",
            file='"a.py"',
            options=0,
            keeps_unknown=False,
            function=None,
        ),
        ConfigParsing(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("cfg.merge_from_dict",)),
            target=None,
            rest=None,
            source=None,
            tool=None,
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
        ),
    ],
    (
        "import sys\n"
        "from absl import flags\n"
        'flags.DEFINE_integer("epochs", 10, "How many.")\n'
        "FLAGS = flags.FLAGS\n"
        "FLAGS(sys.argv)"
    ): [
        ConfigParsing(
            line=5,
            end=5,
            evidence=Evidence(API, ("absl.flags.FLAGS",)),
            target=None,
            rest=None,
            source="command line",
            tool="absl",
            file=None,
            options=1,
            keeps_unknown=False,
            function=None,
        )
    ],
    (
        "from settings import override_config\n"
        "configs = override_config(configs, args.override_config)"
    ): [
        ConfigParsing(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("override_config",)),
            target="configs",
            rest=None,
            source=None,
            tool=None,
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    ("from settings import update_config\nupdate_config(args.cfg)"): [
        ConfigParsing(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("update_config",)),
            target=None,
            rest=None,
            source=None,
            tool=None,
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    (
        "from transformers import HfArgumentParser\n"
        "parser = HfArgumentParser((ModelOptions, RunOptions))\n"
        "model_options, options = parser.parse_args_into_dataclasses()"
    ): [
        ConfigParsing(
            line=3,
            end=3,
            evidence=Evidence(API, ("transformers.HfArgumentParser.parse_args_into_dataclasses",)),
            target="model_options, options",
            rest=None,
            source="command line",
            tool="HfArgumentParser",
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    "args, rest = parser.parse_known_args()\nif rest:\n    raise ValueError(rest)": [
        ConfigParsing(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("parser.parse_known_args",)),
            target="args, rest",
            rest="rest",
            source="command line",
            tool="argparse",
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    ("from tools import config\ncfg = config.merge_cfg_from_list(cfg, args.opts)"): [
        ConfigParsing(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("config.merge_cfg_from_list",)),
            target="cfg",
            rest=None,
            source=None,
            tool=None,
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    ("from tools import hparams as hp\nhp.configure(args.hp_file)"): [
        ConfigParsing(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("hp.configure",)),
            target=None,
            rest=None,
            source=None,
            tool=None,
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    "import click\n@click.group()\ndef cli():\n    pass": [
        ConfigParsing(
            line=3,
            end=3,
            evidence=Evidence(API, ("click.group",)),
            target=None,
            source="command line",
            tool="click",
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
            rest=None,
        )
    ],
    ("from jsonargparse import CLI\nCLI(setup)"): [
        ConfigParsing(
            line=2,
            end=2,
            evidence=Evidence(API, ("jsonargparse.CLI",)),
            target=None,
            rest=None,
            source="both",
            tool="jsonargparse",
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    ("args = load_hyperparam(args)"): [
        ConfigParsing(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("load_hyperparam",)),
            target="args",
            rest=None,
            source=None,
            tool=None,
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    ("hparams.load_json(path)"): [
        ConfigParsing(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("hparams.load_json",)),
            target=None,
            rest=None,
            source=None,
            tool=None,
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    (
        "import argparse\n"
        "def main(argv=None):\n"
        "    parser = argparse.ArgumentParser()\n"
        "    args = parser.parse_args(argv)"
    ): [
        ConfigParsing(
            line=4,
            end=4,
            evidence=Evidence(API, ("argparse.ArgumentParser.parse_args",)),
            target="args",
            rest=None,
            source="command line",
            tool="argparse",
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
            given="argv",
            optional=True,
        ),
    ],
    (
        "import argparse\n"
        "first, second = argparse.ArgumentParser(), argparse.ArgumentParser()\n"
        "args, rest = first.parse_known_args()\n"
        "more = second.parse_args(rest)"
    ): [
        ConfigParsing(
            line=3,
            end=3,
            evidence=Evidence(API, ("argparse.ArgumentParser.parse_known_args",)),
            target="args, rest",
            rest="rest",
            source="command line",
            tool="argparse",
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
        ),
        ConfigParsing(
            line=4,
            end=4,
            evidence=Evidence(API, ("argparse.ArgumentParser.parse_args",)),
            target="more",
            rest=None,
            source="command line",
            tool="argparse",
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
            given="rest",
        ),
    ],
    ("import json\nconfig = {} if path is None else json.loads(path.read_text())"): [
        ConfigParsing(
            line=2,
            end=2,
            evidence=Evidence(API, ("json.loads",)),
            target="config",
            rest=None,
            source="file",
            tool="JSON",
            file="path",
            options=0,
            keeps_unknown=False,
            function=None,
            condition="path is not None",
        ),
    ],
    (
        "import io\n"
        "import json\n"
        "open_text = io.open\n"
        'with open_text(path, "r") as stream:\n'
        "    config = json.load(stream)"
    ): [
        ConfigParsing(
            line=5,
            end=5,
            evidence=Evidence(API, ("json.load",)),
            target="config",
            source="file",
            tool="JSON",
            file="path",
            options=0,
            keeps_unknown=False,
            rest=None,
            function=None,
        ),
    ],
}
COUNTEREXAMPLES = {
    "import detector\ndetector_cfg = detector.config.get_cfg()": "the defaults of a library",
    'from nets import ModelConfig\nconfig = ModelConfig("base")': "no file is named",
    ("from tools import server\nserver.configure(args.hp_file)"): "something else is set up",
    ("from settings import update_config\nupdate_config(model)"): "a setting of its own",
    (
        "import json\nwritten = json.dumps(options)\nconfig = json.loads(written)"
    ): "a value is decoded again",
    (
        "from settings import update_config\nupdate_config(model_cfg, width)"
    ): "settings are put into settings, nothing is read",
    "options = reader.ReadConfig(seed=1)": "settings are written in the script",
    (
        "import json\n"
        "def is_own_model(path):\n"
        "    config = json.load(open(path))\n"
        "    return 'arch' in config"
    ): "it is looked what kind of file it is",
    "import yaml\nconfig = yaml.safe_load(parser.dump(args))": "settings that are there already",
    "import yaml\nops = yaml.safe_load(open(ops_path))": "a table of operators",
    "import json\nconfig = json.loads(model.config.to_json_string())": "a value is copied",
    "init_args = get_args()": "the arguments of a function",
    "on = get_flags('FLAGS_fast')['FLAGS_fast']": "a switch of a library",
    ("layer = layers.layer_from_config(config)"): "a layer is made from its settings",
    "parser.add_argument('--lr', default=0.1)": "an option is declared, not read",
    "import numpy as np\npixels = np.fromfile(path, np.uint8)": "data, not settings",
    "config = model.get_config()": "the settings of a model that exists",
    "import json\nannotations = json.load(open('train.json'))": "data, not settings",
    "def get_args():\n    return 1\nargs = get_args()": "the body of the helper is read instead",
    ("config.merge_from_list(['train.resume', True])"): "values written in the script",
    ("optimizer, scheduler = init_opt(model)"): "it makes an optimizer",
    ("state = opt_init(params)"): "of an optimizer",
    ("model.load_json(path)"): "no settings",
}
