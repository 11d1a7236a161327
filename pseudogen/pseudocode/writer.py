"""What every part of the writer shares: where it is in the script, and how it says things."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import libcst as cst

from pseudogen.names.script import Script
from pseudogen.pseudocode.terms import ATOM, COMPARE, NOUN, PHRASE, POWER, SUM, Term, at, in_list
from pseudogen.pseudocode.vocabulary import Vocabulary
from pseudogen.syntax.text import text as python_text
from pseudogen.syntax.tree import NO_STATEMENT, Statement

Write = Callable[["Writer", Any], Term]


class Writer:
    """Expressions and headers of one script in the words of one vocabulary.

    `types` says whether annotations are written.
    """

    def __init__(
        self,
        script: Script,
        vocabulary: Vocabulary,
        expressions: Mapping[type, Write],
        tests: Mapping[type, Write],
        types: bool,
    ) -> None:
        self.script = script
        self.vocabulary = vocabulary
        self.types = types
        self.scope = 0
        self.statement: Statement | None = None
        self._expressions = expressions
        self._tests = tests
        self._qualified: dict[tuple[str, int], tuple[str, ...]] = {}
        self._receivers: dict[int, str | None] = {}

    def enter(self, statement: Statement) -> None:
        """Go to a statement: names are looked up from there."""
        self.statement = statement
        self.scope = statement.scope

    def term(self, node: Any) -> Term:
        """An expression."""
        write = self._expressions.get(type(node))
        return write(self, node) if write is not None else self.as_written(node)

    def text(self, node: Any, level: int = PHRASE) -> str:
        """An expression, in brackets unless it binds at least as tightly as `level`."""
        write = self._expressions.get(type(node))
        text, binds = write(self, node) if write is not None else self.as_written(node)
        return text if binds >= level else f"({text})"

    def operand(self, node: Any) -> str:
        """An expression among the words of a phrase."""
        text, binds = self.term(node)
        return text if binds >= SUM or binds == NOUN else f"({text})"

    def held(self, node: Any) -> str:
        """An expression among the words of a phrase that is itself part of an expression: a sum or
        a product in brackets, so that the words speak of all of it."""
        text, binds = self.term(node)
        return text if binds >= POWER or binds == NOUN else f"({text})"

    def item(self, node: Any) -> str:
        """An expression in a list: of arguments, of elements."""
        return in_list(self.term(node))

    def given(self, node: Any) -> str:
        """An expression as an argument: as in a list, but a comparison is no name with a value."""
        term = self.term(node)
        return at(term, ATOM) if term[1] == COMPARE else in_list(term)

    def alone(self, node: Any) -> str:
        """An expression that other brackets hold: its own only where a comma could mislead."""
        text, binds = self.term(node)
        return f"({text})" if binds == PHRASE and ("," in text or "，" in text) else text

    def test(self, node: Any) -> Term:
        """An expression that is asked whether it holds."""
        write = self._tests.get(type(node))
        return write(self, node) if write is not None else self.term(node)

    def condition(self, node: Any, level: int = PHRASE) -> str:
        """The text of a test."""
        return at(self.test(node), level)

    def as_written(self, node: Any) -> Term:
        """What there are no words for, as code."""
        return self.vocabulary.code(python_text(node)), ATOM

    def say(self, key: str, *args: Any) -> str:
        """A phrase of the language."""
        return str(getattr(self.vocabulary.phrases, key)(*args))

    def keyword(self, key: str, *args: Any) -> str:
        """The line of a statement in the chosen keywords."""
        return str(getattr(self.vocabulary.keywords, key)(*args))

    def listed(self, texts: list[str]) -> str:
        """Pieces one after the other, as the language lists them."""
        return self.vocabulary.joint.join(texts)

    # Names

    def qualified(self, name: str) -> tuple[str, ...]:
        """The full names that a name of the script may stand for; () when it is no import."""
        key = (name, self.scope)
        if key not in self._qualified:
            found = self.script.resolver.qualified(name, self.scope)
            if found and self.script.resolver.is_open(name, self.scope):
                found = ()
            self._qualified[key] = found or self._usual(name)
        return self._qualified[key]

    def _usual(self, name: str) -> tuple[str, ...]:
        """`torch.save` and `np.sqrt` in code that does not show its imports."""
        root, dot, rest = name.partition(".")
        if not dot or self.script.resolver.bindings(root, self.scope):
            return ()
        usual = self.script.resolver.tables.roots.get(root) or _USUAL_ROOTS.get(root)
        return (f"{usual}.{rest}",) if usual else ()

    def is_builtin(self, name: str) -> bool:
        """Whether nothing in the script gives a name another meaning; `len=len` does not."""
        return all(
            binding.how == "parameter"
            and type(binding.value) is cst.Name
            and binding.value.value == name
            for binding in self.script.resolver.bindings(name, self.scope)
        )

    def receiver(self, name: str) -> str | None:
        """`object` for `self` and `class` for `cls` where a method has them, else None."""
        if name == "self":
            return "object"
        return "class" if name == self.class_parameter() else None

    def class_parameter(self) -> str | None:
        """The first parameter of the class method that the writer is in, where it is `cls`."""
        scope = self.scope
        if scope not in self._receivers:
            self._receivers[scope] = self._class_parameter(scope)
        return self._receivers[scope]

    def _class_parameter(self, scope: int) -> str | None:
        scopes, statements = self.script.tree.scopes, self.script.tree.statements
        while scope != NO_STATEMENT:
            here = scopes[scope]
            if here.kind == "function" and scopes[here.parent].kind == "class":
                node = statements[here.statement].node
                first = (*node.params.posonly_params, *node.params.params)[:1]
                return "cls" if first and first[0].name.value == "cls" else None
            scope = here.parent
        return None

    def assigned(self, name: str) -> list[Any]:
        """The expressions that the script binds a name to, None for each that can't be told."""
        return [
            binding.value if binding.how in ("assign", "walrus") else None
            for binding in self.script.resolver.bindings(name, self.scope)
        ]


_USUAL_ROOTS = {
    "np": "numpy",
    "numpy": "numpy",
    "os": "os",
    "math": "math",
    "random": "random",
    "time": "time",
    "json": "json",
    "sys": "sys",
    "shutil": "shutil",
    "copy": "copy",
    "cudnn": "torch.backends.cudnn",
}

CONTAINERS = frozenset(
    {cst.List, cst.Tuple, cst.Dict, cst.Set, cst.ListComp, cst.DictComp, cst.SetComp}
)
