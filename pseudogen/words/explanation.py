"""Explanation -> document: the frame and the order of what is said, in one language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from itertools import groupby
from types import MappingProxyType
from typing import Any

from pseudogen.document import (
    Block,
    Document,
    Heading,
    Items,
    Lines,
    Listing,
    Paragraph,
    Spans,
    plain,
)
from pseudogen.document import spans as marked
from pseudogen.explanation.alternating import Alternating
from pseudogen.explanation.branches import Branches
from pseudogen.explanation.captions import comment_above, docstring_of
from pseudogen.explanation.cases import Cases
from pseudogen.explanation.continuing import continuing_elsewhere
from pseudogen.explanation.definitions import Definition
from pseudogen.explanation.entries import Entry, entries
from pseudogen.explanation.libraries import run_of
from pseudogen.explanation.occasions import Occasions
from pseudogen.explanation.passage import Branch, Passage
from pseudogen.explanation.stages import Stage, trainer_elsewhere
from pseudogen.explanation.stories import ScaledStep, Story
from pseudogen.following import Reached
from pseudogen.names.evidence import NAME, weakest
from pseudogen.names.module_files import NotRead
from pseudogen.names.purposes import purposes
from pseudogen.names.script import Script
from pseudogen.pitfall import Pitfall, PitfallElsewhere
from pseudogen.reading.source import Remark
from pseudogen.records import dataclass, replace
from pseudogen.templating import explanation_words
from pseudogen.words.glance import glance
from pseudogen.words.messages import not_read, remarks
from pseudogen.words.passages import definition_blocks, passage_paragraph
from pseudogen.words.patterns import spaced_words
from pseudogen.words.pitfalls import pitfall_section
from pseudogen.words.settings import settings_section
from pseudogen.words.stories import story_blocks
from pseudogen.words.telling import Telling, differ, joined
from pseudogen.words.working import working_section
from pseudogen.working.work import Working

_MANY = 3
"""So many paragraphs of one entry are told as a list."""
_SHORT = 60
"""A source of this many lines or fewer is told from top to bottom, without stages."""
_BRIEF = 30
"""A condition no longer than this is said again for each passage that it holds for."""
_SHORT_CONDITION = 80
_LONG_RUN, _RUN_START, _RUN_END = 12, 6, 2
"""Of more lines of logged values only so many at the start and at the end are shown."""
_NOWHERE: Mapping[int, Sequence[Lines]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of one input, without words: the script, its stages with their findings."""

    name: str
    script: Script
    stages: tuple[Stage, ...]
    remarks: tuple[Remark, ...] = ()
    part: Lines | None = None  # speak of these lines alone
    pitfalls: tuple[Pitfall, ...] = ()
    working: Working = field(default_factory=Working)
    not_read: tuple[NotRead, ...] = ()  # modules of the project
    stories: tuple[Story, ...] = ()
    definitions: tuple[Definition, ...] = ()
    elsewhere: tuple[PitfallElsewhere, ...] = ()


def explanation_document(
    explanation: Explanation, lang: str, *, detail: str = "normal", listings: bool = False
) -> Document:
    """The explanation in a language.

    `detail` is "brief" (at a glance), "normal" or "full"; `listings` shows the lines of the source
    in each entry.
    """
    return _Writer(explanation, lang, listings).document(detail)


class _Writer:
    """What has been said so far, so that nothing is said twice."""

    def __init__(self, explanation: Explanation, lang: str, listings: bool) -> None:
        self.explanation = explanation
        self.lang = lang
        self.listings = listings
        self.words: Any = explanation_words(lang)
        self.cases = Cases(explanation.script)
        self.branches = Branches(explanation.script)
        self.telling = Telling(lang, self.cases, self.branches)
        self.short = len(explanation.script.tree.lines) <= _SHORT
        self.full = False
        self.stories = list(explanation.stories)
        self.scaled: dict[tuple[str, ...], ScaledStep] = {}
        self.told: dict[str, int] = {}
        self.described: set[str] = set()
        self.shown: set[int] = set()
        self.branch: Branch | None = None  # that of the passage before

    def document(self, detail: str) -> Document:
        self.full = detail == "full"
        blocks: list[Block] = [Heading(1, marked(self.explanation.name))]
        said = [words for _, words in remarks(self.explanation.remarks, self.lang)]
        said += not_read(self.explanation.not_read, self.lang)
        if said:
            blocks.append(Items(tuple(self._spans(one) for one in said)))
        if not self.explanation.stages:
            blocks.append(Paragraph(marked(self.words.nothing_found)))
        elif self.short:
            findings = sorted(
                (f for stage in self.explanation.stages for f in stage.findings),
                key=lambda finding: finding.line,
            )
            passages = [p for stage in self.explanation.stages for p in stage.passages]
            blocks += self._in_turn(entries(findings, self.told), passages, 2)
            for stage in self.explanation.stages:
                blocks += self._elsewhere(stage, 2)
            if detail != "brief":
                blocks += working_section(self.explanation.working, self.lang)
        else:
            blocks += self._whole(detail)
        if detail != "brief":
            explanation = self.explanation
            blocks += pitfall_section(explanation.pitfalls, explanation.elsewhere, self.lang)
        return Document(tuple(blocks), self.lang)

    def _whole(self, detail: str) -> Iterable[Block]:
        findings = [f for stage in self.explanation.stages for f in stage.findings]
        yield Heading(2, marked(self.words.glance))
        reached = [r for stage in self.explanation.stages for r in stage.reached]
        script = self.explanation.script
        yield from glance(
            findings,
            self.lang,
            reached,
            self.cases.exclusive,
            run_of(script),
            Occasions(script),
            purposes(script) if self.explanation.part is None else (),
        )
        if detail != "brief":
            yield from self._stages()
            yield from definition_blocks(self.explanation.definitions, self.lang)
            yield from working_section(self.explanation.working, self.lang)
            explanation = self.explanation
            yield from settings_section(explanation.script, self.lang, explanation.part, reached)

    def _stages(self) -> Iterable[Block]:
        yield Heading(2, marked(self.words.way))
        yield self._way()
        yield Heading(2, marked(self.words.steps))
        told = [(s, entries(s.findings, self.told)) for s in self.explanation.stages]
        places, left_out = self.telling.repeated(e for _, found in told for e in found)
        for stage, found in told:
            kept = [entry for entry in found if id(entry) not in left_out]
            level = 4 if len(kept) + len(stage.reached) + len(stage.passages) > 1 else 3
            if level > 3:
                note = self._spans(self.words.note([stage.lines]))
                yield Heading(3, marked(self.words.stages[stage.title]), note, stage.lines)
            yield from self._in_turn(kept, stage.passages, level, places)
            yield from self._elsewhere(stage, level)

    def _in_turn(
        self,
        told: Sequence[Entry],
        passages: Sequence[Passage],
        level: int,
        places: Mapping[int, Sequence[Lines]] = _NOWHERE,
    ) -> Iterable[Block]:
        """Entries, and the passages before and behind them."""
        waiting = sorted(passages, key=lambda passage: passage.lines)
        self.branch = None
        done: set[int] = set()
        for entry in told:
            while waiting and waiting[0].lines[0] < entry.findings[0].line:
                yield self._passage(waiting.pop(0))
            for story in self._begun(entry, told):
                yield from self._story(story, level)
                inside = [e for e in told if all(story.tells(f) for f in e.findings)]
                for one in () if isinstance(story, Alternating) else inside:
                    yield from self._remarks(one, story.lines, placed=True)
                done |= {id(one) for one in inside}
            if id(entry) not in done:
                yield from self._entry(entry, level, places.get(id(entry), ()))
        yield from (self._passage(passage) for passage in waiting)

    def _passage(self, passage: Passage) -> Paragraph:
        """A passage; under the author's comment the first time that it is met."""
        if passage.caption in self.described:
            passage = replace(passage, caption=None)
        elif passage.caption is not None:
            self.described.add(passage.caption)
        branch, before = passage.branch, self.branch
        self.branch = branch
        again = branch is not None and before is not None and branch[1:] == before[1:]
        if branch is not None and len(branch.code) + len(branch.outer) > _BRIEF:
            if again:
                kind = "same loop" if branch.kind in ("each", "while") else "same branch"
                passage = replace(passage, branch=Branch(kind, "", branch.line))
            elif self.branches.is_told(branch.line):
                passage = replace(passage, branch=Branch("told branch", "", branch.line))
        if branch is not None and branch.kind in ("when", "when-and", "branch"):
            self.branches.tell(branch.line)
        return passage_paragraph(passage, self.lang)

    def _elsewhere(self, stage: Stage, level: int) -> Iterable[Block]:
        """What the functions of other files do that a stage calls."""
        for _, group in groupby(stage.reached, key=_helper):
            alike = list(group)
            for reached in alike:
                self.telling.cases.setdefault(reached.module, Cases(reached.script))
            if _helper(alike[0]) is not None and len(alike) >= _MANY:
                yield from self._helpers(alike, level)
                continue
            for reached in alike:
                title = self._spans(self.words.reached(reached))
                yield Heading(level, title, self._spans(self.words.reached_from(reached)))
                told = entries(reached.findings, self.told)
                places, left_out = self.telling.repeated(told, reached.module)
                waiting = continuing_elsewhere(reached)
                for entry in told:
                    for story in [s for s in waiting if any(map(s.tells, entry.findings))]:
                        yield from story_blocks(story, self.lang, level + 1, file=reached.module)
                        waiting.remove(story)
                        left_out |= {id(e) for e in told if all(map(story.tells, e.findings))}
                    if id(entry) not in left_out:
                        again = places.get(id(entry), ())
                        yield from self._reached_entry(entry, reached, level + 1, again)

    def _helpers(self, helpers: Sequence[Reached], level: int) -> Iterable[Block]:
        """Functions of which there is one thing to tell, the same of all, in a list."""
        first = helpers[0]
        title = self.telling.words(first.findings[0]).title
        yield Heading(level, title, self._spans(self.words.reached_from(first)))
        items = []
        for helper in helpers:
            place = self._spans(self.words.reached_item(helper))
            told = self.telling.told(helper.findings, helper.module)
            items.append(joined([place, *told], self.lang))
        yield Items(tuple(items))

    def _reached_entry(
        self, entry: Entry, reached: Reached, level: int, likewise: Sequence[Lines]
    ) -> Iterable[Block]:
        title = self.telling.words(entry.findings[0]).title
        yield Heading(level, title, self._spans(self.words.note(entry.ranges, reached.module)))
        if self.full:
            lines = entry.ranges[0][0], entry.ranges[-1][1]
            yield from _listing(entry, reached.script.tree.lines, lines)
        yield from self._parts(entry, None, likewise, reached.module)

    def _begun(self, entry: Entry, told: Sequence[Entry]) -> list[Story]:
        """The stories that come before an entry of a stage: it is the first one with a finding
        among their lines, where there is one that has all of them there."""
        begun = [s for s in self.stories if entry is _opening(s, told)]
        self.stories = [story for story in self.stories if story not in begun]
        return begun

    def _story(self, story: Story, level: int) -> Iterable[Block]:
        """A story; the second one that goes the same way refers to the first."""
        earlier = self.scaled.get(story.kinds) if isinstance(story, ScaledStep) else None
        if isinstance(story, ScaledStep):
            self.scaled.setdefault(story.kinds, story)
        yield from story_blocks(story, self.lang, level, earlier)

    def _spans(self, text: str) -> Spans:
        return spaced_words(text, self.lang)

    def _way(self) -> Items:
        items = []
        for stage in self.explanation.stages:
            titles = dict.fromkeys(
                plain(self.telling.words(finding).title) for finding in stage.findings
            )
            direct = [r for r in stage.reached if r.direct]
            told = direct if direct or titles else stage.reached
            calls = [self.words.reached_place(r) for r in told]
            caption = self._docstring(stage)
            said = self.words.stage_item(stage, list(titles), caption, calls)
            items.append(self._spans(said))
        return Items(tuple(items), numbered=True)

    def _docstring(self, stage: Stage) -> str | None:
        """What the author says of the function of a stage; once for each function."""
        if stage.function is None or stage.function in self.described:
            return None
        self.described.add(stage.function)
        return docstring_of(self.explanation.script, stage)

    def _entry(self, entry: Entry, level: int, likewise: Sequence[Lines] = ()) -> Iterable[Block]:
        ranges = entry.ranges
        lines = (ranges[0][0], ranges[-1][1])
        place = self._spans(self.words.note(ranges))
        yield Heading(level, self.telling.words(entry.findings[0]).title, place, lines)
        if self.listings and not self.shown >= set(range(lines[0], lines[1] + 1)):
            self.shown |= set(range(lines[0], lines[1] + 1))
            yield from _listing(entry, self.explanation.script.tree.lines, lines)
        yield from self._caption(lines)
        yield from self._parts(entry, lines, likewise)
        yield from self._trained_by(entry, lines)
        if entry.again is None and self._rests_on_little(entry):
            yield self._rests(entry, lines)

    def _trained_by(self, entry: Entry, lines: Lines) -> Iterable[Paragraph]:
        """The function of another file that does the training of a round of an epoch loop."""
        loop = entry.findings[0]
        if entry.pattern == "epoch-loop" and getattr(loop, "trains_by", None) is None:
            trainer = trainer_elsewhere(self.explanation.script, self.explanation.stages, loop.line)
            if trainer is not None:
                yield Paragraph(self._spans(self.words.trained_by(trainer)), lines=lines)

    def _caption(self, lines: Lines) -> Iterable[Paragraph]:
        """The author's own comment above an entry, the first time that it stands above one."""
        said = comment_above(self.explanation.script.tree.lines, lines[0])
        if said is not None and said not in self.described:
            self.described.add(said)
            yield Paragraph(marked(self.words.caption(said)), lines=lines)

    def _parts(
        self, entry: Entry, lines: Lines | None, likewise: Sequence[Lines], file: str = ""
    ) -> Iterable[Block]:
        told = tuple(_each_once(self.telling.told(entry.findings, file)))
        if len(told) >= _MANY:
            yield Items(told)
        else:
            yield from (Paragraph(paragraph, lines=lines) for paragraph in told)
        if likewise:
            condition = self._condition(likewise, lines) if lines is not None else None
            said = self._spans(self.words.likewise(sorted(likewise), condition))
            yield Paragraph(said, lines=lines)
        yield from self._remarks(entry, lines)

    def _condition(self, places: Sequence[Lines], first: Lines) -> str | None:
        """Under which condition the one other place stands, where that is soon said and another
        than that of the first."""
        if len(places) > 1:
            return None
        script = self.explanation.script
        at = script.tree.by_line()
        condition = script.condition(at[places[0][0]])
        short = condition and len(condition) <= _SHORT_CONDITION
        return condition if short and condition != script.condition(at[first[0]]) else None

    def _remarks(
        self, entry: Entry, lines: Lines | None, placed: bool = False
    ) -> Iterable[Paragraph]:
        """Why, worked out and watch out, as far as it is new; the label says of which line it
        speaks where there are several or it is `placed` elsewhere."""
        words = [self.telling.words(finding) for finding in entry.findings]
        for part in ("why", "worked", "watch"):
            if part == "why" and entry.again is not None:
                continue
            said = [
                (finding.line, new)
                for finding, one in zip(entry.findings, words, strict=True)
                if (new := self.telling.new(one, part, whole=part == "worked"))
            ]
            for line, paragraph in said:
                label = self.words.labels[part]
                if placed or len(said) > 1 or differ(words, part):
                    label = self.words.label_at(label, line)
                yield Paragraph(paragraph, marked(label), lines)

    def _rests_on_little(self, entry: Entry) -> bool:
        """Whether it is worth saying what an entry rests on: in a short source always, in a long
        one where it is names alone."""
        if self.short or self.full:
            return True
        return any(finding.evidence.kind == NAME for finding in entry.findings)

    def _rests(self, entry: Entry, lines: Lines) -> Paragraph:
        evidence = weakest(*(finding.evidence for finding in entry.findings))
        imports = self.explanation.script.imports_anything
        text = self.words.rests(evidence.kind, evidence.names, imports)
        return Paragraph(self._spans(text), marked(self.words.labels["rests"]), lines)


def _each_once(paragraphs: list[Spans]) -> Iterable[Spans]:
    """To compare paragraphs takes long, and most are alone."""
    return dict.fromkeys(paragraphs) if len(paragraphs) > 1 else paragraphs


def _helper(reached: Reached) -> tuple[int, str, str] | None:
    """What a function that others lead to is for, where it is for one thing only."""
    if reached.direct or len(reached.findings) != 1:
        return None
    return reached.line, reached.call, reached.findings[0].pattern


def _listing(entry: Entry, source: Sequence[str], lines: Lines) -> Iterable[Listing]:
    """The lines of an entry; of a long run of logged values, which are all alike, both ends."""
    first, last = lines
    if entry.pattern == "experiment-logging" and last - first >= _LONG_RUN:
        yield Listing(tuple(source[first - 1 : first - 1 + _RUN_START]), first)
        first = last + 1 - _RUN_END
    yield Listing(tuple(source[first - 1 : last]), first)


def _opening(story: Story, told: Sequence[Entry]) -> Entry | None:
    """The entry before which a story is told."""
    first, last = story.lines
    inside = [e for e in told if any(first <= f.line <= last for f in e.findings)]
    whole = (e for e in inside if first <= e.findings[0].line)
    return next(whole, inside[0] if inside else None)
