"""Text of unknown origin made harmless: what can't be seen, or turns text around, is spelt out."""

from __future__ import annotations

import re

from pseudogen.regex import regex

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_UNSEEN = regex(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters but tab and newline
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # format
    "\ud800-\udfff\ue000-\uf8ff\ufffe\uffff"  # surrogates, private use, no characters
    "\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"  # tags, private use
)


def inert(text: str) -> str:
    """`text` with control, bidirectional, private-use and unpaired characters as escapes.

    A terminal escape becomes `\\x1b`, a right-to-left override `\\u202e`; tab and newline stay.
    """
    unseen = _CONTROL if text.isascii() else _UNSEEN
    return unseen.sub(_spelt, text) if unseen.search(text) else text


def _spelt(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
