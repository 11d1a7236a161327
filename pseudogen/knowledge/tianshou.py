"""Tianshou."""

from pseudogen.knowledge.api import Api

_DOCS = "https://tianshou.org/en/stable/"
_WAYS = ("offline", "offpolicy", "onpolicy")

EXACT: dict[str, Api] = {
    f"tianshou.trainer.{way}_trainer": Api("fit", ("policy",), {}, _DOCS) for way in _WAYS
} | {
    f"tianshou.trainer.{way.capitalize()}Trainer": Api(
        "trainer", ("policy",), {}, _DOCS, {"fit": "run"}
    )
    for way in _WAYS
}
EXACT |= {
    f"tianshou.trainer.{way}TrainerParams": Api("trainer-settings", (), {}, _DOCS)
    for way in ("Offline", "OffPolicy", "OnPolicy")
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = ()
