"""Stories as blocks of an explanation."""

from __future__ import annotations

from collections.abc import Iterator

from pseudogen.document import Block, Heading, Items, Paragraph
from pseudogen.document import spans as marked
from pseudogen.explanation.alternating import Alternating
from pseudogen.explanation.continuing import Continuing
from pseudogen.explanation.stories import ScaledStep, Story
from pseudogen.templating import explanation_words, story_words
from pseudogen.words.patterns import spaced_words


def story_blocks(
    story: Story, lang: str, level: int, earlier: ScaledStep | None = None, file: str | None = None
) -> Iterator[Block]:
    """The heading of a story, and what its findings do together; `earlier` is one that goes the
    same way, `file` that of a story of another file."""
    words = story_words(lang)
    note = spaced_words(explanation_words(lang).note([story.lines], file), lang)
    if isinstance(story, ScaledStep):
        title, told = words.scaled_step_title, _scaled_step(story, lang, earlier)
    elif isinstance(story, Alternating):
        title, told = words.alternating_title, _alternating(story, lang)
    elif isinstance(story, Continuing):
        title, told = words.continuing_title, _continuing(story, lang, file)
    else:
        title, told = words.shared_data_title, _shared_data(story, lang)
    yield Heading(level, marked(title), note, story.lines if file is None else None)
    yield from told


def _scaled_step(story: ScaledStep, lang: str, earlier: ScaledStep | None) -> Iterator[Block]:
    words = story_words(lang)
    if story.condition is not None:
        yield Paragraph(spaced_words(words.scaled_only(story), lang), lines=story.lines)
    if earlier is not None:
        again = spaced_words(words.scaled_again(story, earlier), lang)
        yield Paragraph(again, lines=story.lines)
        return
    parts = (words.scaled_part(part, story) for part in story.parts)
    yield Items(tuple(spaced_words(part, lang) for part in parts), numbered=True)


def _alternating(story: Alternating, lang: str) -> Iterator[Block]:
    words = story_words(lang)
    yield Paragraph(spaced_words(words.alternating_lead, lang), lines=story.lines)
    updates = (words.update(update) for update in story.updates)
    yield Items(tuple(spaced_words(update, lang) for update in updates), numbered=True)
    rest = spaced_words(words.alternating_rest(story), lang)
    if rest:
        yield Paragraph(rest, lines=story.lines)
    why = spaced_words(words.alternating_why(story), lang)
    yield Paragraph(why, marked(explanation_words(lang).labels["why"]), story.lines)


def _continuing(story: Continuing, lang: str, file: str | None) -> Iterator[Block]:
    words = story_words(lang)
    lines = story.lines if file is None else None
    yield Paragraph(spaced_words(words.continuing(story), lang), lines=lines)
    put_back = (words.restored(part, story) for part in story.parts)
    yield Items(tuple(spaced_words(part, lang) for part in put_back))
    rest = spaced_words(words.continuing_rest(story), lang)
    if rest:
        yield Paragraph(rest, lines=lines)


def _shared_data(story: Story, lang: str) -> Iterator[Block]:
    for paragraph in story_words(lang).shared_data(story).split("\n\n"):
        if paragraph.strip():
            yield Paragraph(spaced_words(paragraph, lang), lines=story.lines)
