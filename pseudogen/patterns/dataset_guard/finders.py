"""What dataset-guard is found by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.finding import pattern
from pseudogen.names.conditions import condition_of_test
from pseudogen.names.evidence import NAME, Evidence
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.patterns.dataset_guard.facts import DatasetGuard
from pseudogen.syntax.build import dotted
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_DATA_WORDS = frozenset(
    {"annotation", "annotations", "coco", "data", "datadir", "dataroot", "dataset", "datasets"}
    | {"imagenet", "images", "imgs", "root", "samples", "shards", "trainset", "valset", "voc"}
)
_SPLIT_WORDS = frozenset({"train", "val", "valid", "validation", "test", "traindir", "valdir"})
_FILE_WORDS = frozenset({"dir", "file", "files", "folder", "lines", "path", "paths", "set", "txt"})
_SAMPLE_WORDS = frozenset({"anno", "annotation", "image", "img", "label", "labels", "mask"})
_BATCH_WORDS = frozenset({"images", "imgs", "samples"})
_STEP_WORDS = frozenset({"step", "steps", "iters", "batches"})
_INTERVAL_WORDS = frozenset({"every", "freq", "frequency", "interval", "period"})
_PATH_CALLS = frozenset({"exists", "isdir", "isfile", "is_dir", "is_file"})
_EXITS = frozenset({"sys.exit", "exit", "quit", "os._exit"})
_SMALL = (cst.LessThan, cst.LessThanEqual, cst.Equal, cst.GreaterThan, cst.GreaterThanEqual)


@pattern(DatasetGuard, statements=(cst.If,))
def find_if(site: Site, script: Script) -> Iterator[DatasetGuard]:
    """`if epoch_step == 0: raise ValueError(...)`."""
    for below in script.tree.body(site.statement)[:4]:
        node = below.node
        if type(node) is cst.Raise and _ends_iterator(below, script):
            return
        if type(node) is cst.Raise:
            message = _first_argument(node.exc)
            yield from _finding(site, script, site.node.test, message, below.last, "error")
            return
        if type(node) is cst.Expr and _exits(node.value):
            yield from _finding(site, script, site.node.test, None, below.last, "exit")
            return
        if type(node) is cst.Return and node.value is None and _before_training(below, script):
            yield from _finding(site, script, site.node.test, None, below.last, "return")
            return


def _before_training(statement: Statement, script: Script) -> bool:
    """Whether a function that trains is left before it does."""
    function = script.function_around(statement)
    steps = script.structure.steps
    return function is not None and any(statement.index < i < function.after for i in steps)


def _ends_iterator(statement: Statement, script: Script) -> bool:
    """Whether what is raised says that an iterator ends, which is no error."""
    ends = "StopIteration"
    return ends in script.source(statement) and ends in text(statement.node)


@pattern(DatasetGuard, statements=(cst.Assert,))
def find_assert(site: Site, script: Script) -> Iterator[DatasetGuard]:
    """`assert len(train_dataset) > 0`."""
    yield from _finding(site, script, site.node.test, site.node.msg, site.last, "error")


def _finding(
    site: Site, script: Script, test: Any, message: Any, end: int, ends: str
) -> Iterator[DatasetGuard]:
    written = text(test)
    other = "isinstance(" in written or "signature(" in written
    found = _checked(test, site, script) if not other else None
    if found is None:
        return
    checks, subjects = found
    if checks != "classes" and type(site.node) is cst.Assert and _fixes_length(test):
        return
    yield DatasetGuard(
        line=site.line,
        end=end,
        evidence=Evidence(NAME, tuple(dict.fromkeys(subjects))),
        test=text(test),
        asserts=type(site.node) is cst.Assert,
        checks=checks,
        steps=tuple(s for s in dict.fromkeys(subjects) if set(words(s)) & _STEP_WORDS),
        subject=subjects[0],
        message=text(message) if message is not None else None,
        condition=condition_of_test(script.tree, site.statement),
        ends=ends,
    )


def _fixes_length(test: Any) -> bool:
    """Whether an assertion asks for one length alone: `assert len(data) == 1`."""
    compared = type(test) is cst.Comparison and len(test.comparisons) == 1
    return compared and type(test.comparisons[0].operator) is cst.Equal


def _checked(test: Any, site: Site, script: Script) -> tuple[str, list[str]] | None:
    """What a condition says of the data, and the names that it is said of."""
    found: dict[str, list[str]] = {}
    for node, holds in _atoms(test, type(site.node) is cst.Assert):
        for kind, subject in _atom(node, holds, site.statement, script):
            found.setdefault(kind, []).append(subject)
    for kind in ("size", "path", "presence", "classes"):
        if kind in found:
            return kind, found[kind]
    return None


def _atoms(test: Any, holds: bool) -> Iterator[tuple[Any, bool]]:
    """The comparisons, calls and names that a condition is made of, each with whether the run
    goes on when it holds."""
    stack = [(test, holds)]
    while stack:
        node, holds = stack.pop()
        if type(node) is cst.BooleanOperation:
            stack += [(node.right, holds), (node.left, holds)]
        elif type(node) is cst.UnaryOperation:
            stack.append((node.expression, not holds))
        elif type(node) is cst.Comparison and type(node.left) is cst.Call and _truth(node):
            stack.append((node.left, holds is ("True" in text(node.comparisons[0].comparator))))
        else:
            yield node, holds


def _truth(node: cst.Comparison) -> bool:
    """Whether a comparison only asks for a truth value: `exists(path) is False`."""
    return text(node.comparisons[0].comparator) in ("True", "False")


def _atom(
    node: Any, holds: bool, statement: Statement, script: Script
) -> Iterator[tuple[str, str]]:
    if type(node) is cst.Call and holds:
        name = dotted(node.func)
        subject = node.func.value if type(node.func) is cst.Attribute else None
        if name.rpartition(".")[2] in _PATH_CALLS:
            path = node.args[0].value if node.args else subject
            if path is not None and _names_data(path, statement, script):
                yield "path", text(path)
        elif name == "len" and node.args and _names_data(node.args[0].value, statement, script):
            yield "size", text(node)
    elif type(node) in (cst.Name, cst.Attribute) and holds:
        if script.is_a(node, statement.scope, "dataset") is not None:
            yield "presence", text(node)
    elif type(node) is cst.Comparison and len(node.comparisons) == 1:
        yield from _comparison(node, holds, statement, script)


def _comparison(
    node: cst.Comparison, holds: bool, statement: Statement, script: Script
) -> Iterator[tuple[str, str]]:
    operator, right = type(node.comparisons[0].operator), node.comparisons[0].comparator
    if operator in (cst.In, cst.NotIn):
        held = type(right) in (cst.Name, cst.Attribute, cst.Subscript)
        held = held and not set(words(dotted(right))) & {"cfg", "config", "signature", "args"}
        literal = type(node.left) is cst.SimpleString and "kwargs" not in text(right)
        if held and literal and _names_data(right, statement, script):
            yield "presence", text(right)
    elif operator is cst.Is and not holds:
        loader = script.is_a(node.left, statement.scope, "loader") is not None
        named = words(dotted(node.left))
        counts = named[:1] in (("num",), ("n",), ("number",), ("max",))
        given = not set(named) & {"images", "imgs", "samples", "annotation", "annotations"}
        handed = named[-1:] in (("index",), ("idx",), ("name",), ("type",), ("lengths",))
        absent = text(right) == "None" and not loader and not counts and given and not handed
        if absent and _names_data(node.left, statement, script):
            yield "presence", text(node.left)
    elif operator is (cst.Equal if holds else cst.NotEqual) and type(right) is not cst.Integer:
        sides = (node.left, right)
        yield from (("classes", text(s)) for s in sides if _counts_classes(s, statement, script))
    if operator in _SMALL:
        counts = type(right) is cst.Call and dotted(right.func) == "len"
        counted, other = (right, node.left) if counts else (node.left, right)
        if _counts_data(counted, other, statement, script):
            yield "size", text(counted)


def _counts_classes(node: Any, statement: Statement, script: Script) -> bool:
    """`len(dataset.classes)`, or `num_classes` that a function read from the data."""
    if type(node) is cst.Call and dotted(node.func) == "len" and node.args:
        node = node.args[0].value
    if type(node) is cst.Attribute and "classes" in words(node.attr.value):
        return script.is_a(node.value, statement.scope, "dataset") is not None
    if type(node) is not cst.Name or "classes" not in words(node.value):
        return False
    bound = script.reaching(node.value, statement.index)
    return bool(bound) and all(
        binding.how in ("assign", "unpack")
        and type(binding.value) is cst.Call
        and any(_names_data(arg.value, statement, script) for arg in binding.value.args)
        for binding in bound
    )


def _counts_data(left: Any, right: Any, statement: Statement, script: Script) -> bool:
    """`len(dataset) < batch_size`, `num_train == 0`, `steps_per_epoch <= 0`, `n // batch == 0`."""
    if type(left) is cst.Call and dotted(left.func) == "len" and left.args:
        product = type(right) is cst.BinaryOperation and type(right.operator) is cst.Multiply
        sizes = (right.left, right.right) if product else (right,)
        few = type(right) is cst.Integer or any(
            script.is_a(size, statement.scope, "batch-size") is not None for size in sizes
        )
        return bool(few) and _names_data(left.args[0].value, statement, script)
    if type(left) is cst.BinaryOperation:
        over = type(left.operator) is cst.FloorDivide
        batch = script.is_a(left.right, statement.scope, "batch-size") is not None
        return over and batch and text(right) == "0"
    named = set(words(dotted(left)))
    small = text(right) in ("0", "1") or script.is_a(right, statement.scope, "batch-size")
    if named & _STEP_WORDS and (named & {"epoch", "epochs"} or named & {"per"}):
        return bool(small)
    bound = script.reaching(dotted(left), statement.index) if type(left) is cst.Name else []
    length = len(bound) == 1 and bound[0].how == "assign" and _is_length(bound[0].value)
    if length and _counts_data(bound[0].value, right, statement, script):
        return True
    if any(binding.how == "parameter" for binding in bound):
        return False  # an argument is checked
    counted = named & (_DATA_WORDS | _SPLIT_WORDS) and named & {"n", "num", "size", "number", "len"}
    return bool(counted and small and not named & _INTERVAL_WORDS)


def _is_length(node: Any) -> bool:
    return type(node) is cst.Call and dotted(node.func) == "len" and len(node.args) == 1


def _names_data(node: Any, statement: Statement, script: Script) -> bool:
    """Whether an expression is a data set or a path of one."""
    if script.is_a(node, statement.scope, "dataset") or script.is_a(
        node, statement.scope, "loader"
    ):
        return True
    if type(node) is cst.Name and set(words(node.value)) & _BATCH_WORDS:
        bound = script.reaching(node.value, statement.index)
        if any(binding.how == "parameter" for binding in bound):
            return False  # a function that is handed images may be handed those of a batch
    return any(
        set(words(part.value)) & _DATA_WORDS or _names_split(words(part.value))
        for part in descendants(node)
        if type(part) is cst.Name
    )


def _names_split(named: tuple[str, ...]) -> bool:
    """Whether a name is that of a part of the data or its file: `train_file`, `val_lines`,
    `image_path`."""
    whole = set(named[:1]) & _SPLIT_WORDS
    part = whole or set(named[:1]) & _SAMPLE_WORDS
    return bool(part) and (bool(whole and len(named) == 1) or bool(set(named[1:]) & _FILE_WORDS))


def _exits(node: Any) -> bool:
    return type(node) is cst.Call and dotted(node.func) in _EXITS


def _first_argument(node: Any) -> Any:
    return node.args[0].value if type(node) is cst.Call and node.args else None
