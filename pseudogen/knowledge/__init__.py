"""What is known of the libraries of the field, as data: one table per framework.

A table is a module with EXACT (qualified name -> row), FAMILIES (package -> row of its members),
ROOTS (usual short name -> qualified name) and BARE (names that say enough without an import). A
new framework is a new module here.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from pseudogen.knowledge.api import Api, Tables


@cache
def load_tables() -> Tables:
    """The rows of all tables."""
    exact: dict[str, Api] = {}
    families: dict[str, Api] = {}
    roots: dict[str, str] = {}
    bare: dict[str, Api] = {}
    for found in iter_modules(__path__):
        if found.name == "api":
            continue
        table = import_module(f"{__name__}.{found.name}")
        exact |= table.EXACT
        families |= table.FAMILIES
        roots |= table.ROOTS
        bare |= {name.rpartition(".")[2]: table.EXACT[name] for name in table.BARE}
    packages = {name.partition(".")[0] for name in (*exact, *families)}
    return Tables(exact, families, bare, roots, frozenset(packages))
