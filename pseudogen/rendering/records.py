"""Pseudocode as json: a record for every line."""

from __future__ import annotations

from pseudogen.document import Pseudocode, PseudoLine
from pseudogen.json_format import json_text
from pseudogen.rendering.options import Options

SCHEMA = 1


def pseudocode_json(code: Pseudocode, options: Options) -> str:
    """The object that `schemas/pseudo.json` describes; each record stands on a line of its own."""
    head = json_text({"schema": SCHEMA, "file": options.file})
    records = [json_text(_line(line)) for line in code.lines]
    return f'{head[:-1]}, "lines": [\n' + ",\n".join(records) + "\n]}"


def _line(line: PseudoLine) -> dict[str, object]:
    found: dict[str, object] = {
        "text": "".join(span.text for span in line.text),
        "depth": line.depth,
        "source": list(line.source),
        "pattern": line.pattern,
    }
    if line.cells is not None:
        found["cells"] = [list(place) for place in line.cells]
    return found
