"""Programs made from a number: every kind of expression and statement, with names apart."""

import re
from random import Random

from hypothesis import strategies as st

NAMES = [*(f"n{i}" for i in range(12)), "x_y", "Größe", "数"]
NUMBERS = ["17", "260", "9041", "0.5", "0.0003", "12.25"]
STRINGS = ["'abc'", '"it\'s"', "'a\\n\\x1bb'", "''", "'\\u202e'", "'中 x'", "'{}'"]
BINARY = [
    "+",
    "-",
    "*",
    "/",
    "//",
    "%",
    "**",
    "@",
    "<<",
    ">>",
    "&",
    "|",
    "^",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "and",
    "or",
]
BINARY += ["is", "is not", "in", "not in"]
SIGNS = ["-", "~", "not ", "+"]
PLACES = [":", "::2", "-1", "...", "17:", ":-1", "None"]

EXPRESSIONS = [
    "(<e>) <binary> (<e>)",
    "<sign>(<e>)",
    "(<e>).<name>",
    "(<e>)[<e>]",
    "(<e>)[(<e>):(<e>)]",
    "(<e>)[<place>, <place>]",
    "<name>(<e>, <e>)",
    "(<e>).<name>(<e>, k=<e>)",
    "<name>(*(<e>), **(<e>))",
    "[<e>, <e>]",
    "(<e>, <e>)",
    "(<e>,)",
    "{<e>, {e}}",
    "{(<e>): (<e>), **(<e>)}",
    "[<e> for <name> in (<e>) if (<e>)]",
    "{<e> for <name> in (<e>) for <name> in (<e>)}",
    "{(<e>): (<e>) for <name> in (<e>)}",
    "<name>(<e> for <name> in (<e>))",
    "((<e>) if (<e>) else (<e>))",
    "(lambda <name>: <e>)",
    "f'{(<name>):.2f} s'",
    "(<name> := (<e>))",
]
SMALL = [
    "<name> = <e>",
    "<name> = <name> = <e>",
    "<name>, <name> = <e>",
    "<name> += <e>",
    "<name> //= <e>",
    "<name>.<name>: int = <e>",
    "<e>",
    "assert <e>, <e>",
    "del <name>",
    "raise <name>",
    "import <name>",
    "from <name> import <name> as <name>",
    "pass",
    "...",
    "print(<e>)",
    "<name> = None",
]
COMPOUND = [
    "if <e>:\n<block>",
    "if <e>:\n<block>\nelif <e>:\n<block>\nelse:\n<block>",
    "for <name> in <e>:\n<block>",
    "while <e>:\n<block>\nelse:\n<block>",
    "with <name>(<e>) as <name>:\n<block>",
    "try:\n<block>\nexcept <name> as e1:\n<block>\nfinally:\n<block>",
    "@<name>\ndef <name>(a1, *, b1=(<e>)):\n    'says'\n<block>",
    "class <name>(<name>):\n<block>",
    "match <name>:\n    case [17, c1]:\n<deeper>\n    case _:\n<deeper>",
]


class _Maker:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def filled(self, form: str, depth: int) -> str:
        """A form with each of its places filled in."""
        makers = {
            "e": lambda: self.expression(depth + 1),
            "name": lambda: self.random.choice(NAMES),
            "binary": lambda: self.random.choice(BINARY),
            "sign": lambda: self.random.choice(SIGNS),
            "place": lambda: self.random.choice(PLACES),
            "block": lambda: self.block(depth + 1, "    "),
            "deeper": lambda: self.block(depth + 1, "        "),
        }
        return re.sub(r"<(\w+)>", lambda place: makers[place[1]](), form)

    def expression(self, depth: int) -> str:
        if depth > 4 or self.random.random() < 0.3:
            return self.random.choice([*NAMES, *NUMBERS, *STRINGS, "None"])
        return self.filled(self.random.choice(EXPRESSIONS), depth)

    def statement(self, depth: int) -> str:
        simple = depth > 2 or self.random.random() < 0.6
        return self.filled(self.random.choice(SMALL if simple else COMPOUND), depth)

    def block(self, depth: int, indent: str) -> str:
        body = "\n".join(self.statement(depth) for _ in range(self.random.randint(1, 3)))
        return "\n".join(indent + line for line in body.split("\n"))


def program(seed: int) -> str:
    """A program that Python can parse, the same one for the same number."""
    maker = _Maker(seed)
    return "\n".join(maker.statement(0) for _ in range(maker.random.randint(1, 6)))


PROGRAMS = st.integers(0, 2**32).map(program)
