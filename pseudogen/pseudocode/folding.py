"""What only prepares or reports is one line at the level of steps: imports, options, messages,
checks, variables that get the same value."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import libcst as cst

from pseudogen.pseudocode.calls import calls
from pseudogen.pseudocode.draft import Draft
from pseudogen.pseudocode.statements import line
from pseudogen.pseudocode.writer import Writer
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text as python_text
from pseudogen.syntax.tree import Statement

_REPORTS = frozenset(
    {
        "printed",
        "log",
        "log_detail",
        "log_warning",
        "log_error",
        "log_message",
        "log_warning_message",
        "log_error_message",
        "warn",
        "log_value",
        "track",
        "flush_output",
        "flush",
    }
)
_OPTIONS = frozenset(
    {"option_reader", "option", "flag", "option_group", "settings_read", "known_settings_read"}
)
_MOST_VALUES = 3
_LITERALS = frozenset({cst.Name, cst.Integer, cst.Float, cst.SimpleString, cst.UnaryOperation})


@dataclass(frozen=True, slots=True)
class Run:
    """Statements that one line stands for; `after` is the index of the first one behind them."""

    draft: Draft
    after: int


def run(writer: Writer, index: int) -> Run | None:
    """The run that starts at a statement; None when it stands alone."""
    statements = writer.script.tree.statements
    first = statements[index]
    kind = _kind(writer, first)
    if not kind:
        return None
    found = [first]
    for statement in statements[index + 1 :]:
        if statement.parent != first.parent or _kind(writer, statement) != kind:
            break
        if kind.startswith("values") and len(found) == _MOST_VALUES:
            break
        found.append(statement)
    said = _SAYINGS[kind.partition(" ")[0]](writer, found)
    if said is None:
        return None
    place = first.first, max(s.last for s in found)
    draft = Draft(said, first.depth, place, None, first.index)
    return Run(draft, found[-1].index + 1)


def _kind(writer: Writer, statement: Statement) -> str:
    """What a statement can be folded as; "" for most. Equal kinds stand together."""
    node = statement.node
    kind = type(node)
    if kind in _IMPORTS:
        return "imports"
    if kind is cst.Assert:
        return "checks"
    writer.enter(statement)
    if kind is cst.Expr and type(node.value) is cst.Call:
        key = calls.key(writer, node.value)
        return "reports" if key in _REPORTS else "options" if key in _OPTIONS else ""
    if kind is cst.Assign:
        if type(node.value) is cst.Call:
            return "options" if calls.key(writer, node.value) in _OPTIONS else ""
        if type(node.value) in _LITERALS:
            return f"values {python_text(node.value)}"
    return ""


_IMPORTS = frozenset(
    {cst.Import, cst.ImportFrom}
    | {getattr(cst, n) for n in ("LazyImport", "LazyImportFrom") if hasattr(cst, n)}
)


def _imports(writer: Writer, found: list[Statement]) -> str | None:
    if len(found) == 1:
        return None
    names: dict[str, None] = {}
    for statement in found:
        node = statement.node
        if hasattr(node, "module"):
            relative = bool(node.relative)
            module = dotted(node.module) if node.module is not None else ""
            if module == "__future__":
                continue  # how the language is read: nothing that the script uses
            name = module if relative else module.partition(".")[0]
            names[(name and writer.vocabulary.module(name)) or writer.say("this_package")] = None
        else:
            for alias in node.names:
                names[writer.vocabulary.module(dotted(alias.name).partition(".")[0])] = None
    return writer.keyword("use", list(names), None) if names else None


def _options(writer: Writer, found: list[Statement]) -> str | None:
    count, target = 0, None
    for statement in found:
        writer.enter(statement)
        node = statement.node
        key = calls.key(writer, node.value)
        count += key in ("option", "flag")
        if key in ("settings_read", "known_settings_read"):
            target = line(writer, statement).partition(" ← ")[0]
    if count == 0:
        return None
    return writer.say("folded_options", count, target)


def _reports(writer: Writer, found: list[Statement]) -> str | None:
    return writer.say("folded_reports", len(found)) if len(found) > 1 else None


def _checks(writer: Writer, found: list[Statement]) -> str | None:
    return writer.say("folded_checks", len(found)) if len(found) > 1 else None


def _values(writer: Writer, found: list[Statement]) -> str | None:
    if len(found) == 1:
        return None
    return writer.say("same_line", [line(writer, statement) for statement in found])


_SAYINGS: Mapping[str, Callable[[Writer, list[Statement]], str | None]] = {
    "imports": _imports,
    "options": _options,
    "reports": _reports,
    "checks": _checks,
    "values": _values,
}
