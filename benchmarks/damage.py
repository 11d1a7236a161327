"""What happens to code on its way: the damages that `benchmarks.fuzz` combines."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

HOSTILE = (
    "\x1b[31m", "\u202e", "\u2066", "</script>", "\\input{/etc/passwd}", "{{ 7 * 7 }}",
    "{% raw %}", "#set x", "$E = m$", "`", "```", "|", "\\", "\ue000", "\ue001", "\ud7ff",
)  # fmt: skip
PIECES = (
    "if ", "else:", "elif x:", "x", " = ", "(", ")", "[", "]", "{", "}", ":", ",", "\n", "    ",
    "\t", "'", '"""', "#", "\\\n", "lambda ", "for ", " in ", "def f(", "class A:", "@", "match ",
    "case _:", "print x", ">>> ", "... ", "In [3]: ", "+", "-", "1 ", "“", "”", "：", "，", "＝",
    "\u200b", "\xa0", "&lt;", "&#39;", "!ls", "%time ", "%%bash\n", "try:", "except ", "return",
    "yield ", "...", "f'{", "}'", "\r", "\f", "é", "0777", "async ", "await ", "*", "import ",
    "from . ", ";", "not ", "is ", "->", "==", ":=", "**", "~", "0x", "1e999", "1j", "b'\\xff'",
    "\x1a", "\x0b", "\x85", "\u2028", "批", "type X = int", "del ", "global ", "nonlocal y",
    "with a as b:", "while True:", "finally:", "raise ", "assert ", "break", "continue", "pass",
)  # fmt: skip
SENTENCES = (
    "Here is my code:", "What am I doing wrong?", "", "训练代码如下：", "Step 2: Train the model",
    "Epoch 1 loss 0.5", "Traceback (most recent call last):", "Copy code", "- The **first** step",
    "On Monday Ada wrote:", "$ python train.py", "<pre><code>", "Out[3]:", "12", "It's \"\"\" odd.",
)  # fmt: skip
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252")

Damage = Callable[[str, random.Random], str]


def damaged(corpus: list[str], chance: random.Random) -> bytes:
    """A piece of the corpus after up to four damages, in some encoding."""
    text = chance.choice(corpus)
    for _ in range(chance.randint(0, 4)):
        text = chance.choice(_DAMAGES)(text, chance)
    encoding = "utf-8" if chance.random() < 0.8 else chance.choice(ENCODINGS)
    data = text.encode(encoding, "replace")
    return _bytes(data, chance) if chance.random() < 0.1 else data


def _bytes(data: bytes, chance: random.Random) -> bytes:
    found = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        found.insert(chance.randint(0, len(found)), chance.randrange(256))
    return bytes(found)


def _span(text: str, chance: random.Random, longest: int = 60) -> tuple[int, int]:
    first = chance.randint(0, len(text))
    return first, min(len(text), first + chance.randint(0, longest))


def _cut(text: str, chance: random.Random) -> str:
    first, last = _span(text, chance)
    return text[:first] + text[last:]


def _part(text: str, chance: random.Random) -> str:
    first, last = _span(text, chance, len(text))
    return text[first:last]


def _doubled(text: str, chance: random.Random) -> str:
    first, last = _span(text, chance)
    return text[:last] + text[first:]


def _moved(text: str, chance: random.Random) -> str:
    first, last = _span(text, chance)
    rest = text[:first] + text[last:]
    to = chance.randint(0, len(rest))
    return rest[:to] + text[first:last] + rest[to:]


def _inserted(text: str, chance: random.Random) -> str:
    at = chance.randint(0, len(text))
    return text[:at] + chance.choice(PIECES) + text[at:]


def _hostile(text: str, chance: random.Random) -> str:
    """Hostile words where they do most: in a string, a comment, a name's place."""
    words = chance.choice(HOSTILE)
    places = [i for i, character in enumerate(text) if character in "'\"#\n"] or [0]
    at = chance.choice(places) + 1
    return text[:at] + words + text[at:]


def _flat(text: str, chance: random.Random) -> str:
    return " ".join(line.strip() for line in text.split("\n"))


def _unindented(text: str, chance: random.Random) -> str:
    return "\n".join(line.strip() for line in text.split("\n"))


def _shifted(text: str, chance: random.Random) -> str:
    pad = chance.choice(["    ", "\t", " ", "\u3000"])
    return "\n".join(pad + line if chance.random() < 0.9 else line for line in text.split("\n"))


def _prefixed(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    ways: list[Callable[[int, str], str]] = [
        lambda i, line: f"{i + 1:3d}  {line}",
        lambda i, line: f"{i + 1}. {line}",
        lambda i, line: (">>> " if line[:1].strip() else "... ") + line,
        lambda i, line: (f"In [{i}]: " if line[:1].strip() else "   ...: ") + line,
        lambda i, line: chance.choice("+- ") + line,
        lambda i, line: "> " + line,
        lambda i, line: f"{i + 1}{line}",
        lambda i, line: f"{i + 1}\n{line}",
        lambda i, line: f"[{i}]:\n{line}" if chance.random() < 0.2 else line,
        lambda i, line: f"a1b2c3d (Ada 2021-03-01 {i + 1}) {line}",
    ]
    way = chance.choice(ways)
    return "\n".join(way(i, line) for i, line in enumerate(lines))


def _fenced(text: str, chance: random.Random) -> str:
    return f"Text:\n```{chance.choice(['python', 'py', '', 'bash'])}\n{text}\n```\nmore\n"


def _spoken(text: str, chance: random.Random) -> str:
    """Text of people and of programs around the code and in it."""
    lines = text.split("\n")
    for _ in range(chance.randint(1, 4)):
        lines.insert(chance.randint(0, len(lines)), chance.choice(SENTENCES))
    return chance.choice(["\n", "\n", "\\n", "<br>"]).join(lines)


def _mistyped(text: str, chance: random.Random) -> str:
    pairs = [(":", "："), (",", "，"), ("(", "（"), ("=", "＝"), ('"', "“"), ("'", "’"),
             (" ", "\xa0"), ("<", "&lt;"), (">", "&gt;"), ("-", "–"), ("\n", "\r\n"), ("\n", "\r"),
             ("    ", "\t"), ("print(", "print "), ("\n", "\n\f"), ("\n", " \\\n")]  # fmt: skip
    plain, odd = chance.choice(pairs)
    if chance.random() < 0.5:
        return text.replace(plain, odd)
    return text.replace(plain, odd, chance.randint(1, 3))


def _nested(text: str, chance: random.Random) -> str:
    count = chance.choice([3, 30, 150, 300, 3_000])
    opened, closed = chance.choice(
        [("(", ")"), ("[", "]"), ("{", "}"), ("not ", ""), ("-", ""), ("f(", ")"), ("x.", ""),
         ("lambda: ", ""), ("x if y else ", ""), ("x + ", ""), ("*", ""), ("if x: ", "")]
    )  # fmt: skip
    return text + "\n" + opened * count + "x" + closed * count + "\n"


def _notebook(text: str, chance: random.Random) -> str:
    cells = [{"cell_type": "code", "source": part} for part in text.split("\n\n")]
    found = json.dumps({"cells": cells, "nbformat": 4, "metadata": {}})
    return found if chance.random() < 0.7 else _inserted(found, chance)


def _renamed(text: str, chance: random.Random) -> str:
    """Another name in all places: `self` becomes a keyword, a number, a word of the language."""
    words = sorted({word for word in text.replace("(", " ").split() if word.isidentifier()})
    if not words:
        return text
    other = chance.choice([*words, "数据", "None", "match", "_", "class", "x" * 300, "é", "0"])
    return text.replace(chance.choice(words), other)


_DAMAGES: tuple[Damage, ...] = (
    _cut, _cut, _part, _doubled, _moved, _inserted, _inserted, _hostile, _flat, _flat, _unindented,
    _shifted, _prefixed, _fenced, _spoken, _mistyped, _mistyped, _nested, _notebook, _renamed,
)  # fmt: skip
