"""`records.dataclass` does what the standard library's does."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any, ClassVar

import pytest

from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair."""

    first: int
    second: str = "two"
    hidden: Any = dataclasses.field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A fact."""

    kind: ClassVar[str] = "fact"
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate(Fact):
    """A fact with more."""

    kind: ClassVar[str] = "rate"
    value: float | None = None


@dataclass(slots=True)
class Bag:
    """A bag."""

    things: list[int] = dataclasses.field(default_factory=list)
    count: int = 0

    def __post_init__(self) -> None:
        self.count = len(self.things)


@pytest.mark.parametrize("one", [Pair(1), Pair(1, "x", []), Rate(line=3), Rate(line=3, value=0.5)])
def test_equal_instances_have_equal_hashes_copies_and_pickles(one: Any) -> None:
    again = dataclasses.replace(one)
    assert again == one
    assert again is not one
    for made in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert made == one
    if not isinstance(one, Pair) or one.hidden is None:
        assert hash(again) == hash(one)


def test_fields_that_are_not_compared_make_no_difference() -> None:
    assert Pair(1, "x", hidden=1) == Pair(1, "x", hidden=2)
    assert hash(Pair(1, "x", hidden=1)) == hash(Pair(1, "x", hidden=[2]))
    assert Pair(1) != Pair(2)
    assert Rate(line=1) != Fact(line=1)
    assert Pair(1) != (1, "two")


def test_representation_is_that_of_the_standard_library() -> None:
    assert repr(Pair(1, "x", 5)) == "Pair(first=1, second='x')"
    assert repr(Rate(line=2)) == "Rate(line=2, value=None)"


def test_frozen_facts_refuse() -> None:
    one: Any = Rate(line=1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.line = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        del one.line


@pytest.mark.parametrize("one", [Pair(1), Rate(line=1)])
def test_there_are_no_other_fields(one: Any) -> None:
    with pytest.raises(AttributeError):
        one.other = 2


@pytest.mark.parametrize(
    "make", [lambda: Pair(), lambda: Rate(value=1.0), lambda: Rate(line=1, other=2)]
)
def test_missing_and_unknown_arguments_are_refused(make: Any) -> None:
    with pytest.raises(TypeError):
        make()


def test_what_is_not_frozen_changes_and_has_no_hash() -> None:
    bag = Bag([1, 2])
    assert bag.count == 2
    assert Bag().things is not Bag().things
    bag.things = []
    assert bag.things == []
    with pytest.raises(TypeError):
        hash(bag)


def test_fields_and_dictionaries_are_known_to_the_standard_library() -> None:
    assert dataclasses.asdict(Rate(line=2, value=1.0)) == {"line": 2, "value": 1.0}
    assert [f.name for f in dataclasses.fields(Rate)] == ["line", "value"]
    assert dataclasses.is_dataclass(Rate)
