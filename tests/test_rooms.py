"""Modules are found by their names, and nothing else is taken for one."""

from __future__ import annotations

from pathlib import Path

import pytest

from pseudogen.rooms import modules_in


def test_modules_and_packages_are_found_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "shelf_of_rooms"
    for folder in ("second", "left_over/__pycache__", "__pycache__", ".git"):
        (package / folder).mkdir(parents=True)
    for file in ("__init__.py", "third.py", "first.py", "_own.py", "notes.md", "Makefile"):
        (package / file).write_text("")
    (package / "second" / "__init__.py").write_text("number = 2\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = list(modules_in("shelf_of_rooms", [str(package)]))
    assert [name for name, _ in found] == ["first", "second", "third"]
    assert found[1][1].number == 2
