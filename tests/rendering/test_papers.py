"""LaTeX and Typst: what they say, that nothing gets in, and that every page compiles."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pseudogen
from pseudogen.document import Pseudocode, PseudoLine, Span
from pseudogen.errors import InputError
from pseudogen.languages import languages
from pseudogen.rendering import Options, render_pseudocode
from pseudogen.rendering.keywords import continuing, keywords
from pseudogen.rendering.pdf import typst_pdf
from pseudogen.rendering.prepared import prepared_pseudocode

from . import samples
from .samples import pseudo

CODES = {
    "english": samples.PSEUDO_ENGLISH,
    "chinese": samples.PSEUDO_CHINESE,
    "hostile": samples.hostile_pseudocode(),
    "empty": Pseudocode((), (), "en"),
}
LOOKS = {
    "lines": Options(standalone=True, numbers="lines", label="alg:train"),
    "source-end": Options(standalone=True, numbers="source", end=True),
    "bare": Options(standalone=True, numbers="none"),
    "algorithm2e": Options(standalone=True, latex_package="algorithm2e"),
    "algorithm2e-source": Options(
        standalone=True, latex_package="algorithm2e", numbers="source", end=True
    ),
}
BLOCKS = pseudo(
    "en",
    "x",
    "1 [if] `a`:",
    "    2 go",
    "3 [otherwise, if] `b`:",
    "    4 [while] `c`, [repeat]:",
    "        5 go",
    "6 [otherwise]:",
    "    7 go",
    "8 [if] `d`:",
    "    9 go",
    "10 done",
)
ENGINES = [engine for engine in ("pdflatex", "xelatex") if shutil.which(engine) is None]
needs_latex = pytest.mark.skipif(bool(ENGINES), reason=f"not installed: {', '.join(ENGINES)}")
OWN = "|".join(
    [
        *("textbackslash", "textbar", "textless", "textgreater", "textasciicircum", "textendash"),
        *("textasciitilde", "textasciigrave", "textquote(left|right|dblleft|dblright|single)"),
        *("textemdash", "textbf", "texttt", "textit", "symbol", "kern0pt", "dots", "allowbreak"),
        *("nobreakspace", r"pseudo\w+", "caption", "begin", "end"),
    ]
)
ANY = st.text(max_size=30) | st.sampled_from(list(samples.HOSTILE.values()))


def code_of(text: str, kind: str = "words") -> Pseudocode:
    return Pseudocode((PseudoLine((Span(text, kind),), 0, (1, 1)),), (Span(text),), "en")


def latex_pdf(document: str, folder: Path) -> Path:
    engine = re.match(r"% !TEX program = (\w+)", document)
    assert engine
    (folder / "page.tex").write_text(document, "utf-8")
    command = [engine[1], "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "page"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    log = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, log[-2000:]
    return folder / "page.pdf"


def seen(pdf: Path) -> str:
    """The characters of a page without spaces, and without breaks that typesetting added."""
    if shutil.which("pdftotext") is None:
        pytest.skip("not installed: pdftotext")
    done = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, check=True)
    return re.sub(r"\s|\u200b", "", done.stdout.decode())


@needs_latex
@pytest.mark.parametrize(
    ("code", "look"),
    [
        *(("english", look) for look in LOOKS),
        *(("chinese", look) for look in ("lines", "algorithm2e")),
        *(("hostile", look) for look in ("source-end", "algorithm2e-source")),
        *(("empty", look) for look in ("lines", "algorithm2e")),
    ],
)
def test_latex_compiles(code: str, look: str, tmp_path: Path) -> None:
    latex_pdf(render_pseudocode(CODES[code], "latex", LOOKS[look]), tmp_path)


@needs_latex
@pytest.mark.parametrize("package", ["algpseudocodex", "algorithm2e"])
@pytest.mark.parametrize("text", ["go", "go on and on " * 20])
def test_long_latex_is_whole(text: str, package: str, tmp_path: Path) -> None:
    lines = tuple(
        PseudoLine((Span(f"step{at}done {text}"),), at % 4, (at, at)) for at in range(1, 101)
    )
    options = Options(standalone=True, numbers="none", latex_package=package)  # type: ignore[arg-type]
    document = render_pseudocode(Pseudocode(lines, (Span("x"),), "en"), "latex", options)
    shown = seen(latex_pdf(document, tmp_path))
    assert [int(found) for found in re.findall(r"step(\d+)done", shown)] == [*range(1, 101)]


@needs_latex
@pytest.mark.parametrize("kind", ["words", "code"])
def test_latex_shows_every_character(kind: str, tmp_path: Path) -> None:
    text = samples.SPECIAL.replace(" ", "")
    pieces = [text[at : at + 24] for at in range(0, len(text), 24)] + [
        "--",
        "---",
        ",,",
        "''",
        "<<",
    ]
    lines = tuple(PseudoLine((Span(piece, kind),), 0, (1, 1)) for piece in pieces)
    options = Options(standalone=True, numbers="none")
    shown = seen(
        latex_pdf(render_pseudocode(Pseudocode(lines, (), "en"), "latex", options), tmp_path)
    )
    assert "".join(pieces).replace("'", "’") in shown.replace("'", "’")


@given(ANY, st.sampled_from(["words", "code", "string", "comment", "keyword"]))
def test_latex_has_only_its_own_commands(text: str, kind: str) -> None:
    document = render_pseudocode(code_of(text, kind), "latex", Options(numbers="none"))
    part = document[document.index("\\caption") :].split("\n")
    body = "\n".join(row for row in part if not row.startswith(("\\new", "\\renew", "\\gdef")))
    body = re.sub(r"\\ensuremath\{(\\?\w+|\{.*?\})\}", "", body)
    left = re.sub(rf"\\({OWN})(?![A-Za-z])|\\[{{}}$&#%_ ]", "", body)
    assert not re.search(r"\\|%|\$|&|#|\^|~|_", left), left


@pytest.mark.parametrize("package", ["algpseudocodex", "algorithm2e"])
def test_latex_blocks_are_closed(package: str) -> None:
    options = Options(end=True, latex_package=package)  # type: ignore[arg-type]
    document = render_pseudocode(BLOCKS, "latex", options)
    found = re.findall(r"^\\pseudo(open|else|line|close)\{(.*)\}$", document, re.M)
    assert [name for name, _ in found] == [
        *("open", "line", "else", "open", "line", "close", "else", "line", "close"),
        *("open", "line", "close", "line"),
    ]
    assert [text for name, text in found if name == "close"] == [
        r"\textbf{end while}",
        r"\textbf{end if}",
        r"\textbf{end if}",
    ]


def test_ends_are_left_out_unless_wanted() -> None:
    for fmt in ("latex", "typst"):
        assert "end if" not in render_pseudocode(BLOCKS, fmt)


def test_latex_of_a_paper_names_its_packages() -> None:
    part = render_pseudocode(samples.PSEUDO_CHINESE, "latex", Options(label="alg:x"))
    assert part.startswith("% \\usepackage[scheme=plain]{ctex}\n% \\usepackage{algorithm}\n")
    assert "\\documentclass" not in part
    assert "\\caption{多进程训练}\\label{alg:x}" in part


def test_engine_follows_the_text() -> None:
    options = Options(standalone=True)
    assert "program = pdflatex" in render_pseudocode(samples.PSEUDO_ENGLISH, "latex", options)
    assert "program = xelatex" in render_pseudocode(samples.PSEUDO_CHINESE, "latex", options)
    assert "program = xelatex" in render_pseudocode(
        code_of("# 学习率", "comment"), "latex", options
    )


@pytest.mark.parametrize("label", ["a}b", "a b", "\\x", "<a>", "a\n"])
def test_bad_label(label: str) -> None:
    with pytest.raises(ValueError, match="label"):
        Options(label=label)


@pytest.mark.parametrize("look", ["lines", "source-end", "bare"])
@pytest.mark.parametrize("code", CODES)
def test_typst_compiles(code: str, look: str) -> None:
    pytest.importorskip("typst")
    document = render_pseudocode(CODES[code], "typst", LOOKS[look])
    page = typst_pdf(document)
    assert page.startswith(b"%PDF")
    assert typst_pdf(document) == page


@pytest.mark.parametrize("kind", ["words", "code", "comment"])
def test_typst_shows_every_character(kind: str, tmp_path: Path) -> None:
    pytest.importorskip("typst")
    lines = [samples.SPECIAL.replace(" ", "")[at : at + 24] for at in range(0, 94, 24)]
    lines += [samples.HOSTILE["typst"], samples.HOSTILE["jinja"]]
    code = Pseudocode(tuple(PseudoLine((Span(line, kind),), 0, (1, 1)) for line in lines), (), "en")
    options = Options(standalone=True, numbers="none")
    (tmp_path / "page.pdf").write_bytes(typst_pdf(render_pseudocode(code, "typst", options)))
    assert re.sub(r"\s", "", "".join(lines)) in seen(tmp_path / "page.pdf")


LITERAL = re.compile(r'"(?:\\.|[^"\\])*"')


@given(ANY, st.sampled_from(["words", "code", "string", "comment", "emphasis"]))
def test_typst_keeps_text_in_literals(text: str, kind: str) -> None:
    document = render_pseudocode(code_of(text, kind), "typst", Options(numbers="none"))
    plain = render_pseudocode(code_of("x", kind), "typst", Options(numbers="none"))
    (line,) = prepared_pseudocode(code_of(text or "x", kind)).lines
    said = '"' + line.text[0].text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    assert text == "" or said in LITERAL.findall(document)
    if text:
        assert LITERAL.sub("", document) == LITERAL.sub("", plain)


def test_typst_needs_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "typst", None)
    with pytest.raises(InputError) as caught:
        typst_pdf("x")
    assert caught.value.key == "no-typst"


@pytest.mark.parametrize("lang", languages())
def test_keywords_are_read_from_the_templates(lang: str) -> None:
    assert {"en": "otherwise", "zh": "否则"}.get(lang, "") in {*keywords(lang), ""}
    assert keywords(lang) & continuing()
    assert not keywords(lang) <= continuing()


def test_a_clause_before_latin_letters_goes_on_with_its_block() -> None:
    code = "if a:\n    b()\nelif c:\n    d()\n"
    page = pseudogen.pseudo(code, lang="zh", format="latex")
    assert page.count("\\pseudoelse{") == 1
    assert page.count("\\pseudoclose{") == 1
