"""The words of one language, as the writer of pseudocode asks for them."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from pseudogen.document import mark
from pseudogen.names.words import words
from pseudogen.reading.inert import inert
from pseudogen.templating import macros, templates

_CODE, _END = mark("|", "code").split("|")
_NUMBER = mark("|", "number").split("|")[0]
_STRING = mark("|", "string").split("|")[0]
_DUNDER = re.compile(r"__([^\W_]\w*?)__")


class Vocabulary:
    """Phrases, keywords and names of a language.

    `keywords` says whose keywords: the language's own ("local") or English ones; `names` whether
    identifiers stay as written ("code") or are put into words.
    """

    def __init__(self, lang: str, names: str, keywords: str) -> None:
        self.lang = lang
        self.phrases: Any = macros(lang, "pseudocode")
        self.glossary: Any = _module(lang, "glossary") if names == "words" else None
        chosen = "en" if keywords == "english" else lang
        self.keywords: Any = _module(chosen, "keywords")
        self.joint: str = _module(lang, "phrases").list_joint
        self._names: dict[str, str] = {}
        self._taken: dict[str, str] = {}

    def code(self, name: str) -> str:
        """An identifier, dotted or not, as it stands in the pseudocode."""
        said = self._names.get(name)
        if said is None:
            said = self._names[name] = self._say(name)
        return said

    def _say(self, name: str) -> str:
        if "__" in name and any(map(_DUNDER.fullmatch, name.split("."))):
            return self._special(name)
        if name == "self":
            return str(self.phrases.the_object())
        if self.glossary is not None:
            return self._worded(name)
        return f"{_CODE}{inert(name)}{_END}"

    def _special(self, name: str) -> str:
        """A name that Python gives a meaning: `__file__`, `x.__dict__`."""
        owner, _, last = name.rpartition(".")
        bare = "itself" if last == "__self__" else last.strip("_")
        if _DUNDER.search(owner) or not _DUNDER.fullmatch(last):
            said = ".".join(
                part.strip("_") if _DUNDER.fullmatch(part) else part for part in name.split(".")
            )
            return str(self.phrases.special(f"{_CODE}{inert(said.replace('__', '_'))}{_END}"))
        macro = getattr(self.phrases, f"special_{bare}", None)
        if macro is not None and (owner or bare in ("name", "file", "doc", "all")):
            return str(macro(self.code(owner) if owner else None))
        macro = (
            self.phrases.of_module if bare in _OF_MODULES and not owner else self.phrases.special
        )
        said = str(macro(f"{_CODE}{bare}{_END}"))
        return f"{self.code(owner)}.{said}" if owner else said

    def _worded(self, name: str) -> str:
        """The words of a name; the name itself where two names would have the same words."""
        *owner, last = name.split(".")
        proper = last[:1].isupper()  # a class or a constant: its name is a name
        said = None if proper else self.glossary.words.get(last.lower())
        if said is None and self.glossary.split_unknown and not proper:
            said = " ".join(words(last))
        if not said or self._taken.setdefault(said, last) != last:
            said = last
        worded = f"{_CODE}{inert(said)}{_END}"
        if owner and owner[-1] not in _NAMESPACES:
            return str(self.phrases.member(self._worded(".".join(owner)), worded))
        return worded

    def module(self, name: str) -> str:
        """The name of a module: no word of the script, and left as it is."""
        return self.code(name) if "__" in name else f"{_CODE}{inert(name)}{_END}"

    def number(self, text: str) -> str:
        """A number, in mathematical writing."""
        return f"{_NUMBER}{text}{_END}"

    def string(self, text: str) -> str:
        """A text in quotes; `text` may hold marked values."""
        return f"{_STRING}{text}{_END}"

    def unquoted(self, text: str) -> str:
        """Words in the middle of a text in quotes that are no part of it."""
        return f"{_END}{text}{_STRING}"

    def quoted(self, written: str) -> str:
        """A text of the script, in quotes, with its invisible characters spelt out."""
        return f'{_STRING}"{spelt(written)}"{_END}'


_OF_MODULES = frozenset(
    {"all", "author", "copyright", "credits", "date", "email", "license", "maintainer", "status"}
    | {"version", "title", "summary", "description", "url", "uri", "build", "loader", "spec"}
)
_NAMESPACES = frozenset({"args", "opt", "opts", "cfg", "config", "hparams", "FLAGS"})
_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"'}
_ESCAPED = re.compile(r'[\n\t\r"]')
_BACKSLASH = re.compile(r'\\(?=[nrtuUx"\\]|$)')


def spelt(text: str) -> str:
    """The inside of a quoted text on one line; a backslash is doubled only where it could be taken
    for an escape."""
    text = _BACKSLASH.sub(r"\\\\", text) if "\\" in text else text
    return inert(_ESCAPED.sub(lambda found: _ESCAPES[found[0]], text))


@cache
def _module(lang: str, name: str) -> Any:
    return templates().module(f"{lang}/pseudocode/{name}.jinja")
