"""A notebook is explained by its cells and the lines in them."""

import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

import pseudogen
from tests.test_check import notebook
from tests.test_cli import run

CELLS = (
    "!pip install torch\n",
    "import torch\nfrom helpers import seed_all\n",
    "seed_all()\n\ntorch.manual_seed(1)\n" + "# long\n" * 60,
    "loader = torch.utils.data.DataLoader(data, batch_size=4,\n    shuffle=True)\n"
    "for epoch in range(3):\n    for x in loader:\n        pass\n",
)
HELPERS = "import numpy as np\n\n\ndef seed_all():\n    np.random.seed(1)\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "train.ipynb"
    found.write_text(notebook(*CELLS))
    (tmp_path / "helpers.py").write_text(HELPERS)
    return found


def explained(path: Path, *options: str) -> str:
    done = run("explain", path.name, *options, cwd=path.parent)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_lines_are_those_of_cells(path: Path) -> None:
    text = explained(path, "--format", "text")
    assert "Data loader (cell 4, lines 1–2)" in text
    assert "Random seed (cell 3, lines 1–3)" in text
    assert "3 │ torch.manual_seed(1)" in text
    assert "cell:line" in text
    assert " 4:1–2" in text
    assert "- cell 1, line 1: shell command set aside: !pip install torch" in text


def test_another_file_keeps_its_lines(path: Path) -> None:
    text = explained(path, "--format", "text")
    assert "`seed_all` in helpers.py, lines 4–5 (called in cell 3, line 1)" in text
    assert "(helpers.py, line 5)" in text


def test_chinese_counts_cells(path: Path) -> None:
    text = explained(path, "--format", "text", "--lang", "zh")
    assert "（第 4 个单元格第 1–2 行）" in text
    assert "helpers.py 第 4–5 行的 `seed_all`（第 3 个单元格第 1 行调用）" in text
    assert "- 单元格 1 第 1 行：" in text


@pytest.mark.parametrize("fmt", ["markdown", "html"])
def test_every_format_has_them(fmt: str, path: Path) -> None:
    assert "cell 4, lines 1–2" in explained(path, "--format", fmt)


def test_json_has_cells_beside_lines(path: Path) -> None:
    made = json.loads(explained(path, "--format", "json"))
    schema = json.loads((files("pseudogen") / "schemas/explain.json").read_text())
    jsonschema.validate(made, schema)
    (loader,) = (one for one in made["findings"] if one["pattern"] == "data-loader")
    assert loader["cells"] == [[4, 1], [4, 2]]
    assert all("cells" in stage for stage in made["stages"])
    (elsewhere,) = (one for one in made["findings"] if "file" in one)
    assert "cells" not in elsewhere
    assert "cells" not in json.loads(pseudogen.explain(HELPERS, format="json"))["findings"][0]


def test_a_report_speaks_of_other_cells(tmp_path: Path) -> None:
    found = tmp_path / "a.ipynb"
    found.write_text(
        notebook(
            "from torch.utils.data import DataLoader, DistributedSampler\n",
            "sampler = DistributedSampler(data)\nloader = DataLoader(data, sampler=sampler)\n",
            "\nfor epoch in range(3):\n    for x in loader:\n        model(x).sum().backward()\n",
        )
    )
    done = run("check", found, "--select", "sampler-without-set-epoch")
    assert "a.ipynb:cell 2:1: warning" in done.stdout
    assert "the loop over epochs (cell 3, line 2)" in " ".join(done.stdout.split())


def test_pseudocode_counts_in_cells(path: Path) -> None:
    done = run("pseudo", path.name, "--format", "text", "--numbers", "source", cwd=path.parent)
    numbers = {line.split()[0] for line in done.stdout.splitlines()}
    assert {"1:1", "2:1–2", "4:1–2", "4:3"} <= numbers
    done = run("pseudo", path.name, "--format", "json", cwd=path.parent)
    made = json.loads(done.stdout)
    schema = json.loads((files("pseudogen") / "schemas" / "pseudo.json").read_text("utf-8"))
    jsonschema.validate(made, schema)
    assert made["lines"][-1]["cells"] == [[4, 5], [4, 5]]


def test_pseudocode_of_a_file_has_no_cells(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    done = run("pseudo", "a.py", "--format", "json", cwd=tmp_path)
    assert "cells" not in json.loads(done.stdout)["lines"][0]


def test_code_between_findings_is_told_by_its_cell(tmp_path: Path) -> None:
    found = tmp_path / "train.ipynb"
    code = "for x in loader:\n    if flag:\n        seen = 1\n        model(x).backward()\n"
    found.write_text(notebook("import torch\n", code, "# long\n" * 60))
    assert "cell 2, line 3. If flag (cell 2, line 2): seen becomes 1." in " ".join(
        explained(found, "--format", "text").replace("`", "").split()
    )
    made = json.loads(explained(found, "--format", "json"))
    (passage,) = (p for stage in made["stages"] for p in stage["passages"])
    assert passage["cells"] == [[2, 3], [2, 3]]
    assert "(cell 2, line 2)" in passage["text"]
