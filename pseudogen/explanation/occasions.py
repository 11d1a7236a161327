"""When what is found comes to pass: by default or not, and how often."""

from __future__ import annotations

import libcst as cst

from pseudogen.finding import Finding
from pseudogen.following import Reached
from pseudogen.names.arguments import argument
from pseudogen.names.defaults import Default, Given, default_of, nothing_given, switched_off
from pseudogen.names.inner_losses import InnerLoss, inner_loss
from pseudogen.names.loops import EVALUATION_LOOP
from pseudogen.names.rhythms import Rhythm, rhythm
from pseudogen.names.script import Script, Site
from pseudogen.names.settings import Setting
from pseudogen.syntax.tree import Statement

_NOTHING = (None, False, 0, "")
"""What says of a limit or a switch that there is none."""
_VALUES = ("condition", "enabled", "limit")
"""Facts by which a thing may be switched off: `GradScaler(enabled=args.amp)`."""


class Occasions:
    """The occasions of the findings of one script; `given` knows what its functions are passed from
    another file."""

    def __init__(self, script: Script, given: Given = nothing_given) -> None:
        self._script = script
        self._given = given
        self._training: frozenset[Setting] | None = None
        self._off: dict[int, tuple[Setting, ...]] = {}
        self._rhythms: dict[tuple[int, int], Rhythm | None] = {}
        self._switches: dict[tuple[int, int], tuple[Setting, ...]] = {}

    def of_called(self, function: Reached) -> Occasions:
        """The occasions of a function of another file that this script calls."""
        site = self._call_of(function) if function.direct else None
        return Occasions(function.script, self._passed(site, function) if site else nothing_given)

    def _call_of(self, function: Reached) -> Site | None:
        calls = [s for s in self._script.call_sites() if s.name == function.call]
        return next((s for s in calls if s.line == function.line), None)

    def _passed(self, site: Site, function: Reached) -> Given:
        """What a call passes for the parameters of a function, and for parts of them."""
        header = function.script.functions(function.function)
        params = header[0].node.params.params if len(header) == 1 else ()
        places = {param.name.value: place for place, param in enumerate(params)}

        def given(name: str) -> Default | None:
            root, point, rest = name.partition(".")
            passed = argument(site.node, root, places[root]) if root in places else None
            if passed is None or (point and type(passed) is not cst.Name):
                return None
            node = cst.parse_expression(f"{passed.value}.{rest}") if point else passed
            return default_of(self._script, node, site.statement.index)

        return given

    def off(self, finding: Finding) -> tuple[Setting, ...]:
        """The settings by whose defaults a finding does not come to pass where the script trains;
        () where it does, or where that is open. `finding` has to live as long as this."""
        if id(finding) not in self._off:
            self._off[id(finding)] = self._switched_off(finding)
        return self._off[id(finding)]

    def _switched_off(self, finding: Finding) -> tuple[Setting, ...]:
        statement = self._statement(finding)
        settings = self._around(statement) if statement is not None else ()
        if settings:
            return settings
        for fact in _VALUES:
            told = self.default(finding, getattr(finding, fact, None))
            if told is not None and told.value in _NOTHING:
                return () if self._without_training().issuperset(told.settings) else told.settings
        return ()

    def _around(self, statement: Statement) -> tuple[Setting, ...]:
        """Those of a statement, and of whatever stands in the same block."""
        place = (statement.parent, statement.scope)
        if place not in self._switches:
            besides = self._without_training()
            self._switches[place] = switched_off(self._script, statement, besides, self._given)
        return self._switches[place]

    def default(self, finding: Finding, written: str | None) -> Default | None:
        """What an expression of a finding is by default, where settings decide that."""
        statement = self._statement(finding)
        if statement is None or not written or written == self._script.condition(statement):
            return None  # that of the statement has been asked for already
        try:
            node = cst.parse_expression(written)
        except cst.ParserSyntaxError:
            return None
        found = default_of(self._script, node, statement.index, self._given)
        return found if found is not None and found.settings else None

    def inner_loss(self, finding: Finding) -> InnerLoss | None:
        """The model that computes the loss of a training step itself."""
        statement, written = self._statement(finding), getattr(finding, "loss", None)
        if statement is None or not written:
            return None
        return inner_loss(self._script, cst.parse_expression(written), statement.index)

    def rhythm(self, finding: Finding) -> Rhythm | None:
        """How often what is found is done; what hands on batches and prints counts them itself."""
        every = getattr(finding, "every", None)
        if every and getattr(finding, "how", None) == "log":
            return Rhythm("batch", every, getattr(finding, "every_value", None))
        statement = self._statement(finding)
        if statement is None:
            return None
        place = (statement.parent, statement.scope)
        if place not in self._rhythms:
            self._rhythms[place] = rhythm(self._script, statement)
        found = self._rhythms[place]
        left_out = found is not None and found.every == "1" and getattr(finding, "only", False)
        return found if not left_out else None

    def _without_training(self) -> frozenset[Setting]:
        """The settings by whose defaults the script does not train: `--do_train`."""
        if self._training is None:
            loops = self._script.structure.loops.items()
            training = (index for index, loop in loops if loop.kind != EVALUATION_LOOP)
            places = (self._script.tree.statements[index] for index in training)
            offs = [switched_off(self._script, place) for place in places]
            self._training = frozenset(offs[0] if offs and all(offs) else ())
        return self._training

    def _statement(self, finding: Finding) -> Statement | None:
        return self._script.tree.by_line().get(finding.line)
