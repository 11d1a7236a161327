"""The project's own modules are read where the script calls them, and nothing else is."""

from pathlib import Path

import pytest

from pseudogen.following import Followed, follow, reached
from pseudogen.names.module_files import NotRead
from pseudogen.names.project import Project
from pseudogen.names.script import Script
from pseudogen.patterns import finders_of, pattern_modules
from pseudogen.projects import project_root

STEP = "def fit(model):\n    import torch\n    torch.manual_seed(1)\n"


def made(root: Path, files: dict[str, str], script: str = "train.py") -> Project:
    for name, code in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code, encoding="utf-8")
    return Project(root / script, Script.parse(files[script]), root=root)


def seeded(project: Project) -> tuple[Followed, ...]:
    return follow(project, finders_of(pattern_modules()["seeding"]))


@pytest.mark.parametrize(
    ("files", "module"),
    [
        ({"train.py": "from fit import fit\nfit(m)", "fit.py": STEP}, "fit.py"),
        ({"train.py": "import fit as f\nf.fit(m)", "fit.py": STEP}, "fit.py"),
        ({"train.py": "from utils.fit import fit\nfit(m)", "utils/fit.py": STEP}, "utils/fit.py"),
        ({"train.py": "import utils.fit\nutils.fit.fit(m)", "utils/fit.py": STEP}, "utils/fit.py"),
        ({"train.py": "from utils import *\nfit(m)", "utils.py": STEP}, "utils.py"),
        (
            {
                "train.py": "from u import fit\nfit(m)",
                "u/__init__.py": "from .f import fit",
                "u/f.py": STEP,
            },
            "u/f.py",
        ),
        (
            {
                "train.py": "from u import fit\nfit(m)",
                "u/__init__.py": "from .f import *",
                "u/f.py": STEP,
            },
            "u/f.py",
        ),
        (
            {
                "train.py": "try:\n    from a import fit\n"
                "except ImportError:\n    from b import fit\nfit(m)",
                "b.py": STEP,
            },
            "b.py",
        ),
        ({"train.py": "from lib import fit\nfit(m)", "src/lib.py": STEP}, "src/lib.py"),
    ],
)
def test_a_function_is_found_however_it_is_imported(
    tmp_path: Path, files: dict[str, str], module: str
) -> None:
    (found,) = seeded(made(tmp_path, files))
    assert (found.module, found.function, found.lines) == (module, "fit", (1, 3))
    assert [f.line for f in found.findings] == [3]


def test_a_method_is_found_through_the_class_and_its_bases(tmp_path: Path) -> None:
    project = made(
        tmp_path,
        {
            "train.py": "from engine import Trainer\ntrainer = Trainer(1)\ntrainer.fit()",
            "engine.py": "from base import Base\nclass Trainer(Base):\n    def other(self): pass\n",
            "base.py": "import random\nclass Base:\n    def fit(self):\n        random.seed(0)\n",
        },
    )
    (found,) = seeded(project)
    assert (found.line, found.call, found.module) == (3, "trainer.fit", "base.py")


def test_calls_are_followed_in_turn_and_cycles_end(tmp_path: Path) -> None:
    project = made(
        tmp_path,
        {
            "train.py": "from a import run\nrun()",
            "a.py": "import b\ndef run():\n    b.step()\n",
            "b.py": "import a, random\ndef step():\n    random.seed(0)\n    a.run()\n    step()\n",
        },
    )
    (found,) = seeded(project)
    (inner,) = found.inner
    assert (found.module, inner.module, inner.line) == ("a.py", "b.py", 3)
    assert inner.inner == ()


def test_names_that_modules_import_from_each_other_end(tmp_path: Path) -> None:
    files = {
        "train.py": "from a import f\nf()",
        "a.py": "from b import f",
        "b.py": "from a import f",
    }
    assert seeded(made(tmp_path, files)) == ()


def test_star_imports_in_a_circle_end(tmp_path: Path) -> None:
    files = {
        "train.py": "from a import *\nf()",
        "a.py": "from b import *",
        "b.py": "from a import *",
    }
    assert seeded(made(tmp_path, files)) == ()


def test_what_the_script_does_itself_is_not_repeated(tmp_path: Path) -> None:
    assert seeded(made(tmp_path, {"train.py": STEP + "fit(m)\n"})) == ()


def test_a_link_out_of_the_project_is_not_followed(tmp_path: Path) -> None:
    inside, outside = tmp_path / "project", tmp_path / "elsewhere"
    outside.mkdir()
    for name in ("fit.py", "other.py"):
        (outside / name).write_text(STEP)
    inside.mkdir()
    (inside / "fit.py").symlink_to(outside / "fit.py")
    (inside / "pack").symlink_to(outside)
    project = made(inside, {"train.py": "import fit, pack.other\nfit.fit(m)\npack.other.fit(m)"})
    assert seeded(project) == ()
    assert project.not_read == (NotRead("fit.py", "outside"), NotRead("pack/other.py", "outside"))


def test_relative_imports_do_not_leave_the_project(tmp_path: Path) -> None:
    (tmp_path / "fit.py").write_text(STEP)
    files = {"pack/train.py": "from ...fit import fit\nfit(m)"}
    project = made(tmp_path / "project", files, "pack/train.py")
    assert seeded(project) == ()
    assert [m.name for m in project.modules] == ["pack/train.py"]


def test_installed_packages_are_not_read(tmp_path: Path) -> None:
    files = {"train.py": "from venv.lib import fit\nfit(m)", "venv/lib.py": STEP}
    project = made(tmp_path, files)
    assert seeded(project) == ()
    assert len(project.modules) == 1


@pytest.mark.parametrize(
    ("code", "reason"), [("def (:\n", "broken"), ("#" * 1_000_001, "too-large")]
)
def test_what_was_not_read_is_said(tmp_path: Path, code: str, reason: str) -> None:
    project = made(tmp_path, {"train.py": "from fit import fit\nfit(m)", "fit.py": code})
    assert seeded(project) == ()
    assert project.not_read == (NotRead("fit.py", reason),)


def test_bytes_in_no_encoding_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "fit.py").write_bytes(b"x = '\xff\xff'")
    project = made(tmp_path, {"train.py": "from fit import fit\nfit(m)"})
    assert seeded(project) == ()
    assert project.not_read == (NotRead("fit.py", "unreadable"),)


def test_the_number_of_files_has_a_limit(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.py").write_text(STEP)
    code = "import a, b, c\na.fit(m)\nb.fit(m)\nc.fit(m)"
    (tmp_path / "train.py").write_text(code)
    project = Project(tmp_path / "train.py", Script.parse(code), root=tmp_path, max_files=2)
    assert [found.module for found in seeded(project)] == ["a.py", "b.py"]
    assert project.not_read == (NotRead("c.py", "too-many"),)


def test_a_missing_module_of_the_package_is_said(tmp_path: Path) -> None:
    project = made(tmp_path, {"train.py": "from .gone import fit\nfit(m)"})
    assert seeded(project) == ()
    assert project.not_read == (NotRead(".gone.fit", "missing"),)


def test_gb18030_modules_are_read(tmp_path: Path) -> None:
    (tmp_path / "fit.py").write_bytes(("# 训练一个周期\n" + STEP).encode("gb18030"))
    (found,) = seeded(made(tmp_path, {"train.py": "from fit import fit\nfit(m)"}))
    assert found.lines == (2, 4)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["p/pyproject.toml", "p/tools/train.py"], "p"),
        (["p/pack/__init__.py", "p/pack/sub/__init__.py", "p/pack/sub/train.py"], "p"),
        (["p/tools/train.py"], "p/tools"),
    ],
)
def test_the_root_of_a_project(tmp_path: Path, files: list[str], expected: str) -> None:
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    assert project_root(tmp_path / files[-1]) == (tmp_path / expected).resolve()


def test_a_library_is_not_followed_into_its_own_folder(tmp_path: Path) -> None:
    script = (
        "from accelerate import Accelerator\nfrom accelerate.tools import fit\n"
        "helper = Accelerator()\nhelper.backward(1)\nfit(1)"
    )
    package = (
        "import torch\nclass Accelerator:\n    def __init__(self):\n        torch.manual_seed(1)\n"
        "    def backward(self, loss):\n        torch.manual_seed(1)\n"
    )
    files = {"train.py": script, "accelerate/__init__.py": package, "accelerate/tools.py": STEP}
    assert [followed.call for followed in seeded(made(tmp_path, files))] == ["fit"]


_SWITCHED = {
    "build.py": (
        "import torch\n"
        "from make import make as _make\n\n"
        "def build(config, tiny=False, seed=None):\n"
        "    if not tiny:\n        return _make(config, tiny)\n"
        "    torch.distributed.barrier()\n"
    ),
    "make.py": (
        "import torch\n\n"
        "def make(config, tiny, again=False):\n"
        "    if tiny:\n        torch.distributed.barrier()\n"
        "    elif again is not None and not tiny:\n        torch.distributed.barrier()\n"
        "    else:\n        torch.distributed.barrier()\n"
    ),
}


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("build(config)", {("make.py", 7)}),
        ("build(config, True)", {("build.py", 7)}),
        (
            "build(config, tiny=switch)",
            {("build.py", 7), ("make.py", 5), ("make.py", 7), ("make.py", 9)},
        ),
        ("build(*given)", {("build.py", 7), ("make.py", 5), ("make.py", 7), ("make.py", 9)}),
        ("build(config); build(config, tiny=True)", {("build.py", 7), ("make.py", 7)}),
    ],
)
def test_branches_that_a_call_leaves_out_are_not_told(
    tmp_path: Path, call: str, told: set[tuple[str, int]]
) -> None:
    files = _SWITCHED | {"train.py": f"from build import build\n{call}\n"}
    finders = finders_of(pattern_modules()["barrier"])
    found = reached(made(tmp_path, files), finders)
    assert {(one.module, f.line) for one in found for f in one.findings} == told


_CHOSEN = {
    "export.py": (
        "import click\nimport torch\n\n"
        "def export(model, kind='plain', version=0):\n"
        "    if version == -1 or kind not in ('plain', 'small'):\n"
        "        torch.distributed.barrier()\n"
        "    elif kind != 'plain':\n        torch.distributed.barrier()\n"
        "    else:\n        torch.distributed.barrier()\n\n"
        "def choose(kind):\n"
        "    if kind == 'plain':\n        torch.distributed.barrier()\n"
        "        kind = read(kind)\n        return kind\n"
        "    if kind == 'small':\n        torch.distributed.barrier()\n\n"
        "@click.command()\n"
        "def run(version=0):\n    if version:\n        torch.distributed.barrier()\n"
    ),
}


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("export(model, version=0)", {10}),
        ("export(model, version=-1)", {6}),
        ("export(model, 'small')", {8}),
        ("export(model, kind='large')", {6}),
        ("export(model, kind)", {6, 8, 10}),
        ("export(model, version=version)", {6, 10}),
        ("choose('plain')", {14}),
        ("choose('small')", {18}),
        ("run()", {23}),
    ],
)
def test_branches_on_other_constants_than_a_call_passes_are_not_told(
    tmp_path: Path, call: str, told: set[int]
) -> None:
    files = _CHOSEN | {"train.py": f"from export import choose, export, run\n{call}\n"}
    found = reached(made(tmp_path, files), finders_of(pattern_modules()["barrier"]))
    assert {f.line for one in found for f in one.findings} == told


def test_a_switch_that_is_given_a_new_value_is_none(tmp_path: Path) -> None:
    body = "    tiny = tiny or config.tiny\n    if tiny:\n        torch.distributed.barrier()\n"
    files = {
        "train.py": "from make import make\nmake(config)\n",
        "make.py": f"import torch\n\ndef make(config, tiny=False):\n{body}",
    }
    finders = finders_of(pattern_modules()["barrier"])
    assert follow(made(tmp_path, files), finders)


def test_what_branches_import_from_different_places_is_not_followed(tmp_path: Path) -> None:
    script = "if fast:\n    from a import fit\nelse:\n    from b import fit\nfit(m)"
    assert seeded(made(tmp_path, {"train.py": script, "a.py": STEP, "b.py": STEP})) == ()
