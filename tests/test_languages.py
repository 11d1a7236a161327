"""Each language has everything that the others have, and the whole vocabulary."""

import pytest

from pseudogen.languages import languages, template_root
from pseudogen.patterns import pattern_modules
from pseudogen.templating import templates, vocabulary_words
from pseudogen.vocabulary import IDS


def names(lang: str) -> dict[str, set[str]]:
    """Template -> what it defines for others."""
    found = {}
    for path in sorted((template_root() / lang).rglob("*.jinja")):
        module = templates().module(path.relative_to(template_root()).as_posix())
        name = path.relative_to(template_root() / lang).as_posix()
        found[name] = set(vars(module))
    return found


@pytest.mark.parametrize("lang", languages())
def test_language_has_what_english_has(lang: str) -> None:
    assert names(lang) == names("en")


@pytest.mark.parametrize("lang", languages())
def test_vocabulary_is_whole(lang: str) -> None:
    assert tuple(vocabulary_words(lang).patterns) == IDS


def test_every_pattern_module_is_in_the_vocabulary() -> None:
    assert set(pattern_modules()) == set(IDS)
