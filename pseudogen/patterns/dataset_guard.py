"""dataset-guard: the run is refused because of the data (too small, missing)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern
from pseudogen.names.evidence import NAME, Evidence
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.records import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetGuard(Finding):
    """Facts of a refusal.

    Attributes:
        test: The condition as written; an `assert` refuses when it does not hold.
        asserts: Whether it is an `assert`.
        checks: "size" (too few samples or steps), "path" (a file or folder is missing),
            "presence" (a data set or a part of it is not given) or "classes" (the data have
            another number of classes than is set).
        steps: The numbers of steps that are compared with zero, as written.
        subject: What is checked.
        message: The message as written; None without one.
        condition: The condition under which it is looked at; None when always.
        ends: "error" (an exception), "exit" (the process ends).
    """

    pattern: ClassVar[str] = "dataset-guard"

    test: str
    asserts: bool = False
    checks: str
    steps: tuple[str, ...] = ()
    subject: str
    message: str | None = None
    condition: str | None = None
    ends: str


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
        condition=script.condition(site.statement),
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
    if any(binding.how == "parameter" for binding in bound):
        return False  # an argument is checked
    counted = named & (_DATA_WORDS | _SPLIT_WORDS) and named & {"n", "num", "size", "number", "len"}
    return bool(counted and small and not named & _INTERVAL_WORDS)


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


EXAMPLES = {
    (
        "if epoch_step == 0 or epoch_step_val == 0:\n"
        '    raise ValueError("The data set is too small.")'
    ): [
        DatasetGuard(
            line=1,
            end=2,
            evidence=Evidence(NAME, ("epoch_step", "epoch_step_val")),
            test="epoch_step == 0 or epoch_step_val == 0",
            checks="size",
            steps=("epoch_step", "epoch_step_val"),
            subject="epoch_step",
            message='"The data set is too small."',
            ends="error",
        ),
    ],
    'assert len(train_dataset) >= batch_size, "fewer samples than a batch"': [
        DatasetGuard(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("len(train_dataset)",)),
            test="len(train_dataset) >= batch_size",
            asserts=True,
            checks="size",
            subject="len(train_dataset)",
            message='"fewer samples than a batch"',
            ends="error",
        ),
    ],
    (
        "if not os.path.isdir(args.data_dir):\n"
        '    print("no data at", args.data_dir)\n'
        "    sys.exit(1)"
    ): [
        DatasetGuard(
            line=1,
            end=3,
            evidence=Evidence(NAME, ("args.data_dir",)),
            test="not os.path.isdir(args.data_dir)",
            checks="path",
            subject="args.data_dir",
            ends="exit",
        ),
    ],
    ('if "train" not in raw_datasets:\n    raise ValueError("--do_train needs a training set")'): [
        DatasetGuard(
            line=1,
            end=2,
            evidence=Evidence(NAME, ("raw_datasets",)),
            test='"train" not in raw_datasets',
            checks="presence",
            subject="raw_datasets",
            message='"--do_train needs a training set"',
            ends="error",
        ),
    ],
    'assert os.path.exists(image_path), "no images"': [
        DatasetGuard(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("image_path",)),
            test="os.path.exists(image_path)",
            asserts=True,
            checks="path",
            subject="image_path",
            message='"no images"',
            ends="error",
        )
    ],
    ("assert len(shards) > 0, f'no shards in {folder}'"): [
        DatasetGuard(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("len(shards)",)),
            test="len(shards) > 0",
            asserts=True,
            checks="size",
            subject="len(shards)",
            message="f'no shards in {folder}'",
            ends="error",
        )
    ],
    (
        "samples, num_classes = scan(args.data_path)\n"
        "assert args.num_classes == num_classes, 'other classes'"
    ): [
        DatasetGuard(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("num_classes",)),
            test="args.num_classes == num_classes",
            asserts=True,
            checks="classes",
            subject="num_classes",
            message="'other classes'",
            ends="error",
        )
    ],
    ("assert batch_size * groups < len(dataset)"): [
        DatasetGuard(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("len(dataset)",)),
            test="batch_size * groups < len(dataset)",
            asserts=True,
            checks="size",
            subject="len(dataset)",
            ends="error",
        )
    ],
}
COUNTEREXAMPLES = {
    "def f(logits, num_classes):\n    assert logits.size(1) == num_classes": "an argument",
    "num_classes = len(names)\nassert args.num_classes == num_classes": "no data is read",
    ("assert rows * columns < len(names)"): "two lengths, no batch size",
    "if len(data) == 0:\n    raise StopIteration": "an iterator ends",
    "def f(num_samples):\n    if num_samples <= 0:\n        raise ValueError()": "an argument",
    "if self.every_n_train_steps < 0:\n    raise ValueError('negative')": "an interval",
    "def mix(imgs):\n    if len(imgs) < 2:\n        raise ValueError('one image')": "a batch",
    "if num_samples is None:\n    raise ValueError('the loss needs it')": "an argument of a loss",
    "if epoch == 0:\n    raise RuntimeError": "says nothing of the data",
    "assert batch_size % world_size == 0": "the batch size is checked, not the data",
    "if len(train_dataset) == 0:\n    print('empty')": "the run goes on",
    "if not os.path.exists(checkpoint):\n    raise FileNotFoundError(checkpoint)": "no data",
}
