"""The patterns: one module per id of the vocabulary, `batch-division` in `batch_division.py`.

A module has a docstring that begins with the id, the `Finding` subclass with the facts, one or
more functions under `@pattern`, and below them EXAMPLES (code -> the findings in it) and
COUNTEREXAMPLES (code -> why there is none). A long one is a package, whose `__init__` has it all.
"""

from functools import cache
from types import ModuleType

from pseudogen.finding import Finder
from pseudogen.rooms import modules_in


@cache
def pattern_modules() -> dict[str, ModuleType]:
    """Id -> module, in the order of the ids.

    Raises:
        ValueError: a module whose finders report another pattern than its name says.
    """
    modules = {}
    for name, module in modules_in(__name__, __path__):
        identifier = name.replace("_", "-")
        for finder in finders_of(module):
            if finder.finding.pattern != identifier:
                raise ValueError(f"{module.__name__} reports {finder.finding.pattern!r}")
        modules[identifier] = module
    return modules


def finders_of(module: ModuleType) -> list[Finder]:
    """The finders that a pattern module defines."""
    return [value for value in vars(module).values() if isinstance(value, Finder)]


@cache
def all_finders() -> tuple[Finder, ...]:
    """The finders of all patterns."""
    return tuple(finder for module in pattern_modules().values() for finder in finders_of(module))
