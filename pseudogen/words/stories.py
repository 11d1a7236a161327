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
    lines = story.lines if file is None else None
    if isinstance(story, ScaledStep):
        yield Heading(level, marked(words.scaled_step_title), note, story.lines)
        if story.condition is not None:
            only = spaced_words(words.scaled_only(story), lang)
            yield Paragraph(only, lines=story.lines)
        if earlier is not None:
            again = spaced_words(words.scaled_again(story, earlier), lang)
            yield Paragraph(again, lines=story.lines)
            return
        parts = (words.scaled_part(part, story) for part in story.parts)
        yield Items(tuple(spaced_words(part, lang) for part in parts), numbered=True)
        return
    if isinstance(story, Alternating):
        yield Heading(level, marked(words.alternating_title), note, story.lines)
        yield Paragraph(spaced_words(words.alternating_lead, lang), lines=story.lines)
        updates = (words.update(update) for update in story.updates)
        yield Items(tuple(spaced_words(update, lang) for update in updates), numbered=True)
        rest = spaced_words(words.alternating_rest(story), lang)
        if rest:
            yield Paragraph(rest, lines=story.lines)
        why = spaced_words(words.alternating_why(story), lang)
        yield Paragraph(why, marked(explanation_words(lang).labels["why"]), story.lines)
        return
    if isinstance(story, Continuing):
        yield Heading(level, marked(words.continuing_title), note, lines)
        yield Paragraph(spaced_words(words.continuing(story), lang), lines=lines)
        put_back = (words.restored(part, story) for part in story.parts)
        yield Items(tuple(spaced_words(part, lang) for part in put_back))
        rest = spaced_words(words.continuing_rest(story), lang)
        if rest:
            yield Paragraph(rest, lines=lines)
        return
    yield Heading(level, marked(words.shared_data_title), note, story.lines)
    for paragraph in words.shared_data(story).split("\n\n"):
        if paragraph.strip():
            yield Paragraph(spaced_words(paragraph, lang), lines=story.lines)
