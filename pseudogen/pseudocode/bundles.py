"""Parts of an outline that are shown together or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

import libcst as cst

from pseudogen.names.script import Script
from pseudogen.names.words import words
from pseudogen.pseudocode.algorithm import Part
from pseudogen.pseudocode.weight import MAIN, NONE, SIDE
from pseudogen.syntax.build import dotted
from pseudogen.syntax.tree import NO_STATEMENT, Statement

Bundle = list[Part]
_CONSTANTS = (cst.Name, cst.Integer, cst.Float, cst.SimpleString)
"""`sampler = None` in another case is not missed."""


def bundles(script: Script, parts: Sequence[Part]) -> list[Bundle]:
    """The parts with a weight, the most important first. With each come those without which it
    would mislead: what the other branches make of the same name (`model = ...` in each case), and
    the batch size before its division, or a second one would seem to divide it again. Of the least
    important, those come first that make what the others use."""
    needed = _needed(script, parts)
    wanted = (part for part in parts if part.weight or part.statement in needed)
    order = sorted(wanted, key=lambda part: _place(part, needed))
    companions = _Companions(script, parts)
    found: list[Bundle] = []
    taken: set[int] = set()
    for part in order:
        if id(part) not in taken:
            bundle = companions.of(part, taken)
            found.append(bundle)
            taken.update(map(id, bundle))
    return found


def _place(part: Part, needed: Mapping[int, int]) -> tuple[int, int, int]:
    """What decides how early a part is shown: the smallest comes first."""
    level = needed.get(part.statement, _LEVELS) if part.weight <= SIDE else 0
    return -part.weight, level, part.aside


def _needed(script: Script, parts: Sequence[Part]) -> dict[int, int]:
    """The assignments that make what the more important parts use, or the conditions and loops
    around them, and what these use in turn: how far each is from there."""
    simple = {part.statement for part in parts if not part.header and _is_short(part)}
    found: dict[int, int] = {}
    shown = {p.statement for p in parts if p.weight >= MAIN and p.statement != NO_STATEMENT}
    settings = {name.partition(".")[0] for name in script.settings}
    for level in range(_LEVELS):
        around = {above.index for each in shown for above in script.tree.ancestors(each)}
        made = {each for index in shown | around for each in _makers(script, index, settings)}
        shown = (made & simple) - found.keys()
        if level:  # what prepares in several steps is told as given, what a round does is not
            shown = {each for each in shown if script.loop_around(script.tree.statements[each])}
        found.update(dict.fromkeys(shown, level))
    return found


_LEVELS = 3


def _makers(script: Script, index: int, settings: Set[str]) -> Iterator[int]:
    """The assignments of what a statement reads, but for settings: these are told as what goes
    in."""
    for read, _ in script.reads_of(script.tree.statements[index]):
        name = read.partition("[")[0].partition(".")[0]
        if name not in settings:
            yield from (b.statement for b in script.reaching(name, index) if b.how in _HOWS)


def _is_short(part: Part) -> bool:
    return part.weight > NONE or sum(len(draft.text) for draft in part.drafts) < _LONG


_LONG = 240
_HOWS = frozenset({"assign", "augment", "unpack"})


class _Companions:
    def __init__(self, script: Script, parts: Sequence[Part]) -> None:
        self.script = script
        self.parts = {part.statement: part for part in parts if part.statement != NO_STATEMENT}
        self.choices: dict[tuple[int, str], list[Part]] = {}
        """(chain of branches, name) -> what the branches themselves make of the name."""
        for part in self.parts.values():
            for key in self._choices(part):
                self.choices.setdefault(key, []).append(part)

    def of(self, part: Part, taken: set[int]) -> Bundle:
        """A part with all that belongs to it and is not in a bundle yet."""
        bundle = [part]
        have = taken | {id(part)}
        for each in bundle:
            for other in self._beside(each):
                if id(other) not in have:
                    have.add(id(other))
                    bundle.append(other)
        return bundle

    def _beside(self, part: Part) -> Iterator[Part]:
        for key in self._choices(part):
            yield from self.choices[key]
        statement = self._statement(part)
        yield from self._sources(statement)
        if any(draft.pattern == "batch-division" for draft in part.drafts):
            for name in _targets(statement.node):
                for binding in self.script.reaching(name, statement.index):
                    if binding.statement in self.parts:
                        yield self.parts[binding.statement]

    def _sources(self, statement: Statement) -> Iterator[Part]:
        """Where saved state comes from: `checkpoint = torch.load(path)` of
        `model.load_state_dict(checkpoint["model"])` and `net = checkpoint["net"]`."""
        for name in _put_back(statement.node):
            for binding in self.script.reaching(name, statement.index):
                if binding.how == "assign" and binding.statement in self.parts:
                    yield self.parts[binding.statement]

    def _choices(self, part: Part) -> Iterator[tuple[int, str]]:
        statement = self._statement(part)
        if statement.parent == NO_STATEMENT:
            return
        header = self.script.tree.statements[statement.parent]
        written = getattr(statement.node, "value", None)
        if type(header.node) in (cst.If, cst.Else) and type(written) not in _CONSTANTS:
            for name in _targets(statement.node):
                yield header.chain, name

    def _statement(self, part: Part) -> Statement:
        return self.script.tree.statements[part.statement]


def _put_back(node: Any) -> Iterator[str]:
    """The variable with saved state, by its name, of which a part is put back or taken."""
    value = node.value if isinstance(node, (cst.Assign, cst.Expr)) else None
    if type(value) is cst.Call and dotted(value.func).endswith(".load_state_dict") and value.args:
        value = value.args[0].value
    base = value
    while type(base) is cst.Subscript:
        base = base.value
    if base is not value and type(base) is cst.Name and _STATE & set(words(base.value)):
        yield base.value


_STATE = frozenset(
    {"checkpoint", "ckpt", "loaded", "params", "pretrained", "saved", "snapshot", "state"}
    | {"states", "weights"}
)
"""Words of what holds saved state."""


def _targets(node: object) -> Iterator[str]:
    """The names that an assignment gives a value to, but for those of a tuple."""
    if isinstance(node, cst.Assign):
        yield from filter(None, (dotted(target.target) for target in node.targets))
    elif isinstance(node, cst.AugAssign):
        yield dotted(node.target)
