"""Defaults of the command line from `[tool.pseudogen]` of the nearest `pyproject.toml`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pseudogen.errors import InputError
from pseudogen.regex import regex

COMMANDS = ("explain", "pseudo", "patterns")
_OPTIONS = {
    "explain": ("lang", "format", "detail", "strict"),
    "pseudo": ("lang", "format", "detail", "names", "keywords", "strict"),
    "patterns": ("lang",),
}


_NAMED = regex(r"""\btool["']?\s*(?:\.\s*["']?pseudogen|[\]=])""")
"""`tool.pseudogen` however it is written, or a table `tool`, in which it may be."""


def default_map(start: Path | None = None) -> dict[str, dict[str, Any]]:
    """Command -> option -> default, as click takes it.

    Keys of `[tool.pseudogen]` hold for every command that has the option; those of
    `[tool.pseudogen.explain]` and `[tool.pseudogen.pseudo]` for that command, and win.

    Raises:
        InputError: the file is no TOML, or names an option that there is not.
    """
    path = _nearest(start or Path.cwd())
    if path is None:
        return {}
    table = _table(path)
    common = {key: value for key, value in table.items() if key not in COMMANDS}
    known = {option for options in _OPTIONS.values() for option in options}
    for option in common:
        if option not in known:
            raise InputError("bad-settings", file=str(path), reason=f"{option} ?")
    return {
        command: {key: value for key, value in common.items() if key in options}
        | table.get(command, {})
        for command, options in _OPTIONS.items()
    }


def _table(path: Path) -> dict[str, Any]:
    """`[tool.pseudogen]`; a file that can't say so is not read as TOML."""
    try:
        written = path.read_text(encoding="utf-8")
        if "pseudogen" not in written or not _NAMED.search(written):
            return {}
        import tomllib  # takes longer to load than a small file to read

        table: dict[str, Any] = tomllib.loads(written).get("tool", {}).get("pseudogen", {})
        return table
    except (OSError, ValueError) as error:
        raise InputError("bad-settings", file=str(path), reason=str(error)) from None


def _nearest(folder: Path) -> Path | None:
    """The `pyproject.toml` of a folder or of the nearest one above it."""
    for candidate in (folder, *folder.parents):
        path = candidate / "pyproject.toml"
        if path.is_file():
            return path
    return None
