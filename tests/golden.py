"""Golden files: whole outputs for the inputs in `golden/inputs` and the reference trainer, and
what the commands in the README print, and the pages of the patterns and the pitfalls.

python -m tests.golden             show what differs
python -m tests.golden --update    write the outputs anew, and show what changed
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator
from pathlib import Path

import pseudogen
from pseudogen.document import joined_documents
from pseudogen.rendering import render_document
from pseudogen.vocabulary import IDS
from pseudogen.words.pitfall_pages import pitfalls_document
from pseudogen.words.vocabulary import pattern_document, vocabulary_document
from tests.console import with_outputs

ROOT = Path(__file__).parent.parent
OUTPUTS = ROOT / "golden" / "outputs"
INPUTS = (*sorted((ROOT / "golden" / "inputs").glob("*.py")), ROOT / "reference_train" / "train.py")


def outputs() -> Iterator[tuple[Path, str]]:
    """Each golden file with what it should hold."""
    for path in INPUTS:
        source = path.read_text(encoding="utf-8")
        for lang in pseudogen.languages():
            name = f"{path.stem}.{lang}"
            explained = pseudogen.explain(source, lang=lang, path=path.name)
            yield OUTPUTS / f"{name}.explain.md", explained
            for detail in ("outline", "steps", "full"):
                code = pseudogen.pseudo(source, lang=lang, detail=detail, path=path.name)
                yield OUTPUTS / f"{name}.{detail}.txt", code
    yield ROOT / "docs" / "patterns.md", pattern_pages()
    yield ROOT / "docs" / "pitfalls.md", pitfall_pages()
    readme = ROOT / "README.md"
    yield readme, with_outputs(readme.read_text(encoding="utf-8"))


def pattern_pages() -> str:
    """The vocabulary with a page for each pattern, as `pseudogen patterns` shows it."""
    pages = [vocabulary_document("en"), *(pattern_document(name, "en") for name in IDS)]
    return render_document(joined_documents(pages), "markdown") + "\n"


def pitfall_pages() -> str:
    """All pitfalls, each with what is said of an example of it."""
    return render_document(pitfalls_document("en"), "markdown") + "\n"


def difference(path: Path, wanted: str) -> str:
    """The change from the file as it is to what it should hold; "" when there is none."""
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    name = path.relative_to(ROOT).as_posix()
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), wanted.splitlines(keepends=True), name, name
    )
    return "".join(lines)


def main() -> int:
    changed, wanted = 0, set()
    for path, text in outputs():
        wanted.add(path)
        change = difference(path, text)
        changed += bool(change)
        sys.stdout.write(change)
        if change and "--update" in sys.argv[1:]:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for path in sorted(set(OUTPUTS.glob("*")) - wanted):
        print(f"left over: {path.relative_to(ROOT)}")
        changed += 1
        if "--update" in sys.argv[1:]:
            path.unlink()
    return 0 if "--update" in sys.argv[1:] else int(changed > 0)


if __name__ == "__main__":
    raise SystemExit(main())
