"""Every language says something of every pattern, without an unknown field or an empty part."""

import re
from types import ModuleType

import pytest

from pseudogen.document import mark, plain
from pseudogen.finding import Finding
from pseudogen.languages import languages, template_root
from pseudogen.patterns import pattern_modules
from pseudogen.templating import macros
from pseudogen.words.patterns import finding_words, paragraphs

EXAMPLES = [
    pytest.param(finding, lang, id=f"{lang}-{identifier}-{number}")
    for lang in languages()
    for identifier, module in pattern_modules().items()
    for number, findings in enumerate(module.EXAMPLES.values())
    for finding in findings
]
SPACING = re.compile(
    r"  |@(?:why|worked|watch|step)\b| [,.;:!?](?=\s|$)|^[,.;:]|\bNone\b|[，。；：] |\( | \)"
)


def outside_code(text: str) -> str:
    return re.sub(r"`[^`]*`", "X", text)


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("identifier", list(pattern_modules()))
def test_each_pattern_has_its_macro(lang: str, identifier: str) -> None:
    assert hasattr(macros(lang, "patterns"), identifier.replace("-", "_"))


@pytest.mark.parametrize("lang", languages())
def test_the_step_is_the_last_part(lang: str) -> None:
    """An explanation reads no further than there."""
    for path in (template_root() / lang / "patterns").glob("*.jinja"):
        for macro in path.read_text(encoding="utf-8").split("{% macro "):
            behind = macro.partition("\n@step")[2]
            assert not re.search(r"^@", behind, re.M), (path.name, macro.partition("(")[0])


@pytest.mark.parametrize("lang", languages())
def test_each_macro_has_its_pattern(lang: str) -> None:
    known = {identifier.replace("-", "_") for identifier in pattern_modules()}
    assert set(vars(macros(lang, "patterns"))) <= known


@pytest.mark.parametrize(("finding", "lang"), EXAMPLES)
def test_words_of_an_example_are_whole(finding: Finding, lang: str) -> None:
    words = finding_words(finding, lang)
    assert words.title
    assert words.what
    for part in (words.what, words.why, words.worked, words.watch):
        for paragraph in part:
            text = plain(paragraph)
            assert not SPACING.search(outside_code(text)), text
            assert text[-1] in ".。:：`）)!?", text


def test_examples_are_findings() -> None:
    for module in pattern_modules().values():
        assert isinstance(module, ModuleType)
        assert len(module.EXAMPLES) >= 3, module.__name__
        assert len(module.COUNTEREXAMPLES) >= 2, module.__name__


def test_chinese_and_latin_are_kept_apart() -> None:
    text = plain(paragraphs("所有" + mark("a中b", "code") + "的GPU占\n用", "zh")[0])
    assert text == "所有 `a中b` 的 GPU 占用"
