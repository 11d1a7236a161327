"""Under which condition an object that is made is handed over: a callback, to a trainer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.conditions import conjunction, opposite
from pseudogen.names.targets import holder
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site


def handed_under(script: Script, site: Site) -> str | None:
    """The condition beyond that of its statement under which what a call makes is used: that of
    `f() if test else None`, and that of the only place to which the variable goes."""
    made = conjunction(*_choices(site.statement, lambda node: node is site.node))
    name = holder(site)
    uses = list(_uses(script, site, name)) if name is not None else []
    conditions = {
        conjunction(script.condition(use, site.statement), *_choices(use, _names(name)))
        for use in uses
    }
    return conjunction(made, conditions.pop() if len(conditions) == 1 else None)


def _names(name: str | None) -> Callable[[Any], bool]:
    return lambda node: type(node) is cst.Name and node.value == name


def _uses(script: Script, site: Site, name: str) -> Iterator[Statement]:
    """The statements of the function behind a call that use a variable."""
    for place in script.tree.named.get(name, ()):
        statement = script.tree.statements[place]
        if place > site.statement.index and statement.scope == site.statement.scope:
            yield statement


def _choices(statement: Statement, wanted: Callable[[Any], bool]) -> Iterator[str]:
    """The tests of `a if test else b` on the way to what is wanted in a statement."""
    node = statement.node
    for choice in descendants(node) if not hasattr(node, "body") else ():
        if type(choice) is cst.IfExp:
            one, other = (any(map(wanted, descendants(n))) for n in (choice.body, choice.orelse))
            if one is not other:
                yield text(choice.test) if one else opposite(choice.test)
