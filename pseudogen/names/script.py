"""The script as patterns see it: syntax, names, roles and values behind one door."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate, chain
from operator import attrgetter
from typing import Any, TypeVar

import libcst as cst

from pseudogen.knowledge import load_tables
from pseudogen.names import (
    arguments,
    blocks,
    conditions,
    evaluation,
    fitting,
    flow,
    iterables,
    processes,
    quantities,
    reads,
    settings,
    structure,
    training,
    uses,
    workers,
)
from pseudogen.names.evidence import Evidence, Known
from pseudogen.names.resolve import Resolver
from pseudogen.names.roles import Role, Roles
from pseudogen.names.settings import Setting
from pseudogen.records import dataclass
from pseudogen.syntax.build import build, dotted
from pseudogen.syntax.parsing import parse_with_lines
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import NO_STATEMENT, Binding, Scope, Statement, Tree

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Site:
    """A place that a pattern looks at: a statement, or a call in it.

    `node` is the statement's node or the call; `known` is the row of the tables that applies to a
    call; `name` is the dotted name of what is called, as written.
    """

    node: Any
    statement: Statement
    scope: int
    known: Known | None = None
    name: str = ""

    @property
    def line(self) -> int:
        """The anchor line: where the statement starts."""
        return self.statement.first

    @property
    def last(self) -> int:
        """The last line of the statement (of the header of a compound one)."""
        return self.statement.last


class Script:
    """One file, read. Make it with `Script.parse`."""

    def __init__(self, tree: Tree, given: Mapping[str, quantities.Number] | None = None) -> None:
        self.tree = tree
        self.given = given or {}
        self.given_used: set[str] = set()
        self.resolver = Resolver(tree, load_tables())
        self.roles = Roles(self.resolver)
        self.functions_called: dict[tuple[str, int], int | None] = {}
        """(name, scope) of a call -> the `def` that it runs; kept by `structure`."""
        self._written: list[str] | None = None
        self.mentioned: dict[str, bool] = {}
        """Text -> whether it stands anywhere in the script; kept by `blocks.mentions`."""
        self._conditions: dict[tuple[int, int, int | None], str | None] = {}
        """What `condition` says, which the statements of a block have in common."""
        self._single: dict[tuple[int, int], tuple[Any, processes.OneProcess | None]] = {}
        """(test by id, statement) -> the test, which so keeps its id, and what it says."""
        self._answers: dict[Callable[[Script], Any], Any] = {}
        self._calls: list[Site] | None = None
        self._calls_before: list[int] | None = None
        self._known: dict[tuple[str, int], Known | None] = {}
        self._structure: structure.Structure | None = None
        self._workers: workers.Workers | None = None
        self._settings: settings.Settings | None = None
        self._defined: set[str] | None = None
        self._reads: dict[int, list[reads.Read]] = {}
        self._operations: dict[int, list[Any]] | None = None
        self._uses: uses.Uses | None = None
        self._inner: dict[int, Scope] | None = None
        self._callers: dict[int, list[Site]] | None = None
        self._own_calls: list[tuple[Site, int]] | None = None
        self._functions: dict[str, list[Statement]] | None = None
        self._methods: dict[str, list[Site]] | None = None
        self._kinds: dict[str, list[Site]] | None = None

    @classmethod
    def parse(
        cls,
        source: str,
        name: str = "<snippet>",
        given: Mapping[str, quantities.Number] | None = None,
    ) -> Script:
        """Read a script. `given` are numbers by name that take the place of defaults and of what
        the script leaves open.

        Raises:
            InputError: `source` is not Python, or is too deep or too long.
        """
        return cls(build(parse_with_lines(source, name), source), given)

    def once(self, question: Callable[[Script], Answer]) -> Answer:
        """The answer to a question about the whole script, which is asked once."""
        if question not in self._answers:
            self._answers[question] = question(self)
        answer: Answer = self._answers[question]
        return answer

    # Places

    def call_sites(self) -> list[Site]:
        """Every call, in the order of the source."""
        if self._calls is None:
            statements, known = self.tree.statements, self.known_name
            self._calls = [
                Site(c.node, statements[c.statement], c.scope, known(c.name, c.scope), c.name)
                for c in self.tree.occurrences[cst.Call]
            ]
        return self._calls

    def calls_below(self, statement: Statement) -> list[Site]:
        """The calls in the block of a header, at any depth."""
        return self._calls_of_range(statement.index + 1, statement.after)

    def calls_after(self, statement: Statement) -> list[Site]:
        """The calls below a statement in the block of its function, class or module, in whatever
        scope."""
        return self._calls_of_range(statement.index + 1, self.tree.scope_end(statement.scope))

    def calls_in(self, statement: Statement) -> list[Site]:
        """The calls in a statement itself (in the header of a compound one)."""
        return self._calls_of_range(statement.index, statement.index + 1)

    def _calls_of_range(self, first: int, end: int) -> list[Site]:
        calls = self.call_sites()
        if self._calls_before is None:
            counts = [0] * (len(self.tree.statements) + 1)
            for site in calls:
                counts[site.statement.index + 1] += 1
            self._calls_before = list(accumulate(counts))
        return calls[self._calls_before[first] : self._calls_before[end]]

    def call_site(self, call: cst.Call, statement: int, scope: int) -> Site:
        """The site of one call."""
        name = dotted(call.func)
        known = self.known_name(name, scope)
        return Site(call, self.tree.statements[statement], scope, known, name)

    def source(self, statement: Statement) -> str:
        """The lines of a statement (of the header of a compound one, with its decorators) as
        written: a cheap way to see that it can't speak of something."""
        return _lines_of(statement, self.tree.lines)

    @property
    def written(self) -> list[str]:
        """The same of all statements in lower case, by their index."""
        if self._written is None:
            lowered = [line.lower() for line in self.tree.lines]  # few of them are not ASCII
            self._written = [_lines_of(s, lowered) for s in self.tree.statements]
        return self._written

    # Names

    def class_name(self, site: Site) -> str:
        """The last name of what a call of the tables makes; as written where imports leave open
        which of several it is, and for a class of the script that inherits from one."""
        full = {name.rpartition(".")[2] for name in self.resolver.qualified(site.name, site.scope)}
        told = site.known is not None and len(full) < 2 and not self.defines(site.name)
        name = site.known.name if told and site.known is not None else site.name
        return name.rpartition(".")[2]

    def known(self, function: Any, scope: int) -> Known | None:
        """The row of the tables for a function or class, or None."""
        return self.known_name(dotted(function), scope)

    def known_name(self, name: str, scope: int) -> Known | None:
        """Likewise for its dotted name."""
        key = (name, scope)
        if key in self._known:
            return self._known[key]
        found = self._known[key] = self.resolver.known(name, scope)
        return found

    def role(self, node: Any, scope: int) -> Role | None:
        """The role of an expression (model, optimizer, batch size...), or None."""
        return self.roles.of(node, scope)

    def is_a(self, node: Any, scope: int, kind: str) -> Evidence | None:
        """The evidence that an expression has the role `kind`, or None."""
        return self.roles.is_a(node, scope, kind)

    def defines(self, name: str) -> bool:
        """Whether the script has a function or class of this name, at any level."""
        if self._defined is None:
            definitions = (cst.FunctionDef, cst.ClassDef)
            self._defined = {
                s.node.name.value for s in self.tree.statements if type(s.node) in definitions
            }
        return name in self._defined

    def reaching(self, name: str, statement: int) -> list[Binding]:
        """The assignments to `name` that may hold at a statement, the latest first."""
        return flow.reaching(self.resolver, name, statement)

    def carried(self, name: str, statement: int) -> list[Binding]:
        """The assignments to `name` that a loop brings back to a statement above them."""
        return flow.carried(self.resolver, name, statement)

    @property
    def imports_anything(self) -> bool:
        """False for a snippet without a single import."""
        return self.resolver.imports_anything

    # Calls

    def argument(self, site: Site, name: str) -> Any:
        """The expression passed for a parameter, or None: by keyword, at its place (where the
        tables know the order), or in a `**dict` that the script spells out."""
        params = site.known.api.params if site.known is not None else ()
        place = params.index(name) if name in params else None
        direct = arguments.argument(site.node, name, place)
        if direct is not None:
            return direct
        return arguments.starred_argument(self, site, name)

    def argument_text(self, site: Site, name: str) -> str | None:
        """The text of what is passed for a parameter; None when nothing is."""
        value = self.argument(site, name)
        return text(value) if value is not None else None

    def argument_or_default(self, site: Site, name: str) -> str | None:
        """The text of what a parameter gets: what is passed, else its documented default; None
        when neither can be told, as with any `**kwargs`, to which entries may have been added."""
        passed = self.argument_text(site, name)
        if passed is not None or any(arg.star for arg in site.node.args):
            return passed
        return self.default(site, name)

    def default(self, site: Site, name: str) -> str | None:
        """The documented default of a parameter that is not passed."""
        return site.known.api.defaults.get(name) if site.known is not None else None

    def passes_unknown(self, site: Site) -> bool:
        """Whether `*args` or `**kwargs` pass arguments that can't be told."""
        return arguments.passes_unknown(self, site)

    # Values and structure

    def value(self, node: Any, statement: int) -> quantities.Number | None:
        """The number that an expression has at a statement, where constants tell."""
        return quantities.value(self, node, statement)

    def chain(self, node: Any, statement: int) -> tuple[quantities.Link, ...]:
        """Where a quantity comes from: the assignments behind it, the earliest first."""
        return quantities.chain(self, node, statement)

    @property
    def settings(self) -> settings.Settings:
        """The hyper-parameters of the script with their defaults."""
        if self._settings is None:
            self._settings = settings.collect_settings(self)
        return self._settings

    def passed(self, parameter: Binding) -> list[tuple[Any, int]]:
        """What the script's own calls pass for a parameter, each with the statement of the call;
        its default where a call passes nothing. [] where a call can't be told or none is there."""
        return arguments.passed(self, parameter)

    def calls_of_method(self, name: str) -> list[Site]:
        """The calls of this name, whatever stands before its last point, in order."""
        if self._methods is None:
            self._methods = blocks.grouped((blocks.method(s), s) for s in self.call_sites())
        return self._methods.get(name, [])

    def calls_of_kind(self, *kinds: str) -> list[Site]:
        """The calls of rows of the tables of one of some kinds, in order."""
        if self._kinds is None:
            known = ((s.known.api.kind, s) for s in self.call_sites() if s.known is not None)
            self._kinds = blocks.grouped(known)
        found = [self._kinds[kind] for kind in kinds if kind in self._kinds]
        return sorted(chain(*found), key=attrgetter("statement.index"))

    def methods_on(self, receiver: str) -> frozenset[str]:
        """The methods that the script calls on what has this dotted name."""
        return frozenset(method for method, _ in self.roles.methods_on(receiver))

    def calls_of(self, function: Statement) -> list[Site]:
        """The calls in the script of a function that it defines."""
        if self._callers is None:
            self._callers = {}
            for site, called in self.own_calls():
                self._callers.setdefault(called, []).append(site)
        return self._callers.get(function.index, [])

    def own_calls(self) -> list[tuple[Site, int]]:
        """The calls of functions that the script defines, in order, each with the index of the
        `def` that it runs."""
        if self._own_calls is None:
            called = structure.called_function
            found = ((site, called(self, site)) for site in self.call_sites())
            self._own_calls = [(site, index) for site, index in found if index is not None]
        return self._own_calls

    def reads_of(self, statement: Statement) -> list[reads.Read]:
        """Every name, attribute and key that a statement reads (of a compound one its header), in
        the order of the source."""
        found = self._reads.get(statement.index)
        if found is None:
            found = self._reads[statement.index] = reads.reads(statement)
        return found

    def reads_beside(
        self, wanted: Callable[[str], bool]
    ) -> Iterator[tuple[Statement, list[reads.Read]]]:
        """The statements that have one of the wanted names in an expression, each with what it
        reads."""
        named = self.tree.named
        places = {place for name in named if wanted(name) for place in named[name]}
        for place in sorted(places):
            statement = self.tree.statements[place]
            yield statement, self.reads_of(statement)

    def uses(self, setting: Setting) -> tuple[int, ...]:
        """The lines on which a setting is read, under any of its names."""
        if self._uses is None:
            self._uses = uses.Uses(self)
        return self._uses.lines(setting)

    @property
    def structure(self) -> structure.Structure:
        """What the loops and functions of the script are."""
        if self._structure is None:
            self._structure = structure.analyse(self)
        return self._structure

    def rank(self, node: Any, statement: int) -> workers.Rank | None:
        """What an expression says if it tells the processes of a run apart, or None."""
        return workers.rank(self, node, statement)

    def rank_condition(self, statement: Statement) -> str | None:
        """The innermost condition around a statement, in its function, that singles out one
        process; None without one."""
        return processes.rank_condition(self, statement)

    @property
    def workers(self) -> workers.Workers:
        """How the script gets its processes."""
        if self._workers is None:
            self._workers = workers.workers(self)
        return self._workers

    def one_process(self, test: Any, statement: int) -> processes.OneProcess | None:
        """What a condition says if it singles out one process, or None."""
        key = (id(test), statement)
        if key not in self._single:
            self._single[key] = (test, processes.one_process(self, test, statement))
        return self._single[key][1]

    def scope_of(self, definition: int) -> Scope:
        """The scope that a `def` or `class` opens, by the index of its statement."""
        if self._inner is None:
            self._inner = {scope.statement: scope for scope in self.tree.scopes}
        return self._inner[definition]

    def functions(self, name: str) -> list[Statement]:
        """The functions and methods called `name` (`train` or `Trainer.train`), in order."""
        owner, _, last = name.rpartition(".")
        if self._functions is None:
            found = (s for s in self.tree.statements if type(s.node) is cst.FunctionDef)
            self._functions = blocks.grouped((s.node.name.value, s) for s in found)
        return [s for s in self._functions.get(last, ()) if not owner or self._owner(s) == owner]

    def _owner(self, statement: Statement) -> str | None:
        """The name of the class whose body holds a function."""
        parent = self.tree.statements[statement.parent] if statement.parent >= 0 else None
        return parent.node.name.value if parent and type(parent.node) is cst.ClassDef else None

    def unit(self, statement: Statement) -> str | None:
        """How often a statement runs in training: once an "epoch", once a "step", or None."""
        return structure.unit(self, statement)

    def called_function(self, site: Site) -> Statement | None:
        """The `def` that a call runs, where the script defines it."""
        index = structure.called_function(self, site)
        return self.tree.statements[index] if index is not None else None

    def training_step(self, site: Site) -> training.Step | None:
        """The training step that a call is: `loss.backward()` and its forms in the frameworks."""
        return training.training_step(self, site)

    def fit_call(self, site: Site) -> Evidence | None:
        """The evidence that a call runs a framework's whole training loop, or None."""
        return fitting.fit_call(self, site)

    def evaluation_call(self, site: Site) -> Evidence | None:
        """The evidence that a call evaluates the model, or None."""
        return evaluation.evaluation_call(self, site)

    def counted_range(self, node: Any) -> tuple[Any, Any] | None:
        """(first, end) of an iterable that counts; see `iterables.counted_range`."""
        return iterables.counted_range(node)

    def operations_in(self, statement: Statement) -> list[Any]:
        """The arithmetic operations in a statement itself (in the header of a compound one)."""
        if self._operations is None:
            self._operations = {}
            for place in self.tree.occurrences[cst.BinaryOperation]:
                self._operations.setdefault(place.statement, []).append(place.node)
        return self._operations.get(statement.index, [])

    def exclusive(self, one: Statement, other: Statement) -> bool:
        """Whether two statements are in different branches of the same `if`."""
        return flow.exclusive(self.tree, one.index, other.index)

    def loop_around(self, statement: Statement) -> Statement | None:
        """The innermost loop around a statement within its function."""
        around = statement
        while around.parent != NO_STATEMENT:
            around = self.tree.statements[around.parent]
            kind = type(around.node)
            if around.scope != statement.scope:
                return None
            if kind is cst.For or kind is cst.While:
                return around
        return None

    def condition(self, statement: Statement, beyond: Statement | None = None) -> str | None:
        """The conditions under which a statement of its function runs; see `conditions`."""
        returns = type(statement.node) is cst.Return
        place = -statement.index if returns else statement.parent
        key = (place, statement.scope, beyond.parent if beyond else None)
        try:
            return self._conditions[key]
        except KeyError:
            found = self._conditions[key] = conditions.condition(self.tree, statement, beyond)
            return found

    def function_around(self, statement: Statement) -> Statement | None:
        """The innermost function that holds a statement."""
        scope = self.tree.scopes[statement.scope]
        while scope.kind == "class":
            scope = self.tree.scopes[scope.parent]
        return self.tree.statements[scope.statement] if scope.kind == "function" else None


def _lines_of(statement: Statement, lines: list[str]) -> str:
    if statement.start == statement.last:
        return lines[statement.last - 1]
    return "\n".join(lines[statement.start - 1 : statement.last])
