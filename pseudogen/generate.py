"""The whole pipeline: source -> script -> findings -> explanation or pseudocode.

The Python API (`api.py`) and the command line call these functions.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from pseudogen.deep import roomy
from pseudogen.document import Document, Pseudocode
from pseudogen.errors import InputError
from pseudogen.explanation.definitions import definitions
from pseudogen.explanation.passages import with_passages
from pseudogen.explanation.stages import stages
from pseudogen.explanation.stories import stories
from pseudogen.finding import Finding, find_all
from pseudogen.following import Reached, reached, with_parts
from pseudogen.names.module_files import NotRead
from pseudogen.names.project import Project
from pseudogen.names.script import Script
from pseudogen.patterns import all_finders
from pseudogen.pitfall import Findings, Pitfall, PitfallElsewhere, check_all
from pseudogen.pitfalls import all_checkers
from pseudogen.projects import OwnModules
from pseudogen.reading import Source, repaired
from pseudogen.records import dataclass
from pseudogen.words.cells import Cells, has_cells, with_cells
from pseudogen.words.explanation import Explanation, explanation_document
from pseudogen.words.explanation_json import explanation_json
from pseudogen.words.messages import remarks
from pseudogen.working.work import work_out

Lines = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Analysis:
    """One input, read: the source after repairs, its script, all findings and pitfalls in it."""

    source: Source
    script: Script
    findings: tuple[Finding, ...]
    pitfalls: tuple[Pitfall, ...] = ()
    reached: tuple[Reached, ...] = ()  # the project's own functions that the script calls
    not_read: tuple[NotRead, ...] = ()
    elsewhere: tuple[PitfallElsewhere, ...] = ()  # in those functions


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a file to speak of: a function by name, a range of lines, or all of it."""

    function: str | None = None
    lines: Lines | None = None


P = ParamSpec("P")
R = TypeVar("R")


def uncollected(function: Callable[P, R]) -> Callable[P, R]:
    """Without the cyclic garbage collector: parsing makes hundreds of thousands of objects, none
    of them garbage, and the collector would look at each again and again. What the function has
    made and does not return is freed before the collector is back."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        enabled = gc.isenabled()
        gc.disable()
        try:
            return function(*args, **kwargs)
        finally:
            if enabled:
                gc.enable()

    return run


@uncollected
@roomy
def analyse_source(
    source: Source,
    *,
    strict: bool = False,
    given: Mapping[str, float] | None = None,
    follow: bool = False,
    check: bool = True,
) -> Analysis:
    """Read a source; text that is no Python is mended first, unless `strict`. `given` are numbers
    by name, in place of defaults and of what the script leaves open; with `follow`, the modules of
    its project that it imports are read too; without `check` nobody asks for its pitfalls.

    Raises:
        InputError: the source can't be read as Python.
    """
    try:
        script = Script.parse(source.text, source.name, given)
    except InputError as error:
        if error.key != "syntax-error":
            raise  # too large or too deep: nothing that a repair would change
        source = repaired(source, strict=strict)
        script = Script.parse(source.text, source.name, given)
    findings = tuple(find_all(script, all_finders()))
    pitfalls = _checked(source.path, script, findings) if check else ()
    functions: tuple[Reached, ...] = ()
    not_read: tuple[NotRead, ...] = ()
    if follow and source.path is not None:
        project = Project(source.path, script)
        functions, findings = reached(project, all_finders()), with_parts(project, findings)
        not_read = project.not_read
    elsewhere = tuple(_elsewhere(functions)) if check else ()
    return Analysis(source, script, findings, pitfalls, functions, not_read, elsewhere)


def _checked(
    path: Path | None, script: Script, findings: tuple[Finding, ...]
) -> tuple[Pitfall, ...]:
    own = OwnModules(path) if path is not None else ()
    return tuple(check_all(Findings(script, findings, own), all_checkers()))


def _elsewhere(functions: tuple[Reached, ...]) -> Iterator[PitfallElsewhere]:
    """The pitfalls in the project's own functions, file by file; each in the innermost of them."""
    for file in dict.fromkeys(function.module for function in functions):
        here = [function for function in functions if function.module == file]
        for pitfall in _checked(here[0].path, here[0].script, here[0].of_file):
            around = [f for f in here if f.lines[0] <= pitfall.lines[0] <= f.lines[1]]
            if around:
                inner = min(around, key=lambda f: f.lines[1] - f.lines[0])
                yield PitfallElsewhere(pitfall, file, inner.function, inner.line)


def pitfall_ids(select: Sequence[str] = (), ignore: Sequence[str] = ()) -> frozenset[str]:
    """The ids of the pitfalls to look for: those selected, else all, without those ignored.

    Raises:
        InputError: there is no such pitfall.
    """
    known = {checker.id for checker in all_checkers()}
    for identifier in (*select, *ignore):
        if identifier not in known:
            from difflib import get_close_matches  # for what is wrong alone

            near = get_close_matches(identifier, sorted(known), 1)
            raise InputError("no-such-pitfall", pitfall=identifier, near=near[0] if near else "")
    return frozenset(set(select) or known) - set(ignore)


def pitfalls_of(source: Source, ids: frozenset[str]) -> tuple[Pitfall, ...]:
    """The pitfalls with these ids in a source, worst first.

    Raises:
        InputError: the source can't be read as Python.
    """
    return tuple(found for found in analyse_source(source).pitfalls if found.id in ids)


@roomy
def explain_analysis(
    analysis: Analysis, *, lang: str, detail: str, part: Part, listings: bool = False
) -> Document:
    """The explanation of an analysed source in a language.

    Raises:
        InputError: the part is not there.
    """
    document = explanation_document(
        _explanation(analysis, part, detail),
        lang,
        detail=detail,
        listings=listings or detail == "full",
    )
    if has_cells(analysis.source):
        return Cells(analysis.source, lang).document(document)
    return document


@roomy
def explanation_object(analysis: Analysis, *, lang: str, part: Part) -> dict[str, Any]:
    """The explanation as the object that `--format json` prints."""
    made = explanation_json(_explanation(analysis, part), lang)
    if has_cells(analysis.source):
        return with_cells(made, Cells(analysis.source, lang))
    return made


@roomy
def write_analysis(
    analysis: Analysis, *, lang: str, detail: str, names: str, keywords: str, part: Part
) -> Pseudocode:
    """The pseudocode of an analysed source in a language.

    Raises:
        InputError: the part is not there.
    """
    from pseudogen.pseudocode import note, write  # an explanation starts without

    code = write(
        analysis.script,
        analysis.findings,
        lang=lang,
        detail=detail,
        names=names,
        keywords=keywords,
        lines=_range(analysis, part),
    )
    said = tuple(note(words, line) for line, words in remarks(analysis.source.remarks, lang))
    code = replace(code, lines=said + code.lines)
    return Cells(analysis.source, lang).pseudocode(code) if has_cells(analysis.source) else code


def _explanation(analysis: Analysis, part: Part, detail: str = "normal") -> Explanation:
    chosen: Sequence[Finding] = analysis.findings
    pitfalls: Sequence[Pitfall] = analysis.pitfalls
    functions: Sequence[Reached] = analysis.reached
    elsewhere: Sequence[PitfallElsewhere] = analysis.elsewhere
    wanted = _range(analysis, part)
    if wanted is not None:
        chosen = [f for f in chosen if wanted[0] <= f.line <= wanted[1]]
        pitfalls = [p for p in pitfalls if wanted[0] <= p.lines[0] <= wanted[1]]
        functions = [r for r in functions if wanted[0] <= r.line <= wanted[1]]
        elsewhere = [p for p in elsewhere if wanted[0] <= p.called <= wanted[1]]
    script = analysis.script
    told = stories(script, chosen)
    found = stages(script, chosen, functions)
    whole = detail != "brief"
    return Explanation(
        analysis.source.name,
        script,
        with_passages(script, found, told, wanted) if whole else found,
        analysis.source.remarks,
        wanted,
        tuple(pitfalls),
        work_out(script, chosen),
        analysis.not_read,
        tuple(told),
        definitions(script, found, wanted, in_full=detail == "full") if whole else (),
        tuple(elsewhere),
    )


def _range(analysis: Analysis, part: Part) -> Lines | None:
    """The lines of a part; None for the whole file."""
    name = analysis.source.name
    if part.function is not None:
        statements = analysis.script.functions(part.function)
        if not statements:
            raise InputError("no-such-function", file=name, function=part.function)
        return statements[0].start, statements[0].end
    if part.lines is not None:
        last = len(analysis.script.tree.lines)
        if not 1 <= part.lines[0] <= part.lines[1] or part.lines[0] > last:
            raise InputError(
                "no-such-lines", file=name, first=part.lines[0], last=part.lines[1], count=last
            )
    return part.lines
