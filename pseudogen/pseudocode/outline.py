"""Level "outline": the algorithm as it would stand in a paper, in some forty lines at most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import libcst as cst

from pseudogen.finding import Finding
from pseudogen.names.script import Script
from pseudogen.pseudocode.algorithm import Part, algorithm, flat
from pseudogen.pseudocode.branches import header
from pseudogen.pseudocode.bundles import Bundle, bundles
from pseudogen.pseudocode.draft import Draft
from pseudogen.pseudocode.ends import ends, mentions
from pseudogen.pseudocode.steps import steps
from pseudogen.pseudocode.weight import CORE
from pseudogen.pseudocode.writer import Writer
from pseudogen.records import dataclass
from pseudogen.syntax.tree import NO_STATEMENT, Statement

MOST_LINES = 40
_SHORT = 2
_REST = "…"
_JUMPS = (cst.Break, cst.Continue, cst.Raise)


def outline(writer: Writer, findings: Sequence[Finding]) -> list[Draft]:
    """The lines that the algorithm needs; each stands for the source up to the next one."""
    parts = algorithm(writer, findings)
    if not any(part.weight == CORE for part in flat(parts)):
        return _spread(writer.script, _definitions(writer, findings))
    order = bundles(writer.script, flat(parts))
    few = _fitting(writer, parts, order)
    if few < len(order) and len(order[few]) > 1:  # a large bundle keeps out no smaller one
        del order[few]
        few = _fitting(writer, parts, order)
    return _spread(writer.script, _lines(writer, parts, order[:few], prepared=True))


def _fitting(writer: Writer, parts: list[Part], order: Sequence[Bundle]) -> int:
    """How many of the bundles, from the first on, fit on the page."""
    few, many = 0, len(order)
    while few < many:
        middle = (few + many + 1) // 2
        if len(_lines(writer, parts, order[:middle])) <= MOST_LINES:
            few = middle
        else:
            many = middle - 1
    return few


def _definitions(writer: Writer, findings: Sequence[Finding]) -> list[Draft]:
    """The outline of code that trains nothing: what it defines, or all of it when it is short."""
    drafts = [draft for draft in steps(writer, findings) if draft.statement != NO_STATEMENT]
    if len(drafts) <= MOST_LINES // 2:
        return drafts
    statements = writer.script.tree.statements
    kinds = (cst.FunctionDef, cst.ClassDef)
    found = [d for d in drafts if type(statements[d.statement].node) in kinds]
    for deepest in (2, 1, 0):
        kept = [draft for draft in found if draft.depth <= deepest]
        if len(kept) <= MOST_LINES:
            break
    return kept or drafts[:MOST_LINES]


def _lines(
    writer: Writer, parts: list[Part], chosen: Sequence[Bundle], prepared: bool = False
) -> list[Draft]:
    """All lines of an outline that shows the chosen parts; with `prepared`, one names what they
    use and others make."""
    page = _Page(writer, frozenset(id(part) for bundle in chosen for part in bundle))
    page.write(parts, 0)
    body = page.lines()
    return ends(writer, body, prepared) + body


@dataclass(slots=True, eq=False)
class _Line:
    """A line; one that hands a result over is `wanted` only where one of these names follows."""

    draft: Draft
    wanted: tuple[str, ...] | None = None


class _Page:
    """The lines of the chosen parts, and of what they stand under."""

    def __init__(self, writer: Writer, chosen: frozenset[int]) -> None:
        self.writer = writer
        self.chosen = chosen
        self.found: list[_Line] = []

    def lines(self) -> list[Draft]:
        """The lines, without results that nothing asks for."""
        kept: list[Draft] = []
        used: list[Draft] = []
        for line in reversed(self.found):
            names = line.wanted
            if names is None or any(mentions(self.writer, used, name) for name in names):
                kept.append(line.draft)
                value = line.draft.text.partition(" ← ")[2] or line.draft.text
                used.append(replace(line.draft, text=value))
        return kept[::-1]

    def write(self, parts: Sequence[Part], depth: int) -> None:
        """Add the lines of some siblings."""
        shown = self._shown(parts)
        for chain in self._chains(parts):
            if chain[0].call is not None:
                self._write_call(chain[0], depth)
                continue
            branches = [part for part in chain if id(part) in shown]
            start = len(self.found)
            idle = self._idle(branches)
            for part in branches[1:] if idle is not None else branches:
                drafts = self._headed(idle, part) if idle is not None else part.drafts
                self.found += [_Line(replace(draft, depth=depth)) for draft in drafts]
                if part.header:
                    self._write_block(part, depth + 1)
            if idle is None and len(branches) > 1 and self._is_complete(branches):
                self.found[start:] = _merged(self.found[start:], depth)

    def _chains(self, parts: Sequence[Part]) -> list[list[Part]]:
        """Some siblings, those that are branches of one statement together."""
        statements = self.writer.script.tree.statements
        found: list[list[Part]] = []
        before: int | None = None
        for part in parts:
            chain = statements[part.statement].chain if part.call is None else None
            if chain is not None and chain == before:
                found[-1].append(part)
            else:
                found.append([part])
            before = chain
        return found

    def _idle(self, branches: Sequence[Part]) -> Statement | None:
        """The first of two branches, where the outline has nothing to say of it."""
        if len(branches) != 2 or any(id(p) in self.chosen for p in flat(branches[:1])):
            return None
        first = self.writer.script.tree.statements[branches[0].statement]
        return first if type(first.node) is cst.If else None

    def _headed(self, idle: Statement, part: Part) -> list[Draft]:
        """The lines of the branch behind an idle one."""
        branch = self.writer.script.tree.statements[part.statement]
        text = header(self.writer, idle, branch)
        return [replace(draft, text=text) for draft in part.drafts[-1:]]

    def _is_complete(self, branches: Sequence[Part]) -> bool:
        """Whether one of some branches is taken in any case."""
        statements = self.writer.script.tree.statements
        chain = statements[branches[-1].statement].chain
        last = type(statements[branches[-1].statement].node)
        return last is cst.Else and type(statements[chain].node) is cst.If

    def _write_call(self, part: Part, depth: int) -> None:
        """The body of a function, behind what its parameters are."""
        start = len(self.found)
        self.write(part.inside, depth)
        assert part.call is not None
        body = [line.draft for line in self.found[start:]]
        given = [d for name, d in part.call.given if mentions(self.writer, body, name)]
        if given:
            text = self.writer.say("same_line", [draft.text for draft in given])
            self.found.insert(start, _Line(replace(given[0], text=text, depth=depth)))
        if part.call.result is not None and body:
            names, draft = part.call.result
            self.found.append(_Line(replace(draft, depth=depth), names))

    def _write_block(self, part: Part, depth: int) -> None:
        """What is nested in a line: never nothing."""
        start = len(self.found)
        self.write(part.inside, depth)
        if len(self.found) > start:
            last = part.inside[-1]
            left = last.drafts if last.bare and id(last) not in self.chosen else []
            self.found += [_Line(replace(draft, depth=depth)) for draft in left]
            return
        short = self._short(part.inside)
        self.found += [_Line(replace(draft, depth=depth)) for draft in short]
        if not short:
            self.found.append(_Line(replace(part.drafts[0], text=_REST, depth=depth)))

    def _short(self, parts: Sequence[Part]) -> list[Draft]:
        """The lines of a block that are short enough to be shown as they are, or else the one that
        leaves the loop; [] where there is neither."""
        nodes = [self.writer.script.tree.statements[part.statement].node for part in parts]
        if parts and isinstance(nodes[-1], _JUMPS):
            return parts[-1].drafts
        few = len(parts) <= _SHORT and not any(part.header or part.call for part in parts)
        said = few and not any(type(node) is cst.Return for node in nodes)
        return [draft for part in parts for draft in part.drafts] if said else []

    def _shown(self, parts: Sequence[Part]) -> set[int]:
        """Those of some siblings that have a line: chosen, around a chosen one, or the branch
        before such a branch."""
        statements = self.writer.script.tree.statements
        shown: set[int] = set()
        chains: set[int] = set()
        for part in reversed(parts):
            if part.statement == NO_STATEMENT:
                continue
            chain = statements[part.statement].chain
            if chain in chains or any(id(each) in self.chosen for each in flat([part])):
                shown.add(id(part))
                chains.add(chain)
        return shown


def _merged(lines: list[_Line], depth: int) -> list[_Line]:
    """The lines of all branches of a choice; once and without it where all do the same."""
    bodies: list[list[_Line]] = []
    for line in lines:
        if line.draft.depth == depth:
            bodies.append([])
        else:
            bodies[-1].append(line)
    said = {tuple((line.draft.text, line.draft.depth) for line in body) for body in bodies}
    if len(said) > 1:
        return lines
    return [
        _Line(replace(line.draft, depth=line.draft.depth - 1), line.wanted) for line in bodies[0]
    ]


def _spread(script: Script, drafts: list[Draft]) -> list[Draft]:
    """Each line stands for the source from its own start to the start of the next."""
    starts = sorted({draft.source[0] for draft in drafts})
    end = max((s.end for s in script.tree.statements), default=1)
    found = []
    for draft in drafts:
        place = starts.index(draft.source[0])
        last = starts[place + 1] - 1 if place + 1 < len(starts) else max(end, draft.source[1])
        first = 1 if place == 0 else draft.source[0]
        found.append(replace(draft, source=(first, max(last, first))))
    return found
