"""The program: its commands, and how it ends."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from itertools import pairwise
from pathlib import Path

import click

from pseudogen import __version__
from pseudogen.cli.cache import cache
from pseudogen.cli.check import check
from pseudogen.cli.complaints import BAD_INPUT, INTERNAL_FAULT, INTERRUPTED, complain
from pseudogen.cli.explain import explain
from pseudogen.cli.patterns import patterns
from pseudogen.cli.pseudo import pseudo
from pseudogen.cli.reflow import reflow
from pseudogen.errors import InputError
from pseudogen.languages import languages, locale_language
from pseudogen.settings_file import default_map


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


for command in (explain, pseudo, check, reflow, patterns, cache):
    cli.add_command(command)


_OBJECTS = 200_000
"""New objects between two collections: imports and parsing make many, and hardly any is garbage."""


def main() -> None:
    """Run the command line and exit with its status: 0, 1 (internal fault), 2 (bad input)."""
    with contextlib.suppress(AttributeError, ValueError):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    gc.set_threshold(_OBJECTS)
    _open_streams()
    status = _run(sys.argv[1:])
    gc.freeze()  # else the interpreter looks at every object once more before it goes
    sys.exit(status)


def _open_streams() -> None:
    """A standard stream that is closed (`>&-`) is there all the same: nothing comes from it, what
    is written to standard output fails, and what is said on standard error goes nowhere."""
    for name, mode in (("stdin", "r"), ("stdout", "r"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115


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
        complain(error, _language(arguments))
        return BAD_INPUT
    except OSError as error:
        return _output_failed(error, _language(arguments))
    except Exception as error:
        return _fault(error, _language(arguments))


def _command(arguments: list[str]) -> str:
    return next((f"{argument} " for argument in arguments if argument in cli.commands), "")


def _language(arguments: list[str]) -> str:
    """The language that a command line asks for, else that of the locale."""
    options = [part for argument in arguments for part in argument.split("=", 1)]
    asked = next((value for option, value in pairwise(options) if option == "--lang"), "")
    return asked if asked in languages() else locale_language()


def _output_failed(error: OSError, lang: str) -> int:
    """Standard output is gone or full; nothing more can be written to it, also not at exit."""
    failure = InputError("cannot-print", reason=error.strerror or str(error))
    complain(failure, lang)
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return BAD_INPUT


def _fault(error: Exception, lang: str) -> int:
    if os.environ.get("PSEUDOGEN_DEBUG"):
        raise error
    reason = " ".join(f"{type(error).__name__} {error}".split())
    complain(InputError("internal-fault", reason=reason), lang)
    return INTERNAL_FAULT
