"""The story of a run that goes on: what is read back from a checkpoint, where each piece goes, and
what was saved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import libcst as cst

from pseudogen.finding import Finding
from pseudogen.following import Reached
from pseudogen.names.arguments import is_lenient
from pseudogen.names.conditions import common
from pseudogen.names.rekeying import Rekeyed, rekeyed
from pseudogen.names.script import Script
from pseudogen.names.targets import variable
from pseudogen.records import dataclass, replace
from pseudogen.regex import regex
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_LOADS = ("load_state_dict", "set_state_dict")
_READS = ("load", "read")
_BARE = regex(r"\w+(\[[^\[\]]+\]|\.(get|pop)\([^()]+\))")
_LONGEST = 60
_FEW = 2
"""With fewer pieces there is nothing to tell that the findings do not say."""


@dataclass(frozen=True, slots=True)
class Restored:
    """A piece of a checkpoint that is put back.

    Attributes:
        kind: Whether it goes into something that has a state ("state") or a variable ("value").
        line: Where.
        key: Under which it was saved.
        name: What gets it.
        code: For a variable, how it is worked out, where it is not the very piece.
        condition: When, beyond what holds for the reading.
        branch: Where the innermost branch begins in which it is put back.
        rekeyed: How the names in a state are changed on the way.
        lenient: Whether names that do not match are let pass.
        by: The variable that held the state in between, and where it got it.
    """

    kind: str
    line: int
    key: str
    name: str
    code: str | None = None
    condition: str | None = None
    by: tuple[str, int] | None = None
    branch: int | None = None
    rekeyed: Rekeyed | None = None
    lenient: bool = False

    @property
    def told(self) -> set[int]:
        """The lines of which it speaks."""
        return {self.line, self.by[1]} if self.by else {self.line}


@dataclass(frozen=True, slots=True)
class Continuing:
    """How a run goes on from a checkpoint.

    Attributes:
        line: Where the story begins.
        lines: From the reading to the last piece put back.
        reads: The calls that read, and where; with their arguments where these may say anything.
        together: Whether all of them are made, and not one of several.
        path: What is read.
        condition: When; of several readings what is common to them.
        parts: The pieces put back, in the order of the source.
        saves: The calls that save such a state, and their lines.
        left: What is saved there and not read here.
        loop: With what the training loop begins, where that is put back, the line of the loop, and
            whether its rounds are epochs.
    """

    line: int
    lines: tuple[int, int]
    reads: tuple[tuple[str, int], ...]
    together: bool
    path: str | None
    condition: str | None
    parts: tuple[Restored, ...]
    saves: tuple[tuple[str, tuple[int, int]], ...]
    left: tuple[str, ...]
    loop: tuple[str, int, bool] | None

    @property
    def told(self) -> set[int]:
        """The lines of which it speaks."""
        return {line for _, line in self.reads}.union(*(part.told for part in self.parts))

    def tells(self, finding: Finding) -> bool:
        """Whether it says what a finding is."""
        return finding.pattern == "checkpoint-resume" and finding.line in self.told


def continuing(script: Script, placed: Sequence[tuple[Finding, Statement]]) -> Iterator[Continuing]:
    """The stories of a script's resumptions: one for each function that reads a checkpoint."""
    homes: dict[int, list[tuple[Finding, Statement]]] = {}
    for finding, statement in placed:
        if finding.pattern == "checkpoint-resume" and getattr(finding, "how", "") in _READS:
            function = script.function_around(statement)
            homes.setdefault(function.index if function else -1, []).append((finding, statement))
    for found_here in homes.values():
        in_pieces = [(f, s) for f, s in found_here if getattr(f, "restores", ())]
        readings = in_pieces or found_here
        firsts = {variable(statement): statement for _, statement in reversed(readings)}
        found = (part for reading in firsts.values() for part in _parts(script, reading))
        parts = sorted(_through_variables(script, list(found)), key=lambda part: part.line)
        if len(parts) >= _FEW and "" not in firsts:
            yield _story(readings, tuple(parts), [finding for finding, _ in placed])


def continuing_elsewhere(reached: Reached) -> list[Continuing]:
    """The stories of the resumptions in a function of another file."""
    if not any(finding.pattern == "checkpoint-resume" for finding in reached.findings):
        return []
    at = reached.script.tree.by_line()
    found = continuing(reached.script, [(f, at[f.line]) for f in reached.of_file])
    first, last = reached.lines
    return [story for story in found if first <= story.line <= last]


def _story(
    readings: Sequence[tuple[Finding, Statement]],
    parts: tuple[Restored, ...],
    findings: Sequence[Finding],
) -> Continuing:
    found: list[Any] = [finding for finding, _ in readings]
    keys = {part.key for part in parts} | {key for f in found for key in f.restores}
    together = len({variable(statement) for _, statement in readings}) > 1
    saves: list[Any] = [f for f in findings if _saves(f, keys, 1 if together else _FEW)]
    left = [key for f in saves for key in f.contents if key not in keys]
    paths = {f.path for f in found}
    return Continuing(
        line=found[0].line,
        lines=(found[0].line, max(found[-1].end, parts[-1].line)),
        reads=tuple((_reading(f, s), f.line) for f, s in readings),
        together=together,
        path=paths.pop() if len(paths) == 1 else None,
        condition=common([f.condition for f in found]),
        parts=parts,
        saves=tuple((f.call, (f.line, f.end)) for f in saves),
        left=tuple(dict.fromkeys(left)) if len(saves) == 1 else (),
        loop=_loop(parts, findings),
    )


def _reading(finding: Any, statement: Statement) -> str:
    """The call that reads; with its arguments where it is not known which one is the file."""
    return str(finding.call) if finding.path else text(statement.node.value)


def _saves(finding: Finding, keys: set[str], few: int) -> bool:
    """Whether a saving writes at least a `few` of the keys that are read."""
    contents = getattr(finding, "contents", ()) if finding.pattern == "checkpoint-save" else ()
    return len(keys & set(contents)) >= few


def _loop(parts: Sequence[Restored], findings: Sequence[Finding]) -> tuple[str, int, bool] | None:
    values = [part.name for part in parts if part.kind == "value"]
    for finding in findings:
        start = getattr(finding, "start", None) if finding.pattern == "epoch-loop" else None
        if start is not None and any(_speaks_of(name, start) for name in values):
            return start, finding.line, getattr(finding, "unit", "epoch") == "epoch"
    return None


def _speaks_of(name: str, code: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.\[(])", code) is not None


def _parts(script: Script, reading: Statement) -> Iterator[Restored]:
    """The pieces of what was read that the same function puts back below."""
    name = variable(reading)
    if not name:
        return
    key = re.compile(rf"(?<![\w.]){re.escape(name)}(?:\[|\.get\(|\.pop\()['\"]([\w.\-]+)['\"]")
    function = script.function_around(reading)
    block = script.tree.below(function) if function is not None else script.tree.statements
    for statement in block:
        value = getattr(statement.node, "value", None)
        if (
            statement.index <= reading.index
            or value is None
            or name not in script.source(statement)
        ):
            continue
        keys = dict.fromkeys(key.findall(text(value)))
        given = (of for k in keys for of in _given_anew(script, name, k, reading))
        if any(not script.exclusive(of, statement) and of.index < statement.index for of in given):
            continue  # what stands there is no longer what was saved
        if len(keys) == 1 and script.reaching(name, statement.index):
            condition = script.condition(statement, reading)
            header = script.tree.statements[statement.parent].first if condition else None
            for part in _restored(statement, value, next(iter(keys)), condition):
                yield replace(part, branch=header)


def _given_anew(script: Script, name: str, key: str, reading: Statement) -> Iterator[Statement]:
    """The statements below a reading that put something else under a key of what was read:
    `checkpoint["model"] = strip(checkpoint["ema"])`."""
    targets = {f"{name}[{quote}{key}{quote}]" for quote in "\"'"}
    for statement in script.tree.statements[reading.index : script.tree.scope_end(reading.scope)]:
        node = statement.node
        if type(node) is not cst.Assign or type(node.targets[0].target) is not cst.Subscript:
            continue
        given = text(node.targets[0].target) in targets
        if given and not any(target in text(node.value) for target in targets):
            yield statement


def _restored(
    statement: Statement, value: Any, key: str, condition: str | None
) -> Iterator[Restored]:
    node = statement.node
    receiver, method = _called_on(value) if type(value) is cst.Call else ("", "")
    if method in _LOADS:
        if receiver and type(node) in (cst.Assign, cst.Expr):
            yield replace(
                Restored("state", statement.first, key, receiver, None, condition),
                rekeyed=rekeyed(value.args[0].value) if value.args else None,
                lenient=is_lenient(value),
            )
    elif type(node) is cst.Assign and len(node.targets) == 1:
        target = text(node.targets[0].target)
        changed = rekeyed(value)
        bare = changed is not None or _BARE.fullmatch(text(value))
        code = None if bare else text(value)
        if len(code or "") <= _LONGEST and len(target) <= _LONGEST:
            yield replace(
                Restored("value", statement.first, key, target, code, condition), rekeyed=changed
            )


def _called_on(call: Any) -> tuple[str, str]:
    """What a method is called on, as written, and the method; "" for a function."""
    function = call.func
    named = type(function) is cst.Attribute and dotted(function) != ""
    return (text(function.value), function.attr.value) if named else ("", dotted(function))


def _through_variables(script: Script, parts: list[Restored]) -> Iterator[Restored]:
    """The pieces; one that a variable holds only until something is given it as its state
    (`weights = checkpoint["model"]`, `model.load_state_dict(weights)`) in the place of that."""
    at = script.tree.by_line()
    for part in parts:
        taken = list(_taken(script, part, at[part.line])) if part.kind == "value" else []
        yield from taken or [part]


def _taken(script: Script, part: Restored, held: Statement) -> Iterator[Restored]:
    """What gets the state that a variable holds, in the same block or below."""
    if part.code is not None:
        return
    for call in script.calls_after(held):
        receiver, method = _called_on(call.node)
        if method not in _LOADS or not receiver or not call.node.args:
            continue
        if call.scope != held.scope or text(call.node.args[0].value) != part.name:
            continue
        made = {binding.statement for binding in script.reaching(part.name, call.statement.index)}
        if held.index in made:
            yield replace(
                part,
                kind="state",
                line=call.line,
                name=receiver,
                by=(part.name, part.line),
                lenient=is_lenient(call.node),
            )
