"""Settings: the hyper-parameters of a script, with their defaults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any

from pseudogen.records import dataclass

if TYPE_CHECKING:
    from pseudogen.names.script import Script


@dataclass(frozen=True, slots=True)
class Setting:
    """A hyper-parameter.

    Attributes:
        name: As the script reads it: `args.lr`, `lr`, `config["lr"]`.
        default: Python text; None when there is none.
        line: Where it is declared (for a key of a file, where it is first read).
        origin: argparse, click, absl, function, dataclass, class, constant, dict or key.
        statement: The index of that statement.
        kind: Its type as written or as the default shows: "int", "float"...; None when unknown.
        help: The author's own words on it; None without any.
        flag: How it is written on the command line; None for others.
        choices: The values that are allowed, as Python text.
        required: Whether it must be given.
        expression: The syntax of the default, for the arithmetic.
    """

    name: str
    default: str | None
    line: int
    origin: str
    statement: int
    kind: str | None = None
    help: str | None = None
    flag: str | None = None
    choices: tuple[str, ...] = ()
    required: bool = False
    expression: Any = field(default=None, compare=False, repr=False)

    @property
    def typed(self) -> str:
        """How a user writes it: the option where there is one."""
        return self.flag if self.flag is not None and self.flag.startswith("-") else self.name


Settings = Mapping[str, Setting]
"""Name as read -> setting; one that is read by several names stands under each of them."""


def collect_settings(script: Script) -> Settings:
    """All settings of a script.

    An earlier kind wins where two give the same name: what the command line declares, classes of
    settings, dictionaries, constants, keys that are only read.
    """
    from pseudogen.names import (
        absl_flags,
        cli_classes,
        config_classes,
        config_keys,
        constants,
        options,
    )

    found: dict[str, Setting] = {}
    for collect in (
        options.collect,
        absl_flags.collect,
        config_classes.collect,
        cli_classes.collect,
        cli_classes.collect_kept,
        constants.collect_dicts,
        constants.collect,
    ):
        _add(found, collect(script))
    _add(found, config_keys.collect(script, found))
    return found


def _add(found: dict[str, Setting], pairs: Iterable[tuple[str, Setting]]) -> None:
    for name, setting in pairs:
        found.setdefault(name, setting)


def distinct(settings: Settings) -> list[Setting]:
    """Each setting once, by line."""
    once = dict.fromkeys(settings.values())
    return sorted(once, key=lambda setting: (setting.line, setting.name))
