"""Reads training scripts and writes pseudocode and plain-language explanations.

>>> import pseudogen
>>> print(pseudogen.explain("batch_size = batch_size // world_size"))  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pseudogen.errors import InputError
from pseudogen.languages import languages

if TYPE_CHECKING:
    from pseudogen.api import analyze, check, explain, pseudo

__version__ = "0.1.0"
__all__ = ["InputError", "analyze", "check", "explain", "languages", "pseudo"]


def __getattr__(name: str) -> Any:
    """The functions of the API, loaded when first used: they bring LibCST with them."""
    if name in ("analyze", "check", "explain", "pseudo"):
        from pseudogen import api

        return getattr(api, name)
    raise AttributeError(f"module 'pseudogen' has no attribute {name!r}")
