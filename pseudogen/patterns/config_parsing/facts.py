"""The facts of config-parsing."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigParsing(Finding):
    """Facts of a place where settings are read.

    Attributes:
        target: What receives them; None when nothing does.
        rest: What receives the options that nobody declared, one of the names in `target`; None
            when nothing does.
        source: "command line", "file" or "both"; None for a helper whose name does not say.
        tool: By what: "argparse", "YAML"...; None for a helper.
        file: The file that is read, as written; None when unknown.
        options: The number of options that the script declares for it.
        keeps_unknown: Whether options that nobody declared are let pass.
        function: The function that gets the settings, of a decorator.
        given: What is parsed in place of the command line, as written; None for nothing.
        condition: The test of `load(path) if path else {}` under which it is read.
        optional: Whether that is a parameter, without which the command line is parsed.
    """

    pattern: ClassVar[str] = "config-parsing"

    target: str | None
    rest: str | None
    source: str | None
    tool: str | None
    file: str | None
    options: int
    keeps_unknown: bool
    function: str | None
    given: str | None = None
    optional: bool = False
    condition: str | None = None
