"""The algorithm of a script as one tree: what runs, from the entry point on, with the functions
that train put where they are called."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field, replace
from typing import Any

import libcst as cst

from pseudogen.finding import Finding
from pseudogen.names.structure import EPOCH_LOOP
from pseudogen.pseudocode.calling import Calling
from pseudogen.pseudocode.draft import Draft
from pseudogen.pseudocode.joining import Joined, joined
from pseudogen.pseudocode.shortening import shortened
from pseudogen.pseudocode.steps import steps
from pseudogen.pseudocode.weight import CORE, MAIN, NONE, fits, hooks, weights
from pseudogen.pseudocode.writer import Writer
from pseudogen.records import dataclass
from pseudogen.regex import regex
from pseudogen.syntax.text import text as python_text
from pseudogen.syntax.tree import NO_STATEMENT, Statement

_DEFINITIONS = (cst.FunctionDef, cst.ClassDef)
_HANDLERS = (cst.ExceptHandler, cst.ExceptStarHandler)
_MAIN = regex(r"__name__ == ['\"]__main__['\"]|True|1")


@dataclass(slots=True, eq=False)
class Part:
    """A statement of the algorithm and what is nested in it.

    Attributes:
        statement: The statement, or NO_STATEMENT for the body of a function put into its call.
        drafts: Its lines.
        weight: How much of the algorithm it is.
        inside: What is nested in it.
        header: Whether something is nested in it in the script, shown or not.
        calls: The function of the script that it runs, by index.
        call: How the function around `inside` was called.
        aside: How many conditions it takes to get there that nothing more important needs.
        branch: Whether it is a branch of the statement before it.
        returns: Whether it leaves the function.
        bare: Whether it does nothing else.
    """

    statement: int
    drafts: list[Draft]
    weight: int
    inside: list[Part] = field(default_factory=list)
    header: bool = False
    calls: int | None = None
    call: Joined | None = None
    aside: int = 0
    branch: bool = False
    returns: bool = False
    bare: bool = False


def flat(parts: Iterable[Part]) -> list[Part]:
    """The parts and all that is nested in them, in order."""
    return [each for part in parts for each in (part, *flat(part.inside))]


def algorithm(writer: Writer, findings: Sequence[Finding]) -> list[Part]:
    """What the script does, as a tree; [] when it neither trains nor evaluates."""
    parts = _Builder(writer, findings).blocks()
    _rank(parts, 0)
    return parts


def _rank(parts: Sequence[Part], aside: int) -> None:
    """Count the conditions above each part below which there is nothing of the core, and the
    branches before it that would have nothing to say."""
    idle = 0
    for part in parts:
        part.aside = aside
        weight = max((inner.weight for inner in flat(part.inside)), default=NONE)
        idle = idle if part.branch else 0
        _rank(part.inside, aside + (1 + idle if part.header and weight < CORE else 0))
        idle += part.header and weight < CORE


class _Builder:
    def __init__(self, writer: Writer, findings: Sequence[Finding]) -> None:
        self.writer = writer
        self.tree = writer.script.tree
        self.structure = writer.script.structure
        self.drafts: dict[int, list[Draft]] = {}
        for draft in steps(writer, findings, details=False):
            if draft.statement != NO_STATEMENT:
                short = shortened(writer, self.tree.statements[draft.statement], draft)
                self.drafts.setdefault(draft.statement, []).append(short)
        self.weights = weights(writer, findings)
        self.calling = Calling(
            writer,
            self.drafts,
            self.weights,
            hooks(writer.script, findings),
            fits(writer.script, findings),
        )
        self.shown: set[int] = set()
        self.trains = bool(self.structure.steps or self.calling.training)

    def blocks(self) -> list[Part]:
        """What the module runs, and the functions that could not be put where they are called."""
        top = [s for s in self.tree.statements if s.parent == NO_STATEMENT]
        found = self._unwrapped(self._parts(top))
        if not _works(found):
            found = []
            self.shown.clear()
        self._add_called(found, found)
        wanted = self.calling.training if self.trains else self.structure.evaluates
        for function in sorted(wanted, key=lambda f: (self.calling.uses.get(f, 0) > 0, f)):
            self._add_function(function, found)
        for function in sorted(self.calling.hooked):
            self._add_function(function, found)
        return found

    def _add_called(self, parts: list[Part], found: list[Part]) -> None:
        """Add the functions that some parts call, and that have no place yet."""
        for part in flat(parts):
            if part.calls is not None and not self._only_measures(part.calls):
                self._add_function(part.calls, found)

    def _add_function(self, function: int, found: list[Part]) -> None:
        if function in self.shown:
            return
        body = self._body(function)
        if _works(body):
            statement = self.tree.statements[function]
            header = [d for d in self.drafts.get(function, ()) if d.source[1] >= statement.first]
            found.append(Part(function, header, CORE, body, True))
            self._add_called(body, found)

    # The tree

    def _body(self, function: int) -> list[Part]:
        self.shown.add(function)
        return self._parts(self.tree.body(self.tree.statements[function]))

    def _parts(self, statements: Iterable[Statement]) -> list[Part]:
        return [part for statement in statements for part in self._part(statement)]

    def _part(self, statement: Statement) -> list[Part]:
        node = statement.node
        if isinstance(node, (*_DEFINITIONS, *_HANDLERS)) or self._is_never_reached(statement):
            return []
        if statement.after > statement.index + 1:
            return self._compound(statement)
        drafts = self.drafts.get(statement.index, [])
        function = self.calling.run_by(statement)
        if function in self.calling.saving - self.calling.running and any(
            d.pattern for d in drafts
        ):
            function = None  # its phrase says what is saved
        call = self._joined(statement, function) if function is not None else None
        if function is not None and call is not None:
            body = self._unwrapped(self._body(function))
            trains = self._is_the_training(body)
            body = _without_results(body) if trains else _without_returns(body)
            return [*self._made_before(statement), Part(NO_STATEMENT, [], NONE, body, call=call)]
        if self._only_measures(function) and type(node) is cst.Expr:
            drafts = [self._measuring(draft) for draft in drafts]
        weight = self.weights.get(statement.index, NONE)
        if function in self.calling.making:
            weight = max(weight, MAIN)
        if function not in self.calling.running:
            function = None
        if function is not None or self.calling.saves(statement):
            weight = CORE
        if not drafts:
            return []
        returns = type(node) is cst.Return
        bare = returns and node.value is None
        return [Part(statement.index, drafts, weight, calls=function, returns=returns, bare=bare)]

    def _compound(self, statement: Statement) -> list[Part]:
        drafts = self.drafts.get(statement.index, [])
        weight = self.weights.get(statement.index, NONE)
        below = range(statement.index + 1, statement.after)
        if drafts and not any(index in self.drafts for index in below):
            return [Part(statement.index, drafts, weight)]
        if _is_main(statement.node):
            return self._unwrapped(self._parts(self.tree.body(statement)))
        inside = self._parts(self.tree.body(statement))
        if self._is_transparent(statement):
            return inside
        branch = statement.chain != statement.index
        return [Part(statement.index, drafts, weight, inside, True, branch=branch)]

    def _is_never_reached(self, statement: Statement) -> bool:
        """Whether a statement is another branch of what is always so: the `else` of `if True`."""
        first = self.tree.statements[statement.chain]
        return first.index != statement.index and _is_main(first.node)

    def _is_transparent(self, statement: Statement) -> bool:
        """Whether only what is nested in a statement is shown."""
        owner = type(self.tree.statements[statement.chain].node)
        if owner in (cst.Try, cst.TryStar):
            return True
        drafts = self.drafts.get(statement.index, ())
        return type(statement.node) is cst.With and not any(draft.pattern for draft in drafts)

    def _only_measures(self, function: int | None) -> bool:
        """Whether a function evaluates what another one trains, and saves nothing: one line says
        it."""
        if function is None or not self.trains or function not in self.structure.measures:
            return False
        return function not in self.calling.saving

    def _measuring(self, draft: Draft) -> Draft:
        if draft.pattern is not None:
            return draft
        return replace(draft, text=self.writer.say("evaluated_by", draft.text))

    def _made_before(self, statement: Statement) -> list[Part]:
        """The constructor of the object whose method a statement runs."""
        made = self.calling.made_by(statement)
        call = self._joined(statement, *made) if made is not None else None
        if made is None or call is None:
            return []
        return [Part(NO_STATEMENT, [], NONE, _without_returns(self._body(made[0])), call=call)]

    def _joined(
        self, statement: Statement, function: int, call: cst.Call | None = None
    ) -> Joined | None:
        """How a function stands where it is called; None where it must stand apart."""
        if (
            self._only_measures(function)
            or self.calling.uses.get(function) != 1
            or function in self.shown
        ):
            return None
        return joined(self.writer, statement, self.tree.statements[function], call)

    def _unwrapped(self, parts: list[Part]) -> list[Part]:
        """The body of the one function that a block does nothing but start."""
        core = {part.calls for part in flat(parts) if part.weight == CORE}
        function = next(iter(core), None)
        if len(core) != 1 or function is None or function in self.shown:
            return parts
        if self._only_measures(function):
            return parts
        return self._unwrapped(_without_results(self._body(function)))

    def _is_the_training(self, parts: list[Part]) -> bool:
        """Whether the loop over the epochs is among some parts: what leaves them ends it all."""
        loops = (self.structure.loops.get(part.statement) for part in flat(parts))
        return any(loop is not None and loop.kind == EPOCH_LOOP for loop in loops)


def _without_returns(parts: list[Part]) -> list[Part]:
    """Parts of a function without the statements that leave it: there is nothing to leave where
    its body stands for its call."""
    for part in parts:
        part.inside = _without_returns(part.inside)
    return [part for part in parts if not part.returns]


def _without_results(parts: list[Part], nested: bool = False) -> list[Part]:
    """Parts of a function that runs the training, without what it gives back; what leaves it before
    its end ends the training."""
    for part in parts:
        part.inside = _without_results(part.inside, True)
    return [part for part in parts if not part.returns or (nested and part.bare)]


def _works(parts: list[Part]) -> bool:
    """Whether some parts do more than call functions of the script."""
    return any(
        part.weight == CORE and (part.calls is None or part.call is not None)
        for part in flat(parts)
    )


def _is_main(node: Any) -> bool:
    return type(node) is cst.If and _MAIN.fullmatch(python_text(node.test)) is not None
