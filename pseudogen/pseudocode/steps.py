"""Level "steps": one line a step. Findings are their phrase; what only reports or declares is
folded into a line that says what was folded."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import libcst as cst

from pseudogen.finding import Finding
from pseudogen.pseudocode import comments, folding
from pseudogen.pseudocode.calls import calls
from pseudogen.pseudocode.details import complete
from pseudogen.pseudocode.draft import Draft
from pseudogen.pseudocode.full import said
from pseudogen.pseudocode.phrasing import step_text
from pseudogen.pseudocode.writer import Writer
from pseudogen.records import dataclass
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.text import text as python_text
from pseudogen.syntax.tree import Statement

_LONGEST_FOLD = 8
"""Most statements that the phrase of a finding may stand for."""

_WORD = re.compile(r"\w+")
_COLONS = (":", "：")
_GIVES = " ← "
"""A phrase with it gives a value to a name: false of a statement that gives none."""


@dataclass(frozen=True, slots=True)
class _Step:
    """A phrase; `names` is the code of the script in it."""

    text: str
    names: str
    end: int
    pattern: str


def steps(writer: Writer, findings: Sequence[Finding], details: bool = True) -> list[Draft]:
    """The lines of the whole script, one a step; with `details`, a phrase has the arguments that it
    does not speak of in brackets behind it."""
    statements = writer.script.tree.statements
    # A finding knows its line alone: where statements share one, it may be about any of them.
    shared = Counter(statement.first for statement in statements)
    by_line: dict[int, list[Finding]] = {}
    for finding in findings:
        if shared[finding.line] == 1:
            by_line.setdefault(finding.line, []).append(finding)
    found: list[Draft] = []
    index = 0
    while index < len(statements):
        statement = statements[index]
        index = (
            _text(statement, found)
            or _run(writer, index, found)
            or _found(writer, statement, by_line.get(statement.first, ()), found, details)
            or _plain(writer, statement, found)
        )
    return found


def _plain(writer: Writer, statement: Statement, found: list[Draft]) -> int:
    found += said(writer, statement)
    return statement.index + 1


def _run(writer: Writer, index: int, found: list[Draft]) -> int:
    run = folding.run(writer, index)
    if run is None:
        return 0
    found.append(run.draft)
    return run.after


def _text(statement: Statement, found: list[Draft]) -> int:
    """A docstring has no line of its own: the line before stands for it, too."""
    if not comments.is_text(statement.node):
        return 0
    if found:
        found[-1] = found[-1].covering((statement.first, statement.last))
    else:
        text, place = comments.text_lines(statement)[0]
        found.append(Draft(text, statement.depth, place, None, statement.index))
    return statement.index + 1


def _found(
    writer: Writer,
    statement: Statement,
    findings: Sequence[Finding],
    found: list[Draft],
    details: bool,
) -> int:
    """The phrases of the findings at a statement; 0 where they do not say all of it."""
    here = [step for step in (_step(writer, finding) for finding in findings) if step is not None]
    if type(statement.node) is cst.Expr:
        here = [step for step in here if _GIVES not in step.text]
        if any(step.pattern in _SAYING_LESS for step in here) and _says_more(writer, statement):
            return 0
    elif any(step.pattern in _SWITCHES for step in here):
        here.sort(key=lambda step: _GIVES not in step.text)
        here = here if _GIVES in here[0].text or type(statement.node) not in _SMALL else []
    if not here:
        return 0
    if statement.after > statement.index + 1:
        return _compound(writer, statement, here, found)
    if not isinstance(statement.node, _SMALL):
        return 0  # a `return` does more than what a phrase says of its value
    if not _says_targets(statement, here) or _collects(statement.node):
        return 0
    after = _behind(writer, statement, here)
    last = writer.script.tree.statements[after - 1].last
    said: dict[str, str | None] = {step.text: step.pattern for step in _each_once(here)}
    for text, pattern in _whole(writer, statement, said, details).items():
        place = statement.start, last
        found.append(Draft(text, statement.depth, place, pattern, statement.index))
    return after


_SAYING_LESS = frozenset({"checkpoint-resume", "config-parsing"})
_SAYING_MORE = frozenset({"load_state", "run_main"})
"""The keys of calls whose own words say what is loaded where, and what is run."""


def _says_more(writer: Writer, statement: Statement) -> bool:
    """Whether a call says more by itself than what some pattern finds in it."""
    call = statement.node.value
    writer.enter(statement)
    return type(call) is cst.Call and calls.key(writer, call) in _SAYING_MORE


def _collects(node: Any) -> bool:
    """Whether several values are put together, of which a phrase speaks as of one."""
    value: Any = getattr(node, "value", None)
    several = len(value.elements) > 1 if type(value) in (cst.List, cst.Dict) else False
    return several or type(value) in (cst.ListComp, cst.DictComp, cst.SetComp)


def _each_once(here: list[_Step]) -> list[_Step]:
    """Phrases without those that give a value to what another one before gives one: a schedule
    that says its warm-up, too."""
    found: dict[str, _Step] = {}
    for step in here:
        target, gives, _ = step.text.partition(_GIVES)
        found.setdefault(target if gives else step.text, step)
    return list(found.values())


def _draft(statement: Statement, step: _Step, last: int) -> Draft:
    place = statement.start, last
    return Draft(step.text, statement.depth, place, step.pattern, statement.index)


def _whole(
    writer: Writer, statement: Statement, said: dict[str, str | None], details: bool
) -> dict[str, str | None]:
    """Phrases with what they leave out; of a call that trains by itself, that is never left out."""
    wanted = details or "epoch-loop" in said.values()
    return complete(writer, statement, said) if wanted else said


def _step(writer: Writer, finding: Finding) -> _Step | None:
    text, names = step_text(writer, finding)
    return _Step(text, names, finding.end, finding.pattern) if text else None


_SWITCHES = frozenset({"layer-freezing", "layer-unfreezing"})
"""Patterns whose phrase speaks of what an assignment makes, and does not say how it is made."""
_SMALL = (cst.Assign, cst.AugAssign, cst.AnnAssign, cst.Expr)


def _says_targets(statement: Statement, here: list[_Step]) -> bool:
    """Whether the phrases name everything that an assignment gives a value to, and, where the value
    is worked out and not just a call, everything that goes into it."""
    node: Any = statement.node
    if type(node) is cst.Expr:
        return True
    if type(node.value) is cst.IfExp and any(step.pattern == "device-selection" for step in here):
        return True  # its phrase says when which device is taken
    if type(node) is cst.AugAssign or type(node.value) in _WORKED_OUT:
        return _says_operands(node, here)
    targets: list[Any] = (
        [t.target for t in node.targets] if type(node) is cst.Assign else [node.target]
    )
    names: list[str] = []
    for target in targets:
        elements = target.elements if type(target) in (cst.Tuple, cst.List) else ()
        names += [python_text(e.value) for e in elements] or [python_text(target)]
    text = " ".join(step.names for step in here)
    return all(_names(text, name.removeprefix("self.")) for name in names)


def _names(text: str, name: str) -> bool:
    """Whether a phrase has a name as a whole: not `clip` for `conf.clip` or for a text."""
    whole = rf"(?<!\w)(?<!\w\.)(?:self\.)?{re.escape(name)}(?!\w)"
    return name in text and re.search(whole, _QUOTED.sub("", text)) is not None


_QUOTED = re.compile(r"\"[^\"]*\"|(?<!\w)'[^']*'")


_WORKED_OUT = frozenset(
    {cst.BinaryOperation, cst.UnaryOperation, cst.BooleanOperation, cst.Comparison}
    | {cst.List, cst.Tuple, cst.Dict, cst.Set, cst.IfExp, cst.Subscript}
)


def _says_operands(node: Any, here: list[_Step]) -> bool:
    """Whether each name on both sides of an assignment is in the phrases, the target of `x += y`
    twice: a phrase about a part of the value would say something false of the whole."""
    text = " ".join(step.names for step in here)
    said = Counter(_WORD.findall(text))
    targets = node.targets if type(node) is cst.Assign else (node.target,)
    wanted = {n.value for n in descendants((targets, node.value)) if type(n) is cst.Name}
    wanted -= {"self", "int", "float", "round", "math", "max", "min", "len"}
    if type(node) is cst.AugAssign:
        last = python_text(node.target).rpartition(".")[2]
        if said[last] < 2:
            return False
    return all(said[name] for name in wanted)


def _behind(writer: Writer, statement: Statement, here: list[_Step]) -> int:
    """The index of the first statement that the phrases leave for others: one behind their end,
    one that gives a value to what they do not name, one with a condition or a loop."""
    statements = writer.script.tree.statements
    end = max(step.end for step in here)
    after = statement.after
    while (
        after < len(statements)
        and statements[after].parent == statement.parent
        and statements[statements[after].after - 1].last <= end
        and statements[after].after - statement.index <= _LONGEST_FOLD
        and _goes_with(statements[after], here)
    ):
        after = statements[after].after
    return after


def _goes_with(statement: Statement, here: list[_Step]) -> bool:
    """Whether a statement behind the one of the phrases is said by them, too."""
    if type(statement.node) is cst.Expr:
        return True
    named = any(step.pattern in _SEVERAL_VALUES for step in here)
    return named and isinstance(statement.node, _SMALL) and _says_targets(statement, here)


_SEVERAL_VALUES = frozenset({"rank-discovery"})
"""Patterns whose phrase names all that adjacent statements give a value to."""


def _compound(writer: Writer, statement: Statement, here: list[_Step], found: list[Draft]) -> int:
    """A phrase that ends in a colon is the header of the block; one that covers a short block
    stands for it."""
    tree = writer.script.tree
    step = here[0]
    if type(statement.node) is cst.With and len(statement.node.items) > 1:
        return 0  # a phrase speaks of one of several contexts
    if step.text.endswith(_COLONS):
        found.append(_draft(statement, step, statement.last))
        return statement.index + 1
    size = statement.after - statement.index
    whole = tree.statements[statement.after - 1].last <= step.end and size <= _LONGEST_FOLD
    continued = statement.after < len(tree.statements) and (
        tree.statements[statement.after].chain == statement.chain
    )
    if not whole or continued or type(statement.node) is cst.FunctionDef:
        return 0
    last = tree.statements[statement.after - 1].last
    found += [_draft(statement, each, last) for each in _each_once(here)]
    return statement.after
