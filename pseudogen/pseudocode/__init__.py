"""A script as pseudocode that needs no knowledge of Python, in any language."""

from pseudogen.pseudocode.comments import note
from pseudogen.pseudocode.write import DETAILS, KEYWORDS, NAMES, write

__all__ = ["DETAILS", "KEYWORDS", "NAMES", "note", "write"]
