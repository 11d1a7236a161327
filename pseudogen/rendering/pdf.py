"""Pages from Typst, where the package `typst` (extra `pdf`) is installed."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from pseudogen.errors import InputError


def typst_pdf(document: str) -> bytes:
    """The PDF of a standalone Typst document.

    The compiler sees a folder with nothing else in it: no document could read a file.

    Raises:
        InputError: the package `typst` is not installed (`no-typst`).
    """
    try:
        import typst
    except ImportError as error:
        raise InputError("no-typst") from error
    with TemporaryDirectory() as folder:
        page = Path(folder, "page.typ")
        page.write_text(document, encoding="utf-8")
        return typst.compile(page, root=page.parent)
