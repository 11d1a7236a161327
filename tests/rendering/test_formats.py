"""Every format renders all that it offers; hostile text stays text."""

import html
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from pseudogen.document import Document, Heading, Paragraph, Pseudocode, PseudoLine, Span, Table
from pseudogen.languages import template_root
from pseudogen.rendering import FORMATS, Options, render_document, render_pseudocode
from pseudogen.rendering.prepared import prepared_document

from . import samples
from .samples import pseudo, said

TEXTS = {name for name in FORMATS if name not in ("terminal", "json")}
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\uf8ff]")
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
INJECTED = {
    *("html_inline", "html_block", "link_open", "image", "s_open", "code_block"),
    *("blockquote_open", "hr", "ordered_list_open"),
}
ANY = st.text(max_size=40) | st.sampled_from(list(samples.HOSTILE.values()))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("fmt", sorted(FORMATS))
def test_each_format_renders_what_it_offers(fmt: str, lang: str) -> None:
    document = samples.ENGLISH if lang == "en" else samples.CHINESE
    code = samples.PSEUDO_ENGLISH if lang == "en" else samples.PSEUDO_CHINESE
    if FORMATS[fmt].explain and fmt in TEXTS:
        assert "resnet50" in render_document(document, fmt)
    if FORMATS[fmt].pseudo and fmt != "terminal":
        assert "ngpus" in render_pseudocode(code, fmt)


def test_each_template_is_a_format() -> None:
    templates = {path.stem for path in (template_root() / "formats").glob("*.jinja")}
    assert templates == TEXTS - {"text"}


def test_unknown_format() -> None:
    with pytest.raises(ValueError, match="'pdf'"):
        render_document(samples.ENGLISH, "pdf")
    with pytest.raises(ValueError, match="'latex'"):
        render_document(samples.ENGLISH, "latex")
    with pytest.raises(ValueError, match="'terminal'"):
        render_pseudocode(samples.PSEUDO_ENGLISH, "terminal")


@pytest.mark.parametrize("fmt", sorted(FORMATS.keys() - {"terminal"}))
def test_same_input_same_output(fmt: str) -> None:
    code = samples.hostile_pseudocode()
    assert render_pseudocode(code, fmt) == render_pseudocode(code, fmt)
    assert not UNSEEN.search(render_pseudocode(code, fmt))


def test_json_of_pseudocode() -> None:
    code = pseudo("zh", "训练", "3 [如果] `x`：", "    4-5 打印 <“是”>")
    assert json.loads(render_pseudocode(code, "json", Options(file="训练.py"))) == {
        "schema": 1,
        "file": "训练.py",
        "lines": [
            {"text": "如果 x：", "depth": 0, "source": [3, 3], "pattern": None},
            {"text": "打印 “是”", "depth": 1, "source": [4, 5], "pattern": None},
        ],
    }


def parsed(text: str) -> list[Token]:
    """All tokens of Markdown with tables, raw HTML allowed so that an injection shows."""
    found = []
    for token in MARKDOWN.parse(text):
        found += [token, *(token.children or ())]
    return found


def read(text: str) -> str:
    """The characters that a reader of the Markdown sees."""
    kinds = {"text", "code_inline", "text_special", "fence"}
    return "".join(token.content for token in parsed(text) if token.type in kinds)


def test_markdown_of_hostile_text() -> None:
    for text in (
        render_document(samples.hostile_document(), "markdown"),
        render_pseudocode(samples.hostile_pseudocode(), "markdown"),
    ):
        assert not {token.type for token in parsed(text)} & INJECTED


@given(ANY, st.sampled_from(["words", "code", "string", "comment", "number"]))
def test_markdown_says_what_was_said(text: str, kind: str) -> None:
    document = Document((Paragraph((Span("x "), Span(text, kind), Span(" y"))),), "en")
    block = prepared_document(document).blocks[0]
    assert isinstance(block, Paragraph)
    spoken = "".join(span.text for span in block.text)
    assert read(render_document(document, "markdown")).split() == spoken.split()


@given(ANY)
def test_markdown_table_has_its_cells(text: str) -> None:
    row = ((Span(text or "-"),), (Span(text or "-", "code"),))
    found = parsed(render_document(Document((Table(row, (row, row)),), "en"), "markdown"))
    assert sum(token.type in ("td_open", "th_open") for token in found) == 6


@given(ANY)
def test_markdown_start_of_line(text: str) -> None:
    document = Document((Paragraph((Span(text + "x"),)), Heading(2, (Span("x" + text),))), "en")
    tokens = parsed(render_document(document, "markdown"))
    opened = [token.type for token in tokens if token.nesting == 1]
    assert opened == ["paragraph_open", "heading_open"]


def test_markdown_table_without_header() -> None:
    document = Document((Table((), ((said("a"), said("b")),)),), "en")
    found = parsed(render_document(document, "markdown"))
    assert sum(token.type == "td_open" for token in found) == 2


def test_markdown_fence_is_longer_than_any_in_the_code() -> None:
    code = Pseudocode(
        tuple(PseudoLine((Span(marks),), 0, (1, 1)) for marks in ("```", "`````")), said("x"), "en"
    )
    assert html.unescape(read(render_pseudocode(code, "markdown"))) == "x```\n`````\n"
