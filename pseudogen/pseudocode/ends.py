"""What goes into an algorithm and what comes out of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import libcst as cst

from pseudogen.document import spans
from pseudogen.names.structure import EVALUATION_LOOP
from pseudogen.names.words import words
from pseudogen.pseudocode.draft import Draft
from pseudogen.pseudocode.phrasing import neutral
from pseudogen.pseudocode.terms import ATOM
from pseudogen.pseudocode.writer import Writer
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text as python_text


def mentions(writer: Writer, drafts: Sequence[Draft], name: str) -> bool:
    """Whether lines speak of a name, or of a part of what it names."""
    wanted, inside = _codes(writer.vocabulary.code(name)), f"{name}."
    return any(
        (code,) == wanted or code.startswith(inside)
        for draft in drafts
        for code in _codes(draft.text)
    )


@lru_cache(maxsize=4096)  # an outline asks for all names in each of the lines that it might have
def _codes(text: str) -> tuple[str, ...]:
    """The code in a marked text."""
    return tuple(span.text for span in spans(text) if span.kind == "code")


def ends(writer: Writer, kept: Sequence[Draft], prepared: bool) -> list[Draft]:
    """The lines that name what goes in and what comes out; with `prepared`, what else is used and
    made by lines that are left out."""
    given = _given(writer, kept)
    found = []
    if given:
        names = [neutral(writer, name, ATOM) for name in given]
        found.append(Draft(writer.keyword("input", names), 0, (1, 1), whole=True))
    if prepared:
        found += _used(writer, kept, given)
    models = _made(writer, kept, "model") or _applied(writer, kept)
    loops = writer.script.structure.loops.values()
    fits = any(draft.pattern == "epoch-loop" for draft in kept)
    if models and (fits or any(loop.kind != EVALUATION_LOOP for loop in loops)):
        fitted = [name for name in models if name in _receivers(writer, kept)]
        trained = _trained_apart(writer, kept, models) or (fitted or models)[:1]
        names = [neutral(writer, name, ATOM) for name in trained]
        found.append(Draft(writer.keyword("output", names), 0, (1, 1), whole=True))
    return found


def _given(writer: Writer, kept: Sequence[Draft]) -> list[str]:
    """What goes in: data sets, and the settings that some lines speak of."""
    script = writer.script
    made = {python_text(t) for d in kept for t in _bound(script.tree.statements[d.statement].node)}
    shown = {draft.statement for draft in kept}
    settings = [
        name
        for name, setting in script.settings.items()
        if setting.statement not in shown and mentions(writer, kept, name)
    ]
    return [*(_made(writer, kept, "dataset") or _fitted(writer, kept, made)), *settings]


def _used(writer: Writer, kept: Sequence[Draft], given: Sequence[str]) -> list[Draft]:
    """The line that names what some lines use and do not make, besides what goes in."""
    told = {name.partition(".")[0] for name in given}
    names = [neutral(writer, name, ATOM) for name in _prepared(writer, kept) if name not in told]
    few, more = names[:_MOST_PREPARED], max(0, len(names) - _MOST_PREPARED)
    said = writer.keyword("prepared", few, more)
    return [Draft(said, 0, (1, 1), whole=True)] if names else []


def _prepared(writer: Writer, kept: Sequence[Draft]) -> list[str]:
    """The names that some lines speak of, and that lines which are left out give a value."""
    script = writer.script
    shown = {draft.statement for draft in kept}
    found: dict[str, bool] = {}
    for draft in kept:
        statement = script.tree.statements[draft.statement]
        for read, _ in script.reads_of(statement):
            name = _ROOT.match(read)[0]  # type: ignore[index]
            if name in found or not mentions(writer, [draft], name):
                continue
            bindings = script.resolver.bindings(name, statement.scope)
            made = {binding.statement for binding in bindings}
            found[name] = (
                bool(made)
                and not made & shown
                and _HOWS.issuperset(binding.how for binding in bindings)
            )
    return [name for name, prepared in found.items() if prepared]


_HOWS = frozenset({"assign", "augment", "for", "global", "unpack", "with"})
_ROOT = re.compile(r"[^.\[]*")
_MOST_PREPARED = 12


def _trained_apart(writer: Writer, kept: Sequence[Draft], models: Sequence[str]) -> list[str]:
    """The models that have optimizers of their own, as those of a GAN; [] where one trains all."""
    optimizers = [draft for draft in kept if draft.pattern == "optimizer-build"]
    each = [{m for m in models if mentions(writer, [draft], m)} for draft in optimizers]
    trained = set().union(*each)
    apart = len(trained) == sum(map(len, each)) and sum(map(bool, each)) > 1
    return [m for m in models if m in trained] if apart else []


def _fitted(writer: Writer, kept: Sequence[Draft], made: set[str]) -> list[str]:
    """What a call that trains by itself is given without a name, and no line has made."""
    found: list[str] = []
    for draft in kept:
        call = getattr(writer.script.tree.statements[draft.statement].node, "value", None)
        if draft.pattern == "epoch-loop" and type(call) is cst.Call:
            passed: list[Any] = [arg.value for arg in call.args if arg.keyword is None]
            found += [v.value for v in passed if type(v) is cst.Name and v.value not in made]
    return found


def _receivers(writer: Writer, kept: Sequence[Draft]) -> set[str]:
    """What is told to train: `model` in `model.fit(...)`."""
    nodes = (writer.script.tree.statements[d.statement].node for d in kept if d.pattern)
    calls = (getattr(node, "value", None) for node in nodes)
    return {
        python_text(call.func.value)
        for call in calls
        if type(call) is cst.Call and type(call.func) is cst.Attribute
    }


def _applied(writer: Writer, kept: Sequence[Draft]) -> list[str]:
    """The names of models that the kept lines apply in loops of the training."""
    script = writer.script
    found: dict[str, None] = {}
    for draft in kept:
        statement = script.tree.statements[draft.statement]
        value = getattr(statement.node, "value", None)
        loop = script.loop_around(statement)
        if type(value) is not cst.Call or loop is None:
            continue
        kind = script.structure.loops.get(loop.index)
        role = script.role(value.func, statement.scope)
        trains = kind is not None and kind.kind != EVALUATION_LOOP
        model = role is not None and role.kind == "model" and not _is_defined(writer, value)
        if trains and model and not _BESIDE.intersection(words(dotted(value.func))):
            found[python_text(value.func)] = None
    return list(found)


_BESIDE = frozenset(
    {"aug", "augment", "augmentation", "augmentations", "criterion", "loss", "transform"}
    | {"transforms"}
)
"""Words of modules that are applied in a training and not trained."""


def _made(writer: Writer, kept: Sequence[Draft], kind: str) -> list[str]:
    """The names that the kept lines give something with a role."""
    script = writer.script
    found: dict[str, None] = {}
    for draft in kept:
        statement = script.tree.statements[draft.statement]
        for target in _bound(statement.node):
            role = script.role(target, statement.scope)
            if role is not None and role.kind == kind:
                found[python_text(target)] = None
    return list(found)


def _bound(node: Any) -> list[cst.BaseExpression]:
    if type(node) is not cst.Assign or _is_mode(node.value):
        return []
    targets = [target.target for target in node.targets]
    return [target for target in targets if type(target) in (cst.Name, cst.Attribute)]


def _is_mode(value: Any) -> bool:
    """`model.eval()`: no new model."""
    function = getattr(value, "func", None)
    return type(function) is cst.Attribute and function.attr.value in ("eval", "train")


def _is_defined(writer: Writer, call: cst.Call) -> bool:
    """Whether a call runs a function of the script, or makes an instance of a class of it."""
    name = call.func.value if type(call.func) is cst.Name else ""
    return any(
        binding.how in ("function", "class")
        for binding in writer.script.resolver.bindings(str(name), writer.scope)
    )
