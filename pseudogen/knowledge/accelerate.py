"""Hugging Face Accelerate."""

from pseudogen.knowledge.api import Api

_DOCS = "https://huggingface.co/docs/accelerate/package_reference/accelerator"

EXACT: dict[str, Api] = {
    "accelerate.Accelerator": Api("accelerator", source=_DOCS),
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = ("accelerate.Accelerator",)
