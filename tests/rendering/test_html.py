"""The page stands alone, says what was said, and runs nothing."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pseudogen.document import Document, Heading, Listing, Paragraph, Pseudocode, Span
from pseudogen.rendering import Options, render_document, render_pseudocode
from pseudogen.rendering.prepared import prepared_document, prepared_pseudocode

from . import samples

TAGS = {
    *("html", "head", "meta", "title", "style", "body", "main", "nav", "h1", "h2", "h3", "h4", "p"),
    *("strong", "em", "code", "span", "div", "table", "thead", "tbody", "tr", "th", "td", "ul"),
    *("ol", "li", "pre", "a", "figure", "figcaption"),
}
ATTRIBUTES = {
    *("lang", "charset", "name", "content", "http-equiv", "class", "id", "href", "style"),
    *("data-lines", "data-pattern"),
}
ANY = st.text(max_size=40) | st.sampled_from(list(samples.HOSTILE.values()))


class Page(HTMLParser):
    """Tags, attributes and visible text of a page; every element must be closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "body" in self.open:
            self.text += data

    def all(self, attribute: str) -> list[str]:
        return [value for name, value in self.attributes if name == attribute]


def pages() -> list[str]:
    documents = [samples.ENGLISH, samples.CHINESE, samples.hostile_document()]
    codes = [samples.PSEUDO_ENGLISH, samples.PSEUDO_CHINESE, samples.hostile_pseudocode()]
    found = [render_document(document, "html") for document in documents]
    return found + [render_pseudocode(code, "html") for code in codes]


def test_only_harmless_markup_and_nothing_from_outside() -> None:
    for text in pages():
        page = Page(text)
        assert page.tags <= TAGS
        assert {name for name, _ in page.attributes} <= ATTRIBUTES
        assert all(re.fullmatch(r"#[\w-]+", link) for link in page.all("href"))
        assert all(re.fullmatch(r"(--\w+: \d+(ch)?(; |$))+", style) for style in page.all("style"))
        assert not re.search(r"url\(|@import", text.split("</style>")[0])


def test_anchors_are_unique_and_links_lead_to_them() -> None:
    for text in pages():
        page = Page(text)
        assert len(set(page.all("id"))) == len(page.all("id"))
        assert {link[1:] for link in page.all("href")} <= set(page.all("id"))


def test_language_and_title() -> None:
    assert '<html lang="zh">' in render_document(samples.CHINESE, "html")
    assert "<title>train.py</title>" in render_document(samples.CHINESE, "html")
    assert "<title>多进程训练</title>" in render_pseudocode(samples.PSEUDO_CHINESE, "html")


def test_title_without_a_caption() -> None:
    code = Pseudocode(samples.PSEUDO_ENGLISH.lines, (), "en")
    assert "<title>train.py</title>" in render_pseudocode(code, "html", Options(file="train.py"))


def test_headings_keep_their_level() -> None:
    headings = tuple(Heading(level, (Span(f"level {level}"),)) for level in (1, 2, 3, 4))
    page = Page(render_document(Document(headings, "en"), "html"))
    assert {"h1", "h2", "h3", "h4"} <= page.tags
    markdown = render_document(Document(headings, "en"), "markdown")
    assert markdown.endswith("### level 3\n\n#### level 4")


def test_source_lines_are_anchors() -> None:
    assert {"L52", "L53"} <= set(Page(render_document(samples.ENGLISH, "html")).all("id"))
    page = Page(render_pseudocode(samples.PSEUDO_ENGLISH, "html"))
    assert {"L10", "L11", "L23", "p1", "p11"} <= set(page.all("id"))
    assert "11-13" in page.all("data-lines")


@given(ANY, st.sampled_from(["words", "code", "string", "comment", "emphasis"]))
def test_says_what_was_said(text: str, kind: str) -> None:
    document = Document((Paragraph((Span("x"), Span(text, kind), Span("y"))),), "en")
    (block,) = prepared_document(document).blocks
    assert isinstance(block, Paragraph)
    assert Page(render_document(document, "html")).text.strip() == "".join(
        span.text for span in block.text
    )


def test_listing_says_what_the_source_says() -> None:
    lines = tuple(samples.HOSTILE.values())
    (block,) = prepared_document(Document((Listing(lines, 5),), "en")).blocks
    assert isinstance(block, Listing)
    shown = Page(render_document(Document((Listing(lines, 5),), "en"), "html")).text.strip()
    rows = [re.sub(r"^\d+", "", row) for row in shown.split("\n")]
    assert rows == list(block.code)


@pytest.mark.parametrize("numbers", ["none", "source", "lines"])
def test_pseudocode_says_what_was_said(numbers: str) -> None:
    code: Pseudocode = samples.hostile_pseudocode()
    lines = prepared_pseudocode(code).lines
    options = Options(numbers=numbers)  # type: ignore[arg-type]
    shown = Page(render_pseudocode(code, "html", options)).text.strip().split("\n")[1:]
    found = [row.strip() for row in shown if row.strip()]
    signs = {
        "none": ["" for _ in lines],
        "source": [str(line.source[0]) for line in lines],
        "lines": [str(place) for place, _ in enumerate(lines, 1)],
    }[numbers]
    said = ["".join(span.text for span in line.text) for line in lines]
    assert found == [(sign + text).strip() for sign, text in zip(signs, said, strict=True)]
