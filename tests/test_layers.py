"""Who may import whom: data flows one way, from the source to the format."""

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "pseudogen"

# room -> the rooms it may import besides itself; what is not listed here is an error.
MAY_IMPORT: dict[str, set[str]] = {
    "records": set(),
    "regex": set(),
    "rooms": set(),
    "json_format": set(),
    "limits": set(),
    "errors": set(),
    "deep": set(),
    "folders": set(),
    "languages": set(),
    "vocabulary": set(),
    "projects": set(),
    "document": set(),
    "knowledge": {"rooms"},
    "settings_file": {"errors"},
    "reading": {"errors", "syntax"},
    "syntax": {"errors"},
    "names": {"errors", "knowledge", "projects", "syntax"},
    "finding": {"names", "syntax"},
    "patterns": {"finding", "knowledge", "names", "rooms", "syntax"},
    "following": {"finding", "names", "patterns", "syntax"},
    "pitfall": {"finding", "names", "syntax"},
    "pitfalls": {"finding", "knowledge", "names", "patterns", "pitfall", "rooms", "syntax"},
    "working": {"finding", "names", "patterns", "syntax"},
    "explanation": {"finding", "following", "names", "syntax", "vocabulary"},
    "template_code": set(),
    "template_runtime": {"folders", "languages", "template_code"},
    "templating": {"document", "languages", "template_runtime"},
    "pseudocode": {
        "deep",
        "document",
        "errors",
        "finding",
        "names",
        "reading",
        "syntax",
        "templating",
        "words",
    },
    "words": {
        "document",
        "errors",
        "explanation",
        "finding",
        "following",
        "names",
        "patterns",
        "pitfall",
        "pitfalls",
        "reading",
        "templating",
        "vocabulary",
        "working",
    },
    "rendering": {
        "document",
        "errors",
        "json_format",
        "languages",
        "reading",
        "template_runtime",
        "templating",
    },
    "lexer": {"languages", "rendering", "templating"},
    "generate": {
        "deep",
        "document",
        "errors",
        "explanation",
        "finding",
        "following",
        "names",
        "patterns",
        "pitfall",
        "pitfalls",
        "projects",
        "pseudocode",
        "reading",
        "words",
        "working",
    },
    "api": {
        "document",
        "errors",
        "finding",
        "generate",
        "json_format",
        "limits",
        "pitfall",
        "reading",
        "rendering",
        "words",
    },
    "cache": {"document", "languages"},
    "cli": {
        "cache",
        "document",
        "errors",
        "folders",
        "generate",
        "json_format",
        "languages",
        "projects",
        "limits",
        "reading",
        "rendering",
        "settings_file",
        "words",
    },
    "__init__": {"api", "errors", "languages"},
    "__main__": {"cli"},
}
# room -> the third-party packages it may import.
LIBRARIES: dict[str, set[str]] = {
    "syntax": {"libcst"},
    "names": {"libcst"},
    "patterns": {"libcst"},
    "pitfalls": {"libcst"},
    "explanation": {"libcst"},
    "following": {"libcst"},
    "working": {"libcst"},
    "pseudocode": {"libcst"},
    "reading": {"libcst"},
    "template_code": {"jinja2"},
    "template_runtime": {"markupsafe"},
    "rendering": {"pygments", "rich", "typst"},
    "lexer": {"pygments"},
    "folders": {"platformdirs"},
    "cli": {"click", "rich"},
}
THIRD_PARTY = {
    "libcst",
    "jinja2",
    "markupsafe",
    "click",
    "pygments",
    "rich",
    "typst",
    "platformdirs",
    "torch",
    "sklearn",
}

MODULES = sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the package in full"
            module = node.module or ""
            names |= {f"{module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    here = room(path)
    own = {n.split(".")[1] for n in imported(path) if n.startswith("pseudogen.")}
    own -= {here, "__version__", "records", "regex"}  # every room has these
    if here != "__init__":
        own -= {"InputError"}
    assert own <= MAY_IMPORT[here]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_libraries_stay_in_their_rooms(path: Path) -> None:
    used = {n.partition(".")[0] for n in imported(path)} & THIRD_PARTY
    assert used <= LIBRARIES.get(room(path), set())


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_pattern_imports_no_pattern(path: Path) -> None:
    inside = path.relative_to(PACKAGE).parts
    if inside[0] == "patterns" and inside != ("patterns", "__init__.py"):
        own = f"pseudogen.patterns.{inside[1].removesuffix('.py')}."
        others = {n for n in imported(path) if n.startswith("pseudogen.patterns")}
        assert not {n for n in others if not n.startswith(own)}


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.name)
def test_no_repeated_group_is_possessive(path: Path) -> None:
    """Python before 3.11.5 takes `(?:a|b)*+` wrongly (gh-106052); use `(?>(?:a|b)*)`."""
    strings = [
        n.value for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Constant)
    ]
    assert not [
        s for s in strings if isinstance(s, str) and re.search(r"\)(?:[*+?]|\{\d*,?\d*\})\+", s)
    ]
