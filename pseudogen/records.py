"""`dataclass` as in the standard library, made in a fifth of the time.

The standard decorator writes and compiles six methods for each class; with more than a hundred
classes that is a fifth of the start of the program. Here all classes share the methods that are
rarely called, and only `__init__` is compiled, which is called often: with the first instance, as
a run makes none of many classes. Classes whose fields are all keywords (the findings: many
classes, few instances) share that one, too; they have no slots, as what is given becomes their
dictionary at once and a default stays with the class.

`frozen` gives a hash, and mypy refuses that a field is set. At run time only the findings refuse
it: an instance whose class refuses takes twice as long to make, and a script has thousands.
"""

from __future__ import annotations

import dataclasses
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["dataclass", "replace"]

Record = TypeVar("Record")

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(*, frozen=False, slots=False, kw_only=False, eq=True):
        """The decorator; of the standard one's arguments those that are used here."""

        def make(cls):
            written = frozenset(vars(cls))
            cls.__doc__ = cls.__doc__ or cls.__name__  # else it is asked for its signature
            made = dataclasses.dataclass(
                init=False, repr=False, eq=False, slots=slots and not kw_only, kw_only=kw_only
            )(cls)
            init = _facts if kw_only else _compiled_later(made)
            methods = {"__init__": init, "__repr__": _repr}
            if eq:
                methods |= {"__eq__": _equal, "__hash__": _hash if frozen else None}
            if frozen and kw_only:
                methods |= _FROZEN
            for name, method in methods.items():
                if name not in written:
                    setattr(made, name, method)
            return made

        return make


def _facts(self: Any, **given: Any) -> None:
    """`__init__` of keywords alone."""
    needed, known = _keywords(self.__class__)
    if not needed <= given.keys() <= known:
        wrong = ", ".join(sorted((needed - given.keys()) | (given.keys() - known)))
        raise TypeError(f"{type(self).__name__}: missing or unknown: {wrong}")
    self.__dict__.update(given)


def replace(one: Record, **changes: Any) -> Record:
    """Another instance with other values of some fields, as the standard library makes it."""
    cls: Any = one.__class__
    values = {name: getattr(one, name) for name in _names(cls)}
    made: Record = cls(**(values | changes))
    return made


@cache
def _names(cls: Any) -> tuple[str, ...]:
    """The names of the fields."""
    return tuple(field.name for field in dataclasses.fields(cls))


@cache
def _keywords(cls: Any) -> tuple[frozenset[str], frozenset[str]]:
    """The fields without a default, and all."""
    declared = dataclasses.fields(cls)
    needed = frozenset(f.name for f in declared if f.default is dataclasses.MISSING)
    return needed, frozenset(f.name for f in declared)


def _compiled_later(cls: Any) -> Any:
    """`__init__` that is compiled with the first instance."""

    def init(self: Any, *given: Any, **named: Any) -> None:
        cls.__init__ = _compiled(cls)
        cls.__init__(self, *given, **named)

    return init


def _compiled(cls: type) -> Any:
    """`__init__` that takes the fields in their order."""
    space: dict[str, Any] = {"_none": dataclasses.MISSING}
    parameters, lines = ["self"], []
    for field in dataclasses.fields(cls):
        name, value = field.name, field.name
        if field.default_factory is not dataclasses.MISSING:
            space[f"_{name}"] = field.default_factory
            parameters.append(f"{name}=_none")
            value = f"_{name}() if {name} is _none else {name}"
        elif field.default is not dataclasses.MISSING:
            space[f"_{name}"] = field.default
            parameters.append(f"{name}=_{name}")
        else:
            parameters.append(name)
        lines.append(f" self.{name} = {value}")
    if hasattr(cls, "__post_init__"):
        lines.append(" self.__post_init__()")
    exec(f"def __init__({', '.join(parameters)}):\n" + ("\n".join(lines) or " pass"), space)
    return space["__init__"]


@cache
def _values(cls: Any) -> Any:
    """What gives the compared fields of an instance."""
    names = [field.name for field in dataclasses.fields(cls) if field.compare]
    return attrgetter(*names) if names else lambda _: ()


def _equal(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    values = _values(self.__class__)
    return values(self) == values(other)


def _hash(self: Any) -> int:
    return hash(_values(self.__class__)(self))


def _repr(self: Any) -> str:
    shown = (f"{f.name}={getattr(self, f.name)!r}" for f in dataclasses.fields(self) if f.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _refuse(self: Any, name: str, *_: Any) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


_FROZEN = {"__setattr__": _refuse, "__delattr__": _refuse}
