"""`regex` gives what `re.compile` gives, later."""

from __future__ import annotations

import re
from importlib import import_module
from pkgutil import walk_packages

import pytest

import pseudogen
from pseudogen.regex import _METHODS, _Regex, regex


def test_it_does_what_a_compiled_one_does() -> None:
    late, compiled = regex(r"(a)b*", re.I), re.compile(r"(a)b*", re.I)
    assert late.findall("AbB a") == compiled.findall("AbB a") == ["A", "a"]
    assert late.sub("-", "xabbx") == compiled.sub("-", "xabbx") == "x-x"
    assert late.fullmatch("c") is None
    assert late.pattern == compiled.pattern
    assert late.flags == compiled.flags


def test_it_is_compiled_with_its_first_use(monkeypatch: pytest.MonkeyPatch) -> None:
    times = []
    compile = re.compile
    monkeypatch.setattr(re, "compile", lambda *given: times.append(1) or compile(*given))
    late = regex("a")
    assert times == []
    assert late.search("a")
    assert late.match("a")
    assert times == [1]


def test_all_of_the_program_can_be_compiled() -> None:
    names = [found.name for found in walk_packages(pseudogen.__path__, "pseudogen.")]
    modules = [import_module(name) for name in names if not name.endswith("__main__")]
    found = [v for module in modules for v in vars(module).values() if isinstance(v, _Regex)]
    assert len(found) > 20
    for one in found:
        for method in _METHODS:
            assert callable(getattr(one, method))
