"""What has been said so far in an explanation, so that nothing is said twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

from pseudogen.document import Span, Spans, plain, sentences, stripped
from pseudogen.explanation.branches import Branches
from pseudogen.explanation.cases import Cases
from pseudogen.explanation.entries import Entry
from pseudogen.finding import Finding
from pseudogen.names.blocks import has_word
from pseudogen.names.conditions import either_way
from pseudogen.records import replace
from pseudogen.templating import explanation_words, language
from pseudogen.words.patterns import Words, finding_words, spaced_words

_Key = tuple[str, tuple[str, ...]]

_Sentences = tuple[list[Spans], list[str], list[str]]
"""The sentences of a paragraph, their texts, and these whatever the code in them."""

_OBJECT = re.compile(r"[\w.]+(\[[\w.'\"]+\])?")
_RHYTHM = ("every", "per")
"""Facts that say of a condition how often it holds."""
_TURNS = ("epoch", "epochs", "step")
"""What `per` says then; of a batch it says for whom it is."""
_OF_THE_RATE = frozenset({"lr-scaling", "lr-schedule", "lr-warmup"})
"""Patterns of which a second place is told by its condition alone."""
_SAY_ONLY = frozenset({"checkpoint-save", "dataset-guard", "gradient-clipping", "rank-zero-guard"})
"""Patterns whose words say of a condition that it has to hold, not that it is enough."""
_MANY_CASES = 3
_SOON_SAID = 100
"""Conditions no longer than this are said in full."""
_SHORT = 60
"""What is no longer than this is rather said again than referred to."""
_FEW = 2
"""In so many pieces of code two sentences may differ to be told as one."""


_TOLD = ("what", "watch")
"""The parts that are told of each finding, not once of a pattern."""


class Telling:
    """The words of findings, and which of their sentences are new."""

    def __init__(self, lang: str, cases: Cases, told: Branches) -> None:
        """`cases` say in which branch a finding stands whose own words do not tell it; `told` are
        the branches of which it is told when they run."""
        self.lang = lang
        self.branches = told
        self.cases = {"": cases}  # by file
        self._frame: Any = explanation_words(lang)
        self._words: dict[int, Words] = {}
        self._first: dict[tuple[str, str], tuple[Spans, int]] = {}
        """The first paragraph by its file and pattern, and its line: most have no second one."""
        self._told: dict[tuple[str, str], dict[str, dict[int, tuple[int, dict[str, str]]]]] = {}
        self._either: set[int] = set()  # by `id`: those that stand for an `if` and its `else`
        self._kept: list[Finding] = []  # made here; words are kept by the `id` of their finding
        self._within: dict[int, int] = {}  # the line of the branch, by `id`
        self._paragraphs = 0
        self._shapes: set[str] = set()
        self._heard: set[tuple[str, str]] = set()  # parts as they are written

    def words(self, finding: Finding) -> Words:
        """The words of a finding; `finding` has to live as long as this."""
        made = self._words.get(id(finding))
        if made is None:
            made = self._words[id(finding)] = finding_words(finding, self.lang)
        return made

    def case(self, finding: Finding, file: str = "") -> str:
        """In which branch a finding stands, as marked words; "" where that is told, or in none."""
        if id(finding) in self._within:
            return str(self._frame.within(self._within[id(finding)], None))
        cases = self.cases.get(file)
        found = cases.of(finding) if cases is not None else None
        if found is None:
            return ""
        if found.tried is not None:
            return str(self._frame.failed(found.condition, found.tried))
        condition, line = found.condition, found.line
        if id(finding) in self._either:
            condition = getattr(finding, "condition", None) or ""
        if not condition or _is_told(condition, self.words(finding)):
            return ""
        short = self.branches.beyond(finding.line, condition) if not file else None
        return str(
            self._frame.within(short[1], short[0]) if short else self._frame.case(condition, line)
        )

    def repeated(
        self, told: Iterable[Entry], file: str = ""
    ) -> tuple[dict[int, list[tuple[int, int]]], set[int]]:
        """(where the very same is said again, by `id` of the entry that says it first; the ids of
        the entries that say nothing else and can be left out)."""
        first: dict[_Key, Entry] = {}
        places: dict[int, list[tuple[int, int]]] = {}
        left_out: set[int] = set()
        told = list(told)
        of_pattern = Counter(entry.pattern for entry in told)
        for entry in told:
            if of_pattern[entry.pattern] == 1:
                continue
            earlier = first.setdefault(self._key(entry, file), entry)
            if earlier is not entry:
                places.setdefault(id(earlier), []).extend(entry.ranges)
                left_out.add(id(entry))
        return places, left_out

    def _key(self, entry: Entry, file: str) -> _Key:
        words = [self.words(finding) for finding in entry.findings]
        said = tuple(_unspaced(one.written.get(part, "")) for one in words for part in _TOLD)
        if entry.pattern in _OF_THE_RATE:
            return entry.pattern, said
        return entry.pattern, said + tuple(self.case(finding, file) for finding in entry.findings)

    def told(self, findings: Sequence[Finding], file: str = "") -> list[Spans]:
        """What findings of one pattern are, in order. Of one whose sentence differs from that of
        the one before in one or two pieces of code it is only said that the same holds there;
        of several whose rest is that of an earlier one, this is said once behind them."""
        said: list[Spans] = []
        several = self._in_many_cases(findings, file)
        findings = findings[:1] if several else self._either_way(findings)
        groups = self._alike([self._in_branch(f, file) for f in findings], file)
        told = [(group, self._what(group[0][0], file)) for group in groups]
        like: dict[int, list[int]] = {}  # by the line that says the rest
        for group, parts in told:
            for line in dict.fromkeys(line for _, line in parts if line is not None):
                like.setdefault(line, []).append(group[0][0].line)
        for group, parts in told:
            paragraphs = [self._with_rest(p, line, like, group[0][0]) for p, line in parts]
            case = several or self.case(group[0][0], file)
            paragraphs = self._in_case(paragraphs, case)
            if len(group) > 1 and paragraphs:
                others = [(f.line, codes) for f, codes in group[1:]]
                likewise = spaced_words(self._frame.same_for(others), self.lang)
                paragraphs[-1] = joined([paragraphs[-1], likewise], self.lang)
            said += paragraphs
        for finding in () if file else findings:
            self.branches.tell_of(finding)
        for line, lines in like.items():
            if len(lines) > 1:
                said.append(spaced_words(self._frame.rests_as(line, lines), self.lang))
        return said

    def _in_branch(self, finding: Finding, file: str) -> Finding:
        """A finding without what a branch around it has told of the condition in its words."""
        condition = getattr(finding, "condition", None) or ""
        short = self.branches.beyond(finding.line, condition) if not file else None
        if short is None or not _is_told(condition, self.words(finding)):
            return finding
        rhythm = {fact: None for fact in _RHYTHM if hasattr(finding, fact)}
        if getattr(finding, "per", None) not in _TURNS:
            rhythm.pop("per", None)
        other: Any = {"condition": short[0], **rhythm}
        made = replace(finding, **other)
        self._kept.append(made)
        self._within[id(made)] = short[1]
        return made

    def _either_way(self, findings: Sequence[Finding]) -> list[Finding]:
        """Findings without those that say of an `else` what another says of its `if`: that one
        then stands for both."""
        kept: list[Finding] = []
        for finding in findings:
            both = self._both(kept[-1], finding) if kept else None
            if both is None:
                kept.append(finding)
            else:
                kept[-1] = both
        return kept

    def _both(self, one: Any, other: Any) -> Finding | None:
        """A finding that stands for two of which always one holds, where they say the same."""
        conditions = getattr(one, "condition", None), getattr(other, "condition", None)
        if type(one) is not type(other) or None in conditions or one.evidence != other.evidence:
            return None
        both = either_way(str(conditions[0]), str(conditions[1]))
        if both is None or len(both[0] or "") > _SOON_SAID:
            return None
        told: Finding = replace(one, condition=both[0])
        same = (
            finding_words(told, self.lang).what
            == finding_words(replace(other, condition=both[0]), self.lang).what
        )
        self._kept.append(told)
        self._either.add(id(told))
        return told if same else None

    def _in_many_cases(self, findings: Sequence[Finding], file: str) -> str:
        """In which branches findings stand where the very same is to be said of each of many."""
        if len(findings) < _MANY_CASES or not self.case(findings[0], file):
            return ""
        of = self.cases[file].of
        conditions = [case.condition for f in findings if (case := of(f)) and not case.tried]
        said = {tuple(map(plain, self.words(finding).what)) for finding in findings}
        if len(said) > 1 or len(set(conditions)) < len(findings):
            return ""
        return str(self._frame.any_case(conditions))

    def alone(self, finding: Finding, file: str = "") -> list[Spans]:
        """What a finding is, said for itself: in which branch, too, and unless what has been done
        before; nothing around it tells that."""
        said = self._in_case(list(self.words(finding).what), self.case(finding, file))
        return self._unless_left(said, finding, file)

    def _in_case(self, paragraphs: list[Spans], case: str) -> list[Spans]:
        """Paragraphs on a finding, the first of which begins with the branch that it stands in."""
        if not paragraphs or not case:
            return paragraphs
        rest = _continued(paragraphs[0], self._frame.lowered)
        return [joined([spaced_words(case, self.lang), rest], self.lang), *paragraphs[1:]]

    def _unless_left(self, paragraphs: list[Spans], finding: Finding, file: str) -> list[Spans]:
        """Paragraphs on a finding, the first of which ends with where its function may have
        returned before; only where a condition is told, which is then not all that it takes."""
        left = self._left_before(finding, file)
        if not paragraphs or not left:
            return paragraphs
        said = spaced_words(self._frame.unless_left(left), self.lang)
        return [joined([paragraphs[0], said], self.lang), *paragraphs[1:]]

    def _left_before(self, finding: Finding, file: str) -> tuple[int, ...]:
        cases = self.cases.get(file)
        condition = getattr(finding, "condition", None) or ""
        told = condition and _is_told(condition, self.words(finding))
        if cases is None or finding.pattern in _SAY_ONLY or not (told or self.case(finding, file)):
            return ()
        return cases.left_before(finding)

    def _with_rest(
        self, paragraph: Spans, line: int | None, like: dict[int, list[int]], finding: Finding
    ) -> Spans:
        """A paragraph, and where the rest is said, unless that is said of several together, or is
        too short to be looked for elsewhere."""
        if line is None or len(like[line]) > 1:
            return paragraph
        whole = self.words(finding).what
        if len(whole) == 1 and len(plain(whole[0])) - len(plain(paragraph)) <= _SHORT:
            return whole[0]
        rest = spaced_words(self._frame.rest_as(line), self.lang)
        return joined([paragraph, rest], self.lang)

    def _alike(
        self, findings: Sequence[Finding], file: str
    ) -> list[list[tuple[Finding, list[str]]]]:
        """Findings that follow each other and differ in the object alone, each behind the first
        with the code in which it differs."""
        groups: list[list[tuple[Finding, list[str]]]] = []
        for finding in findings:
            differs = self._differs(groups[-1][0][0], finding, file) if groups else None
            if differs:
                groups[-1].append((finding, differs))
            else:
                groups.append([(finding, [])])
        return groups

    def _differs(self, one: Finding, other: Finding, file: str) -> list[str] | None:
        conditions = {
            (getattr(finding, "condition", None), self.case(finding, file))
            for finding in (one, other)
        }
        if len(conditions) > 1:
            return None  # alternatives are told one by one
        target = getattr(one, "target", None)
        if target is not None and target == getattr(other, "target", None):
            return None  # one of them takes the place of the other
        return _difference(self.words(one).what, self.words(other).what)

    def _what(self, finding: Finding, file: str = "") -> list[tuple[Spans, int | None]]:
        """What a finding is, without the sentences that were said of an earlier one of its pattern
        and file; and the line of that."""
        paragraphs = (self._shortened(p, finding, file) for p in self.words(finding).what)
        return [(paragraph, line) for paragraph, line in paragraphs if paragraph]

    def _shortened(self, paragraph: Spans, finding: Finding, file: str) -> tuple[Spans, int | None]:
        """Without the sentences that a paragraph on an earlier finding has, word for word; only
        where this one says at least as much as that, whose line is given, too."""
        about = file, finding.pattern
        if about not in self._first:
            self._first[about] = paragraph, finding.line
            return paragraph, None
        if about not in self._told:
            first, line = self._first[about]
            self._keep(about, line, _sentences(first))
        told = self._told[about]
        said, exact, shapes = _sentences(paragraph)
        alike: dict[int, tuple[int, dict[str, str]]] = {}  # they share a sentence
        for text in exact[1:]:
            alike.update(told.get(text, {}))
        for _, (line, earlier) in sorted(alike.items(), key=itemgetter(0)):
            if list(earlier) == exact:
                return spaced_words(self._frame.all_as(line), self.lang), None
            same = {text for text in exact[1:] if text in earlier}
            if same and _replaces(list(earlier.values()), shapes):
                kept = [s for s, text in zip(said, exact, strict=True) if text not in same]
                return stripped(_flat(kept)), line
        self._keep(about, finding.line, (said, exact, shapes))
        return paragraph, None

    def _keep(self, about: tuple[str, str], line: int, told: _Sentences) -> None:
        """Note a paragraph on a finding of a file and pattern, for those that come later."""
        _, exact, shapes = told
        shaped = dict(zip(exact, shapes, strict=True))
        self._paragraphs += 1
        there = self._told.setdefault(about, {})
        for text in exact:
            there.setdefault(text, {})[self._paragraphs] = (line, shaped)

    def new(self, words: Words, part: str, whole: bool) -> Spans:
        """The sentences of a part that have not been said yet, of this or of other variables, as
        one paragraph; a `whole` one is kept or left as it is."""
        written = words.written.get(part)
        if not written or (part, written) in self._heard:
            return ()
        self._heard.add((part, written))
        fresh = [self._fresh(paragraph, whole) for paragraph in getattr(words, part)]
        return joined([paragraph for paragraph in fresh if paragraph], self.lang)

    def _fresh(self, paragraph: Spans, whole: bool) -> Spans:
        kept: list[Spans] = []
        for sentence in [paragraph] if whole else sentences(paragraph):
            shape = _shape(sentence)
            if shape not in self._shapes:
                self._shapes.add(shape)
                kept.append(sentence)
        return stripped(_flat(kept))


def _sentences(paragraph: Spans) -> _Sentences:
    said = sentences(paragraph)
    return said, [plain(one).strip() for one in said], [_shape(one) for one in said]


def _is_told(condition: str, words: Words) -> bool:
    """Whether words speak of a condition: `ddp`, which is no part of a name as in `ddp_size`."""
    return any(has_word(plain(paragraph), condition) for paragraph in words.what)


def _unspaced(written: str) -> str:
    """A marked text without the blanks and line breaks, of which templates leave some more."""
    return "".join(written.split())


def _replaces(earlier: Sequence[str], later: Sequence[str]) -> bool:
    """Whether a later paragraph has each sentence of an earlier one or, between two that both
    have, another in its place."""
    place = missing = 0
    for sentence in earlier:
        found = later.index(sentence, place) if sentence in later[place:] else None
        if found is None:
            missing += 1
        elif found - place < missing:
            return False
        else:
            place, missing = found + 1, 0
    return len(later) - place >= missing


def differ(words: Sequence[Words], part: str) -> bool:
    """Whether something else is said of one finding than of another, whatever the code in it."""
    if len({one.written.get(part) for one in words}) == 1:
        return False
    return len({tuple(map(_shape, getattr(one, part))) for one in words}) > 1


def _difference(one: Sequence[Spans], other: Sequence[Spans]) -> list[str] | None:
    """The pieces of code in the other paragraph that stand in the place of others in the one; None
    where the paragraphs differ in more than a piece or two of code, or in nothing."""
    if len(one) != 1 or len(other) != 1 or _shape(one[0]) != _shape(other[0]):
        return None
    codes = [[s.text for s in spans if s.kind == "code"] for spans in (one[0], other[0])]
    pairs = dict.fromkeys(pair for pair in zip(*codes, strict=True) if pair[0] != pair[1])
    changed = {before for before, _ in pairs}
    told = 0 < len(pairs) <= _FEW and len(changed) == len(pairs)
    objects = next(iter(pairs), ("", ""))
    if not told or not all(_OBJECT.fullmatch(name) for name in objects):
        return None
    return [after for _, after in pairs]


def _shape(sentence: Spans) -> str:
    """A sentence whatever the code in it."""
    return "".join(["_" if span.kind == "code" else span.text for span in sentence]).strip()


def _continued(paragraph: Spans, lowered: Sequence[str]) -> Spans:
    """A paragraph as the rest of a sentence: its first word small, where it is one of those."""
    first = paragraph[0]
    if first.kind != "words" or not first.text.startswith(tuple(lowered)):
        return paragraph
    return (Span(first.text[:1].lower() + first.text[1:]), *paragraph[1:])


def _flat(parts: Iterable[Spans]) -> list[Span]:
    return [span for part in parts for span in part]


def joined(parts: Sequence[Spans], lang: str) -> Spans:
    """Paragraphs as one."""
    joint = language(lang).line_joint
    found: list[Span] = []
    for part in parts:
        if found and joint:
            found.append(Span(joint))
        found += part
    return tuple(found)
