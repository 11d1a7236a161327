"""What is known of the libraries of the field, as data: one table per framework.

A table is a module with EXACT (qualified name -> row), FAMILIES (package -> row of its members),
ROOTS (usual short name -> qualified name) and BARE (names that say enough without an import). A
new framework is a new module here.
"""

from functools import cache

from pseudogen.knowledge.api import Api, Tables
from pseudogen.rooms import modules_in


@cache
def load_tables() -> Tables:
    """The rows of all tables."""
    exact: dict[str, Api] = {}
    families: dict[str, Api] = {}
    roots: dict[str, str] = {}
    bare: dict[str, Api] = {}
    for name, table in modules_in(__name__, __path__):
        if name == "api":
            continue
        exact |= table.EXACT
        families |= table.FAMILIES
        roots |= table.ROOTS
        bare |= {name.rpartition(".")[2]: table.EXACT[name] for name in table.BARE}
    packages = {name.partition(".")[0] for name in (*exact, *families)}
    return Tables(exact, families, bare, roots, frozenset(packages))
