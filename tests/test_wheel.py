"""The built wheel works in a fresh environment, without the checkout."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder, ROOT]
    subprocess.run(command, check=True)
    return next(folder.glob("*.whl"))


def test_wheel_holds_the_templates_and_nothing_foreign(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    templates = [p.relative_to(ROOT).as_posix() for p in (ROOT / "templates").rglob("*.jinja")]
    assert templates
    assert {f"pseudogen/{name}" for name in templates} <= set(names)
    assert "pseudogen/py.typed" in names
    assert {n.split("/")[0].split("-")[0] for n in names} == {"pseudogen"}


def test_installed_wheel_explains(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "fresh"
    venv.create(home, with_pip=True)
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    install = [scripts / "python", "-m", "pip", "install", "--quiet", wheel]
    subprocess.run(install, check=True, cwd=tmp_path)
    done = subprocess.run(
        [scripts / "pseudogen", "explain", "-", "--lang", "zh"],
        input=b"batch_size = batch_size // world_size\n",
        capture_output=True,
        cwd=tmp_path,
        check=True,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
    )
    assert "批大小拆分" in done.stdout.decode()
    lists_torch = [
        scripts / "python",
        "-c",
        "import importlib.util as u; print(u.find_spec('torch'))",
    ]
    found = subprocess.run(lists_torch, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert found.stdout.strip() == "None"
