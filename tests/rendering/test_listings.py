"""Papers with the listings of real code: the golden inputs, and files of the standard library."""

import re
import sysconfig
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from pseudogen.document import Pseudocode
from pseudogen.generate import Part, analyse_source, write_analysis
from pseudogen.pseudocode import DETAILS
from pseudogen.reading import read_path
from pseudogen.rendering import Options, render_pseudocode
from pseudogen.rendering.pdf import typst_pdf
from tests.golden import INPUTS

from .test_papers import latex_pdf, needs_latex

FILES = 50
LONGEST = 10_000
"""Bytes of a file that is still a listing and not a book."""

BODY = re.compile(r"(?s)(.*\\begin\{document\}\n)(.*)(\\end\{document\}.*)")


def library() -> list[Path]:
    """Files of the standard library, spread evenly over the alphabet."""
    folder = Path(sysconfig.get_path("stdlib"))
    files = [path for path in sorted(folder.rglob("[a-z]*.py")) if _is_listing(path, folder)]
    return files[:: len(files) // FILES][:FILES]


def _is_listing(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    skipped = {"site-packages", "test", "tests", "idlelib", "lib2to3"}
    return not skipped & set(parts) and 500 < path.stat().st_size < LONGEST


@cache
def listings(lang: str) -> tuple[Pseudocode, ...]:
    """The golden inputs at every level, the files of the standard library at one of them."""
    wanted = [(path, detail) for path in INPUTS for detail in DETAILS]
    wanted += [(path, DETAILS[at % 2]) for at, path in enumerate(library())]
    found = []
    for path, detail in wanted:
        analysis = analyse_source(read_path(path))
        found.append(
            write_analysis(
                analysis, lang=lang, detail=detail, names="code", keywords="local", part=Part()
            )
        )
    return tuple(found)


def test_the_sample_is_large() -> None:
    assert len(library()) == FILES


@needs_latex
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("package", ["algpseudocodex", "algorithm2e"])
def test_latex_of_real_code_compiles(package: str, lang: str, tmp_path: Path) -> None:
    options = Options(standalone=True, latex_package=package, end=True)  # type: ignore[arg-type]
    documents = [render_pseudocode(code, "latex", options) for code in listings(lang)]
    pages = [found for found in map(BODY.fullmatch, documents) if found is not None]
    assert len(pages) == len(documents)
    heads = sorted((page[1] for page in pages), key=lambda head: "xelatex" not in head)
    bodies = "".join(f"\\begingroup\n{page[2]}\\endgroup\\clearpage\n" for page in pages)
    pdf = latex_pdf(heads[0] + bodies + pages[0][3], tmp_path)
    assert pdf.stat().st_size > 100_000


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_typst_of_real_code_compiles(lang: str) -> None:
    pytest.importorskip("typst")
    parts = [render_pseudocode(code, "typst") for code in listings(lang)]
    assert typst_pdf("\n#pagebreak()\n".join(parts)).startswith(b"%PDF")


@needs_latex
@pytest.mark.parametrize("package", ["algpseudocodex", "algorithm2e"])
def test_a_paper_holds_several_listings(package: str, tmp_path: Path) -> None:
    code = listings("en")[0]
    alone = Options(standalone=True, latex_package=package)  # type: ignore[arg-type]
    page = BODY.fullmatch(render_pseudocode(code, "latex", alone))
    assert page is not None
    part = render_pseudocode(code, "latex", replace(alone, standalone=False))
    latex_pdf(f"{page[1]}{part}\n\n{part}\n{page[3]}", tmp_path)
