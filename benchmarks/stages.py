"""Where the time of `explain` and `pseudo` goes: each stage on its own, one after the other."""

from __future__ import annotations

import gc
import statistics
import time
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

import libcst

from pseudogen import generate
from pseudogen.document import Pseudocode
from pseudogen.finding import find_all
from pseudogen.names.script import Script
from pseudogen.patterns import all_finders
from pseudogen.pitfall import Findings, check_all
from pseudogen.pitfalls import all_checkers
from pseudogen.reading import read_text
from pseudogen.rendering import render_document, render_pseudocode
from pseudogen.working.work import work_out

T = TypeVar("T")
FLOOR = "`libcst.parse_module`"


class Clock:
    """CPU seconds by stage."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    def took(self, stage: str, work: Callable[[], T]) -> T:
        """What the work gives; its time is counted for the stage."""
        start = time.process_time()
        made = work()
        self.seconds[stage] += time.process_time() - start
        return made


def measured(texts: list[str], rounds: int) -> dict[str, float]:
    """Stage -> CPU seconds for all texts, the median of the rounds; the floor first, with the
    cyclic garbage collector, all else without, as pseudogen works."""
    clocks = []
    for _ in range(rounds):
        clock = Clock()
        for text in texts:
            clock.took(FLOOR, lambda text=text: libcst.parse_module(text))
            gc.disable()
            try:
                _explained(text, clock)
            finally:
                gc.enable()
        clocks.append(clock.seconds)
    return {stage: statistics.median(c[stage] for c in clocks) for stage in clocks[0]}


def _explained(text: str, clock: Clock) -> None:
    clock.took("the parse alone", lambda: libcst.parse_module(text))
    script = clock.took("parse, syntax and names", lambda: Script.parse(text))
    findings = clock.took("findings", lambda: tuple(find_all(script, all_finders())))
    checked = clock.took(
        "pitfalls",
        lambda: tuple(check_all(Findings(script, findings, ()), all_checkers())),
    )
    analysis = generate.Analysis(read_text(text, "<snippet>"), script, findings, checked)
    part = generate.Part()
    clock.took("quantities", lambda: work_out(script, findings))
    document = clock.took(
        "stages, these quantities and words",
        lambda: generate.explain_analysis(analysis, lang="en", detail="normal", part=part),
    )
    clock.took("rendering: Markdown", lambda: render_document(document, "markdown"))
    code = clock.took("pseudocode: writing", lambda: _written(analysis))
    clock.took("pseudocode: text", lambda: render_pseudocode(code, "text"))


def _written(analysis: generate.Analysis) -> Pseudocode:
    return generate.write_analysis(
        analysis, lang="en", detail="steps", names="code", keywords="local", part=generate.Part()
    )
