"""What holds of generated programs holds of real code: layout, and what level "full" keeps."""

import ast
import io
import keyword
import re
import shutil
import subprocess
import sysconfig
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from pseudogen.names.script import Script
from pseudogen.pseudocode import DETAILS, write
from pseudogen.pseudocode.calls.lookup import ROWS
from tests.golden import INPUTS
from tests.pseudocode.saying import texts

LIBRARY = Path(sysconfig.get_path("stdlib"))
FILES = [*INPUTS, *(LIBRARY / f"{name}.py" for name in ("bisect", "colorsys", "heapq", "sched"))]
LANGUAGE = {
    *("self", "cls", "len", "isinstance", "super", "object", "dict", "range", "set", "list"),
    *("int", "str", "float", "bool", "bytes", "tuple", "type", "enumerate", "Optional"),
    *("property", "staticmethod", "classmethod"),
}
"""What the language itself has words for."""

SPOKEN = {part for name, row in ROWS.items() for part in (*name.split("."), *row.params)}
"""The idioms: what the tables of calls say in words, by the names in it."""

REPORTS = {"parser", "log", "logger"}
"""Objects whose orders need no name: "accept the option", "log"."""


@pytest.mark.parametrize("detail", DETAILS)
@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.stem)
def test_layout_does_not_matter(path: Path, detail: str) -> None:
    formatter = shutil.which("ruff")
    if formatter is None:
        pytest.skip("not installed: ruff")
    code = path.read_text("utf-8")
    said = _without_comments(code, detail)
    for length in ("60", "160"):
        command = [formatter, "format", "--isolated", "-q", "--line-length", length, "-"]
        other = subprocess.run(command, input=code, capture_output=True, text=True, check=True)
        assert _without_comments(other.stdout, detail) == said


def _without_comments(code: str, detail: str) -> list[str]:
    """Comments may move to another place in their statement."""
    return [line for line in texts(code, "zh", detail) if not line.strip().startswith("▷")]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_full_keeps_names_numbers_and_texts(path: Path, lang: str) -> None:
    code = path.read_text("utf-8")
    script = Script.parse(code)
    said: dict[int, str] = {}
    for line in write(script, [], lang=lang, detail="full").lines:
        for number in range(line.source[0], line.source[1] + 1):
            said[number] = said.get(number, "") + "".join(span.text for span in line.text) + "\n"
    roots = {name for name, found in script.tree.scopes[0].bindings.items() if _imported(found)}
    lost = [
        (row, piece)
        for row, piece in _pieces(code)
        if not any(form in said[row] for form in _forms(piece))
        and piece not in LANGUAGE | SPOKEN | REPORTS | roots
    ]
    assert lost == []


def _imported(bindings: list) -> bool:  # type: ignore[type-arg]
    return any(binding.how == "import" for binding in bindings)


def _pieces(code: str) -> Iterator[tuple[int, str]]:
    """The names, numbers and words in quotes of a file, with their lines."""
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.NAME and not keyword.iskeyword(token.string):
            if not token.string.startswith("__"):
                yield token.start[0], token.string
        elif token.type == tokenize.NUMBER:
            yield token.start[0], token.string
        elif token.type == tokenize.STRING and not re.search(r"^[fF]|\n|__", token.string):
            words = re.findall(r"[^\W\d_]{2,}", str(ast.literal_eval(token.string)))
            yield from ((token.start[0], word) for word in words)


def _forms(piece: str) -> list[str]:
    """How a piece may stand in the text: as it is; a number of a range less or more by one."""
    if not piece[0].isdigit():
        return [piece]
    value = ast.literal_eval(piece)
    near = [value - 1, value + 1] if isinstance(value, int) else []
    return [piece, *map(str, [value, *near])]


def test_every_method_of_the_tables_says_its_object() -> None:
    """A row without a place for the object could not be written at all."""
    silent = [name for name, row in ROWS.items() if name.startswith(".") and not row.params]
    assert silent == []
    code = "from accelerate import Accelerator\naccelerator = Accelerator()\n"
    assert texts(code + "accelerator.wait_for_everyone()")[-1] == (
        "wait until all processes of accelerator are here"
    )
