"""The Python API: text in, findings, pitfalls, an explanation or pseudocode out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pseudogen.errors import InputError
from pseudogen.finding import Finding
from pseudogen.generate import (
    Analysis,
    Lines,
    Part,
    analyse_source,
    explain_analysis,
    explanation_object,
    pitfall_ids,
    uncollected,
    write_analysis,
)
from pseudogen.json_format import to_json
from pseudogen.limits import MOST
from pseudogen.pitfall import Pitfall
from pseudogen.reading import read_text
from pseudogen.rendering import Options, render_document, render_pseudocode
from pseudogen.words.messages import message


@uncollected
def analyze(source: str, *, path: str | Path | None = None) -> tuple[Finding, ...]:
    """The findings in a script or snippet, in the order of its lines.

    Args:
        source: The code, in whatever state it is in.
        path: Where it came from; errors name it, and the project around it is read.

    Raises:
        InputError: the code can't be read.
    """
    with _in_words("en"):
        return _analysed(source, path).findings


@uncollected
def check(
    source: str,
    *,
    path: str | Path | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> tuple[Pitfall, ...]:
    """The pitfalls in a script or snippet, worst first: each has an id, a severity and lines.

    Args:
        source: The code, in whatever state it is in.
        path: Where it came from; errors name it.
        select: The ids of the pitfalls to look for; all when empty.
        ignore: The ids of pitfalls to leave out.

    Raises:
        InputError: the code can't be read, or there is no such pitfall.
    """
    with _in_words("en"):
        ids = pitfall_ids(select, ignore)
        return tuple(found for found in _analysed(source, path).pitfalls if found.id in ids)


@uncollected
def explain(
    source: str,
    *,
    lang: str = "en",
    format: str = "markdown",
    detail: str = "normal",
    path: str | Path | None = None,
    function: str | None = None,
    lines: Lines | None = None,
    given: Mapping[str, float] | None = None,
    follow: bool = True,
) -> str:
    """Explain a script or snippet in plain language.

    Args:
        source: The code, in whatever state it is in.
        lang: Language of the explanation; `pseudogen.languages()` lists them.
        format: "text", "markdown", "html" or "json".
        detail: "brief" (at a glance), "normal" or "full".
        path: Where the code came from.
        function: Speak of this function alone.
        lines: Speak of these lines alone (first and last, 1-based).
        given: Numbers by name (`{"world_size": 8}`) to work with, in place of the defaults and of
            what the code leaves open.
        follow: With the `path` of a file, read the modules of its project that it imports, too.

    Returns:
        The explanation in that format.

    Raises:
        InputError: the code can't be read, or the part is not there.
        ValueError: unknown language, format or detail; a given number that is not finite or huge.
    """
    part = Part(function, lines)
    with _in_words(lang):
        analysis = _analysed(source, path, _finite(given), follow)
        if format == "json":
            return to_json(explanation_object(analysis, lang=lang, part=part))
        document = explain_analysis(analysis, lang=lang, detail=detail, part=part)
        return render_document(document, format) + "\n"


@uncollected
def pseudo(
    source: str,
    *,
    lang: str = "en",
    format: str = "text",
    detail: str = "steps",
    names: str = "code",
    keywords: str = "local",
    path: str | Path | None = None,
    function: str | None = None,
    lines: Lines | None = None,
) -> str:
    """Write a script or snippet as language-neutral pseudocode.

    Args:
        source: The code, in whatever state it is in.
        lang: Language of the pseudocode.
        format: "text", "markdown", "html", "latex", "typst" or "json".
        detail: "outline" (as in a paper), "steps" (one line a step) or "full" (every statement).
        names: "code" (identifiers as written) or "words".
        keywords: "local" (in the language) or "english".
        path: Where the code came from.
        function: Write this function alone.
        lines: Write these lines alone (first and last, 1-based).

    Returns:
        The pseudocode in that format.

    Raises:
        InputError: the code can't be read, or the part is not there.
        ValueError: unknown language, format, detail, names or keywords.
    """
    with _in_words(lang):
        analysis = _analysed(source, path, check=False)
        code = write_analysis(
            analysis,
            lang=lang,
            detail=detail,
            names=names,
            keywords=keywords,
            part=Part(function, lines),
        )
        return render_pseudocode(code, format, Options(file=analysis.source.name)) + "\n"


def _finite(given: Mapping[str, float] | None) -> Mapping[str, float] | None:
    for name, number in (given or {}).items():
        if not abs(number) <= MOST:
            raise ValueError(f"{name}={number} is beyond what is worked out")
    return given


def _analysed(
    source: str,
    path: str | Path | None,
    given: Mapping[str, float] | None = None,
    follow: bool = False,
    check: bool = True,
) -> Analysis:
    read = read_text(source, str(path) if path is not None else "<snippet>")
    if path is not None and Path(path).is_file():
        read = replace(read, path=Path(path))
    return analyse_source(read, given=given, follow=follow, check=check)


@contextmanager
def _in_words(lang: str) -> Iterator[None]:
    """An input error leaves with its sentence in the language of the call."""
    try:
        yield
    except InputError as error:
        error.words = message(error, lang)
        raise
