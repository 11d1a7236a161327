"""Plain text and the terminal: 80 cells, no marks of the other formats, nothing unseen."""

import io
import re

import pytest
from rich.cells import cell_len
from rich.console import Console

from pseudogen.document import Document, Listing, Pseudocode
from pseudogen.rendering import (
    Options,
    print_document,
    print_pseudocode,
    render_document,
    render_pseudocode,
)

from . import samples
from .samples import pseudo

DOCUMENTS = [samples.ENGLISH, samples.CHINESE, samples.hostile_document()]
CODES = [samples.PSEUDO_ENGLISH, samples.PSEUDO_CHINESE, samples.hostile_pseudocode()]
ESCAPE = re.compile(r"\x1b\[[\d;]*m")
UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\uf8ff]")


def shown(content: Document | Pseudocode, width: int = 80, **console: object) -> str:
    out = io.StringIO()
    settings = {"force_terminal": True, "color_system": "standard", "file": out, "_environ": {}}
    made = Console(width=width, **(settings | console))  # type: ignore[arg-type]
    show = print_document if isinstance(content, Document) else print_pseudocode
    show(content, made)  # type: ignore[arg-type]
    return out.getvalue()


def everything(numbers: str = "none") -> list[str]:
    options = Options(numbers=numbers)  # type: ignore[arg-type]
    found = [render_document(document, "text") for document in DOCUMENTS]
    found += [render_pseudocode(code, "text", options) for code in CODES]
    return found + [ESCAPE.sub("", shown(content)) for content in (*DOCUMENTS, *CODES)]


@pytest.mark.parametrize("numbers", ["none", "source", "lines"])
def test_lines_fit_and_have_no_trailing_spaces(numbers: str) -> None:
    for text in everything(numbers):
        for row in text.split("\n"):
            assert cell_len(row) <= 80, row
            assert row == row.rstrip()


def test_nothing_unseen() -> None:
    for text in everything():
        assert not UNSEEN.search(text)
    assert r"\x1b[31mred" in render_document(samples.hostile_document(), "text")


def test_terminal_shows_the_same_words_as_text() -> None:
    for document in (samples.ENGLISH, samples.CHINESE):
        plain = re.findall(r"\w", render_document(document, "text"))
        assert sorted(re.findall(r"\w", ESCAPE.sub("", shown(document)))) == sorted(plain)


def test_colours_tell_code_and_keywords_apart() -> None:
    painted = shown(samples.PSEUDO_ENGLISH)
    assert "\x1b[1;35mif\x1b[0m" in painted
    assert "\x1b[36mdistributed\x1b[0m" in painted


@pytest.mark.parametrize("console", [{"no_color": True}, {"force_terminal": False}])
def test_without_colour_the_terminal_gets_text(console: dict[str, bool]) -> None:
    for document in DOCUMENTS:
        assert shown(document, **console) == render_document(document, "text") + "\n"


def test_no_color_in_the_environment() -> None:
    text = shown(samples.PSEUDO_CHINESE, _environ={"NO_COLOR": "1"})
    assert text == render_pseudocode(samples.PSEUDO_CHINESE, "text") + "\n"


def test_narrow_terminal() -> None:
    for row in ESCAPE.sub("", shown(samples.CHINESE, width=50)).split("\n"):
        assert cell_len(row) <= 50, row


def test_table_columns_stand_in_line() -> None:
    rows = render_document(samples.CHINESE, "text").split("\n")
    start = next(place for place, row in enumerate(rows) if row.startswith("项目"))
    cells = {rows[start]: "行号", rows[start + 2]: "31–38", rows[start + 3]: "52"}
    edges = {cell_len(row[: row.index(cell)]) for row, cell in cells.items()}
    assert len(edges) == 1


def test_indentation_numbers_and_hanging_indent() -> None:
    code = pseudo(
        "en",
        "",
        "3 [if] `distributed`:",
        "    4-5 divide the batch size by the number of processes",
    )
    text = render_pseudocode(code, "text", Options(width=44, numbers="source"))
    assert text == (
        "  3  if distributed:\n"
        "4–5      divide the batch size by the number\n"
        "                 of processes"
    )


def test_own_line_numbers() -> None:
    text = render_pseudocode(samples.PSEUDO_ENGLISH, "text", Options(numbers="lines"))
    assert text.startswith(" 1  if training")
    assert "\n11      print" in text


def test_deep_nesting_stays_on_the_page() -> None:
    deep = pseudo("en", "", " " * 240 + "1 " + "go on " * 20)
    assert all(cell_len(row) <= 80 for row in render_pseudocode(deep, "text").split("\n"))


def test_lines_are_told_once() -> None:
    text = render_document(samples.ENGLISH, "text")
    assert text.count("(lines 52–53)") == 1
    assert text.count("(lines 1–120)") == 1


def test_listing_keeps_its_indentation() -> None:
    document = Document((Listing(("if x:", "", "\tgo()"), 9),), "en")
    assert render_document(document, "text") == " 9 │ if x:\n10 │\n11 │     go()"
    assert ESCAPE.sub("", shown(document)) == " 9 │ if x:\n10 │\n11 │     go()\n"
