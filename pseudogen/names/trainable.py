"""The parameters of a model that are trained, picked or counted: `[p for p in model.parameters() if
p.requires_grad]`."""

from __future__ import annotations

from typing import Any

import libcst as cst

from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

_COMPREHENSIONS = (cst.ListComp, cst.GeneratorExp, cst.SetComp)


def trained_part(node: Any) -> str | None:
    """The model of whose parameters those with `requires_grad` are taken, as written."""
    if type(node) is cst.Call and dotted(node.func) in ("list", "tuple") and len(node.args) == 1:
        node = node.args[0].value
    if type(node) is cst.Call and dotted(node.func) == "filter" and len(node.args) == 2:
        test: Any = node.args[0].value
        one = test.params.params if type(test) is cst.Lambda else ()
        asked = len(one) == 1 and _is_trained(test.body, one[0].name.value)
        return _model(node.args[1].value) if asked else None
    found = _each(node)
    if found is None or not found[2] or text(node.elt) != found[0]:
        return None
    return found[1]


def counted(node: Any) -> tuple[str, bool] | None:
    """Of which model the numbers in all parameters are counted, and whether only those that are
    trained: `sum(p.numel() for p in model.parameters())`."""
    sums = type(node) is cst.Call and dotted(node.func) == "sum" and len(node.args) == 1
    found = _each(node.args[0].value) if sums else None
    if found is None or text(node.args[0].value.elt) not in (
        f"{found[0]}.numel()",
        f"{found[0]}.nelement()",
    ):
        return None
    return found[1], found[2]


def _each(node: Any) -> tuple[str, str, bool] | None:
    """The variable of a comprehension over the parameters of a model, the model, and whether only
    those that are trained are taken; None of any other."""
    if type(node) not in _COMPREHENSIONS or node.for_in.inner_for_in is not None:
        return None
    name, tests = text(node.for_in.target), [each.test for each in node.for_in.ifs]
    model = _model(node.for_in.iter)
    plain = len(tests) <= 1 and all(_is_trained(test, name) for test in tests)
    return (name, model, bool(tests)) if model is not None and plain else None


def _is_trained(test: Any, name: str) -> bool:
    return text(test) in (f"{name}.requires_grad", f"{name}.requires_grad == True")


def _model(over: Any) -> str | None:
    """`model` of `model.parameters()`."""
    named = type(over) is cst.Call and not over.args and type(over.func) is cst.Attribute
    return text(over.func.value) if named and over.func.attr.value == "parameters" else None
