"""Under which conditions a statement runs, as the words tell it."""

from __future__ import annotations

import pytest

from pseudogen.names.script import Script

CONDITIONS = {
    "if a and b:\n    HERE()": "a and b",
    "if (a\n    or b):\n    HERE()": "a or b",
    "if a:\n    if b or c:\n        HERE()": "a and (b or c)",
    "if 'x' in names:\n    pass\nelse:\n    HERE()": "'x' not in names",
    "if not ready:\n    pass\nelse:\n    HERE()": "ready",
    "if not (a or b):\n    pass\nelse:\n    HERE()": "a or b",
    "if a or b:\n    pass\nelse:\n    HERE()": "not (a or b)",
    "if a is None or b == 0:\n    pass\nelse:\n    HERE()": "a is not None and b != 0",
    "if step < 5:\n    pass\nelif other:\n    HERE()": "step >= 5 and other",
    "if 0 < step < 5:\n    pass\nelse:\n    HERE()": "not (0 < step < 5)",
    "if kind == 'a':\n    pass\nelif kind == 'b':\n    HERE()": "kind == 'b'",
    "if kind == 'a':\n    pass\nelif kind.startswith('b'):\n    HERE()": "kind.startswith('b')",
    "if kind == 'ab':\n    pass\nelif kind.endswith('b'):\n    HERE()": (
        "kind != 'ab' and kind.endswith('b')"
    ),
    "if rank == 0:\n    pass\nelif rank > 0:\n    HERE()": "rank > 0",
    "if kind == one:\n    pass\nelif kind == two:\n    HERE()": "kind != one and kind == two",
    "if __name__ == '__main__':\n    HERE()": None,
    "def f():\n    if a:\n        return one\n    return HERE()": "not a",
    "def f():\n    if a:\n        return one\n    elif b:\n        return two\n    return HERE()": (
        "not a and not b"
    ),
    "def f():\n    if a:\n        return one\n    if b:\n        raise Error\n    return HERE()": (
        "not a"
    ),
    "def f():\n    if k == 1:\n        return one\n    if k == 2:\n        return HERE()": "k == 2",
    "def f():\n    if a:\n        return one\n    if b:\n        return HERE()": "b and not a",
    "def f():\n    if a:\n        return\n    return HERE()": None,
    "def f():\n    if a:\n        return one\n    x = 1\n    return HERE()": None,
    "def f():\n    if a:\n        return one\n    HERE()": None,
    "if ...:\n    HERE()": None,
    "if ...:\n    if ready:\n        HERE()": "ready",
    "if ...:\n    pass\nelse:\n    HERE()": None,
    "if ...:\n    pass\nelif kind == 'a':\n    HERE()": "kind == 'a'",
}


@pytest.mark.parametrize(("code", "expected"), CONDITIONS.items())
def test_condition_is_told_as_it_is_read(code: str, expected: str | None) -> None:
    script = Script.parse(code)
    (here,) = [site for site in script.call_sites() if site.name == "HERE"]
    assert script.condition(here.statement) == expected
