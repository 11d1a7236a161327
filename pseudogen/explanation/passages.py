"""The code between the findings of a stage: stretches that belong together, and what they do."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence, Set

import libcst as cst

from pseudogen.explanation.captions import comment_above
from pseudogen.explanation.clipped import targets
from pseudogen.explanation.headers import branch_around, is_entry_guard, with_blocks
from pseudogen.explanation.libraries import beside_findings
from pseudogen.explanation.listed import listed
from pseudogen.explanation.passage import Clause, Passage
from pseudogen.explanation.readings import is_read, one_by_one, opens, summary, together
from pseudogen.explanation.stages import Stage, home_of
from pseudogen.explanation.stories import Story
from pseudogen.finding import Finding
from pseudogen.names.script import Script
from pseudogen.records import replace
from pseudogen.syntax.tree import Statement

_MANY = 6
"""More things than this are told in two passages."""
_MOST = 24
"""Of more than this it is only said what they set and call."""
_FEW = 3
"""A stretch of so many statements may end at an empty line."""
_PARTED = (cst.If, cst.Else, cst.For, cst.While, cst.With)
"""Blocks that are told piece by piece where they are long."""
_OTHER_LINES = {
    "augmentation": ("listed",),
    "best-tracking": ("updates", "saves"),
    "evaluation": ("eval_mode",),
    "pretrained-weights": ("into",),
    "training-step": ("clears", "steps"),
}
"""Pattern -> its facts that are further lines of which its words speak."""

Lines = tuple[int, int]


def with_passages(
    script: Script, found: Sequence[Stage], told: Sequence[Story], part: Lines | None = None
) -> tuple[Stage, ...]:
    """The stages with the code between their findings; `part` are the lines to speak of."""
    reading = _Reading(script, found, told, part)
    return tuple(reading.stage(stage) for stage in found)


def passages_in(script: Script, function: Statement) -> tuple[Passage, ...]:
    """What is done in a function in which nothing was recognised."""
    reading = _Reading(script, (), (), None)
    stretches = reading.stretches(script.tree.body(function))
    return tuple(p for stretch in stretches for p in reading.passages(stretch))


class _Reading:
    def __init__(
        self,
        script: Script,
        found: Sequence[Stage],
        told: Sequence[Story],
        part: Lines | None,
    ) -> None:
        self.script = script
        self.part = part
        findings = [f for stage in found for f in stage.findings]
        self.in_passing = _in_passing(findings)
        self.covered = _covered(findings, told, self.in_passing)
        self.headers = frozenset(f.line for stage in found for f in stage.findings)
        self.declared = frozenset(
            s.statement for s in script.settings.values() if s.origin not in ("key", "function")
        )
        self.at_line = script.tree.by_line()
        self.places: dict[int, list[Passage]] = {}
        self.told: dict[int, list[int]] = {}  # by the `id` of a stage: the lines told of, in order
        self.blocks: dict[int, set[int]] = {}
        self.apart: set[int] = set()
        self.freed: set[int] = set()
        self.definitions = [
            s.first
            for s in script.tree.statements
            if s.parent < 0 and type(s.node) in (cst.FunctionDef, cst.ClassDef)
        ]
        homes: dict[int, list[Stage]] = {}
        lists: dict[int, dict[int, Statement]] = {}
        calls: dict[int, dict[int, Statement]] = {}
        for stage in found:
            lines = [f.line for f in stage.findings] or [stage.lines[0]]
            self.told[id(stage)] = sorted(lines)
            holding = [self._holding(line) for line in lines]
            self.blocks[id(stage)] = {statement.parent for statement in holding}
            home = home_of(script, holding[0])
            homes.setdefault(home, []).append(stage)
            calls.setdefault(home, {}).update((s.index, s) for s in holding)
            for line, statement in zip(lines, holding, strict=True):
                if line != statement.first:  # a finding in a list that it makes
                    lists.setdefault(home, {})[statement.index] = statement
        for home, stages in homes.items():
            for stretch in self.stretches(self._body(home)):
                for passage in self.passages(stretch):
                    self._place(passage, stretch[0].parent, stages)
            for statement in lists.get(home, {}).values():
                for passage in self._left_in_list(statement):
                    self._place(passage, statement.parent, stages)
            for statement in calls.get(home, {}).values():
                for passage in self._left_in_call(statement):
                    self._place(passage, statement.parent, stages)

    def stage(self, stage: Stage) -> Stage:
        """A stage with its passages, and with the lines of those that run whenever it does."""
        passages = self.places.get(id(stage))
        if not passages:
            return stage
        own = [stage.lines, *(p.lines for p in passages if p.lines[0] not in self.apart)]
        lines = (min(first for first, _ in own), max(last for _, last in own))
        condition = None if id(stage) in self.freed else stage.condition
        return replace(stage, lines=lines, condition=condition, passages=tuple(passages))

    def _holding(self, line: int) -> Statement:
        """The first statement that starts on a line, else the innermost one that it belongs to."""
        found = self.at_line.get(line)
        if found is None or found.first != line:
            found = [s for s in self.script.tree.statements if s.start <= line <= s.end][-1]
        return found

    def _body(self, function: int) -> list[Statement]:
        tree = self.script.tree
        if function >= 0:
            return tree.body(tree.statements[function])
        return [s for s in tree.statements if s.parent < 0]

    def stretches(self, block: Sequence[Statement]) -> Iterator[list[Statement]]:
        """The runs of statements of a block, and of the blocks in it, that no finding covers."""
        run: list[Statement] = []
        for statement in block:
            kind = type(statement.node)
            if kind in (cst.FunctionDef, cst.ClassDef):
                continue
            continues = statement.chain != statement.index
            headed = bool(run) and run[-1].chain == statement.chain
            open_to = not continues or headed
            if open_to and not self._is_covered(statement) and not self._is_long(statement):
                if is_read(statement, self.declared):
                    run.append(statement)
                continue
            if run:
                yield run
                run = []
            if statement.after > statement.index + 1:
                yield from self.stretches(self.script.tree.body(statement))
        if run:
            yield run

    def _is_long(self, statement: Statement) -> bool:
        """Whether a branch, a loop or a context holds more than is told in a sentence; no
        definition in it is."""
        if type(statement.node) not in _PARTED:
            return False
        body = self.script.tree.body(statement)
        most = _FEW if opens(statement.node) else _MANY  # there each is a clause of its own
        return sum(is_read(one, self.declared) for one in body) > most

    def _is_covered(self, statement: Statement) -> bool:
        if is_entry_guard(statement):
            return True
        return self._are_covered((statement.start, statement.end))

    def _are_covered(self, lines: Lines) -> bool:
        place = bisect_left(self.covered, lines[0])
        return place < len(self.covered) and self.covered[place] <= lines[1]

    def _left_in_list(self, statement: Statement) -> Iterator[Passage]:
        """The elements that no finding speaks of in a list of which findings speak."""
        for clause, lines in listed(self.script, statement):
            if not self._are_covered(lines):
                caption = comment_above(self.script.tree.lines, lines[0])
                yield Passage(lines, caption, None, (clause,))

    def _left_in_call(self, statement: Statement) -> Iterator[Passage]:
        """What a call of which findings speak says besides."""
        clause = beside_findings(self.script, statement)
        if clause is not None and self._is_covered(statement):
            lines = (statement.start, statement.end)
            yield Passage(lines, comment_above(self.script.tree.lines, lines[0]), None, (clause,))

    def passages(self, stretch: list[Statement]) -> Iterator[Passage]:
        """The pieces of a stretch, with what they do."""
        for piece, said in self._short_pieces(stretch):
            lines = (piece[0].start, piece[-1].end)
            if self.part and not self.part[0] <= lines[0] <= lines[1] <= self.part[1]:
                continue
            if self._is_told_by_header(piece[0]):
                said = [clause for clause in said if clause.kind != "left"]
            if len(said) > _MANY:
                whole = summary(self.script, piece)
                ends = [c for c in said if c.kind in ("returned", "raised", "ended")]
                said = [*([whole] if whole else []), *ends]
            if said:
                caption = comment_above(self.script.tree.lines, lines[0])
                branch = with_blocks(branch_around(self.script, piece[0], self.headers), said)
                yield Passage(lines, caption, branch, tuple(said))

    def _is_told_by_header(self, statement: Statement) -> bool:
        """Whether a finding speaks of the condition that a statement stands under."""
        tree = self.script.tree
        return statement.parent >= 0 and tree.statements[statement.parent].first in self.headers

    def _short_pieces(
        self, stretch: list[Statement]
    ) -> Iterator[tuple[list[Statement], list[Clause]]]:
        """The pieces of a stretch, each with what it does."""
        for piece in self._pieces(stretch):
            yield from self._halved(piece, one_by_one(self.script, piece))

    def _halved(
        self, piece: list[Statement], each: list[list[Clause]]
    ) -> Iterator[tuple[list[Statement], list[Clause]]]:
        """A piece with what it does, of which `each` statement does a part; one that is too long to
        be told at once in halves of as many clauses."""
        whole = together(each)
        heads = [n for n in range(1, len(piece)) if piece[n].chain == piece[n].index]
        if not _MANY < len(whole) <= _MOST or not heads:
            yield piece, whole
            return
        said = [len(together([one])) for one in each]
        half = min(heads, key=lambda n: abs(2 * sum(said[:n]) - sum(said)))
        yield from self._halved(piece[:half], each[:half])
        yield from self._halved(piece[half:], each[half:])

    def _pieces(self, stretch: list[Statement]) -> Iterator[list[Statement]]:
        """A stretch, parted where the author's comments begin and long ones at empty lines."""
        piece: list[Statement] = []
        source = self.script.tree.lines
        for statement in stretch:
            above = source[statement.start - 2].strip() if statement.start > 1 else ""
            begins = bool(piece) and statement.chain == statement.index
            if begins and (above.startswith("#") or (not above and self._may_end(piece))):
                yield piece
                piece = []
            piece.append(statement)
        yield piece

    def _may_end(self, piece: list[Statement]) -> bool:
        """Whether a piece ends at a blank line: a long one, and one with a comment above, which
        speaks of what comes up to there."""
        above = piece[0].start
        return len(piece) >= _FEW or comment_above(self.script.tree.lines, above) is not None

    def _are_parted(self, passage: Passage, stage: Stage, block: int) -> bool:
        """Whether definitions stand between a passage at the top level and a stage."""
        first, last = sorted((passage.lines[0], stage.lines[0]))
        at_top = block < 0 or is_entry_guard(self.script.tree.statements[block])
        return at_top and any(first < line < last for line in self.definitions)

    def _place(self, passage: Passage, block: int, stages: Sequence[Stage]) -> None:
        """Put a passage into the stage that it leads to, or one that it stands in, or that does
        not depend on a condition, or on the same; where there is none, it stands apart."""
        line = passage.lines[0]
        following = self._following(passage, block, stages)
        if following is not None:
            if block not in self.blocks[id(following)]:
                self.freed.add(id(following))
            self.places.setdefault(id(following), []).append(passage)
            return
        around = [s for s in stages if s.lines[0] <= line <= s.lines[1]]
        free = [s for s in stages if s.condition is None or block in self.blocks[id(s)]]
        stage = self._beside(line, [*around, *free] or stages, stages)
        if not around and (not free or self._are_parted(passage, stage, block)):
            self.apart.add(line)
        self.places.setdefault(id(stage), []).append(passage)

    def _following(self, passage: Passage, block: int, stages: Sequence[Stage]) -> Stage | None:
        """The next stage, where a passage leads to it: of what is told before nothing stands in
        the same block, or a paragraph begins there that does not go on with it."""
        before, after = self._told_around(passage.lines[0], stages)
        if before is None or after is None or before[1] is after[1]:
            return None
        if not self._is_around(block, after[0]):
            return None
        goes_on = self._is_around(block, before[0]) and self._goes_on(passage, before[0])
        return None if goes_on else after[1]

    def _goes_on(self, passage: Passage, before: int) -> bool:
        """Whether a passage belongs to what is told before: it is in the same paragraph, or one of
        its own that speaks of the same names."""
        source = self.script.tree.lines
        if not _begins_paragraph(source, passage.lines[0]):
            return True
        last = passage.lines[1]
        if last < len(source) and source[last].strip():
            return False
        node = self._holding(before).node
        names = [n for t in getattr(node, "targets", ()) for n in targets(t.target)]
        spoken = "\n".join(source[passage.lines[0] - 1 : last])
        return any(re.search(rf"(?<![\w.]){re.escape(name)}\b", spoken) for name in names)

    def _is_around(self, block: int, line: int) -> bool:
        tree = self.script.tree
        return block < 0 or tree.statements[block] in tree.ancestors(self._holding(line).index)

    def _beside(self, line: int, among: Sequence[Stage], stages: Sequence[Stage]) -> Stage:
        """The stage told last before a line, or the next where one that is not `among` them is
        told in between."""
        before, after = self._told_around(line, among)
        if before is None or after is None:
            return (before or after or (line, among[0]))[1]
        near = set(map(id, among))
        others = [s for s in stages if id(s) not in near]
        between = any(before[0] < place < line for s in others for place in self.told[id(s)])
        return after[1] if between else before[1]

    def _told_around(
        self, line: int, among: Sequence[Stage]
    ) -> tuple[tuple[int, Stage] | None, tuple[int, Stage] | None]:
        """The last line up to this one and the first one behind it that some stages tell of, each
        with its stage."""
        before: tuple[int, Stage] | None = None
        after: tuple[int, Stage] | None = None
        for stage in among:
            told = self.told[id(stage)]
            place = bisect_right(told, line)
            if place and (before is None or told[place - 1] > before[0]):
                before = told[place - 1], stage
            if place < len(told) and (after is None or told[place] < after[0]):
                after = told[place], stage
        return before, after


def _begins_paragraph(source: Sequence[str], line: int) -> bool:
    """Whether an empty line or a comment stands above a line."""
    above = source[line - 2].strip() if line > 1 else ""
    return not above or above.startswith("#")


def _in_passing(findings: Sequence[Finding]) -> frozenset[int]:
    """The further lines of which the words of findings speak."""
    lines = (
        getattr(finding, fact)
        for finding in findings
        for fact in _OTHER_LINES.get(finding.pattern, ())
    )
    return frozenset(line for line in lines if line is not None)


def _covered(findings: Sequence[Finding], told: Sequence[Story], others: Set[int]) -> list[int]:
    """The lines of which findings and stories speak, in order."""
    lines = set(others)
    for finding in findings:
        lines.update(range(finding.line, finding.end + 1))
    for story in told:
        lines.update(story.told)
    return sorted(lines)
