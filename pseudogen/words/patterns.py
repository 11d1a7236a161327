"""Finding -> what a language says of it: title, what, why, worked out, watch out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from pseudogen.document import Span, Spans, spans
from pseudogen.finding import Finding
from pseudogen.templating import language, macros

PARTS = ("what", "why", "worked", "watch")
"""The parts of a pattern's words; all but `what` may be missing. Behind them, `step` is the finding
as one line of pseudocode."""

_NO_SPACE_BEHIND, _NO_SPACE_BEFORE = frozenset("，。；：）"), frozenset("，。；：（")
_BLANK = re.compile(r"\n[ \t]*\n")
_SPACES = re.compile(" {2,}")
_GAP = re.compile(" +")
_SEAM = re.compile("(?<=[^\x00-\x7f])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9%])(?=[^\x00-\x7f])")
"""Between a Latin letter and one of another script. Whether that is Chinese is asked where it
matches: a regular expression with the range of all Chinese characters takes a hundredth of a start
to compile."""
_AS_WRITTEN = ("code", "string")
"""Spans in which every blank counts: `delimiter="  "`."""
_NAME = re.compile(r"\w*")


class Words:
    """What is said of one finding. Each part is a tuple of paragraphs; empty when nothing is
    said. Of most findings not all parts are told, so that each is read when it is asked for."""

    __slots__ = ("_lang", "title", "watch", "what", "why", "worked", "written")
    title: Spans
    what: tuple[Spans, ...]
    why: tuple[Spans, ...]
    worked: tuple[Spans, ...]
    watch: tuple[Spans, ...]

    def __init__(self, title: Spans, written: Mapping[str, str], lang: str) -> None:
        """`written` is the marked text of each part that there is."""
        self.title = title
        self.written = written
        self._lang = lang

    def __getattr__(self, part: str) -> tuple[Spans, ...]:
        """A part that nobody has asked for yet."""
        if part not in PARTS:
            raise AttributeError(part)
        read = paragraphs(self.written.get(part, ""), self._lang)
        setattr(self, part, read)
        return read


def finding_words(finding: Finding, lang: str) -> Words:
    """The words of a finding in a language."""
    macro = getattr(macros(lang, "patterns"), finding.pattern.replace("-", "_"))
    return parse_words(macro(finding).partition("\n@step")[0], lang)


def step_words(finding: Finding, lang: str) -> tuple[Spans, ...]:
    """The words of a finding's step alone."""
    macro = getattr(macros(lang, "patterns"), finding.pattern.replace("-", "_"))
    return paragraphs(macro(finding).partition("\n@step")[2], lang)


def parse_words(text: str, lang: str) -> Words:
    """The words of a pattern from what its macro has written; see `split_words`."""
    title, parts = split_words(text, "what", PARTS)
    return Words(title, parts, lang)


def split_words(text: str, first: str, names: Sequence[str]) -> tuple[Spans, dict[str, str]]:
    """`# Title`, the text of the part `first`, then parts that begin with `@why`, `@worked`...

    `names` are the parts that there may be. Blank lines part the paragraphs of a part; the lines of
    a paragraph are joined as the language does it.

    Raises:
        ValueError: the text has no title, or a part that is not in `names`.
    """
    head, _, rest = text.strip().partition("\n")
    if not head.startswith("# "):
        raise ValueError(f"the words begin with {head!r}, not with a title")
    parts: dict[str, str] = {}
    for piece in f"{first}\n{rest}".split("\n@"):
        name = _NAME.match(piece)[0]  # type: ignore[index]
        if name not in names:
            raise ValueError(f"no part of these words is called {name!r}")
        parts[name] = piece[len(name) :]
    return spans(head[2:].strip()), parts


def paragraphs(text: str, lang: str) -> tuple[Spans, ...]:
    """Marked text -> its paragraphs, each on one line."""
    return tuple(spaced_words(block, lang) for block in _BLANK.split(text) if block.strip())


def spaced_words(text: str, lang: str) -> Spans:
    """One marked paragraph on one line, its lines joined and its scripts spaced as the language
    has it."""
    joint = language(lang).line_joint
    whole = text.strip()
    if "\n" in whole:
        whole = joint.join([line for line in map(str.strip, whole.split("\n")) if line])
    line = spans(whole)
    if "  " in whole:
        line = tuple(
            span if span.kind in _AS_WRITTEN else Span(_SPACES.sub(" ", span.text), span.kind)
            for span in line
        )
    return spaced(line) if joint == "" else line


def spaced(text: Spans) -> Spans:
    """A space between Chinese characters and Latin letters, digits or code, where there is none."""
    found: list[Span] = []
    before = ""
    for span in text:
        kind = span.kind
        if kind == "code":  # counts as Latin whatever it holds
            words, first, last = span.text, _LATIN, _LATIN
        else:
            words, first, last = _spaced_inside(span.text)
        if before and first and before != first:
            if kind == "words":
                words = f" {words}"
            else:
                found[-1] = Span(f"{found[-1].text} ", found[-1].kind)
        found.append(span if words == span.text else Span(words, kind))
        before = last
    return tuple(found)


_LATIN, _OWN = "Latin", "Chinese"


@lru_cache(maxsize=1 << 12)  # templates write the same pieces over and over
def _spaced_inside(words: str) -> tuple[str, str, str]:
    """Words with their spaces, and the scripts with which they begin and end, "" for others."""
    if not words.isascii():
        words = _SEAM.sub(_space, _GAP.sub(_needed, words) if " " in words else words)
    first, last = words[:1], words[-1:]
    return words, _script(first), _LATIN if last == "%" else _script(last)


def _script(character: str) -> str:
    if character.isascii():
        return _LATIN if character.isalnum() else ""
    return _OWN if "\u4e00" <= character <= "\u9fff" else ""


def _space(seam: re.Match[str]) -> str:
    """The space that Chinese has between scripts."""
    text, place = seam.string, seam.start()
    other = max(text[place - 1], text[place])  # the one that is no ASCII
    return " " if _script(other) else ""


def _needed(gap: re.Match[str]) -> str:
    """The spaces, but not those between two Chinese characters, which optional words leave
    behind."""
    text, start, end = gap.string, gap.start(), gap.end()
    before, after = text[max(start - 1, 0) : start], text[end : end + 1]
    left = before in _NO_SPACE_BEHIND or _script(before) is _OWN
    right = after in _NO_SPACE_BEFORE or _script(after) is _OWN
    return "" if left and right else gap[0]
