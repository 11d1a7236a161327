"""What a print shows: the loss, a score, a meter, or a text that was made of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.names.arguments import filled_in
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

SHOWN = (
    "loss",
    "acc",
    "err",
    "metric",
    "meter",
    "score",
    "ppl",
    "perplexity",
    "reward",
    "dice",
    "iou",
    "f1",
    "auc",
    "bleu",
    "mae",
    "mse",
    "ndcg",
    "recall",
    "rouge",
    "scalars",
    "eta:",
    "/sec",
)
"""What is written where results are shown."""
_MESSAGES = (("message",), ("msg",), ("suffix",))
"""Last words of variables that hold what is shown."""
_TABLES = frozenset({"log", "logs", "loss", "losses", "metrics", "scalars", "stats"})
"""Words of a table of results whose entries a loop adds to what is shown."""
_LONGEST, _MOST = 60, 6
"""Values are told that are so short, and so many of them."""
_PARTS = 4
"""So many additions to a message are followed back."""


def shown_values(site: Site, script: Script) -> Iterator[tuple[Any, Statement]]:
    """What is shown, and what the variables among it were given, with the statement of each."""
    for arg in site.node.args:
        yield arg.value, site.statement
    for arg in site.node.args:
        value: Any = arg.value
        if type(value) is cst.Call and len(value.args) == 1 and not _fills_in(value):
            value = value.args[0].value  # `print(json.dumps(stats))`
        for name in _joined(value):
            yield from _given(name, site.statement, script)


def printed(site: Site) -> tuple[tuple[str, ...], bool]:
    """The values that a print shows, and whether there are more; none where they are but names of
    which none is that of a result: a message that was put together before."""
    given = [arg.value for arg in site.node.args if arg.keyword is None and not arg.star]
    nodes = [value for node in given for value in filled_in(node)]
    values = tuple(dict.fromkeys(text(node) for node in nodes if type(node) is not cst.Integer))
    named = all(type(node) in (cst.Name, cst.Attribute) for node in nodes)
    if named and not any(map(_says_result, values)):
        return (), False
    told = tuple(value for value in values if len(value) <= _LONGEST)[:_MOST]
    return told, len(told) < len(values) or any(arg.star for arg in site.node.args)


def _given(name: str, at: Statement, script: Script, depth: int = 0) -> Iterator[Any]:
    """The values that a variable was given, and what was added to it, with their statements."""
    bound = script.reaching(name, at.index) or script.resolver.attributes.get(name, [])
    for made in bound:
        place = script.tree.statements[made.statement]
        if made.how == "assign":
            yield made.value, place
        elif made.how == "augment" and depth < _PARTS and place.index < at.index:
            yield made.value.value, place
            around = script.loop_around(place)
            if around is not None and type(around.node) is cst.For:
                yield around.node.iter, around
            yield from _given(name, place, script, depth + 1)


def _joined(value: Any) -> Iterator[str]:
    """The variables that a text is put together of: `head + results`, or a message that is filled
    into another."""
    if type(value) is cst.Name:
        yield value.value
    elif type(value) is cst.BinaryOperation and type(value.operator) is cst.Add:
        yield from _joined(value.left)
        yield from _joined(value.right)
    elif _fills_in(value):
        names = (dotted(arg.value) for arg in value.args)
        yield from (name for name in names if words(name)[-1:] in _MESSAGES)


def _fills_in(value: Any) -> bool:
    """`"{} {}".format(a, b)`."""
    method = type(value) is cst.Call and type(value.func) is cst.Attribute
    return method and value.func.attr.value == "format"


def speaks_of_results(value: Any, statement: Statement, script: Script) -> bool:
    """Whether a value that is shown, or added to what is shown, is a result by its words; of a loop
    that adds entries, whether those of a table of results."""
    if type(statement.node) is cst.For:
        return bool(set(words(text(value).partition("(")[0].rpartition(".")[0])) & _TABLES)
    return _says_result(script.written[statement.index]) and any(map(_says_result, _codes(value)))


def _codes(value: Any) -> Iterator[str]:
    """The code of a value, of an f-string that of each part: to put it together takes long."""
    kind = type(value)
    if kind is cst.FormattedString:
        for part in value.parts:
            yield from _codes(part)
    elif kind is cst.FormattedStringExpression:
        yield text(value.expression)
        for part in value.format_spec or ():
            yield from _codes(part)
    else:
        yield value.value if kind is cst.FormattedStringText else text(value)


def _says_result(code: str) -> bool:
    """Whether code names a result, or a running mean that is none of times."""
    written = code.lower()
    mean = ".avg" in written and ".avg" in written.replace("time.avg", "")
    return mean or any(map(written.__contains__, SHOWN))


def is_statement(site: Site) -> bool:
    """Whether a call is a statement of its own."""
    return type(site.statement.node) is cst.Expr and site.statement.node.value is site.node
