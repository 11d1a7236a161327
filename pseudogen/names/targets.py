"""What a statement assigns to, and which part of the data a name speaks of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.conditions import conjunction, opposite
from pseudogen.names.words import words
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site

TRAINING = "training"
VALIDATION = "validation"

_LONGEST_CALLED = 100
_TRAINING_WORDS = frozenset({"train", "training", "trn", "tr", "trainset", "trainloader"})
_VALIDATION_WORDS = frozenset(
    [
        "dev",
        "devset",
        "eval",
        "evaluation",
        "holdout",
        "test",
        "testing",
        "testloader",
        "testset",
        "val",
        "valid",
        "validation",
        "valloader",
        "valset",
    ]
)


def target(statement: Statement) -> str | None:
    """The text of what an assignment assigns to (`self.loader`, `a, b`); None for no assignment."""
    node = statement.node
    if type(node) is cst.Assign:
        return text(node.targets[0].target)
    if type(node) in (cst.AnnAssign, cst.AugAssign):
        return text(node.target)
    return None


def variable(statement: Statement) -> str:
    """The dotted name that an assignment fills; "" for several names and for no assignment."""
    node = statement.node
    return dotted(node.targets[0].target) if type(node) is cst.Assign else ""


def holder(site: Site) -> str | None:
    """The text of what an assignment fills with what a call gives, and with nothing else."""
    node = site.statement.node
    whole = type(node) is cst.Assign and node.value is site.node
    return text(node.targets[0].target) if whole else None


def given_back(site: Site, part: str) -> str | None:
    """What receives a part of the result of a call that makes several things at once, as
    DeepSpeed's `initialize` (the trait `gives` lists the parts, in order); None where
    the script does not keep it."""
    gives = site.known.api.traits.get("gives", "").split() if site.known is not None else []
    node = site.statement.node
    if part not in gives or type(node) is not cst.Assign or node.value is not site.node:
        return None
    receiver: Any = node.targets[0].target
    place = gives.index(part)
    if type(receiver) is not cst.Tuple or len(receiver.elements) != len(gives):
        return None
    name = text(receiver.elements[place].value)
    return name if name.strip("_") else None


def alternatives(value: Any) -> tuple[Any, ...]:
    """What a value may be: either side of `f() if test else g()`, or else itself."""
    return (value.body, value.orelse) if type(value) is cst.IfExp else (value,)


def assigned(statement: Statement, call: Any) -> str | None:
    """The text of what a call's result is assigned to: `x` in `x = f()`, `x = f() if a else b`,
    `x = f().to(device)`, `x = {k: f() for k in names}`; None when the call is but an argument."""
    node = statement.node
    kind = type(node)
    if kind is not cst.Assign and kind is not cst.AnnAssign:
        return None
    value = node.value
    receiver = node.targets[0].target if kind is cst.Assign else node.target
    if value is call:
        return _kept(receiver)
    if type(value) is cst.Tuple and type(receiver) is cst.Tuple:
        for one, other in zip(receiver.elements, value.elements, strict=False):
            if _leads(other.value, call) is not None:
                return text(one.value)
        return None
    return _kept(receiver) if _leads(value, call) is not None else None


def _kept(receiver: Any) -> str | None:
    """The text of what is assigned to, without `_`, which says that a part is not used."""
    if type(receiver) is not cst.Tuple:
        return text(receiver)
    parts = [part for part in map(text, receiver.elements) if part.rstrip(", ") != "_"]
    return ", ".join(part.rstrip(", ") for part in parts) or None


def called(site: Site) -> str:
    """What is called, with the arguments of calls before it: `unwrap(model).save_pretrained`."""
    written = text(site.node.func)
    inner = "()" in site.name or "[]" in site.name
    return written if inner and len(written) <= _LONGEST_CALLED else site.name


def returned(statement: Statement, call: Any) -> bool:
    """Whether a statement returns what a call gives."""
    return type(statement.node) is cst.Return and _leads(statement.node.value, call) is not None


def inline_condition(statement: Statement, call: Any) -> str | None:
    """The test of `f() if test else g()` under which a call of an assignment is reached, or what
    stands before it in the test of an `if`."""
    value = getattr(statement.node, "value", None)
    tests = _leads(value, call) if value is not None else None
    if tests is None and type(statement.node) is cst.If:
        tests = _before(statement.node.test, call)
    return conjunction(*tests) if tests else None


def _before(test: Any, call: Any) -> list[str] | None:
    """What has to hold for a call in a test to be made: `a` in `if a and f():`; None if it is not
    made in it."""
    if test is call:
        return []
    if type(test) is cst.UnaryOperation:
        return _before(test.expression, call)
    if type(test) is not cst.BooleanOperation:
        return None
    left, right = _before(test.left, call), _before(test.right, call)
    if left is not None or right is None:
        return left
    holds = type(test.operator) is cst.And
    return [text(test.left) if holds else opposite(test.left), *right]


def condition_of(script: Script, statement: Statement, call: Any) -> str | None:
    """The condition under which a call is reached, that of `f() if test else g()` included."""
    return conjunction(script.condition(statement), inline_condition(statement, call))


def _leads(node: Any, call: Any) -> list[str] | None:
    """The tests on the way from a value down to the call that makes it; None if none leads."""
    if node is call:
        return []
    kind = type(node)
    if kind is cst.IfExp:
        body, orelse = _leads(node.body, call), _leads(node.orelse, call)
        if body is not None:
            return [text(node.test), *body]
        return [opposite(node.test), *orelse] if orelse is not None else None
    if kind is cst.Call and type(node.func) is cst.Attribute:
        return _leads(node.func.value, call)
    if kind is cst.DictComp:
        return _leads(node.value, call)
    if kind in (cst.ListComp, cst.GeneratorExp):
        return _leads(node.elt, call)
    if kind is cst.Subscript:
        return _leads(node.value, call)
    if kind in (cst.Dict, cst.List, cst.Tuple):
        leads = (_leads(element.value, call) for element in node.elements)
        return next((found for found in leads if found is not None), None)
    return None


def split(*names: str | None) -> str | None:
    """TRAINING or VALIDATION, by the first of the names that speaks of one of them alone."""
    for name in names:
        found = {word for part in (name or "").split(".") for word in words(part)}
        trains, validates = found & _TRAINING_WORDS, found & _VALIDATION_WORDS
        if bool(trains) != bool(validates):
            return TRAINING if trains else VALIDATION
    return None
