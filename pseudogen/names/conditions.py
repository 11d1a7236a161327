"""Conditions: under which tests a statement of its function runs."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from functools import lru_cache
from typing import Any

import libcst as cst

from pseudogen.regex import regex
from pseudogen.syntax.literals import evaluated
from pseudogen.syntax.text import OPERATORS, bare, text
from pseudogen.syntax.tree import Statement, Tree

_Test = tuple[Any, bool]
"""A test, and whether it has to hold (or not to hold)."""


def condition(tree: Tree, statement: Statement, beyond: Statement | None = None) -> str | None:
    """The conditions under which a statement of its function runs, or None when it always runs.

    They are joined by `and`, the outermost first; an `elif` or `else` adds the opposite of what
    stands before it, and so does a `return` below an `if` that returns something else. The entry
    guard does not count, nor do conditions under which `beyond` runs, too.
    """
    shared = {s.index for s in tree.ancestors(beyond.index)} if beyond else set()
    tests = _tests_above(tree, statement, shared)
    left_over = _left_over(tree, statement, [test for test, holds in tests if holds])
    return _joined([*tests, *left_over])


def condition_of_test(tree: Tree, statement: Statement) -> str | None:
    """The conditions under which the test of an `if` or `elif` is looked at: those of the
    statement, and of an `elif` that what stands before it does not hold."""
    before = [test for test in _tests(tree, statement) if not test[1]]
    return _joined([*_tests_above(tree, statement, set()), *before])


def tests_above(tree: Tree, statement: Statement) -> list[tuple[int, Any, bool]]:
    """The tests around a statement in its function, the outermost first: each with the statement
    where it stands, and whether it has to hold (or not to hold)."""
    return [
        (header.index, *test)
        for header in reversed(tree.ancestors(statement.index))
        if header.scope == statement.scope
        for test in _tests(tree, header)
    ]


def _tests_above(tree: Tree, statement: Statement, shared: Set[int]) -> list[_Test]:
    return [
        (test, holds) for place, test, holds in tests_above(tree, statement) if place not in shared
    ]


def _joined(tests: Sequence[_Test]) -> str | None:
    alone = len(tests) == 1
    return " and ".join(_written(test, alone) for test in tests) or None


def conjunction(*conditions: str | None) -> str | None:
    """Written conditions of which all have to hold, joined by `and`; None without any."""
    told = [one for one in conditions if one]
    if len(told) < 2:
        return told[0] if told else None
    return " and ".join(_written((cst.parse_expression(one), True), False) for one in told)


def _tests(tree: Tree, header: Statement) -> list[_Test]:
    first = tree.statements[header.chain]
    if type(header.node) not in (cst.If, cst.Else) or type(first.node) is not cst.If:
        return []
    branches = [first, *tree.clauses(first)]
    tests = [
        (branch.node.test, False)
        for branch in branches
        if branch.index < header.index and not left_open(branch.node.test)
    ]
    if type(header.node) is cst.If:
        test = header.node.test
        tests = [(other, holds) for other, holds in tests if not _excludes(test, other)]
        if not (_is_true(test) or _is_guard(test) or left_open(test)):
            tests.append((test, True))
    return tests


def _left_over(tree: Tree, statement: Statement, held: list[Any]) -> list[_Test]:
    """The tests of the `if`s right above a `return`, or above the `if` around it, that return
    something else: they do not hold when it is reached."""
    if type(statement.node) is not cst.Return:
        return []
    around = tree.statements[statement.parent] if statement.parent >= 0 else statement
    single = type(around.node) is cst.If and around.chain == around.index
    starts = [around, statement] if single and around.scope == statement.scope else [statement]
    found = [test for start in starts for test in _returned_above(tree, start)]
    return [(test, False) for test in found if not any(_excludes(one, test) for one in held)]


def _returned_above(tree: Tree, statement: Statement) -> list[Any]:
    """The tests of the `if`s right above in its block each branch of which returns a value; those
    that raise an error are passed over."""
    found: list[Any] = []
    above = tree.before(statement)
    while above is not None:
        first = tree.statements[above.chain]
        branches = [first, *tree.clauses(first)]
        ends = [tree.body(branch)[-1:] for branch in branches]
        if any(type(b.node) is not cst.If or left_open(b.node.test) for b in branches):
            break
        if all(end and type(end[0].node) is cst.Return and end[0].node.value for end in ends):
            found[:0] = [branch.node.test for branch in branches]
        elif not all(end and type(end[0].node) is cst.Raise for end in ends):
            break
        above = tree.before(first)
    return found


def left_open(test: Any) -> bool:
    """Whether `...` stands for a test, or for a header of any kind that was not pasted."""
    return type(test) is cst.Ellipsis


def _excludes(test: Any, other: Any) -> bool:
    """Whether one test cannot hold where another does: `kind == "b"` and `kind in ["a", "c"]`,
    `kind.startswith("b")` and `kind == "a"`, `n > 0` and `n == 0`."""
    equal = _sides(other, cst.Equal)
    if equal is not None and equal == _sides(test, cst.GreaterThan, cst.LessThan):
        return True
    one, two = _admits(test), _admits(other)
    if one is None and two is not None and type(test) is cst.Call:
        return text(test.func).rpartition(".")[0] == two[0] and not _may_be(test, two[1])
    return one is not None and two is not None and one[0] == two[0] and not one[1] & two[1]


def _sides(test: Any, *operators: type) -> tuple[str, str] | None:
    """What a comparison by one of some operators compares with what."""
    if type(test) is not cst.Comparison or len(test.comparisons) != 1:
        return None
    (compared,) = test.comparisons
    if type(compared.operator) not in operators:
        return None
    return text(test.left), text(compared.comparator)


def _admits(test: Any) -> tuple[str, frozenset[str]] | None:
    """(what is compared, the constants that it may be) of `kind == "a"`, `kind in ("a", "b")`."""
    if type(test) is not cst.Comparison or len(test.comparisons) != 1:
        return None
    (compared,) = test.comparisons
    values: list[Any] = [compared.comparator]
    if type(compared.operator) is cst.In and type(values[0]) in (cst.Tuple, cst.List, cst.Set):
        values = [element.value for element in values[0].elements]
    elif type(compared.operator) is not cst.Equal:
        return None
    if any(type(value) not in (cst.SimpleString, cst.Integer) for value in values):
        return None
    return text(test.left), frozenset(repr(evaluated(value.value)) for value in values)


def _may_be(test: cst.Call, values: frozenset[str]) -> bool:
    """Whether `startswith` or `endswith` may hold of one of some constants."""
    method = text(test.func).rpartition(".")[2]
    given = test.args[0].value if len(test.args) == 1 else None
    if method not in ("startswith", "endswith") or type(given) is not cst.SimpleString:
        return True
    part = evaluated(given.value)
    constants = [evaluated(value) for value in values]
    if not all(type(constant) is type(part) for constant in constants):
        return True
    return any(getattr(constant, method)(part) for constant in constants)


def _is_true(test: Any) -> bool:
    """Whether a test is `True`."""
    return type(test) is cst.Name and test.value == "True" and not test.lpar


def _is_guard(test: Any) -> bool:
    """Whether a test is that of the entry guard, whatever it asks for beside."""
    while type(test) is cst.BooleanOperation and not test.lpar:
        test = test.left
    return (
        type(test) is cst.Comparison
        and type(test.comparisons[0].operator) is cst.Equal
        and text(test).startswith("__name__ ==")
    )


def _written(test: _Test, alone: bool) -> str:
    """A test as it is written alone, or as one of several that `and` joins."""
    node, holds = test
    if not holds:
        return opposite(node, alone)
    written = bare(node)
    looser = type(node) in (cst.IfExp, cst.Lambda, cst.NamedExpr) or (
        type(node) is cst.BooleanOperation and type(node.operator) is cst.Or
    )
    return f"({written})" if looser and not alone else written


_NAME = re.compile(r"\w+")
_DOTTED = re.compile(r"(?![\d.])[\w.]+")
_COMPARED = regex(
    rf"({_DOTTED.pattern}) (==|!=|is not|is|[<>]=?) (-?[\w.]+|'[^'\\]*'|\"[^\"\\]*\")"
)
"""The simplest conditions, of which no parser is asked."""
_LOGIC = frozenset({"and", "False", "in", "is", "not", "or", "True"})


def are_opposite(one: str, other: str) -> bool:
    """Whether of two written conditions always exactly one holds: they speak of the same."""
    if other == f"not {one}" and _DOTTED.fullmatch(one):
        return one != "True"
    if compared := _COMPARED.fullmatch(one):
        return other == f"{compared[1]} {_SIGNS[compared[2]]} {compared[3]}"
    named, also = (set(_NAME.findall(condition)) - _LOGIC for condition in (one, other))
    return named == also and opposite(cst.parse_expression(one), alone=True) == other


_JOINT = re.compile(
    r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|([(\[{])|([)\]}])|(\b(?:and|or|if|lambda)\b|:=)"""
)


@lru_cache(maxsize=1 << 10)
def conjuncts(written: str) -> tuple[str, ...]:
    """The tests that a written condition joins by `and`."""
    found: list[str] = []
    depth = start = 0
    for joint in _JOINT.finditer(written) if " and " in written else ():
        depth += bool(joint[1]) - bool(joint[2])
        if joint[3] and not depth:
            if joint[3] != "and":
                return (written,)  # it binds less than `and` does
            found.append(written[start : joint.start() - 1])
            start = joint.end() + 1
    return (*found, written[start:])


def common(conditions: Sequence[str | None]) -> str | None:
    """The tests with which all conditions begin, joined; None where there is none."""
    shared: list[str] = []
    for tests in zip(*(conjuncts(c) if c else () for c in conditions), strict=False):
        if len(set(tests)) > 1:
            break
        shared.append(tests[0])
    return " and ".join(shared) or None


def beyond(condition: str, shared: str | None) -> str | None:
    """What a condition asks for beyond the tests with which it begins."""
    rest = conjuncts(condition)[len(conjuncts(shared)) if shared else 0 :]
    return " and ".join(rest) or None


def either_way(one: str, other: str) -> tuple[str | None] | None:
    """Of two conditions that are the two ways of one test, what both ask for besides, in a tuple
    of its own; None where they are not."""
    if one == other:
        return None
    shared = common((one, other))
    rests = beyond(one, shared), beyond(other, shared)
    ways = rests[0] is not None and rests[1] is not None and are_opposite(rests[0], rests[1])
    return (shared,) if ways else None


_OPPOSITES: dict[type, str] = {
    cst.Equal: "!=",
    cst.NotEqual: "==",
    cst.Is: "is not",
    cst.IsNot: "is",
    cst.In: "not in",
    cst.NotIn: "in",
    cst.LessThan: ">=",
    cst.LessThanEqual: ">",
    cst.GreaterThan: "<=",
    cst.GreaterThanEqual: "<",
}
_SIGNS = {OPERATORS[kind]: sign for kind, sign in _OPPOSITES.items()}


def opposite(node: Any, alone: bool = False) -> str:
    """What holds when a test does not."""
    if text(node) == "True":
        return "False"
    if type(node) is cst.UnaryOperation and type(node.operator) is cst.Not:
        return _written((node.expression, True), alone)
    if type(node) is cst.Comparison and len(node.comparisons) == 1:
        (compared,) = node.comparisons
        sign = _OPPOSITES[type(compared.operator)]
        return f"{text(node.left)} {sign} {text(compared.comparator)}"
    if type(node) is cst.BooleanOperation and type(node.operator) is cst.Or:
        parts = opposite(node.left), opposite(node.right)
        if not any(part.startswith("not ") for part in parts):
            return " and ".join(parts)
    simple = (cst.Name, cst.Attribute, cst.Call, cst.Subscript)
    return f"not {text(node)}" if type(node) in simple else f"not ({bare(node)})"
