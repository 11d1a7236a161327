"""The command line: the only place that reads arguments, prints and exits.

Nothing heavy is imported here: `--help`, `--version`, completion and usage errors need click alone.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pseudogen import __version__
from pseudogen.document import Span
from pseudogen.errors import InputError
from pseudogen.languages import languages, locale_language
from pseudogen.settings_file import default_map

if TYPE_CHECKING:
    from pseudogen.reading import Source
    from pseudogen.rendering import Options

BAD_INPUT = 2
INTERNAL_FAULT = 1
INTERRUPTED = 130

EXPLAIN_FORMATS = ("terminal", "text", "markdown", "html", "json")
PSEUDO_FORMATS = ("terminal", "text", "markdown", "html", "latex", "typst", "json")
_SUFFIXES = {
    ".txt": "text",
    ".md": "markdown",
    ".html": "html",
    ".htm": "html",
    ".json": "json",
    ".tex": "latex",
    ".typ": "typst",
}

F = TypeVar("F", bound=Callable[..., Any])


def _options(*decorators: Callable[[F], F]) -> Callable[[F], F]:
    """Several option decorators as one, in the order in which help shows them."""

    def apply(function: F) -> F:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return apply


def _choice(
    name: str, values: Sequence[str], default: str | None, text: str, command: str = ""
) -> Callable[[F], F]:
    variable = f"PSEUDOGEN_{name.upper()}"
    own = f"PSEUDOGEN_{command.upper()}_{name.upper()}"
    return click.option(
        f"--{name}",
        type=click.Choice(values),
        default=default,
        envvar=[own, variable] if command else variable,
        help=text,
        show_default=default is not None,
    )


class _LineRange(click.ParamType):  # type: ignore[type-arg]  # generic in newer click only
    name = "A-B"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        first, dash, last = str(value).partition("-")
        try:
            return int(first), int(last if dash else first)
        except ValueError:
            self.fail(f"{value!r} is no range of lines; write 10-25", param, ctx)


_INPUT = _options(
    click.argument("paths", nargs=-1, metavar="[PATH|-]..."),
    _choice("lang", languages(), None, "Language of the output. [default: your locale, else en]"),
)
_PART = _options(
    click.option("--function", metavar="NAME", help="Only this function of the file."),
    click.option("--lines", type=_LineRange(), help="Only these lines of the file."),
    click.option(
        "--strict", is_flag=True, help="Refuse code that could be mended in several ways."
    ),
    click.option("--clipboard", is_flag=True, help="Take the code from the clipboard."),
    click.option(
        "--output", type=click.Path(path_type=Path), help="Write to this file, whole or not at all."
    ),
)


_LISTING = _options(
    click.option("--caption", metavar="TEXT", help="Title of the listing. [default: the file]"),
    click.option("--label", default="", metavar="NAME", help="What a paper refers to it by."),
    click.option(
        "--numbers",
        type=click.Choice(("none", "source", "lines")),
        help="Numbers beside the lines: none, those of the source, or their own.",
    ),
    click.option("--end", is_flag=True, help='Close each block ("end if"; latex, typst).'),
    click.option(
        "--latex-package",
        type=click.Choice(("algpseudocodex", "algorithm2e")),
        default="algpseudocodex",
        help="The package that sets the listing.",
        show_default=True,
    ),
    click.option("--standalone", is_flag=True, help="A whole document (latex, typst)."),
)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: pseudogen explain train.py",
)
@click.version_option(__version__, prog_name="pseudogen", message="%(prog)s %(version)s")
def cli() -> None:
    """Say in plain words and in pseudocode what a training script does.

    The code is read, never run. Every command takes files, folders with a train.py, or - for
    standard input.
    """


@cli.command(epilog="Example: pseudogen explain train.py --lang zh --detail brief")
@_INPUT
@_choice("format", EXPLAIN_FORMATS, None, "[default: terminal; text when piped]", "explain")
@_choice("detail", ("brief", "normal", "full"), "normal", "How much is told.", "explain")
@_PART
def explain(
    paths: tuple[str, ...],
    lang: str | None,
    format: str | None,
    detail: str,
    output: Path | None,
    strict: bool,
    clipboard: bool,
    function: str | None,
    lines: tuple[int, int] | None,
) -> None:
    """Explain what the code does, why, and what to watch out for."""
    from pseudogen import generate
    from pseudogen.document import joined_documents
    from pseudogen.rendering import print_document, render_document

    chosen = _format(format, output)
    language = lang or locale_language()
    part = generate.Part(function, lines)

    def one(source: Source) -> Any:
        analysis = generate.analyse_source(source, strict=strict)
        if chosen == "json":
            return generate.explanation_object(analysis, lang=language, part=part)
        return generate.explain_analysis(
            analysis, lang=language, detail=detail, part=part, listings=chosen != "json"
        )

    made, failed = _each(_sources(paths, clipboard), language, one)
    if chosen == "json":
        _write(_json(made, len(paths)), output)
    elif chosen == "terminal":
        for document in made:
            print_document(document, _console())
    else:
        _write(_joined([render_document(joined_documents(made), chosen)]), output)
    _finish(failed)


@cli.command(epilog="Example: pseudogen pseudo train.py --detail outline --format latex")
@_INPUT
@_choice("format", PSEUDO_FORMATS, None, "[default: terminal; text when piped]", "pseudo")
@_choice("detail", ("outline", "steps", "full"), "steps", "How much is condensed.", "pseudo")
@_choice("names", ("code", "words"), "code", "Identifiers as written, or as words.")
@_choice("keywords", ("local", "english"), "local", "Keywords in the language, or in English.")
@_PART
@_LISTING
def pseudo(
    paths: tuple[str, ...],
    lang: str | None,
    format: str | None,
    detail: str,
    names: str,
    keywords: str,
    output: Path | None,
    strict: bool,
    clipboard: bool,
    function: str | None,
    lines: tuple[int, int] | None,
    caption: str | None,
    **look: Any,
) -> None:
    """Write the code as language-neutral pseudocode."""
    from pseudogen import generate
    from pseudogen.rendering import print_pseudocode

    chosen = _format(format, output)
    language = lang or locale_language()
    part = generate.Part(function, lines)

    def one(source: Source) -> Any:
        analysis = generate.analyse_source(source, strict=strict)
        code = generate.write_analysis(
            analysis, lang=language, detail=detail, names=names, keywords=keywords, part=part
        )
        return source.name, code

    made, failed = _each(_sources(paths, clipboard), language, one)
    if chosen == "terminal":
        for _, code in made:
            print_pseudocode(code, _console(), _look(look))
    else:
        _write(_listings(made, chosen, caption, look), output)
    _finish(failed)


@cli.command(epilog="Example: pseudogen reflow pasted.txt")
@click.argument("path", required=False, default="-", metavar="[PATH|-]")
@_choice("lang", languages(), None, "Language of the output. [default: your locale, else en]")
@click.option("--strict", is_flag=True, help="Refuse code that could be mended in several ways.")
@click.option("--clipboard", is_flag=True, help="Take the code from the clipboard.")
@click.option(
    "--output", type=click.Path(path_type=Path), help="Write to this file, whole or not at all."
)
def reflow(path: str, lang: str | None, strict: bool, clipboard: bool, output: Path | None) -> None:
    """Write pasted code, whose line breaks were lost, as code again.

    What was mended or assumed is said on standard error.
    """
    from pseudogen import generate
    from pseudogen.words.messages import remark

    language = lang or locale_language()

    def one(source: Source) -> Source:
        return generate.analyse_source(source, strict=strict).source

    made, failed = _each(_sources([path], clipboard), language, one)
    for source in made:
        _write(source.text if source.text.endswith("\n") else source.text + "\n", output)
        for said in source.remarks:
            click.echo(f"pseudogen: {remark(said, language)}", err=True)
    _finish(failed)


@cli.command(epilog="Example: pseudogen patterns batch-division --lang zh")
@click.argument("pattern", required=False, metavar="[ID]")
@_choice("lang", languages(), None, "Language of the output. [default: your locale, else en]")
def patterns(pattern: str | None, lang: str | None) -> None:
    """Show the vocabulary, or one pattern of it with an example."""
    from pseudogen.rendering import print_document, render_document
    from pseudogen.words.vocabulary import pattern_document, vocabulary_document

    language = lang or locale_language()
    document = pattern_document(pattern, language) if pattern else vocabulary_document(language)
    if sys.stdout.isatty():
        print_document(document, _console())
    else:
        _write(_joined([render_document(document, "text")]), None)


# Input


def _each(
    sources: Iterable[Callable[[], Source]], lang: str, work: Callable[[Source], Any]
) -> tuple[list[Any], bool]:
    """The results of all inputs that could be read, and whether one could not.

    Where none could, there is nothing to write: the program ends here.
    """
    made, failed = [], False
    for read in sources:
        try:
            made.append(work(read()))
        except InputError as error:
            _complain(error, lang)
            failed = True
    if failed and not made:
        raise click.exceptions.Exit(BAD_INPUT)
    return made, failed


def _sources(paths: Sequence[str], clipboard: bool) -> list[Callable[[], Source]]:
    """How each input is read, in the order in which it was named."""
    from pseudogen.reading import read_clipboard, read_text

    if clipboard:
        return [lambda: read_text(read_clipboard(), "<clipboard>")]
    return [partial(_read, path) for path in paths or ("-",)]


def _read(path: str) -> Source:
    from pseudogen.reading import read_bytes, read_path

    if path == "-":
        return read_bytes(sys.stdin.buffer.read(), "<stdin>")
    return read_path(Path(path))


# Output


def _format(chosen: str | None, output: Path | None) -> str:
    if chosen:
        return chosen
    if output is not None:
        return _SUFFIXES.get(output.suffix.lower(), "text")
    return "terminal" if sys.stdout.isatty() else "text"


def _json(objects: list[Any], inputs: int) -> str:
    """One object for one input, an array for several."""
    from pseudogen.generate import to_json

    return to_json(objects[0] if inputs <= 1 and objects else objects)


def _joined(texts: Iterable[str]) -> str:
    """The outputs of several inputs, a blank line between them."""
    return "\n\n".join(texts) + "\n"


_PAPER = ("latex", "typst", "html")


def _listings(made: list[Any], chosen: str, caption: str | None, look: dict[str, Any]) -> str:
    """The pseudocode of all inputs in a format; one page holds one input."""
    from pseudogen.rendering import render_pseudocode

    if len(made) > 1 and (chosen == "html" or look["standalone"]):
        raise click.UsageError(f"--format {chosen} makes a page of one file; give one at a time")
    texts = []
    for name, code in made:
        if caption or chosen in _PAPER:
            code = replace(code, caption=(Span(caption or Path(name).name),))
        texts.append(render_pseudocode(code, chosen, _look(look, name)))
    return _array(texts) if chosen == "json" and len(texts) > 1 else _joined(texts)


def _array(texts: Sequence[str]) -> str:
    return "[\n" + ",\n".join(texts) + "\n]\n"


def _look(look: dict[str, Any], name: str = "") -> Options:
    from pseudogen.rendering import Options

    try:
        return Options(file=name, **look)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _console() -> Any:
    from rich.console import Console

    return Console(highlight=False, soft_wrap=False)


def _write(text: str, output: Path | None) -> None:
    if output is None:
        with contextlib.suppress(AttributeError):
            sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
        sys.stdout.write(text)
    else:
        _write_whole(text, output)


def _write_whole(text: str, output: Path) -> None:
    """Write a file whole or not at all: beside its place first, then moved there."""
    part = output.with_name(f".{output.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(output)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        raise InputError(
            "cannot-write", file=str(output), reason=error.strerror or str(error)
        ) from None


def _finish(failed: bool) -> None:
    if failed:
        raise click.exceptions.Exit(BAD_INPUT)


def _complain(error: InputError, lang: str) -> None:
    from pseudogen.words.messages import message

    click.echo(f"pseudogen: {message(error, lang)}", err=True)
    if error.facts.get("excerpt") and "caret" in error.facts:
        click.echo(f"    {error.facts['excerpt']}", err=True)
        click.echo(f"    {' ' * _cells(error)}^", err=True)


def _cells(error: InputError) -> int:
    """The columns that the excerpt takes before its caret; Chinese characters take two."""
    from rich.cells import cell_len

    before = str(error.facts["excerpt"])[: int(str(error.facts["caret"]))]
    return cell_len(before)


# The program


def main() -> None:
    """Run the command line and exit with its status: 0, 1 (internal fault), 2 (bad input)."""
    with contextlib.suppress(AttributeError, ValueError):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(_run(sys.argv[1:]))


def _run(arguments: list[str]) -> int:
    try:
        status = cli.main(
            arguments, prog_name="pseudogen", standalone_mode=False, default_map=default_map()
        )
        sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except click.ClickException as error:
        where = f" (see pseudogen {_command(arguments)}--help)"
        click.echo(f"pseudogen: {' '.join(error.format_message().split())}{where}", err=True)
        return BAD_INPUT
    except (click.Abort, KeyboardInterrupt):
        click.echo("pseudogen: interrupted", err=True)
        return INTERRUPTED
    except InputError as error:
        _complain(error, locale_language())
        return BAD_INPUT
    except OSError as error:
        return _output_failed(error)
    except Exception as error:
        return _fault(error)


def _command(arguments: list[str]) -> str:
    return next((f"{argument} " for argument in arguments if argument in cli.commands), "")


def _output_failed(error: OSError) -> int:
    """Standard output is gone or full; nothing more can be written to it, also not at exit."""
    failure = InputError("cannot-print", reason=error.strerror or str(error))
    _complain(failure, locale_language())
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return BAD_INPUT


def _fault(error: Exception) -> int:
    if os.environ.get("PSEUDOGEN_DEBUG"):
        raise error
    reason = " ".join(f"{type(error).__name__} {error}".split())
    _complain(InputError("internal-fault", reason=reason), locale_language())
    return INTERNAL_FAULT
