"""What device-selection is found by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.finding import pattern, speaks_of
from pseudogen.names.arguments import argument, string
from pseudogen.names.devices import DEVICE_PIECES, FAMILIES, Choice, choice_of, may_set
from pseudogen.names.evidence import NAME, Evidence
from pseudogen.names.runs import run_from
from pseudogen.names.script import Script, Site
from pseudogen.patterns.device_selection.facts import DeviceSelection
from pseudogen.syntax.build import dotted
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.text import bare, text
from pseudogen.syntax.tree import Statement

_speaks_of_devices = speaks_of(*DEVICE_PIECES)
_DENIAL = re.compile(r"\bnot (?!in\b)")


@pattern(DeviceSelection, statements=(cst.Assign, cst.AnnAssign), mentions=DEVICE_PIECES)
def find_choice(site: Site, script: Script) -> Iterator[DeviceSelection]:
    """`device = torch.device(...)`; branches of a choice are one."""
    return _find(site, script)


@pattern(DeviceSelection, kinds=("device", "set-device", "device-context"), calls=may_set)
def find_call(site: Site, script: Script) -> Iterator[DeviceSelection]:
    """`torch.cuda.set_device(rank)`, `with torch.cuda.device(1):`, `return torch.device("cuda")`,
    and what makes a device under a name of the script's own."""
    node = site.statement.node
    kind = type(node)
    asked = kind in (cst.Return, cst.With) or (kind is cst.Expr and node.value is site.node)
    if kind in (cst.Assign, cst.AnnAssign):
        asked = not _speaks_of_devices(script.written[site.statement.index])
    return _find(Site(node, site.statement, site.scope), script) if asked else iter(())


@pattern(DeviceSelection, kinds=("accelerator", "trainer"), mentions=("accelerator=",))
def find_told(site: Site, script: Script) -> Iterator[DeviceSelection]:
    """`Trainer(accelerator="gpu", devices=2)`: a framework is told what to compute on."""
    told = argument(site.node, "accelerator")
    families = _families([told]) if told is not None else ()
    if site.known is not None and told is not None and families:
        yield DeviceSelection(
            line=site.line,
            end=site.last,
            evidence=Evidence(site.known.evidence, (site.known.name,)),
            form="told",
            target=site.name,
            choices=(text(told),),
            families=families,
            falls_back="cpu" in families and "is_available" in text(told),
            condition=script.condition(site.statement),
        )


def _find(site: Site, script: Script) -> Iterator[DeviceSelection]:
    choice = choice_of(script, site.statement)
    if choice is None:
        return
    run = (
        run_from(script.tree, site.statement, lambda s: _goes_on(s, choice, script))
        if choice.form == "device" and type(site.node) is cst.Assign
        else [site.statement]
    )
    if not run:
        return
    if choice.evidence.kind == NAME and not _whole(run, choice, script):
        return
    values = [c.value for c in (choice_of(script, s) for s in run) if c is not None]
    families = _families(values)
    index = site.statement.index
    branches = _branches(run, values, script)
    around = script.tree.statements[run[0].parent] if branches else site.statement
    test = _test(values[0]) if len(values) == 1 else None
    none = choice.form == "visible" and text(choice.value) in ("[]", "'-1'", '"-1"', "''", '""')
    yield DeviceSelection(
        line=site.line,
        end=run[-1].last,
        evidence=choice.evidence,
        form=choice.form,
        target=choice.target,
        choices=tuple(dict.fromkeys(bare(value) for value in values)),
        families=families,
        none=none,
        branches=branches,
        test=test,
        falls_back=choice.form == "device"
        and "cpu" in families
        and _asks_availability(_tests(values) if len(values) == 1 else "", run, script),
        per_process=any(_by_rank(value, index, script) for value in values),
        condition=script.condition(around),
    )


def _goes_on(statement: Statement, choice: Choice, script: Script) -> bool:
    """Whether a statement goes on with a choice; branches of which some do more are told apart."""
    other = choice_of(script, statement)
    if not _same(other, choice) or other is None:
        return False
    return choice.evidence.kind == NAME or other.value is choice.value or _alone(statement, script)


def _alone(statement: Statement, script: Script) -> bool:
    """Whether all branches that give something to what a statement does have just that in them."""
    choice = choice_of(script, statement)
    parent = script.tree.statements[statement.parent] if statement.parent >= 0 else None
    if choice is None or choice.target is None or parent is None or type(parent.node) is cst.With:
        return True
    first = script.tree.statements[parent.chain]
    clauses = [first, *script.tree.clauses(first)]
    bound = {b.statement for b in script.resolver.bindings(choice.target, statement.scope)}
    branches = [script.tree.body(clause) for clause in clauses]
    giving = [body for body in branches if any(s.index in bound for s in body)]
    return all(len(body) == 1 for body in giving)


def _whole(run: list[Statement], choice: Choice, script: Script) -> bool:
    """Whether a choice between branches has all of them: none gives the name something else."""
    if len(run) < 2 or choice.target is None or run[0].parent < 0:
        return True
    first = script.tree.statements[run[0].parent]
    if type(first.node) is not cst.If:
        return True
    end = max(clause.after for clause in (first, *script.tree.clauses(first)))
    indexes = {statement.index for statement in run}
    bound = script.resolver.bindings(choice.target, run[0].scope)
    return not any(first.index < b.statement < end and b.statement not in indexes for b in bound)


def _branches(run: list[Statement], values: list[Any], script: Script) -> tuple[str, ...]:
    """The conditions of the branches of one `if`, of which each makes one choice of its own."""
    first = script.tree.statements[run[0].parent] if run[0].parent >= 0 else None
    if first is None or type(first.node) is not cst.If or len(run) < 2:
        return ()
    headers = [first, *script.tree.clauses(first)]
    if [s.parent for s in run] != [h.index for h in headers] or type(headers[-1].node) is cst.If:
        return ()
    if len({text(value) for value in values}) < len(values):
        return ()
    return tuple(text(h.node.test) if type(h.node) is cst.If else "" for h in headers)


def _test(value: Any) -> str | None:
    """The condition by which a value is an accelerator, else the CPU; None where it is not that
    simple."""
    found = [node for node in descendants(value) if isinstance(node, cst.IfExp)]
    if len(found) != 1:
        return None
    taken = _families([found[0].body])
    clear = taken and "cpu" not in taken and _is_cpu(found[0].orelse)
    return text(found[0].test) if clear else None


def _is_cpu(node: Any) -> bool:
    """Whether an expression is the CPU and nothing else: "cpu", `torch.device("cpu")`."""
    if type(node) is cst.Call and len(node.args) == 1:
        node = node.args[0].value
    return string(node).partition(":")[0] == "cpu"


def _tests(values: list[Any]) -> str:
    """The conditions inside values."""
    nodes = (node for value in values for node in descendants(value))
    return " ".join(text(node.test) for node in nodes if isinstance(node, cst.IfExp))


def _asks_availability(tests: str, run: list[Statement], script: Script) -> bool:
    """Whether a choice depends on what the machine has, by its conditions or what they hold."""
    if tests:
        return "is_available(" in tests
    if len(run) == 1 and not _DENIAL.search(script.condition(run[0]) or ""):
        return False  # the CPU, whatever is there
    for header in (s for statement in run for s in script.tree.ancestors(statement.index)):
        if type(header.node) is cst.If:
            tested = header.node.test
            bindings = script.reaching(dotted(tested), header.index) if dotted(tested) else []
            values = (b.value for b in bindings if b.how == "assign")
            if any("is_available" in text(value) for value in (tested, *values)):
                return True
    return False


def _same(one: Choice | None, other: Choice) -> bool:
    """Whether a statement makes the same choice, not one that changes what was chosen."""
    if one is None or (one.form, one.target) != (other.form, other.target):
        return False
    nodes = descendants(one.value)
    members = {id(node.attr) for node in nodes if isinstance(node, cst.Attribute)}
    read = {dotted(node) for node in nodes if id(node) not in members}
    return one.value is other.value or one.target not in read


def _families(values: list[Any]) -> tuple[str, ...]:
    """The device families that expressions name, in strings or names, in their order; not what
    is taken only where a variable of the environment is missing, or only compared."""
    nodes = [n for value in values for n in descendants(value)]
    beside = [n for n in nodes if _asks_environment(n) or type(n) is cst.Comparison]
    apart = {id(inner) for n in beside for inner in descendants(n)}
    found: dict[str, None] = {}
    for node in nodes:
        if id(node) in apart:
            continue
        if isinstance(node, cst.Name | cst.FormattedStringText):
            written = node.value
        else:
            written = string(node)
        family = written.partition(":")[0].lower()
        if family in FAMILIES:
            found[family] = None
    return tuple(found)


def _asks_environment(node: Any) -> bool:
    return type(node) is cst.Call and dotted(node.func).endswith(("environ.get", "getenv"))


def _by_rank(value: Any, index: int, script: Script) -> bool:
    """Whether a rank goes into a value, or into what a name in it was given."""
    nodes = descendants(value)
    members = {id(node.attr) for node in nodes if type(node) is cst.Attribute}
    kinds = (cst.Name, cst.Attribute, cst.Call, cst.Subscript)
    read = [n for n in nodes if type(n) in kinds and id(n) not in members]
    if any(script.rank(part, index) is not None for part in read):
        return True
    names = {dotted(part) for part in read if type(part) in (cst.Name, cst.Attribute)}
    given = [b for name in names if name for b in script.reaching(name, index)]
    return any(
        script.rank(part, bound.statement) is not None
        for bound in given
        if bound.how == "assign" and type(bound.value) in (cst.Call, cst.Subscript)
        for part in descendants(bound.value)
        if type(part) in (cst.Name, cst.Attribute, cst.Call)
    )
