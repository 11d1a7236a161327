"""Regular expressions that are compiled with their first use.

A script meets a third of those of the program, and each takes as long to compile as some lines of
the script to read; one with many ranges, as those of Chinese, as a hundredth of a start. What
every script meets is compiled by `re.compile` as ever: to use it is a little quicker.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

__all__ = ["regex"]

if TYPE_CHECKING:
    from re import compile as regex
else:

    def regex(pattern, flags=0):
        """As `re.compile`."""
        return _Regex(pattern, flags)


_METHODS = ("findall", "finditer", "fullmatch", "match", "search", "split", "sub")


class _Regex:
    """It has the methods of a compiled one from its first use on."""

    __slots__ = ("_written", *_METHODS)

    def __init__(self, pattern: str, flags: int) -> None:
        self._written = pattern, flags

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(*self._written)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)
