"""The names of a template, and those that its variables have in Python."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Sequence

from jinja2 import nodes

from pseudogen.records import dataclass
from pseudogen.template_code.python import assign, name_of, stored


@dataclass(slots=True)
class Scope:
    """The names of a template at some place, with the Python name of each; `taken` are those of
    the whole function, `buffer` is the variable that text is added to."""

    names: dict[str, str]
    taken: set[str]
    buffer: str = "__text"

    def fresh(self, name: str) -> str:
        """A Python name that nothing else has in the function."""
        made, number = name, 2
        while made in self.taken:
            made, number = f"{name}_{number}", number + 1
        self.taken.add(made)
        return made

    def own(self, name: str) -> str:
        """A Python name for a variable of this scope."""
        self.names[name] = self.fresh(name)
        return self.names[name]

    def of_loop(self, targets: Iterable[str]) -> Scope:
        """A scope inside this one, with what a loop sets in each round."""
        made = Scope(dict(self.names), self.taken, self.buffer)
        for name in targets:
            made.own(name)
        return made

    def inner(
        self, body: Sequence[nodes.Node], known: Collection[str] = (), buffer: str = ""
    ) -> tuple[Scope, list[ast.stmt]]:
        """A scope inside this one for what `body` sets, but for names that are `known` there, and
        the statements with which its variables begin as those around it."""
        made = Scope(dict(self.names), self.taken, buffer or self.buffer)
        begin = []
        for name in set_in(body):
            if name not in known:
                before, own = self.names.get(name), made.own(name)
                if before is not None and _is_read_first(name, body):
                    begin.append(assign(stored(own), name_of(before)))
        return made, begin


def set_in(body: Iterable[nodes.Node]) -> Iterator[str]:
    """The names that are set in some nodes, each once; loops and blocks keep theirs."""
    found: dict[str, None] = {}
    for node in body:
        if isinstance(node, nodes.Assign | nodes.AssignBlock):
            found |= dict.fromkeys(name.name for name in names_of(node.target))
        elif isinstance(node, nodes.If):
            found |= dict.fromkeys(set_in((*node.body, *node.elif_, *node.else_)))
    return iter(found)


def _is_read_first(name: str, body: Iterable[nodes.Node]) -> bool:
    """Whether some nodes may read a variable before they set it."""
    for node in body:
        read = node.node if isinstance(node, nodes.Assign) else node
        if any(one.name == name and one.ctx == "load" for one in names_of(read)):
            return True
        if name in set_in([node]) and not isinstance(node, nodes.If):
            return False
    return False


def defined_in(body: Iterable[nodes.Node]) -> Iterator[str]:
    """The names of macros and of imported templates."""
    for node in body:
        if isinstance(node, nodes.Macro):
            yield node.name
        elif isinstance(node, nodes.Import):
            yield node.target


def names_of(target: nodes.Node) -> Iterator[nodes.Name]:
    """The variables in a node, or the one that it is."""
    return iter((target,)) if isinstance(target, nodes.Name) else target.find_all(nodes.Name)
