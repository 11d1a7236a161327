"""The options of the commands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from pseudogen.languages import languages
from pseudogen.limits import MOST

EXPLAIN_FORMATS = ("terminal", "text", "markdown", "html", "json")
PSEUDO_FORMATS = ("terminal", "text", "markdown", "html", "latex", "typst", "json")
CHECK_FORMATS = ("terminal", "text", "json", "sarif", "github")

F = TypeVar("F", bound=Callable[..., Any])


def options(*decorators: Callable[[F], F]) -> Callable[[F], F]:
    """Several option decorators as one, in the order in which help shows them."""

    def apply(function: F) -> F:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return apply


def choice(
    name: str, values: Sequence[str], default: str | None, text: str, command: str = ""
) -> Callable[[F], F]:
    """An option with a fixed set of values, which `PSEUDOGEN_NAME` (for one command alone:
    `PSEUDOGEN_COMMAND_NAME`) sets, too."""
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


class LineRange(click.ParamType):  # type: ignore[type-arg]  # generic in newer click only
    """`A-B`, or `A` alone: first and last line."""

    name = "A-B"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """The first and the last line."""
        first, dash, last = str(value).partition("-")
        try:
            return int(first), int(last if dash else first)
        except ValueError:
            self.fail(f"{value!r} is no range of lines; write 10-25", param, ctx)


class Assignment(click.ParamType):  # type: ignore[type-arg]  # generic in newer click only
    """`NAME=VALUE`: a number for a name."""

    name = "NAME=VALUE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, float]:
        """The name and the number; a whole one as `int`."""
        name, sign, written = str(value).partition("=")
        if not sign or not all(part.isidentifier() for part in name.strip().split(".")):
            self.fail(f"{value!r} sets nothing; write world_size=8", param, ctx)
        try:
            number = float(written.replace("_", ""))
        except ValueError:
            self.fail(f"{written!r} is no number; write {name}=8", param, ctx)
        if not abs(number) <= MOST:
            self.fail(f"{written!r} is beyond what is worked out, {MOST:.0e}", param, ctx)
        return name.strip(), int(number) if number.is_integer() else number


class IdList(click.ParamType):  # type: ignore[type-arg]  # generic in newer click only
    """`ID,ID`: ids between commas."""

    name = "ID,ID"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """The ids; a settings file gives them as a list."""
        parts = value if isinstance(value, list | tuple) else str(value).split(",")
        return tuple(part for item in parts if (part := str(item).strip()))


PATHS = click.argument("paths", nargs=-1, metavar="[PATH|-]...")
LANG = choice("lang", languages(), None, "Language of the output. [default: your locale, else en]")
STRICT = click.option(
    "--strict", is_flag=True, help="Refuse code that could be mended in several ways."
)
CLIPBOARD = click.option("--clipboard", is_flag=True, help="Take the code from the clipboard.")
MANY = options(
    click.option(
        "--jobs",
        type=click.IntRange(min=1),
        envvar="PSEUDOGEN_JOBS",
        metavar="N",
        help="Processes for several files. [default: the cores, for a dozen files or more]",
    ),
    click.option("--no-cache", is_flag=True, help="Neither use nor keep results of former runs."),
)
OUTPUT = click.option(
    "--output", type=click.Path(path_type=Path), help="Write to this file, whole or not at all."
)
PART = options(
    click.option("--function", metavar="NAME", help="Only this function of the file."),
    click.option("--lines", type=LineRange(), help="Only these lines of the file."),
    STRICT,
    CLIPBOARD,
    OUTPUT,
)


FOLLOW = click.option(
    "--follow/--no-follow",
    default=True,
    help="Read the modules of the project that the script imports, too.",
    show_default=True,
)
SET = click.option(
    "--set",
    "given",
    type=Assignment(),
    multiple=True,
    help="A number to work with, for example world_size=8; may be repeated.",
)

LISTING = options(
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
