"""Pseudocode of the whole standard library and of every file of torch: what breaks?

    python benchmarks/coverage.py [--sample N] [FOLDER...]

Prints, for each level and language, how many files crash, how many statements no line stands for,
and how many lines hold a token that only Python has. Exit status 1 when any figure is not 0.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import random
import re
import sys
import sysconfig
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pseudogen.deep import roomy
from pseudogen.document import Pseudocode, PseudoLine
from pseudogen.errors import InputError
from pseudogen.finding import Finding, find_all
from pseudogen.names.script import Script
from pseudogen.patterns import finders_of, pattern_modules
from pseudogen.pseudocode import DETAILS, write

LANGUAGES = ("en", "zh")
LEAK = re.compile(
    r"\*\*|//|[=!]=|:=|->|[-+*/%@&|^]=|\b__\w+__\b|"
    r"(?<![\w.])(?:self|None|True|False|lambda|def|elif|isinstance|nonlocal|super\(\))(?!\w)"
)
"""What only Python writes so; names, numbers and quoted text are looked at apart."""


def main() -> int:
    """Run over the files; 1 when something is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--sample", type=int, default=0, help="so many files only")
    parser.add_argument("--show", type=int, default=5, help="examples of each failure")
    args = parser.parse_args()
    files = [path for folder in args.folders or default_folders() for path in python_files(folder)]
    if args.sample:
        files = random.Random(0).sample(files, min(args.sample, len(files)))
    counts, examples = run(files)
    print(
        f"{counts['files']} files, {counts['statements']} statements, {counts['refused']} refused, "
        f"{counts['patterns']} where a pattern crashes"
    )
    print(f"{'':14}{'lines':>10}{'crashes':>9}{'lost':>7}{'leaks':>7}")
    for detail in DETAILS:
        for lang in LANGUAGES:
            row = [counts[f"{detail} {lang} {what}"] for what in ("lines", "crash", "lost", "leak")]
            print(f"{detail + ' ' + lang:14}{row[0]:>10}{row[1]:>9}{row[2]:>7}{row[3]:>7}")
    for failure in examples[: args.show]:
        print(failure)
    return 1 if examples else 0


def default_folders() -> list[Path]:
    """The standard library, and torch where it is installed."""
    folders = [Path(sysconfig.get_path("stdlib"))]
    torch = importlib.util.find_spec("torch")
    if torch is not None and torch.origin is not None:
        folders.append(Path(torch.origin).parent)
    return folders


def python_files(folder: Path) -> Iterator[Path]:
    """The Python files below a folder, installed packages of others left out."""
    for path in sorted(folder.rglob("*.py")):
        if "site-packages" not in path.relative_to(folder).parts:
            yield path


def run(files: list[Path]) -> tuple[Counter[str], list[str]]:
    """The figures, and examples of what failed."""
    counts: Counter[str] = Counter()
    examples: list[str] = []
    finders = [f for module in pattern_modules().values() for f in finders_of(module)]
    for path in files:
        try:
            script = Script.parse(path.read_text(encoding="utf-8").lstrip("\ufeff"), path.name)
        except (InputError, UnicodeDecodeError):
            counts["refused"] += 1
            continue
        counts["files"] += 1
        counts["statements"] += len(script.tree.statements)
        findings: list[Finding] = []
        try:
            findings = roomy(find_all)(script, finders)
        except Exception:
            counts["patterns"] += 1
            examples.append(f"{path} patterns: {traceback.format_exc(limit=-2)}")
        for detail in DETAILS:
            for lang in LANGUAGES:
                key = f"{detail} {lang}"
                try:
                    found = write(script, findings, lang=lang, detail=detail)
                except Exception:
                    counts[f"{key} crash"] += 1
                    examples.append(f"{path} {key}: {traceback.format_exc(limit=-3)}")
                    continue
                counts[f"{key} lines"] += len(found.lines)
                for what, example in failures(script, found):
                    counts[f"{key} {what}"] += 1
                    examples.append(f"{path} {key} {what}: {example}")
        gc.collect()
    return counts, examples


def failures(script: Script, found: Pseudocode) -> Iterator[tuple[str, str]]:
    """Statements that no line stands for, and lines with a token that only Python has."""
    covered: set[int] = set()
    for line in found.lines:
        covered.update(range(line.source[0], line.source[1] + 1))
    for statement in script.tree.statements:
        if not covered.issuperset(range(statement.start, statement.last + 1)):
            yield "lost", f"line {statement.first}"
    for line in found.lines:
        leak = LEAK.search(outside_quotes(line))
        if leak is not None and not script.defines(leak[0]):
            yield "leak", f"line {line.source[0]}: {leak[0]!r} in {outside_quotes(line)}"


def outside_quotes(line: PseudoLine) -> str:
    """The text of a line without what it quotes from the source."""
    return "".join(span.text for span in line.text if span.kind not in ("string", "comment"))


if __name__ == "__main__":
    sys.exit(main())
