"""At a glance: one paragraph that a colleague would say, and a table of what is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter

from pseudogen.document import Block, Paragraph, Spans, Table, plain
from pseudogen.document import spans as marked
from pseudogen.explanation.glance import ASPECTS, Found, aspect_places, found_by_pattern
from pseudogen.explanation.libraries import Run
from pseudogen.explanation.occasions import Occasions
from pseudogen.finding import Finding
from pseudogen.following import Reached
from pseudogen.names.purposes import Purpose
from pseudogen.templating import glance_words
from pseudogen.words.patterns import spaced_words

_MANY_PLACES = 3


def glance(
    findings: Sequence[Finding],
    lang: str,
    reached: Sequence[Reached] = (),
    exclusive: Callable[[int, int], bool] | None = None,
    run: Run | None = None,
    occasions: Occasions | None = None,
    purposes: Sequence[Purpose] = (),
) -> list[Block]:
    """The paragraph and the table; what has nothing to say is left out. `exclusive` says whether
    of two lines never both run; `run` are the settings that a trainer gets; `occasions` knows when
    what is found comes to pass; `purposes` are what the author says the script is for."""
    found = found_by_pattern(findings, reached, run, occasions)
    found.purposes = purposes
    if exclusive is not None:
        found.exclusive = exclusive
    words = glance_words(lang)
    said = spaced_words(words.paragraph(found), lang)
    blocks: list[Block] = [Paragraph(said)] if said else []
    rows = [row for aspect in ASPECTS if (row := _row(aspect, found, lang))]
    if rows:
        blocks.append(Table(tuple(marked(cell) for cell in words.header), tuple(rows)))
    return blocks


def _row(aspect: str, found: Found, lang: str) -> tuple[Spans, ...] | None:
    words = glance_words(lang)
    said = spaced_words(getattr(words, aspect)(found), lang)
    if not plain(said).strip():
        return None
    lines = _places(aspect_places(aspect, found))
    return marked(words.aspects[aspect]), said, marked(lines)


def _places(places: Sequence[tuple[str, int, int]]) -> str:
    """`12, 40–44, engine.py:30, 52`, in order; of many the few that come first in `places`."""
    ranges: list[tuple[int, str, int, int]] = []
    for rank, (file, a, b) in sorted(enumerate(places), key=itemgetter(1)):
        if ranges and ranges[-1][1] == file and ranges[-1][3] + 1 == a:
            ranges[-1] = (min(ranges[-1][0], rank), file, ranges[-1][2], b)
        else:
            ranges.append((rank, file, a, b))
    chosen = sorted(sorted(ranges)[:_MANY_PLACES], key=itemgetter(1, 2))
    shown, before = [], ""
    for _, file, a, b in chosen:
        where = f"{file}:" if file != before else ""
        shown.append(where + (str(a) if a == b or file else f"{a}–{b}"))
        before = file
    return ", ".join(shown) + (", …" if len(ranges) > _MANY_PLACES else "")
