import re
from pathlib import Path

import jinja2
import pytest

import pseudogen

ROOT = Path(__file__).parents[2]
SOURCES = [
    *(ROOT / "pseudogen" / "reading").rglob("*.py"),
    *(ROOT / "pseudogen" / "syntax").glob("*.py"),
]
ERROR = re.compile(r'InputError\(\s*"([a-z0-9-]+)"')
REMARK = re.compile(r'(?:\.remark|Remark)\(\s*"([a-z0-9_]+)"')
FACTS = {
    "file": "f.py", "line": 3, "cell": 2, "kind": "pipe", "scripts": "a.py", "megabytes": 20,
    "offset": 4, "byte": "0xff", "encoding": "GBK", "detail": "why", "language": "R",
    "tools": "xclip", "tool": "xclip", "limit": 200, "excerpt": "x = (", "text": "x = 1",
    "header": "if a:", "column": 5, "reason": "other", "character": "，", "read_as": ",",
    "code": "U+00A0", "prose": 2, "prompt": ">>>", "output": 1, "first": 1, "last": 9,
    "removed": 1, "columns": 4, "word": "else", "lines": 7, "statements": 2, "at": 4,
    "sign": "print", "count": 2, "other": "try:", "places": [3],
}  # fmt: skip


def template(language):
    loader = jinja2.FileSystemLoader(ROOT / "templates" / language)
    environment = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined)
    return environment.get_template("messages/reading.jinja").module


def used():
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    errors = {key.replace("-", "_") for key in ERROR.findall(text)}
    remarks = set(REMARK.findall(text))
    chosen = {
        "taken_inside", "taken_outside", "shell_line", "magic", "cell_magic",
        "full_width", "symbol", "curly_quote", "odd_space", "invisible",
    }  # fmt: skip
    assert all(f'"{key}"' in text for key in chosen)
    return errors | remarks | chosen


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_key_has_one_line_of_words(language):
    module = template(language)
    for key in sorted(used()):
        words = str(getattr(module, key)(FACTS))
        assert words.strip()
        assert "\n" not in words


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_sentence_is_used(language):
    sentences = {name for name in dir(template(language)) if not name.startswith("_")}
    assert sentences <= used()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_reason_has_its_words(language):
    text = (ROOT / "pseudogen" / "syntax" / "parsing.py").read_text(encoding="utf-8")
    reasons = re.findall(r'\("([a-z0-9_]+)", r"', text)
    assert len(reasons) > 10
    for reason in [*reasons, "other"]:
        assert str(template(language).syntax_error(FACTS | {"reason": reason})).startswith(
            "f.py:3: "
        )


def test_what_is_mended_many_times_is_said_once():
    text = "".join(f"x{i} ＝ f（{i}）\n" for i in range(8)) + "y ＝ 1\n"
    said = [line for line in pseudogen.pseudo(text, lang="en").split("\n") if "read as" in line]
    assert [line.partition(": ")[2] for line in said] == [
        "full-width ＝ read as =", "full-width （ read as (", "full-width ） read as )",
    ]  # fmt: skip
    assert "lines 1, 2, 3 and 6 more" in said[0]
    few = pseudogen.pseudo("x ＝ 1\n\ny ＝ 2\n", lang="zh")
    assert "第 1、3 行：全角 ＝ 按 = 处理" in few
