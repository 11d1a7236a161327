"""ColossalAI."""

from pseudogen.knowledge.api import Api

_DOCS = "https://colossalai.org/docs/"


def _launch(*params: str) -> Api:
    return Api("process-group", params, {}, _DOCS, {"framework": "ColossalAI"})


EXACT: dict[str, Api] = {
    "colossalai.launch": _launch("config", "rank", "world_size", "host", "port", "backend"),
    "colossalai.launch_from_torch": _launch("config", "backend"),
    "colossalai.launch_from_slurm": _launch("config", "host", "port", "backend"),
    "colossalai.launch_from_openmpi": _launch("config", "host", "port", "backend"),
    "colossalai.initialize": Api(
        "wrap", ("model", "optimizer", "criterion"), {}, _DOCS, {"wrap": "other"}
    ),
    "colossalai.trainer.Trainer": Api("trainer", ("engine",), {}, _DOCS),
    "colossalai.legacy.trainer.Trainer": Api("trainer", ("engine",), {}, _DOCS),
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {"colossalai": "colossalai"}
BARE: tuple[str, ...] = ()
