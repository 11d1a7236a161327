"""Lines for IPython or the shell: kept as comments."""

from __future__ import annotations

import re

CELL_MAGIC = re.compile(r"\s*%%(\w+)")
_LINE = re.compile(r"\s*(?:%%?[A-Za-z_]|!(?!=)|\?{1,2}[A-Za-z_]|[A-Za-z_][\w.]*\?{1,2}\s*$)")
_SHELL = re.compile(
    r"\s*(?:!|(?:\(\w+\) ?)?(?:[\w.-]+@[\w.-]+:\S*)?[$] ?\w"
    r"|(?:pip3?|conda|mamba) (?:install|uninstall|create|activate)\s+\S|git clone \S"
    r"|(?:sudo )?apt(?:-get)? install\s|(?:python3?|torchrun) \S+\.py\b)"
)
_ASSIGNED = re.compile(r"\s*[A-Za-z_][\w, ]*=\s*(?:!(?!=)|%[A-Za-z_])")


def set_aside(lines: list[str]) -> tuple[list[str], list[tuple[str, int, str]]]:
    """The lines with magics and shell commands as comments; (key, line from 1, words) of each.

    In a block a comment needs a statement beside it: there it comes after `pass`.
    """
    kept: list[str] = []
    found: list[tuple[str, int, str]] = []
    continued = False
    for number, line in enumerate(lines, start=1):
        magic = continued or _LINE.match(line) or _SHELL.match(line) or _ASSIGNED.match(line)
        if not magic:
            kept.append(line)
            continue
        indent = line[: len(line) - len(line.lstrip())]
        words = line.strip()
        kept.append(f"{indent}pass  # {words}" if indent and not continued else f"# {words}")
        if not continued:
            found.append(("shell_line" if _SHELL.match(line) else "magic", number, words))
        continued = line.endswith("\\")
    return kept, found
