"""Text that people write around code: questions, headings, lists, what the program printed."""

from __future__ import annotations

import itertools
import keyword
import re

from pseudogen.reading.draft import Draft
from pseudogen.reading.indentation import indent_of
from pseudogen.reading.spans import left_open

_WORDS = frozenset([*keyword.kwlist, "print", "exec", "match", "case", "type"])
_STRING = re.compile(r"[rbfuRBFU]{0,2}(?:\"[^\"\n]*+\"|'(?=[^'\n]*+'(?!\w))[^'\n]*+')|`[^`\n]*+`")
_BULLET = re.compile(r"\s*(?:[-*+•·▪]|\d{1,2}[.)、])\s+")
_CJK = re.compile("[\u3400-\u9fff]")
_TOKEN = re.compile(r"[^\W\d_][\w'’]*+(?>(?:-\w+)*)|\d+(?>(?:[.,:/]\d+)*)%?|\S")
_SIGNS = re.compile(r"=|\w[(\[]|^\s*@|->|:\s*$")
_ENDS = re.compile(r"[.?!。？！…][)\"”’*_]*\s*$")
_MARKS = re.compile(
    r"\s*(?:\*\*[^*\n]+\*\*|[-=_*—–─~]{3,}\s*$|\.\. \w|https?://"
    r"|(?:(?-i:[A-Z])|\w+ +\w)[\w'’ ,-]*[?!]+\s*$"
    r"|\W*(?:thanks|thank you|cheers|regards|hi|hello|edit|update|output|result|example)\b"
    r"[^=(\[]*[:!.]\s*$|[\w ]+::\s*$)",
    re.I,
)
_CAPTION = re.compile(r"[^\W\d_a-z][^\W\d]*(?:[ /][^\W\d]+){0,3} ?:\s*$")
_CJK_SIGNS = re.compile(r"[=\[\"']|\w\(|^\s*[a-z_]+\s*[(（.]|^[^\W]+（[^（）]*）\s*$")
_TRACEBACK = re.compile(r"\s*Traceback \(most recent call last\)")
_FINAL = re.compile(
    r"(?<=[\w)\]}\"'])[.;]?\s+((?:[A-Z]|[\u3400-\u9fff])[^=()\[\]\"]*[?!.。？！])\s*$"
)
_LOG = re.compile(r"\s*(?:(?:train|val)\w* )?(?:epoch|step|iter\w*|batch)\W{1,3}\d|\s*\d+%\|", re.I)
_SURE = re.compile(r"\s*(?:\*\*|(?:step|part|section|chapter) ?\d)", re.I)
_NO_OUTPUT = re.compile("\\w[(\\[]|[^=]=[^=]|;|^\\s*#|\"{3}|'{3}")
_TRIPLE = re.compile("\"{3}|'{3}")
_SENTENCE = 3
"""Words in a row that only a sentence has."""


def is_prose(line: str) -> bool:
    """Whether a line is a sentence, a caption or a rule of a page, and surely no Python."""
    line = _BULLET.sub("", line, count=1)
    if line.lstrip()[:1] == "#" or _TRIPLE.search(line):
        return False
    if _first_word(line) in _WORDS and line.rstrip().endswith((":", "：")):
        return False
    if _CJK.search(_STRING.sub('""', line).split("#")[0]):
        return line.rstrip().endswith(("：", ":")) or not _CJK_SIGNS.search(line.split("：")[0])
    if _MARKS.match(line) or (_SURE.match(line) and not _SIGNS.search(line)):
        return True
    if _CAPTION.match(line):
        return line.strip(" :\n").lower() not in _WORDS
    pairs = _pairs(line)
    if line[:1].isupper() and pairs and not _SIGNS.search(line) and len(line.split()) >= _SENTENCE:
        return True
    if _ENDS.search(line) and pairs >= _SENTENCE and line[:1].isupper():
        return True
    bare = _STRING.sub('""', line)
    if bare.rstrip().endswith((":", ",")):
        return pairs >= 2 and not _SIGNS.search(bare.rstrip()[:-1])
    return pairs >= 1 and not _SIGNS.search(bare) and bool(_ENDS.search(line) or pairs >= _SENTENCE)


def is_output(line: str) -> bool:
    """Whether a line has words or numbers side by side, as a program prints them."""
    if _LOG.match(line):
        return "=" not in line and "(" not in line
    return _pairs(line) > 0 and not _NO_OUTPUT.search(line)


def _is_caption(line: str) -> bool:
    """Whether a line is text that nobody writes by a slip between two statements."""
    bare = _STRING.sub("", line)
    return _SURE.match(line) is not None or _CJK.search(bare) is not None


def _first_word(line: str) -> str:
    found = re.match(r"\s*([^\W\d]\w*)", line)
    return found[1] if found else ""


def _pairs(line: str) -> int:
    """How many times two words or numbers stand side by side as they never do in Python."""
    tokens = _TOKEN.findall(_STRING.sub(" ~ ", line).split("#")[0])
    said = [token[0].isalnum() and token.lower() not in _WORDS for token in tokens]
    return sum(a and b for a, b in itertools.pairwise(said))


def without_prose(draft: Draft) -> Draft | None:
    """The code without the text around it; None when there is none, or nothing else."""
    if len(draft.lines) == 1:
        return _without_sentences(draft)
    aside = [i for run in _runs(draft) for i in run]
    dropped = set(aside)
    if not aside or not any(line.strip() for i, line in enumerate(draft.lines) if i not in dropped):
        return None
    for i in aside:
        draft = draft.remark("prose", i)
    return draft.with_lines((line, i) for i, line in enumerate(draft.lines) if i not in dropped)


def _runs(draft: Draft) -> list[list[int]]:
    """Indices of the lines of each piece of text; blank lines within it are not listed.

    A line between statements may be a slip: text begins or ends at a blank line or an end.
    """
    kinds = _kinds(draft.lines)
    runs: list[list[int]] = []
    here: list[int] = []
    for i, kind in enumerate([*kinds, "code"]):
        if kind == "code":
            if here and _apart(kinds, here):
                runs.append(here)
            here = []
        elif kind:
            here.append(i)
    return runs


def _apart(kinds: list[str], run: list[int]) -> bool:
    before, after = run[0] - 1, run[-1] + 1
    told = {kinds[i] for i in run}
    at_end = before < 0 or after >= len(kinds)
    bounded = at_end or not kinds[before] or not kinds[after] or told == {"caption"}
    return bounded and (told != {"output"} or not any(kinds[after:]))


def _kinds(lines: tuple[str, ...]) -> list[str]:
    """For each line "prose", "caption", "output", "code", or "" when it is blank."""
    found: list[str] = []
    quote, depth, thrown = "", 0, False
    for line in lines:
        inside = bool(quote) or depth > 0
        if not line.strip():
            found.append("code" if quote else "")
        elif not inside and (_TRACEBACK.match(line) or (thrown and indent_of(line))):
            found.append("prose")
            thrown = True
            continue
        elif thrown or (not inside and len(indent_of(line)) < 4 and is_prose(line)):
            found.append("caption" if _is_caption(line) else "prose")
        elif not inside and not indent_of(line) and is_output(line):
            found.append("output")
        else:
            found.append("code")
            quote, depth = left_open(line, quote, depth)
        thrown = thrown and not line.strip()
    return found


def _without_sentences(draft: Draft) -> Draft | None:
    """One line of code without the words before a colon and the sentence after it."""
    line = draft.lines[0]
    begin = re.match(r"\s*([^=()\[\]\"'：:]+(?:：\s*|:\s+))(?=\S)", line)
    if begin and is_prose(begin[1]):
        line = line[begin.end() :]
    final = _FINAL.search(line)
    if final and is_prose(final[1]):
        line = line[: final.start()]
    return None if line == draft.lines[0] else draft.remark("prose", 0).with_texts([line])
