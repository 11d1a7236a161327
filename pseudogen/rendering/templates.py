"""Formats that are a template: its macro `document` or `pseudocode` writes the whole output."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import get_args

from pseudogen.document import Block, Document, Heading, Pseudocode, Spans
from pseudogen.rendering.layout import joined
from pseudogen.rendering.nesting import nested
from pseudogen.rendering.options import Options
from pseudogen.rendering.source import highlighted
from pseudogen.rendering.text import number, pseudocode_text
from pseudogen.template_runtime import Templates
from pseudogen.templating import language


def from_template(
    fmt: str, macro: str, content: Document | Pseudocode, lang: str, options: Options
) -> str:
    """What `macro` of `templates/formats/<fmt>.jinja` makes of the content.

    The macro gets the content, the options and the words of the language.
    """
    module = _formats().module(f"formats/{fmt}.jinja")
    return str(getattr(module, macro)(content, options, language(lang))).strip("\n")


@cache
def _formats() -> Templates:
    return Templates(
        filters={
            "block": lambda block: _BLOCKS[type(block)],
            "everything": everything,
            "fence": fence,
            "highlighted": highlighted,
            "joined": lambda parts: joined(*parts),
            "line_start": line_start,
            "nested": nested,
            "number": number,
            "span_writer": span_writer,
            "swap": swap,
            "text": pseudocode_text,
        },
        tests={
            "heading": lambda block: isinstance(block, Heading),
            "matching": lambda text, pattern: re.search(pattern, text) is not None,
        },
        escaped=("formats/html.jinja",),
    )


_BLOCKS: dict[type, str] = {block: block.__name__.lower() for block in get_args(Block)}


def everything(code: Pseudocode) -> str:
    """All characters that pseudocode may show, in no order."""
    texts = (code.caption, *(line.text for line in code.lines))
    return "".join(span.text for text in texts for span in text)


def swap(text: str, special: Mapping[str, str], known: str = "", other: str = "") -> str:
    """`text` with each key of `special` replaced, the longest first, in one pass.

    Every other character that the pattern `known` does not match becomes `other` with its
    code point in hexadecimal for `%`; with no `known` all other characters stay.
    """
    return _swapper(tuple(special), known).sub(
        lambda match: special.get(match[0]) or other % f"{ord(match[0]):04X}", text
    )


@cache
def _swapper(keys: tuple[str, ...], known: str) -> re.Pattern[str]:
    found = "|".join(re.escape(key) for key in sorted(keys, key=len, reverse=True))
    return re.compile(f"{found}|(?!{known})." if known else found, re.S)


def fence(text: str, least: int = 3) -> str:
    """As many backticks as no run of them in `text` has, but at least some."""
    longest = max(map(len, re.findall("`+", text)), default=0) if "`" in text else 0
    return "`" * max(longest + 1, least)


def backticks(text: str) -> str:
    """Markdown's inline code, whatever the text holds."""
    marks = fence(text, 1) if "`" in text else "`"
    pad = " " if text[:1] in "` " or text[-1:] in "` " else ""
    return f"{marks}{pad}{text}{pad}{marks}"


def span_writer(special: Mapping[str, str]) -> Callable[..., str]:
    """The function that writes spans as Markdown's inline text, with `special` for characters that
    mean something there; in the `cell` of a table code may hold no bar either. A document has so
    many spans that a macro for each would cost more than all else."""
    table = str.maketrans(dict(special))
    is_special = re.compile(f"[{re.escape(''.join(special))}]").search

    def written(text: Spans, cell: bool = False) -> str:
        pieces = []
        for span in text:
            words, kind = span.text, span.kind
            if kind == "code" or kind == "string":
                plain = words and "`" not in words and words.strip(" ") == words
                code = f"`{words}`" if plain else backticks(words)
                pieces.append(code.replace("|", "\\|") if cell else code)
                continue
            if is_special(words):  # hardly any is; to translate takes three times as long
                words = words.translate(table)
            pieces.append(f"*{words}*" if kind == "emphasis" else words)
        return "".join(pieces)

    return written


def line_start(text: str) -> str:
    """A line of Markdown that begins no list, heading, quote or indented code."""
    line = text.lstrip()
    return line if line[:1].isalpha() else _LINE_START.sub(r"\1\\\2", line, count=1)


_LINE_START = re.compile(r"^(\d*)([-+=#>:.)])")
