"""The same defects in scripts of other styles: a class that trains, functions that are handed
everything, accumulated gradients with a schedule of Transformers, no functions at all; Accelerate,
PaddlePaddle, Keras, and a module of functions with a sampler of batches.

The scripts and the table of edits are in `planted/`; nothing of them is run.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from pseudogen.finding import find_all
from pseudogen.names.script import Script
from pseudogen.patterns import all_finders
from pseudogen.pitfall import Findings, check_all
from pseudogen.pitfalls import all_checkers

FOLDER = Path(__file__).parent / "planted"
SCRIPTS = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.txt")}
DEFECTS = tomllib.loads((FOLDER / "defects.toml").read_text(encoding="utf-8"))["defect"]


def reports(code: str) -> list[tuple[str, str]]:
    """The id of each report, and the line at which it begins."""
    script = Script.parse(code)
    lines = code.splitlines()
    found = check_all(Findings(script, find_all(script, all_finders())), all_checkers())
    return [(one.id, lines[one.lines[0] - 1].strip()) for one in found]


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_a_script_as_it_is_has_no_pitfall(name: str) -> None:
    assert reports(SCRIPTS[name]) == []


def _name(defect: dict[str, Any]) -> str:
    return f"{defect.get('pitfall', 'none')}-{defect['file']}"


@pytest.mark.parametrize("defect", DEFECTS, ids=_name)
def test_a_defect_alone_is_found(defect: dict[str, Any]) -> None:
    code = SCRIPTS[defect["file"]]
    for old, new in defect["edits"]:
        assert old in code
        code = code.replace(old, new)
    expected = [(defect["pitfall"], defect["at"])] if "pitfall" in defect else []
    assert reports(code) == expected
