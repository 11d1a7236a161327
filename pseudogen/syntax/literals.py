"""What literals are worth."""

from __future__ import annotations

import ast
import warnings
from typing import Any


def evaluated(written: str) -> Any:
    """The value of a literal; `ValueError` or `SyntaxError` where it is none.

    Python warns of `"\\d"` since 3.12: that is between the script and its author.
    """
    if "\\" not in written:
        return ast.literal_eval(written)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.literal_eval(written)
