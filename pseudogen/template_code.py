"""What templates become: plain Python.

Jinja asks at each step what it has met: a field or an item, a function that wants to be handed the
state of the template, text that is to be escaped. Of the templates here all of this is known:
fields are fields, what is called are macros and plain functions, and what loops go through is known
in full. So fields, items and calls are written as Python has them, and a macro is a plain function.
An unknown field stays an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter, itemgetter
from typing import Any

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame, MacroRef
from jinja2.utils import missing


class PlainCode(CodeGenerator):
    """Jinja's compiler, with fields, items, calls and macros as Python has them."""

    # ruff: noqa: N802 - Jinja names these methods by its nodes

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        """`one.field`."""
        self.visit(node.node, frame)
        self.write(f".{node.attr}")

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:
        """`one[place]`."""
        self.visit(node.node, frame)
        self.write("[")
        self.visit(node.arg, frame)
        self.write("]")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        """`one(argument)`; a macro may not be called with named arguments."""
        if forward_caller:
            super().visit_Call(node, frame, forward_caller=True)
            return
        self.visit(node.node, frame)
        self.write("(")
        for argument in (*node.args, *node.kwargs):
            self.visit(argument, frame)
            self.write(", ")
        if node.dyn_args:
            self.write("*")
            self.visit(node.dyn_args, frame)
            self.write(", ")
        if node.dyn_kwargs:
            self.write("**")
            self.visit(node.dyn_kwargs, frame)
        self.write(")")

    def visit_CondExpr(self, node: nodes.CondExpr, frame: Frame) -> None:
        """`one if test else other`; without another it is the empty text."""
        self.write("(")
        self.visit(node.expr1, frame)
        self.write(" if ")
        self.visit(node.test, frame)
        self.write(" else ")
        self.visit(node.expr2 or nodes.Const(""), frame)
        self.write(")")

    def macro_def(self, macro_ref: MacroRef, frame: Frame) -> None:
        """The macro as a function; Jinja's own object where it escapes or takes a block."""
        special = macro_ref.accesses_kwargs or macro_ref.accesses_varargs
        if special or macro_ref.accesses_caller or frame.eval_ctx.autoescape:
            super().macro_def(macro_ref, frame)
            return
        names = tuple(argument.name for argument in macro_ref.node.args)
        self.write(f"environment.as_function(macro, {names!r})")


class _Loop:
    """What templates call `loop`, over things that are known before it begins."""

    __slots__ = ("_things", "index0")

    def __init__(self, things: Iterable[Any], _: Any) -> None:
        self._things = list(things)
        self.index0 = 0

    def __iter__(self) -> Iterator[tuple[Any, _Loop]]:
        for place, thing in enumerate(self._things):
            self.index0 = place
            yield thing, self

    @property
    def index(self) -> int:
        """The number of the round, from 1 on."""
        return self.index0 + 1

    @property
    def revindex(self) -> int:
        """How many rounds are left, with this one."""
        return len(self._things) - self.index0

    @property
    def first(self) -> bool:
        """Whether it is the first round."""
        return self.index0 == 0

    @property
    def last(self) -> bool:
        """Whether it is the last round."""
        return self.index0 == len(self._things) - 1

    @property
    def previtem(self) -> Any:
        """What the round before is about; not in the first one."""
        return self._things[self.index0 - 1]

    @property
    def nextitem(self) -> Any:
        """What the next round is about; not in the last one."""
        return self._things[self.index0 + 1]


class PlainEnvironment(Environment):
    """Jinja whose templates become plain Python; see above."""

    code_generator_class = PlainCode
    loop = _Loop

    def __init__(self, **setup: Any) -> None:
        super().__init__(optimized=False, **setup)
        self.filters.update(first=_first, last=_last, list=list, map=self._mapped, unique=_unique)
        self.filters.update(select=self._selected, selectattr=self._selected_by)
        self.filters.update(reject=self._rejected, rejectattr=self._rejected_by)

    def _generate(self, *template: Any, **how: Any) -> str:
        """The Python code of a template, which says `LoopContext` for what `loop` is."""
        return super()._generate(*template, **how).replace(" LoopContext(", " environment.loop(")

    @staticmethod
    def as_function(macro: Any, names: tuple[str, ...]) -> Any:
        """A macro's function, which fills in itself what it does not get."""
        macro.__defaults__ = (missing,) * len(names)
        macro.arguments = names
        return macro

    def _mapped(
        self, items: Iterable[Any], name: str = "", attribute: str | int | None = None
    ) -> list[Any]:
        """Each item through the filter of that name, or its field or place `attribute`."""
        if attribute is None:
            return list(map(self.filters[name], items))
        return list(map(_getter(attribute), items))

    def _selected(self, items: Iterable[Any], test: str = "", *given: Any) -> list[Any]:
        """The items that are true, or for which a test holds."""
        holds = self._test(test)
        return [item for item in items if holds(item, *given)]

    def _rejected(self, items: Iterable[Any], test: str = "", *given: Any) -> list[Any]:
        """The other items."""
        holds = self._test(test)
        return [item for item in items if not holds(item, *given)]

    def _selected_by(
        self, items: Iterable[Any], field: str | int, test: str = "", *given: Any
    ) -> list[Any]:
        """The items of which a field, or what is at a place, is true or has a test hold."""
        holds, wanted = self._test(test), _getter(field)
        return [item for item in items if holds(wanted(item), *given)]

    def _rejected_by(
        self, items: Iterable[Any], field: str | int, test: str = "", *given: Any
    ) -> list[Any]:
        """The other items."""
        holds, wanted = self._test(test), _getter(field)
        return [item for item in items if not holds(wanted(item), *given)]

    def _test(self, name: str) -> Any:
        return self.tests[name] if name else bool


def _getter(field: str | int) -> Callable[[Any], Any]:
    return attrgetter(field) if isinstance(field, str) else itemgetter(field)


def _unique(items: Iterable[Any]) -> list[Any]:
    """Each item once; the first of texts that differ in upper and lower case alone."""
    found: dict[Any, Any] = {}
    for item in items:
        found.setdefault(item.lower() if isinstance(item, str) else item, item)
    return list(found.values())


def _first(items: Iterable[Any]) -> Any:
    return next(iter(items))


def _last(items: Sequence[Any]) -> Any:
    return items[-1]
