"""What decorates a function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.evidence import Known
from pseudogen.syntax.build import dotted

if TYPE_CHECKING:
    from pseudogen.names.script import Script


def decorating(node: Any, scope: int, script: Script) -> Known | None:
    """The row of a decorator: of `@jit`, `@jit(...)` and `@partial(jit, ...)`."""
    if type(node) is not cst.Call:
        return script.known(node, scope)
    if dotted(node.func).rpartition(".")[2] == "partial" and node.args:
        return script.known(node.args[0].value, scope)
    return script.known(node.func, scope)
