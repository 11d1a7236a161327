"""What json prints is what the schemas in the package describe."""

import json
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from pseudogen.rendering import Options, render_pseudocode

from . import samples


def schema(name: str) -> Any:
    return json.loads((files("pseudogen") / "schemas" / f"{name}.json").read_text("utf-8"))


def valid(name: str, record: object) -> bool:
    try:
        Draft202012Validator(schema(name)).validate(record)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("name", ["pseudo", "explain"])
def test_schemas_are_schemas(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize(
    "code", [samples.PSEUDO_ENGLISH, samples.PSEUDO_CHINESE, samples.hostile_pseudocode()]
)
def test_pseudocode(code: Any) -> None:
    record = json.loads(render_pseudocode(code, "json", Options(file="train.py")))
    assert valid("pseudo", record)
    assert valid("pseudo", [record, record])
    assert not valid("pseudo", record | {"lines": [record["lines"][0] | {"source": [0, 1]}]})
    assert not valid("pseudo", {"schema": 1, "file": "train.py"})


def test_explanation() -> None:
    finding = {
        "pattern": "batch-division",
        "anchor": 231,
        "lines": [231, 231],
        "evidence": "name",
        "facts": {"batch": "batch_size", "batch_value": None},
        "title": "Batch division",
        "text": "Each process loads less.",
    }
    pitfall = {"id": "lost-rest", "severity": "note", "lines": [231, 231], "text": "..."}
    stage = {"kind": "data", "title": "Data", "lines": [200, 240], "findings": [0]}
    stage["passages"] = [{"lines": [205, 206], "caption": None, "text": "It goes on."}]
    record: dict[str, object] = {
        "schema": 1,
        "file": "train.py",
        "lang": "en",
        "findings": [finding],
        "pitfalls": [pitfall],
        "stages": [stage],
        "settings": [],
        "not_read": [],
        "worked_out": {"given": {}, "batches": None, "learning_rates": []},
    }
    assert valid("explain", record)
    assert not valid("explain", record | {"findings": [finding | {"evidence": "guess"}]})
    assert not valid("explain", record | {"pitfalls": [pitfall | {"severity": "bad"}]})
    assert not valid("explain", record | {"schema": 2})
