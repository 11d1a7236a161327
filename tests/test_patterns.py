"""Each pattern finds exactly what its examples say, and nothing in its counterexamples."""

from types import ModuleType

import pytest

from pseudogen.finding import find_all
from pseudogen.names.script import Script
from pseudogen.patterns import finders_of, pattern_modules

EXAMPLES = [
    pytest.param(module, code, expected, id=f"{identifier}-{number}")
    for identifier, module in pattern_modules().items()
    for number, (code, expected) in enumerate(module.EXAMPLES.items())
]
COUNTEREXAMPLES = [
    pytest.param(module, code, why, id=f"{identifier}: {why}")
    for identifier, module in pattern_modules().items()
    for code, why in module.COUNTEREXAMPLES.items()
]


@pytest.mark.parametrize(("module", "code", "expected"), EXAMPLES)
def test_example_is_found(module: ModuleType, code: str, expected: list[object]) -> None:
    assert find_all(Script.parse(code), finders_of(module)) == expected


@pytest.mark.parametrize(("module", "code", "why"), COUNTEREXAMPLES)
def test_counterexample_stays_silent(module: ModuleType, code: str, why: str) -> None:
    assert find_all(Script.parse(code), finders_of(module)) == [], why


@pytest.mark.parametrize(("identifier", "module"), pattern_modules().items())
def test_pattern_shows_enough_of_what_it_is_and_is_not(identifier: str, module: ModuleType) -> None:
    assert len(module.EXAMPLES) >= 3
    assert len(module.COUNTEREXAMPLES) >= 2
    forms = {tuple(f.facts().items()) for found in module.EXAMPLES.values() for f in found}
    assert len(forms) >= 3, "the examples are all of one style"
