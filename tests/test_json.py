"""What the commands print as JSON is what the schemas in the package describe."""

import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

import pseudogen
from tests.golden import INPUTS


def schema(name: str) -> object:
    return json.loads((files("pseudogen") / "schemas" / f"{name}.json").read_text())


@pytest.mark.parametrize("lang", pseudogen.languages())
@pytest.mark.parametrize("path", INPUTS, ids=lambda p: p.stem)
def test_json_follows_its_schema(path: Path, lang: str) -> None:
    source = path.read_text(encoding="utf-8")
    explained = json.loads(pseudogen.explain(source, lang=lang, format="json", path=path.name))
    jsonschema.validate(explained, schema("explain"))
    assert explained["findings"]
    for detail in ("outline", "steps", "full"):
        written = pseudogen.pseudo(source, lang=lang, format="json", detail=detail, path=path.name)
        jsonschema.validate(json.loads(written), schema("pseudo"))
        assert json.loads(written)["file"] == path.name


def test_the_text_of_a_finding_says_in_which_branch_it_stands() -> None:
    code = (
        "for epoch in range(epochs):\n"
        "    train(model, loader, optimizer)\n"
        "    if (epoch + 1) % 5 == 0:\n"
        "        acc = validate(val_loader, model)\n"
    )
    found = json.loads(pseudogen.explain(code, format="json"))["findings"]
    (text,) = [f["text"] for f in found if f["pattern"] == "evaluation"]
    assert text.startswith("If `(epoch + 1) % 5 == 0`: `validate` measures")
