"""Jupyter notebooks (nbformat 3 and 4): the code cells in order, as one text."""

from __future__ import annotations

import re

from pseudogen.errors import InputError
from pseudogen.reading.decode import cleaned
from pseudogen.reading.source import Place, Remark

_LOOKS = re.compile(r'\A\s*\{(?=.{0,200000}?"(?:cells|worksheets)"\s*:\s*\[)', re.S)
_PYTHON = re.compile(r"python|^$", re.I)


def is_notebook(text: str, name: str) -> bool:
    """Whether the text is a notebook, by its name or by how it begins."""
    return name.endswith(".ipynb") or _LOOKS.match(text) is not None


def read_notebook(text: str, name: str) -> tuple[str, tuple[Place, ...], tuple[Remark, ...]]:
    """The code of all cells, the place (cell, line) of every line, and what was set aside.

    Cells are counted from 1, code cells only. Results are not looked at. Lines for IPython or the
    shell stay as comments, so that every line keeps its number.

    Raises:
        InputError: 'bad-notebook' with the place of the fault, 'no-code-cells', 'other-language'.
    """
    lines: list[str] = []
    places: list[Place] = []
    remarks: list[Remark] = []
    for number, code in enumerate(_code_cells(_parsed(text, name), name), start=1):
        cell, found = _cell_lines(code)
        remarks += [Remark(key, i, (("cell", number), ("text", words))) for key, i, words in found]
        lines += cell
        places += [Place(i, number) for i in range(1, len(cell) + 1)]
    if not any(line.strip() for line in lines):
        raise InputError("no-code-cells", file=name)
    return cleaned("\n".join(lines) + "\n", name), tuple(places), tuple(remarks)


def _parsed(text: str, name: str) -> dict[str, object]:
    import json  # a script needs none

    try:
        notebook = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError("bad-notebook", file=name, line=error.lineno, detail=error.msg) from None
    except RecursionError:
        raise InputError("bad-notebook", file=name, line=1, detail="nested too deep") from None
    if not isinstance(notebook, dict):
        raise InputError("bad-notebook", file=name, line=1, detail="no object")
    return notebook


def _code_cells(notebook: dict[str, object], name: str) -> list[str]:
    language = _language(notebook)
    if not _PYTHON.search(language):
        raise InputError("other-language", file=name, language=language)
    cells = notebook.get("cells")
    if cells is None:  # nbformat 3
        sheets = notebook.get("worksheets")
        sheets = sheets if isinstance(sheets, list) else []
        cells = [c for s in sheets if isinstance(s, dict) for c in _list(s.get("cells"))]
    return [
        _joined(cell.get("source", cell.get("input", "")))
        for cell in _list(cells)
        if isinstance(cell, dict) and cell.get("cell_type") == "code"
    ]


def _language(notebook: dict[str, object]) -> str:
    metadata = notebook.get("metadata")
    for key in ("kernelspec", "language_info"):
        about = metadata.get(key) if isinstance(metadata, dict) else None
        if isinstance(about, dict):
            language = about.get("language", about.get("name", ""))
            if isinstance(language, str) and language:
                return language
    return ""


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _joined(source: object) -> str:
    """A cell's text is a string or a list of lines."""
    parts = source if isinstance(source, list) else [source]
    text = "".join(part for part in parts if isinstance(part, str))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _cell_lines(code: str) -> tuple[list[str], list[tuple[str, int, str]]]:
    """Lines of a cell with magics as comments, and (key, line, words) of what was set aside."""
    from pseudogen.reading.magics import CELL_MAGIC, set_aside  # scripts need none of it

    lines = code.removesuffix("\n").split("\n")
    first = next((line for line in lines if line.strip()), "")
    magic = CELL_MAGIC.match(first)
    if magic and magic[1] not in ("time", "timeit", "capture", "prun"):
        return [f"# {line}".rstrip() for line in lines], [("cell_magic", 1, first.strip())]
    return set_aside(lines)
