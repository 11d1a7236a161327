"""A statement, or the header of a compound one -> the line that says it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import libcst as cst

from pseudogen.pseudocode import loops, matching, parameters
from pseudogen.pseudocode.calls import calls
from pseudogen.pseudocode.calls.arguments import arguments
from pseudogen.pseudocode.expressions import bare, elements
from pseudogen.pseudocode.operators import augmented
from pseudogen.pseudocode.targets import bare_target
from pseudogen.pseudocode.terms import OR, PHRASE
from pseudogen.pseudocode.writer import Writer
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text as python_text
from pseudogen.syntax.tree import Statement


def line(writer: Writer, statement: Statement) -> str:
    """The marked text of a statement's line, without its decorators."""
    writer.enter(statement)
    node = statement.node
    write = _LINES.get(type(node))
    if write is None:
        return writer.vocabulary.code(" ".join(python_text(node).split()))
    return write(writer, node)


def decorators(writer: Writer, statement: Statement) -> str:
    """The line that stands before a decorated function or class; "" when nothing does."""
    writer.enter(statement)
    found = [writer.text(item.decorator) for item in getattr(statement.node, "decorators", ())]
    return writer.say("modified_by", found) if found else ""


# Small statements


def _assign(writer: Writer, node: cst.Assign) -> str:
    if len(node.targets) == 1 and calls.moves(writer, node.targets[0].target, node.value):
        return calls.command(writer, cst.ensure_type(node.value, cst.Call))
    targets = [bare_target(writer, target.target) for target in node.targets]
    return " ← ".join([*targets, bare(writer, node.value)])


def _augment(writer: Writer, node: cst.AugAssign) -> str:
    return f"{writer.text(node.target)} ← {augmented(writer, node)[0]}"


def _annotated(writer: Writer, node: cst.AnnAssign) -> str:
    name = writer.text(node.target)
    kind = parameters.annotation(writer, node.annotation)
    if node.value is None:
        return writer.keyword("declare", name, kind)
    typed = f"{name}: {kind}" if writer.types else name
    return f"{typed} ← {bare(writer, node.value)}"


def _expression(writer: Writer, node: cst.Expr) -> str:
    value: Any = node.value
    kind = type(value)
    if kind is cst.Call:
        return calls.command(writer, value)
    if kind is cst.Await and type(value.expression) is cst.Call:
        return writer.keyword("wait_for", calls.command(writer, value.expression))
    if kind is cst.Ellipsis:
        return writer.keyword("left_open")
    if kind in (cst.Yield, cst.Await, cst.SimpleString, cst.ConcatenatedString):
        return writer.text(value)
    return writer.say("compute", bare(writer, value))


def _return(writer: Writer, node: cst.Return) -> str:
    if node.value is None:
        return writer.keyword("return_nothing")
    return writer.keyword("return_", bare(writer, node.value))


def _raise(writer: Writer, node: cst.Raise) -> str:
    if node.exc is None:
        return writer.keyword("raise_again" if _handles(writer) else "fail")
    text = writer.keyword("raise_", writer.text(node.exc, OR))
    if node.cause is None:
        return text
    cause = node.cause.item
    if type(cause) is cst.Name and cause.value == "None":
        return writer.keyword("without_cause", text)
    return writer.keyword("because_of", text, writer.text(cause, OR))


def _handles(writer: Writer) -> bool:
    """Whether the statement lies in the handler of an error."""
    if writer.statement is None:
        return False
    around = writer.script.tree.ancestors(writer.statement.index)
    return any(type(s.node) in (cst.ExceptHandler, cst.ExceptStarHandler) for s in around)


def _assert(writer: Writer, node: cst.Assert) -> str:
    message = writer.text(node.msg, OR) if node.msg is not None else None
    return writer.keyword("require", writer.condition(node.test, OR), message)


def _delete(writer: Writer, node: cst.Del) -> str:
    target = node.target
    several = type(target) is cst.Tuple
    texts = elements(writer, target) if several else [writer.text(target)]
    return writer.keyword("delete", writer.listed(texts))


def _import(writer: Writer, node: Any) -> str:
    return writer.keyword("use", [_alias(writer, alias) for alias in node.names], None)


def _import_from(writer: Writer, node: Any) -> str:
    module = "." * len(node.relative) + (dotted(node.module) if node.module is not None else "")
    if module == "__future__" and not isinstance(node.names, cst.ImportStar):
        return writer.keyword("use_features", [_alias(writer, alias) for alias in node.names])
    source = writer.vocabulary.module(module) if module.strip(".") else writer.say("this_package")
    if isinstance(node.names, cst.ImportStar):
        return writer.keyword("use_all", source)
    return writer.keyword("use", [_alias(writer, alias) for alias in node.names], source)


def _alias(writer: Writer, alias: cst.ImportAlias) -> str:
    full = dotted(alias.name)
    name = writer.vocabulary.module(full) if "." in full else writer.vocabulary.code(full)
    if alias.asname is None:
        return name
    return writer.keyword("under_the_name", name, writer.text(alias.asname.name))


def _lazily(write: Callable[[Writer, Any], str]) -> Callable[[Writer, Any], str]:
    return lambda writer, node: writer.keyword("when_needed", write(writer, node))


def _global(writer: Writer, node: cst.Global) -> str:
    return writer.keyword("use_global", writer.listed([writer.text(n.name) for n in node.names]))


def _nonlocal(writer: Writer, node: cst.Nonlocal) -> str:
    return writer.keyword("use_outer", writer.listed([writer.text(n.name) for n in node.names]))


def _type_alias(writer: Writer, node: cst.TypeAlias) -> str:
    name = writer.text(node.name) + parameters.type_parameters(writer, node.type_parameters)
    return writer.keyword("define_type", name, parameters.type_of(writer, node.value))


# Headers


def _if(writer: Writer, node: cst.If) -> str:
    statement = writer.statement
    first = statement is None or statement.chain == statement.index
    return writer.keyword("if_" if first else "else_if", writer.condition(node.test, PHRASE))


def _else(writer: Writer, node: cst.Else) -> str:
    assert writer.statement is not None
    owner: Any = type(writer.script.tree.statements[writer.statement.chain].node)
    return writer.keyword(_ELSE.get(owner, "loop_done"))


_ELSE: dict[type, str] = {
    cst.If: "otherwise",
    cst.Try: "no_error",
    cst.TryStar: "no_error",
}


def _while(writer: Writer, node: cst.While) -> str:
    test = node.test
    if (type(test) is cst.Name and test.value == "True") or (
        type(test) is cst.Integer and test.value == "1"
    ):
        return writer.keyword("repeat")
    return writer.keyword("while_", writer.condition(test, PHRASE))


def _with(writer: Writer, node: cst.With) -> str:
    files = all(_opens(writer, item.item) for item in node.items)
    items = []
    for item in node.items:
        text = writer.text(item.item, OR if type(item.item) is not cst.Call else PHRASE)
        if item.asname is not None:
            named = "file_named" if files else "under_the_name"
            text = writer.keyword(named, text, writer.text(item.asname.name))
        items.append(text)
    line_ = writer.keyword("within_files" if files else "within", items)
    return writer.keyword("asynchronously", line_) if node.asynchronous is not None else line_


def _opens(writer: Writer, node: Any) -> bool:
    return type(node) is cst.Call and calls.key(writer, node) == "opened_file"


def _try(writer: Writer, node: Any) -> str:
    return writer.keyword("try_")


def _except(writer: Writer, node: Any) -> str:
    name = writer.text(node.name.name) if node.name is not None else None
    group = type(node) is cst.ExceptStarHandler
    if node.type is None:
        return writer.keyword("on_any_error")
    kinds = (
        [element.value for element in node.type.elements]
        if type(node.type) is cst.Tuple
        else [node.type]
    )
    return writer.keyword("on_error", [writer.text(kind, OR) for kind in kinds], name, group)


def _finally(writer: Writer, node: cst.Finally) -> str:
    return writer.keyword("finally_")


def _match(writer: Writer, node: cst.Match) -> str:
    return writer.keyword("depending_on", bare(writer, node.subject))


def _case(writer: Writer, node: cst.MatchCase) -> str:
    guard = writer.condition(node.guard, OR) if node.guard is not None else None
    if guard is None and matching.is_wildcard(node.pattern):
        return writer.keyword("otherwise")
    return writer.keyword("case_", matching.shape(writer, node.pattern), guard)


def _function(writer: Writer, node: cst.FunctionDef) -> str:
    assert writer.statement is not None
    tree = writer.script.tree
    method = tree.scopes[writer.statement.scope].kind == "class"
    writer.scope = next(
        (s.index for s in tree.scopes if s.statement == writer.statement.index), writer.scope
    )
    given = writer.listed(parameters.listed(writer, node.params, method))
    kinds = parameters.type_parameters(writer, node.type_parameters)
    returned = node.returns if writer.types else None
    result = parameters.annotation(writer, returned) if returned is not None else None
    name = node.name.value
    if method and name == "__init__":
        owner = tree.statements[tree.scopes[writer.statement.scope].statement].node.name
        text = writer.keyword("constructor", writer.vocabulary.code(owner.value), given)
    elif (
        method
        and _is_special(name)
        and hasattr(writer.vocabulary.keywords, f"method_{name.strip('_')}")
    ):
        text = writer.keyword(f"method_{name.strip('_')}", given)
        if result is not None:
            text = writer.keyword("with_result", text.rstrip(":："), result)
    else:
        text = writer.keyword("function", writer.vocabulary.code(name) + kinds, given, result)
    return writer.keyword("asynchronously", text) if node.asynchronous is not None else text


def _is_special(name: str) -> bool:
    """`__enter__`, which the language itself calls; `enter` is any method."""
    return name.startswith("__") and name.endswith("__")


def _class(writer: Writer, node: cst.ClassDef) -> str:
    name = writer.text(node.name) + parameters.type_parameters(writer, node.type_parameters)
    bases = arguments(writer, [base for base in node.bases if not _is_object(base)])
    details = writer.listed(arguments(writer, node.keywords))
    return writer.keyword("class_", name, bases, details)


def _is_object(base: cst.Arg) -> bool:
    return type(base.value) is cst.Name and base.value.value == "object"


_LINES: Mapping[type, Callable[[Writer, Any], str]] = {
    cst.Assign: _assign,
    cst.AugAssign: _augment,
    cst.AnnAssign: _annotated,
    cst.Expr: _expression,
    cst.Return: _return,
    cst.Raise: _raise,
    cst.Assert: _assert,
    cst.Del: _delete,
    cst.Import: _import,
    cst.ImportFrom: _import_from,
    cst.Global: _global,
    cst.Nonlocal: _nonlocal,
    cst.TypeAlias: _type_alias,
    cst.Pass: lambda writer, node: writer.keyword("do_nothing"),
    cst.Break: lambda writer, node: writer.keyword("leave_loop"),
    cst.Continue: lambda writer, node: writer.keyword("next_round"),
    cst.If: _if,
    cst.Else: _else,
    cst.For: loops.header,
    cst.While: _while,
    cst.With: _with,
    cst.Try: _try,
    cst.TryStar: _try,
    cst.ExceptHandler: _except,
    cst.ExceptStarHandler: _except,
    cst.Finally: _finally,
    cst.Match: _match,
    cst.MatchCase: _case,
    cst.FunctionDef: _function,
    cst.ClassDef: _class,
    **{
        getattr(cst, name): _lazily(write)
        for name, write in (("LazyImport", _import), ("LazyImportFrom", _import_from))
        if hasattr(cst, name)
    },
}
