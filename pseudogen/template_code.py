"""What templates become: plain Python.

Jinja asks at each step what it has met: a field or an item, a function that wants to be handed the
state of the template, text that is to be escaped. Of the templates here all of this is known:
fields are fields, and what is called are macros and plain functions. So fields, items and calls
are written as Python has them, and a macro is a plain function. An unknown field stays an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


class PlainEnvironment(Environment):
    """Jinja whose templates become plain Python; see above."""

    code_generator_class = PlainCode

    def __init__(self, **setup: Any) -> None:
        super().__init__(optimized=False, **setup)
        self.filters.update(first=_first, last=_last, list=list, map=self._mapped)

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
        wanted = attrgetter(attribute) if isinstance(attribute, str) else itemgetter(attribute)
        return list(map(wanted, items))


def _first(items: Iterable[Any]) -> Any:
    return next(iter(items))


def _last(items: Sequence[Any]) -> Any:
    return items[-1]
