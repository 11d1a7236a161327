"""The child fields of each LibCST node, in the order of the source, without whitespace and
punctuation.

`CSTNode.children` rebuilds the node to find its children, which costs as much as parsing; reading
the slots through this table costs a thirtieth of that. A test compares the table with LibCST, so
that a field which a new version adds can't be overlooked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

import libcst as cst

NAMES: dict[type, tuple[str, ...]] = {
    cst.Module: ("body",),
    cst.SimpleStatementLine: ("body",),
    cst.SimpleStatementSuite: ("body",),
    cst.IndentedBlock: ("body",),
    cst.Expr: ("value",),
    cst.Return: ("value",),
    cst.Del: ("target",),
    cst.Assign: ("targets", "value"),
    cst.AssignTarget: ("target",),
    cst.AnnAssign: ("target", "annotation", "value"),
    cst.AugAssign: ("target", "value"),
    cst.Raise: ("exc", "cause"),
    cst.Assert: ("test", "msg"),
    cst.Import: ("names",),
    cst.ImportFrom: ("module", "names"),
    cst.ImportAlias: ("name", "asname"),
    cst.Global: ("names",),
    cst.Nonlocal: ("names",),
    cst.NameItem: ("name",),
    cst.TypeAlias: ("name", "type_parameters", "value"),
    cst.If: ("test", "body", "orelse"),
    cst.Else: ("body",),
    cst.For: ("target", "iter", "body", "orelse"),
    cst.While: ("test", "body", "orelse"),
    cst.With: ("items", "body"),
    cst.WithItem: ("item", "asname"),
    cst.AsName: ("name",),
    cst.Try: ("body", "handlers", "orelse", "finalbody"),
    cst.TryStar: ("body", "handlers", "orelse", "finalbody"),
    cst.ExceptHandler: ("type", "name", "body"),
    cst.ExceptStarHandler: ("type", "name", "body"),
    cst.Finally: ("body",),
    cst.FunctionDef: ("decorators", "name", "type_parameters", "params", "returns", "body"),
    cst.ClassDef: ("decorators", "name", "type_parameters", "bases", "keywords", "body"),
    cst.Decorator: ("decorator",),
    cst.Match: ("subject", "cases"),
    cst.MatchCase: ("pattern", "guard", "body"),
    cst.MatchValue: ("value",),
    cst.MatchSingleton: ("value",),
    cst.MatchSequenceElement: ("value",),
    cst.MatchStar: ("name",),
    cst.MatchList: ("patterns",),
    cst.MatchTuple: ("patterns",),
    cst.MatchMappingElement: ("key", "pattern"),
    cst.MatchMapping: ("elements", "rest"),
    cst.MatchKeywordElement: ("key", "pattern"),
    cst.MatchClass: ("cls", "patterns", "kwds"),
    cst.MatchAs: ("pattern", "name"),
    cst.MatchOrElement: ("pattern",),
    cst.MatchOr: ("patterns",),
    cst.TypeParameters: ("params",),
    cst.TypeParam: ("param", "default"),
    cst.TypeVar: ("name", "bound"),
    cst.TypeVarTuple: ("name",),
    cst.ParamSpec: ("name",),
    cst.Attribute: ("value", "attr"),
    cst.Subscript: ("value", "slice"),
    cst.SubscriptElement: ("slice",),
    cst.Index: ("value",),
    cst.Slice: ("lower", "upper", "step"),
    cst.Call: ("func", "args"),
    cst.Arg: ("keyword", "value"),
    cst.UnaryOperation: ("expression",),
    cst.BinaryOperation: ("left", "right"),
    cst.BooleanOperation: ("left", "right"),
    cst.Comparison: ("left", "comparisons"),
    cst.ComparisonTarget: ("comparator",),
    cst.IfExp: ("body", "test", "orelse"),
    cst.Lambda: ("params", "body"),
    cst.Parameters: (
        "posonly_params",
        "params",
        "star_arg",
        "kwonly_params",
        "star_kwarg",
    ),
    cst.Param: ("name", "annotation", "default"),
    cst.Annotation: ("annotation",),
    cst.Await: ("expression",),
    cst.Yield: ("value",),
    cst.From: ("item",),
    cst.NamedExpr: ("target", "value"),
    cst.Tuple: ("elements",),
    cst.List: ("elements",),
    cst.Set: ("elements",),
    cst.Dict: ("elements",),
    cst.Element: ("value",),
    cst.StarredElement: ("value",),
    cst.DictElement: ("key", "value"),
    cst.StarredDictElement: ("value",),
    cst.GeneratorExp: ("elt", "for_in"),
    cst.ListComp: ("elt", "for_in"),
    cst.SetComp: ("elt", "for_in"),
    cst.DictComp: ("key", "value", "for_in"),
    cst.CompFor: ("target", "iter", "ifs", "inner_for_in"),
    cst.CompIf: ("test",),
    cst.FormattedString: ("parts",),
    cst.FormattedStringExpression: ("expression", "format_spec"),
    cst.ConcatenatedString: ("left", "right"),
}
# Node types that only newer versions of LibCST have.
_NEWER = {
    "TemplatedString": ("parts",),
    "TemplatedStringExpression": ("expression", "format_spec"),
    "StarredDictComp": ("value", "for_in"),
    "LazyImport": ("names",),
    "LazyImportFrom": ("module", "names"),
}
for _name, _fields in _NEWER.items():
    if hasattr(cst, _name):
        NAMES[getattr(cst, _name)] = _fields


def getters(fields: Mapping[type, tuple[str, ...]]) -> dict[type, Callable[[Any], Any]]:
    """Node type -> what reads some of its fields."""
    return {node: attrgetter(*names) for node, names in fields.items()}


CHILDREN = getters(NAMES)
"""Node type -> its children: a tuple of values (the value itself where there is one field); a value
is a node, a sequence of nodes, a string, None or a sentinel."""


LEAVES = frozenset(
    {
        cst.Name,
        cst.Integer,
        cst.Float,
        cst.Imaginary,
        cst.SimpleString,
        cst.Ellipsis,
        cst.FormattedStringText,
    }
)
"""Node types without children that carry meaning."""


def descendants(node: object) -> list[cst.CSTNode]:
    """The node and all nodes below it, in the order of the source: names and literals included,
    whitespace and punctuation left out."""
    stack: list[Any] = [node]
    found: list[cst.CSTNode] = []
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind is tuple or kind is list:
            stack.extend(reversed(node))  # type: ignore[call-overload]
            continue
        children = CHILDREN.get(kind)
        if children is None:
            if kind in LEAVES:
                found.append(node)  # type: ignore[arg-type]
            continue
        found.append(node)  # type: ignore[arg-type]
        value = children(node)
        if type(value) is tuple:
            stack.extend(reversed(value))
        else:
            stack.append(value)
    return found
