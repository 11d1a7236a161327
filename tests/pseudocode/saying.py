"""How the tests ask for pseudocode: the text of each line, or of one."""

from pseudogen.document import PseudoLine
from pseudogen.finding import find_all
from pseudogen.names.script import Script
from pseudogen.patterns import finders_of, pattern_modules
from pseudogen.pseudocode import write

FINDERS = [finder for module in pattern_modules().values() for finder in finders_of(module)]


def lines(code: str, lang: str = "en", detail: str = "full", **choices: object) -> list[PseudoLine]:
    """The lines of pseudocode of a script."""
    script = Script.parse(code)
    findings = find_all(script, FINDERS) if detail != "full" else []
    return list(write(script, findings, lang=lang, detail=detail, **choices).lines)  # type: ignore[arg-type]


def text(line: PseudoLine) -> str:
    """A line without its colours."""
    return "".join(span.text for span in line.text)


def texts(code: str, lang: str = "en", detail: str = "full", **choices: object) -> list[str]:
    """The lines of a script, each indented by its depth."""
    return ["  " * line.depth + text(line) for line in lines(code, lang, detail, **choices)]


def expression(code: str, lang: str = "en") -> str:
    """An expression, as the value of an assignment."""
    return texts(f"_ = {code}", lang)[0].removeprefix("_ ← ")
