"""Each pattern finds exactly what its examples say, and nothing in its counterexamples."""

from importlib import import_module
from pkgutil import ModuleInfo, iter_modules
from types import ModuleType

import pytest

from pseudogen.finding import Finder, find_all
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


@pytest.mark.parametrize("module", pattern_modules().values())
def test_every_finder_of_a_package_is_asked(module: ModuleType) -> None:
    asked = {id(finder) for finder in finders_of(module)}
    rooms = [import_module(f"{module.__name__}.{room.name}") for room in _rooms(module)]
    missed = [n for room in rooms for n, v in vars(room).items() if _unasked(v, asked)]
    assert missed == []


def _rooms(module: ModuleType) -> list[ModuleInfo]:
    return list(iter_modules(getattr(module, "__path__", [])))


def _unasked(value: object, asked: set[int]) -> bool:
    return isinstance(value, Finder) and id(value) not in asked


@pytest.mark.parametrize(("identifier", "module"), pattern_modules().items())
def test_pattern_shows_enough_of_what_it_is_and_is_not(identifier: str, module: ModuleType) -> None:
    assert len(module.EXAMPLES) >= 3
    assert len(module.COUNTEREXAMPLES) >= 2
    forms = {tuple(f.facts().items()) for found in module.EXAMPLES.values() for f in found}
    assert len(forms) >= 3, "the examples are all of one style"
