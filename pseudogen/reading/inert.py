"""Text from the input, made harmless for display."""

from __future__ import annotations

_HARMFUL = (
    [code for code in range(0x20) if code not in (0x09, 0x0A)]
    + list(range(0x7F, 0xA0))
    + [0x061C, 0x200E, 0x200F, 0x2028, 0x2029, 0xFEFF]
    + list(range(0x202A, 0x202F))
    + list(range(0x2066, 0x206A))
    + list(range(0xD800, 0xE100))  # lone surrogates, and private-use characters kept for markers
)
_ESCAPES = {code: f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" for code in _HARMFUL}


def inert(text: str) -> str:
    """`text` with what could steer a terminal or reorder a line written as visible escapes.

    Control characters other than tab and line feed, bidirectional controls, Unicode line
    separators, lone surrogates and the private-use characters U+E000–U+E0FF become `\\x1b`,
    `\\u202e` and so on.
    """
    return text if text.isascii() and text.isprintable() else text.translate(_ESCAPES)
