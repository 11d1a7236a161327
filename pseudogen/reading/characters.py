"""Characters that pages, chats and input methods put in the place of Python's."""

from __future__ import annotations

import re

from pseudogen.reading.draft import Draft

# Full-width forms are the ASCII characters moved by a constant (Unicode, block FF00–FFEF).
_FULL_WIDTH = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_PUNCTUATION = {
    **{wide: plain for wide, plain in _FULL_WIDTH.items() if not plain.isalnum()},
    "，": ",",
    "。": ".",
    "、": ",",
    "【": "[",
    "】": "]",
    "「": '"',
    "」": '"',
}
_SYMBOLS = {
    "–": "-",
    "—": "-",
    "−": "-",
    "×": "*",
    "÷": "/",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "…": "...",
}
_QUOTES = {
    "“": '"',
    "”": '"',
    "„": '"',
    "‟": '"',
    "‘": "'",
    "’": "'",
    "‚": "'",
    "＂": '"',
    "＇": "'",
}
_SPACES = dict.fromkeys(
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
    " ",
)
_SPACES |= {"·": " ", "→": " "}  # as editors show blanks and tabs
_INVISIBLE = dict.fromkeys(
    "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    "",
)
_ENTITIES = {
    "&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"', "&#39;": "'", "&#x27;": "'",
    "&apos;": "'", "&nbsp;": " ", "&#34;": '"', "&#x2F;": "/", "&#47;": "/",
}  # fmt: skip
_ENTITY = re.compile("|".join(map(re.escape, _ENTITIES)))
_KINDS = (
    ("full_width", _PUNCTUATION),
    ("symbol", _SYMBOLS),
    ("curly_quote", _QUOTES),
    ("odd_space", _SPACES),
    ("invisible", _INVISIBLE),
)
_ODD = {character: (key, plain) for key, table in _KINDS for character, plain in table.items()}
_PART = re.compile(
    r"""(?P<keep>"{3}(?>(?:[^\\"]++|\\.|"(?!""))*)(?:"{3}|\Z)|'{3}(?>(?:[^\\']++|\\.|'(?!''))*)(?:'{3}|\Z)"""
    r"""|"(?>(?:[^"\\\n]++|\\.)*)"|'(?>(?:[^'\\\n]++|\\.)*)'|\#[^\n]*+)|(?P<odd>["""
    + "".join(map(re.escape, _ODD))
    + "])",
    re.S,
)
_CURLY_STRING = re.compile(r"[“”„‟]([^“”„‟\"\n]*+)[“”„‟]|[‘’‚]([^‘’‚'\n]*+)[‘’‚]")


def without_entities(draft: Draft) -> Draft:
    """HTML entities decoded: a page escapes all of its text, strings too."""
    if not any(_ENTITY.search(line) for line in draft.lines):
        return draft
    lines = []
    for i, line in enumerate(draft.lines):
        found = _ENTITY.search(line)
        if found:
            draft = draft.remark("html_entity", i, character=found[0], read_as=_ENTITIES[found[0]])
            line = _ENTITY.sub(lambda match: _ENTITIES[match[0]], line)
        lines.append(line)
    return draft.with_texts(lines)


def plain(draft: Draft) -> Draft:
    """Odd punctuation, quotes and blanks outside strings and comments replaced by Python's."""
    text = "\n".join(draft.lines)
    if text.isascii():
        return draft
    text, quoted = _straightened(text)
    seen: set[tuple[int, str]] = set()
    parts: list[str] = []
    end = line = 0
    for part in _PART.finditer(text):
        character = part["odd"]
        if character is None:
            continue
        parts.append(text[end : part.start()])
        line += text.count("\n", end, part.start())
        end = part.end()
        key, read_as = _ODD[character]
        parts.append(read_as)
        if (line, character) not in seen:
            seen.add((line, character))
            draft = _remarked(draft, key, line, character, read_as)
    for line in sorted(quoted):
        draft = draft.remark(
            "curly_quote", line, character=quoted[line][0], read_as=quoted[line][1]
        )
    return draft.with_texts(("".join(parts) + text[end:]).split("\n"))


def _straightened(text: str) -> tuple[str, dict[int, tuple[str, str]]]:
    """Strings in curly quotes get straight ones first, so that what they hold is kept."""
    found: dict[int, tuple[str, str]] = {}
    parts: list[str] = []
    end = 0
    for part in _PART.finditer(text):
        if part["odd"] is None or part.start() < end or part["odd"] not in _QUOTES:
            continue
        string = _CURLY_STRING.match(text, part.start())
        if string is None:
            continue
        quote = _QUOTES[part["odd"]]
        found.setdefault(text.count("\n", 0, part.start()), (part["odd"], quote))
        parts += [text[end : part.start()], quote, string[0][1:-1], quote]
        end = string.end()
    return "".join(parts) + text[end:], found


def _remarked(draft: Draft, key: str, line: int, character: str, read_as: str) -> Draft:
    if key in ("odd_space", "invisible"):
        return draft.remark(key, line, code=f"U+{ord(character):04X}")
    return draft.remark(key, line, character=character, read_as=read_as)
