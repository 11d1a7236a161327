import ast
from textwrap import dedent

import pytest

from pseudogen.errors import InputError
from pseudogen.reading import read_text, repaired


def mended(text, **options):
    return repaired(read_text(text, "-"), **options)


def keys(source):
    return [remark.key for remark in source.remarks]


def test_python_goes_through_as_it_is():
    source = read_text("if x:\n\ty = 1  # ：，\n", "-")
    assert repaired(source) is source


REPAIRS = {
    "inner indentation": (
        "        for x in y:\n            print(x)\n        z = 1\n",
        "for x in y:\n    print(x)\nz = 1\n",
        ["inner_indentation"],
    ),
    "first line without its indentation": (
        "for x in y:\n            print(x)\n        z = 1\n",
        "for x in y:\n    print(x)\nz = 1\n",
        ["inner_indentation"],
    ),
    "middle of a block": (
        "a()\n        b()\n    if c:\n        d()\ne()\n",
        "if ...:\n    if ...:\n        a()\n        b()\n    if c:\n        d()\ne()\n",
        ["missing_header"],
    ),
    "middle of a block, moved": (
        "        a()\n        b()\n    c()\n",
        "if ...:\n    a()\n    b()\nc()\n",
        ["inner_indentation", "missing_header"],
    ),
    "middle of a try": (
        "    a()\nexcept E:\n    b()\n",
        "try:\n    a()\nexcept E:\n    b()\n",
        ["missing_header"],
    ),
    "quoted": ("> if x:\n>     y = 1\n>\n> z = 2\n", "if x:\n    y = 1\n\nz = 2\n", ["quoted"]),
    "leading else": (
        "else:\n    x = 1\n",
        "if ...:\n    ...\nelse:\n    x = 1\n",
        ["leading_branch"],
    ),
    "leading elif": (
        "elif name == 'adam':\n    x = 1\nelse:\n    x = 2\n",
        "if ...:\n    ...\nelif name == 'adam':\n    x = 1\nelse:\n    x = 2\n",
        ["leading_branch"],
    ),
    "leading except, indented": (
        "    except E as e:\n        pass\n    y = 2\n",
        "try:\n    ...\nexcept E as e:\n    pass\ny = 2\n",
        ["inner_indentation", "leading_branch"],
    ),
    "leading case": (
        "case 1:\n    x\ncase 2:\n    y\n",
        "match ...:\n    case 1:\n        x\n    case 2:\n        y\n",
        ["leading_branch"],
    ),
    "open bracket": ("x = foo(a,\n        [b", "x = foo(a,\n        [b])\n", ["unfinished"]),
    "open string": ('save(a, "last', 'save(a, "last")\n', ["unfinished"]),
    "comments with slashes": (
        "for x in y:\n    // left out\n    f(x)\n    // 省略\n    g(x  # it's\n      // 2)\n",
        "for x in y:\n    # left out\n    f(x)\n    # 省略\n    g(x  # it's\n      // 2)\n",
        ["slashes", "slashes"],
    ),
    "a word reserved later": (
        "x = x.cuda(async=True)\ny = f(a, async = 1)\n",
        "x = x.cuda(async_=True)\ny = f(a, async_ = 1)\n",
        ["reserved", "reserved"],
    ),
    "open bracket before a comment": ("x = foo(a,  # (", "x = foo(a,  # (\n)\n", ["unfinished"]),
    "ends with an operator": ("x = 1\ny = x +", "x = 1\ny = x + ...\n", ["unfinished"]),
    "ends in a header": ("if x and", "if x and ...:\n    ...\n", ["unfinished"]),
    "ends after a header": ("for x in y:\n", "for x in y:\n    ...\n", ["unfinished"]),
    "ends in a try": (
        "try:\n    x = 1\n",
        "try:\n    x = 1\nfinally:\n    ...\n",
        ["unfinished"],
    ),
    "ends in a string": ('"""note\nx = 1', '"""note\nx = 1"""\n', ["unfinished"]),
    "prompts": (
        ">>> for i in x:\n...     print(i)\n...\n0\n1\n>>> y = 1\n",
        "for i in x:\n    print(i)\n\ny = 1\n",
        ["prompt"],
    ),
    "notebook prompts": (
        "In [1]: import torch\n\nIn [2]: for i in x:\n   ...:     print(i)\nOut[2]: 5\n",
        "import torch\nfor i in x:\n    print(i)\n",
        ["prompt"],
    ),
    "line numbers": (
        " 8  import torch\n 9  for i in x:\n10      print(i)\n",
        "import torch\nfor i in x:\n    print(i)\n",
        ["line_numbers", "inner_indentation"],
    ),
    "diff": (
        "@@ -1,3 +1,4 @@\n import torch\n-x = 1\n+x = 2\n+y = 3\n",
        "import torch\nx = 2\ny = 3\n",
        ["diff"],
    ),
    "fences": (
        "The code:\n\n```python\nx = 1\n```\nthen\n```bash\nls\n```\n```\ny = 2\n```\n",
        "x = 1\ny = 2\n",
        ["fence"],
    ),
    "full-width": (
        "if x：\n    y ＝ foo（1，2）  # 注释：好\n",
        "if x:\n    y = foo(1,2)  # 注释：好\n",
        ["full_width"] * 5,
    ),
    "curly quotes": (
        "x = ‘abc’\nprint(“你好，it’s”)\n",
        "x = 'abc'\nprint(\"你好，it’s\")\n",
        ["curly_quote"] * 2,
    ),
    "symbols": ("x = a − b × c\n", "x = a - b * c\n", ["symbol"] * 2),
    "odd blanks": (
        "if x:\n\u00a0\u00a0y = 1\u200b\n",
        "if x:\n  y = 1\n",
        ["odd_space", "invisible"],
    ),
    "entities": (
        "if x &lt; 3:\n    z = &quot;a&quot;\n",
        'if x < 3:\n    z = "a"\n',
        ["html_entity"] * 2,
    ),
    "left out": (
        "class A:\n...\n    def f(self, ...):\n        ......\n",
        "class A:\n    ...\n    def f(self, *_):\n        ...\n",
        ["left_out"] * 3,
    ),
    "left out in brackets": (
        "a = f()\n    [...]\nb = g(a)\n",
        "a = f()\n...\nb = g(a)\n",
        ["left_out"],
    ),
    "lines that end in a statement": (
        "for x, y in\n        loader:\n    z = x +\n        y\n",
        "for x, y in \\\n        loader:\n    z = x + \\\n        y\n",
        ["line_joined"] * 2,
    ),
    "lines that begin in a statement": (
        "acc = right\n    / total\nx = 1\n    if acc else 2\n",
        "acc = right \\\n    / total\nx = 1 \\\n    if acc else 2\n",
        ["line_joined"] * 2,
    ),
    "lines that end in a list of targets": (
        "a, b,\n    c = f()\n",
        "a, b, \\\n    c = f()\n",
        ["line_joined"],
    ),
    "a string over two lines": (
        "print('loss of\n    the epoch', loss)\nx = 1\n",
        "print('loss of the epoch', loss)\nx = 1\n",
        ["line_joined"],
    ),
    "words of the page": (
        "Copy code\nif x：\n    y = 1\n登录后复制\n",
        "if x:\n    y = 1\n",
        ["page_words", "page_words", "full_width"],
    ),
    "magics": (
        "!ls\nif x:\n    %time y\n",
        "# !ls\nif x:\n    pass  # %time y\n",
        ["shell_line", "magic"],
    ),
    "tabs": ("if x:\n\ty = 1\n        z = 2\n", "if x:\n        y = 1\n        z = 2\n", ["tabs"]),
    "no indentation left": (
        "def f(x):\nif x:\nreturn 1\nreturn 2\n",
        "def f(x):\n    if x:\n        return 1\n    return 2\n",
        ["reflowed"],
    ),
    "wrapped": (
        "if on: a = foo(b,\nc) d =\nbar(b) else: a = 1",
        "if on:\n    a = foo(b, c)\n    d = bar(b)\nelse:\n    a = 1\n",
        ["reflowed"],
    ),
    "one line among others": (
        "def f(x):\n    y = 1 z = 2\n    return y\n",
        "def f(x):\n    y = 1\n    z = 2\n    return y\n",
        ["line_split"],
    ),
    "comments swallowed": (
        "x = 1 # the rate y = foo(x) # now train for e in range(10): train(e)",
        "x = 1\n# the rate\ny = foo(x)\n# now train\nfor e in range(10):\n    train(e)\n",
        ["reflowed", "comment_end", "comment_end"],
    ),
}


@pytest.mark.parametrize("name", REPAIRS)
def test_repairs_are_made_and_named(name):
    text, result, remarks = REPAIRS[name]
    source = mended(text)
    assert source.text == result
    assert keys(source) == remarks
    ast.parse(source.text)
    assert len(source.places) == source.text.count("\n")


TRAINING = """\
import torch
for x, y in loader:
    loss = step(x, y)
    print(loss)
"""


def _before(*signs):
    return "".join(
        sign + line + "\n" for sign, line in zip(signs, TRAINING.splitlines(), strict=True)
    )


AROUND = {
    "a notebook's prompts on lines of their own": (
        "[1]:\n\nimport torch\n\n[2]:\n\n"
        + TRAINING.split("\n", 1)[1]
        + "\n0 0.512\n1 0.498\n[2]:\nNet(\n  (fc): Linear(2, 2)\n)\n",
        ["prompt"],
    ),
    "a notebook's prompts before the code": (
        "[4]: import torch\n     for x, y in loader:\n         loss = step(x, y)\n"
        "         print(loss)\n[4]: tensor([1., 1.])\n",
        ["prompt"],
    ),
    "prompts of IPython and printed lines": (
        "In [1]: import torch\n\nIn [2]: for x, y in loader:\n   ...:     loss = step(x, y)\n"
        "   ...:     print(loss)\n   ...: \nepoch 0\nepoch 1\n\nIn [3]:\n",
        ["prompt"],
    ),
    "lines that go on alone": (_before("... ", "... ", "... ", "... "), ["prompt"]),
    "a question": (
        f"Here is my code:\n\n{TRAINING}\nWhat am I doing wrong? It doesn't learn.\nThanks!\n",
        ["prose"] * 3,
    ),
    "a question, the code indented": (
        "I tried this, but it didn't help.\n\n"
        + "".join(f"    {line}\n" for line in TRAINING.splitlines())
        + "\nAny idea what is wrong?\n",
        ["prose", "prose", "inner_indentation"],
    ),
    "an answer": (
        "Here's how it works:\n\n- The batches are read.\n- Then **each** makes a step.\n\n"
        f"{TRAINING}\nKey points:\n\n1. `step` returns the loss.\n\nLet me know if it helps!\n",
        ["prose"] * 6,
    ),
    "a blog": (
        f"训练代码如下（示例）：\n{TRAINING}\n运行结果如下：\n\n0 0.532\n1 0.412\n————————\n"
        "版权声明：本文为原创文章，转载请注明出处。\n",
        ["prose"] * 6,
    ),
    "a traceback": (
        TRAINING + "Traceback (most recent call last):\n  File 'a.py', line 3, in <module>\n"
        "    loss = step(x, y)\nRuntimeError: no grad\n",
        ["prose"] * 4,
    ),
    "a mail": (
        "On Monday Ada wrote:\n" + _before("> ", "> ", "> ", "> "),
        ["prose", "quoted"],
    ),
    "bullets": (_before("• ", "• ", "• ", "• "), ["quoted"]),
    "a glued button": ("pythonCopy code" + TRAINING, ["page_words"]),
    "tags": (f'<pre><code class="python">{TRAINING}</code></pre>', ["page_words"]),
    "a listing of LaTeX": (
        f"\\begin{{lstlisting}}[language=Python]\n{TRAINING}\\end{{lstlisting}}\n",
        ["page_words"] * 2,
    ),
    "a directive": (
        ".. code-block:: python\n\n" + "".join(f"    {line}\n" for line in TRAINING.splitlines()),
        ["page_words", "inner_indentation"],
    ),
    "a fence with attributes": (f'```python title="a.py"\n{TRAINING}```\n', ["fence"]),
    "a fence that only ends": (f"{TRAINING}```\n", ["fence"]),
    "a pair of backticks": (f"`{TRAINING.strip()}`\n", ["fence"]),
    "numbers and a bar": (_before("8 | ", "9 | ", "10 | ", "11 | "), ["line_numbers"]),
    "numbers and a colon": (_before("1:", "2:", "3:", "4:"), ["line_numbers"]),
    "numbers right before the code": (_before("1", "2", "3", "4"), ["line_numbers"]),
    "numbers of a search": (_before("a.py-1-", "a.py:2:", "a.py-3-", "a.py-4-"), ["line_numbers"]),
    "numbers and an arrow": (
        _before("      1 ", "      2 ", "----> 3 ", "      4 "),
        ["line_numbers"],
    ),
    "numbers on lines of their own": (_before("1\n", "2\n", "3\n", "4\n"), ["line_numbers"]),
    "git blame": (
        "".join(
            f"a1b2c3d{i} (Ada L 2021-03-0{i} 10:11:12 +0100 {i:2d}) {line}\n"
            for i, line in enumerate(TRAINING.splitlines(), 1)
        ),
        ["blame"],
    ),
    "capitals": (TRAINING.replace("import", "Import").replace("for", "For"), ["capital"] * 2),
    "blanks that are shown": (TRAINING.replace("    ", "····"), ["odd_space"] * 2),
    "tabs of four columns": (
        TRAINING.replace("    loss", "\tloss"),
        ["tabs"],
    ),
    "a hyphenated name": (
        TRAINING.replace("loss = step", "lo-\nss = step").replace("import", "import"),
        ["hyphenated"],
    ),
}


@pytest.mark.parametrize("name", AROUND)
def test_what_stands_around_code_is_set_aside_and_named(name):
    text, remarks = AROUND[name]
    source = mended(text)
    assert [line for line in source.text.splitlines() if line.strip()] == TRAINING.splitlines()
    assert keys(source) == remarks


MARKED = {
    "prompts": (
        ">>> import torch >>> for x, y in loader: ... loss = step(x, y) ... print(loss)",
        ["prompt", "reflowed"],
    ),
    "prompts of a notebook": (
        "In [1]: import torch In [2]: for x, y in loader: loss = step(x, y) print(loss)",
        ["prompt", "reflowed"],
    ),
    "numbers": (
        "1 import torch 2 for x, y in loader: 3 loss = step(x, y) 4 print(loss)",
        ["line_numbers", "reflowed"],
    ),
    "tags": (
        "import torch<br>for x, y in loader:<br>&nbsp;&nbsp;&nbsp;&nbsp;loss = step(x, y)<br/>"
        "&nbsp;&nbsp;&nbsp;&nbsp;print(loss)",
        ["html_entity", "break_mark"],
    ),
    "escapes": (TRAINING.replace("\n", "\\n"), ["break_mark"]),
    "a button": ("Copy code " + " ".join(TRAINING.split()), ["page_words", "reflowed"]),
    "a caption": (
        "训练代码如下：" + " ".join(TRAINING.split()) + " 以上就是全部代码。",
        ["prose", "reflowed"],
    ),
}


@pytest.mark.parametrize("name", MARKED)
def test_marks_in_one_line_say_where_it_broke(name):
    text, remarks = MARKED[name]
    source = mended(text)
    assert source.text == TRAINING
    assert keys(source) == remarks


def test_numbers_of_one_line_are_no_values():
    source = mended("1 lr = 1 2 batch = 2 3 run(lr, batch)")
    assert source.text == "lr = 1\nbatch = 2\nrun(lr, batch)\n"


def test_captions_between_statements_are_set_aside():
    source = mended(
        "Step 1: Load it\nimport torch\n第二步：训练\nfor x, y in loader:\n    loss = step(x, y)\n"
        "    print(loss)\nEpoch [1/3], Loss: 0.53\n100%|████| 6/6 [00:10<00:00]\n"
    )
    assert source.text == TRAINING
    assert keys(source) == ["prose"] * 4


def test_words_around_one_line_are_set_aside():
    source = mended("Here is my code: if on: a = f(b) else: a = 1 What is wrong with it?")
    assert source.text == "if on:\n    a = f(b)\nelse:\n    a = 1\n"
    assert keys(source) == ["prose", "reflowed"]


def test_shell_lines_are_set_aside():
    source = mended("$ pip install torch\npip install torch\npython train.py --lr 0.1\nx = 1\n")
    assert source.text.endswith("x = 1\n")
    assert keys(source) == ["shell_line"] * 3


def test_a_minus_is_no_hyphen():
    source = mended("gap = train_loss-\nval_loss\nprint(train_loss, val_loss)\n")
    assert "gap = train_loss- \\\nval_loss" in source.text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('"""Notes on the model.\n\nIt learns quickly.\n"""\nx = = 1\n', 5),
        ("x = 1\nretrn the loss\ny = 2\n", 2),
        ("def f(x):\n    give back the loss\n    y = 2\n", 2),
        ('"""Example:\n\n>>> f(1)\n1\n\n```python\nf(2)\n```\n"""\nx = = 1\n', 10),
        ("if you want it:\n    x = 1\n", 1),
    ],
)
def test_a_slip_in_code_is_no_text_around_it(text, line):
    with pytest.raises(InputError) as caught:
        mended(text)
    assert (caught.value.key, caught.value.line) == ("syntax-error", line)


def test_a_repair_names_its_line():
    remark = mended("x = 1\ny = foo（1)\n").remarks[0]
    assert remark.line == 2
    assert dict(remark.facts) == {"character": "（", "read_as": "("}


def test_lines_know_where_they_stood():
    source = mended("Text:\n```\nx = 1\n```\n```py\nif x：\n    y = 1\n```\n")
    assert [place.line for place in source.places] == [3, 6, 7]
    assert source.remarks[1].line == 6


@pytest.mark.parametrize(
    ("text", "line", "sign"),
    [
        ("import x\nprint 'a'\n", 2, "print"),
        ("x = 1\nprint x\n", 2, "print"),
        ("try:\n    x\nexcept (A, B), e:\n    y\nexec 'x'\n", 5, "exec"),
        ("x = 1\nraise E, 'text'\n", 2, "raise"),
        ("x = `y`\n", 1, "backticks"),
        ("if x <> 1:\n    y\n", 1, "<>"),
        ("x = 1\nos.chmod(f, 0755)\n", 2, "octal"),
        ("n = 1\nm = 10L\n", 2, "long"),
        ("s = ur'a'\n", 1, "ur"),
        ("for i in xrange(3): print i print 'done'", 1, "print"),
    ],
)
def test_python2_is_told_apart(text, line, sign):
    with pytest.raises(InputError) as caught:
        mended(text)
    assert (caught.value.key, caught.value.line) == ("python2", line)
    assert caught.value.facts["sign"] == sign


@pytest.mark.parametrize(
    ("text", "line", "sign"),
    [
        ("try:\n    train()\nexcept IOError, e:\n    stop(e)\n", 3, "except"),
        ("try:\n    train()\nexcept socket.error, err:\n    stop(err)\n", 3, "except"),
        ("lr = 0.1\nprint >>log, lr\n", 2, "print"),
    ],
)
def test_python2_that_newer_parsers_take_for_something_else(text, line, sign):
    with pytest.raises(InputError) as caught:
        mended(text)
    assert (caught.value.key, caught.value.line) == ("python2", line)
    assert caught.value.facts["sign"] == sign


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    train()\nexcept ValueError, TypeError:\n    stop()\n",
        '"""\nexcept IOError, e:\n"""\nx = 1  # print >>log\n',
        "f = g(a, e)[a, e:]\n",
    ],
)
def test_python3_is_not_taken_for_python2(text):
    assert read_text(text, "-").text == text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x = 1\ny = (2]\nz = 3\n", 2),
        ("for i in range(3)\n    print(i)\n", 1),
        ("This is a sentence about models, and not code.\n", 1),
        ("hello world foo bar\n", 1),
        ("SELECT a FROM b WHERE c\n", 1),
        ("```\n```\n", 1),
        (";", 1),
        ("import torch\nlet x = 1;\n", 2),
    ],
)
def test_what_is_no_python_is_one_clear_error(text, line):
    with pytest.raises(InputError) as caught:
        mended(text)
    assert (caught.value.key, caught.value.line) == ("syntax-error", line)


@pytest.mark.parametrize(
    ("text", "excerpt"),
    [("+--+\n| a |\n+--+\n", "| a |"), ("请问这是什么意思？谢谢。\n", "请问这是什么意思？谢谢。")],
)
def test_an_error_shows_the_line_as_it_was_written(text, excerpt):
    with pytest.raises(InputError) as caught:
        mended(text)
    assert caught.value.facts["excerpt"] == excerpt


def test_a_missing_header_is_named_as_it_was_put_in():
    (remark,) = mended("        f()\n    except E:\n        g()\nh()\n").remarks
    facts = dict(remark.facts)
    assert (facts["count"], facts["header"], facts["other"]) == (2, "if ...:", "try:")


def test_strict_refuses_what_has_two_readings():
    text = "if on: a = f(b) c = g(d) e = h(c)"
    assert any(key.startswith("taken_") for key in keys(mended(text)))
    with pytest.raises(InputError) as caught:
        mended(text, strict=True)
    assert caught.value.key == "ambiguous"
    clear = "if on: a = 1 else: a = 2"
    assert mended(clear, strict=True).text == "if on:\n    a = 1\nelse:\n    a = 2\n"


def test_a_single_statement_in_a_comment_stays_there():
    text = dedent("lr = 0.1  # or try lr = 0.01\n")
    assert read_text(text, "-").text == text


@pytest.mark.parametrize(
    "text",
    [
        "x = 1 " + "# a b c d e f " * 2_000,
        "if a: b = f(c) for x in b: g(x) " * 200,
        "hello world " * 20_000,
        "x = (1,\n" + "def f(x):\n    return g(x, 1)\n" * 500,
        "def f(x):\n    return g(x, 1)\n" * 20_000 + "x = 1 2 = (\n",
        "，" * 100_000,
        "“" * 20_000,
        "if a: " * 300 + "b",
        "".join(" " * i + "if x:\n" for i in range(700)) + " " * 700 + "y",
        "if a: b = c " * 600,
    ],
    ids=["comments", "flat", "prose", "open", "long", "commas", "quotes", "nested", "deep", "ifs"],
)
def test_large_text_is_read_or_refused_in_one_line(text):
    try:
        result = mended(text).text
    except InputError as error:
        result = error.key
    assert result == "syntax-error" or ast.parse(result)
