"""How settings are read: argparse, click, Hydra, OmegaConf, YAML, JSON and the frameworks' own.

The trait `source` says from where ("command line", "file", "both"), `tool` by what.
"""

from pseudogen.knowledge.api import Api

_PYTHON = "https://docs.python.org/3/library/"
_CLICK = "https://click.palletsprojects.com/en/stable/api/"
_TYPER = "https://typer.tiangolo.com/"
_FIRE = "https://github.com/google/python-fire/blob/master/docs/using-cli.md"
_HYDRA = "https://hydra.cc/docs/tutorials/basic/your_first_app/simple_cli/"
_OMEGA = "https://omegaconf.readthedocs.io/en/latest/usage.html"
_YAML = "https://pyyaml.org/wiki/PyYAMLDocumentation"
_TRANSFORMERS = (
    "https://huggingface.co/docs/transformers/internal/trainer_utils#transformers.HfArgumentParser"
)
_MMENGINE = "https://mmengine.readthedocs.io/en/latest/advanced_tutorials/config.html"
_TORCHTUNE = "https://docs.pytorch.org/torchtune/stable/deep_dives/configs.html"
_LIGHTNING = "https://lightning.ai/docs/pytorch/stable/cli/lightning_cli.html"
_DETECTRON = "https://detectron2.readthedocs.io/en/latest/tutorials/lazyconfigs.html"
_ABSL = "https://abseil.io/docs/python/guides/flags"
_JSONARGPARSE = "https://jsonargparse.readthedocs.io/en/stable/"
_TYRO = "https://brentyi.github.io/tyro/"
_DRACCUS = "https://github.com/dlwh/draccus"


def _reads(source: str, tool: str, docs: str, *params: str) -> Api:
    return Api("config", params, {}, docs, {"source": source, "tool": tool})


def _decorates(tool: str, docs: str, source: str = "command line") -> Api:
    return Api("config-decorator", (), {}, docs, {"source": source, "tool": tool})


EXACT: dict[str, Api] = {
    "argparse.ArgumentParser.parse_args": _reads(
        "command line", "argparse", _PYTHON + "argparse.html"
    ),
    "click.command": _decorates("click", _CLICK),
    "click.group": _decorates("click", _CLICK),
    "typer.run": _reads("command line", "typer", _TYPER),
    "typer.Typer.command": _decorates("typer", _TYPER),
    "fire.Fire": _reads("command line", "fire", _FIRE),
    **{
        f"detectron2.config.{name}": _reads("file", "LazyConfig", _DETECTRON, "filename")
        for name in ("LazyConfig.load", "lazy.LazyConfig.load")
    },
    "hydra.main": _decorates("Hydra", _HYDRA, "both"),
    "hydra.compose": _reads("file", "Hydra", _HYDRA, "config_name"),
    "hydra.experimental.compose": _reads("file", "Hydra", _HYDRA, "config_name"),
    "omegaconf.OmegaConf.load": _reads("file", "OmegaConf", _OMEGA, "file"),
    "omegaconf.OmegaConf.from_cli": _reads("command line", "OmegaConf", _OMEGA),
    "yaml.safe_load": _reads("file", "YAML", _YAML, "stream"),
    "yaml.load": _reads("file", "YAML", _YAML, "stream"),
    "yaml.full_load": _reads("file", "YAML", _YAML, "stream"),
    "yaml.unsafe_load": _reads("file", "YAML", _YAML, "stream"),
    "ruamel.yaml.load": _reads("file", "YAML", _YAML, "stream"),
    "ruamel.yaml.safe_load": _reads("file", "YAML", _YAML, "stream"),
    "ml_collections.config_flags.DEFINE_config_file": _reads("both", "ml_collections", _ABSL),
    "ml_collections.config_flags.config_flags.DEFINE_config_file": _reads(
        "both", "ml_collections", _ABSL
    ),
    "json.load": Api("data-file", ("fp",), {}, _PYTHON + "json.html", {"tool": "JSON"}),
    "json.loads": Api("data-file", ("s",), {}, _PYTHON + "json.html", {"tool": "JSON"}),
    "toml.load": _reads("file", "TOML", "https://github.com/uiri/toml", "f"),
    "tomllib.load": _reads("file", "TOML", _PYTHON + "tomllib.html", "fp"),
    "transformers.HfArgumentParser": Api("config-parser", (), {}, _TRANSFORMERS),
    "trl.TrlParser": Api("config-parser", (), {}, _TRANSFORMERS),
    "mmengine.Config.fromfile": _reads("file", "MMEngine", _MMENGINE, "filename"),
    "mmengine.config.Config.fromfile": _reads("file", "MMEngine", _MMENGINE, "filename"),
    "mmcv.Config.fromfile": _reads("file", "MMCV", _MMENGINE, "filename"),
    "torchtune.config.parse": _decorates("torchtune", _TORCHTUNE, "both"),
    "lightning.pytorch.cli.LightningCLI": _reads("both", "LightningCLI", _LIGHTNING),
    "pytorch_lightning.cli.LightningCLI": _reads("both", "LightningCLI", _LIGHTNING),
    **{
        f"jsonargparse.{name}": _reads("both", "jsonargparse", _JSONARGPARSE, "components")
        for name in ("CLI", "auto_cli", "cli.CLI")
    },
    "absl.app.run": _reads("command line", "absl", _ABSL),
    "absl.flags.FLAGS": _reads("command line", "absl", _ABSL),
    "tyro.cli": _reads("command line", "tyro", _TYRO, "f"),
    "draccus.wrap": _decorates("draccus", _DRACCUS, "both"),
    "pyrallis.wrap": _decorates("pyrallis", _DRACCUS, "both"),
    "draccus.parse": _reads("both", "draccus", _DRACCUS),
    "simple_parsing.parse": _reads("command line", "simple-parsing", _DRACCUS),
    "chz.entrypoint": _reads("command line", "chz", "https://github.com/openai/chz"),
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {
    "yaml": "yaml",
    "OmegaConf": "omegaconf.OmegaConf",
    "click": "click",
    "hydra": "hydra",
    "json": "json",
}
BARE: tuple[str, ...] = ()
