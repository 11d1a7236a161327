"""JSON as all commands and formats write it."""

from __future__ import annotations

import json
from typing import Any


def to_json(value: Any) -> str:
    """JSON as commands print it."""
    return json_text(value, indent=2) + "\n"


def json_text(value: Any, *, indent: int | None = None) -> str:
    """JSON in which what can't be seen, or turns text around, is escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else _escape(c) for c in text)


def _escape(character: str) -> str:
    return f"\\u{ord(character):04x}" if character.isascii() else json.dumps(character)[1:-1]
