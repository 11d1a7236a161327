"""Each construct in both languages: what a reader sees."""

import pytest

from tests.pseudocode.saying import expression, texts

EXPRESSIONS = [
    # code, English, Chinese
    ("a // b", "⌊a / b⌋", "⌊a / b⌋"),
    ("(a + b) // c", "⌊(a + b) / c⌋", "⌊(a + b) / c⌋"),
    ("a % b == 0", "a mod b = 0", "a mod b = 0"),
    ("(a + 1) % b", "(a + 1) mod b", "(a + 1) mod b"),
    ("a ** b ** c", "a^(b^c)", "a^(b^c)"),
    ("(-a) ** 2", "(−a)^2", "(−a)^2"),
    ("-a ** 2", "−a^2", "−a^2"),
    ("-a * b", "−a × b", "−a × b"),
    ("a - -b", "a − (−b)", "a − (−b)"),
    ("a - -b * c", "a − (−b × c)", "a − (−b × c)"),
    ("(a * b) / (c * d)", "a × b / (c × d)", "a × b / (c × d)"),
    ("not a % b", "a mod b = 0", "a mod b = 0"),
    ("a % b and not a // b", "a mod b ≠ 0 and ⌊a / b⌋ = 0", "a mod b ≠ 0 且 ⌊a / b⌋ = 0"),
    ("not len(x)", "x is empty", "x 为空"),
    ("folder / 'x.pt'", 'path(folder, "x.pt")', 'path(folder, "x.pt")'),
    ("folder / 'a' / b", 'path(folder, "a", b)', 'path(folder, "a", b)'),
    ("[0] * (n + 1)", "[0] repeated n + 1 times", "[0] 重复 n + 1 次"),
    ("'=' * 80 + x", '("=" repeated 80 times) + x', '("=" 重复 80 次) + x'),
    ("[1, 2] * weights", "[1, 2] × weights", "[1, 2] × weights"),
    (
        "('%s' * 2 + '!') % pair",
        '(("%s" repeated 2 times) + "!") filled with pair',
        '把 pair 填入 (("%s" 重复 2 次) + "!") 所得的文本',
    ),
    ("x @ y", "x · y", "x · y"),
    ("0 <= x < n", "0 ≤ x < n", "0 ≤ x < n"),
    ("x is None", "x is not set", "x 未设置"),
    ("x is not None", "x is set", "x 已设置"),
    ("not x is None", "x is set", "x 已设置"),
    ("not callable(x)", "x cannot be called", "x 不可调用"),
    ("not x.startswith(y)", "x does not start with y", "x 不以 y 开头"),
    ("a in b", "b contains a", "b 包含 a"),
    ("not (a and b)", "not (a holds and b holds)", "非 (a 成立且 b 成立)"),
    ("[]", "empty list", "空列表"),
    ("{}", "empty table", "空字典"),
    ("(a,)", "tuple (a)", "元组 (a)"),
    ("[*a, b]", "[all of a, b]", "[a 的全部元素, b]"),
    ("{**a, 'k': 1}", '{all entries of a, "k": 1}', '{a 的全部条目, "k": 1}'),
    ("len(x) + 1", "|x| + 1", "|x| + 1"),
    ("x[1:3]", "x[from 1 to 2]", "x[从 1 到 2]"),
    ("x[a:b]", "x[from a to b − 1]", "x[从 a 到 b − 1]"),
    ("x[a:a + 1]", "x[from a to a]", "x[从 a 到 a]"),
    ("x[-1]", "x[last]", "x[最后一个]"),
    ("x[-2]", "x[2nd from the end]", "x[倒数第 2 个]"),
    ("x[:, 0]", "x[all, 0]", "x[全部, 0]"),
    ("x[None, ...]", "x[new axis, …]", "x[新轴, …]"),
    ("x[:-1]", "x[without the last 1]", "x[去掉最后 1 个]"),
    ("x[-k:]", "x[last k]", "x[最后 k 个]"),
    ("x[::2]", "x[all in steps of 2]", "x[全部（步长为 2）]"),
    ("x[::2, 1:-1]", "x[all in steps of 2, from 1 on without the last 1]", None),
    ("a & b == c", "(a ∧ b) = c", "(a ∧ b) = c"),
    ("sorted(x, reverse=True)", "x in descending order", "从大到小排序后的 x"),
    ("filter(None, x)", "those of x that hold", "x 中成立的元素"),
    ("x[::-1]", "x[backwards]", "x[倒序]"),
    ("lambda x: x + 1", "x ↦ x + 1", "x ↦ x + 1"),
    ("lambda x, y=2: x", "(x, y = 2) ↦ x", "(x, y = 2) ↦ x"),
    ("[x ** 2 for x in xs if x > 0]", "[x^2 | x ∈ xs, x > 0]", "[x^2 | x ∈ xs, x > 0]"),
    ("{k: v for k, v in d.items()}", None, "{k: v | (k, v) ∈ d 的键值对}"),
    ("[i for i in range(n, 0, -k)]", "[i | i from n down to 1 in steps of k]", None),
    ("[i for i in range(n)]", "[i | i from 0 to n − 1]", "[i | i 从 0 到 n − 1]"),
    ("a if c else b", "a if c holds, otherwise b", "若 c 成立则取 a，否则取 b"),
    ("a or b", "a or else b", "a，不成立时取 b"),
    ("a == 1 or b", "a = 1 or b holds", "a = 1 或 b 成立"),
    ("f'{x:.2f} s'", '"⟨x, 2 decimals⟩ s"', '"⟨x, 2 位小数⟩ s"'),
    (
        "f'{a if b else None}!'",
        '"⟨a if b holds, otherwise none⟩!"',
        '"⟨若 b 成立则取 a，否则取无⟩!"',
    ),
    ("'{} of {}'.format(a, b)", '"⟨a⟩ of ⟨b⟩"', '"⟨a⟩ of ⟨b⟩"'),
    ("'%d%%' % a", '"⟨a⟩%"', '"⟨a⟩%"'),
    ("1_000 + 0b101 + .5 + 2j", "1000 + 101₂ + 0.5 + 2i", "1000 + 101₂ + 0.5 + 2i"),
    ("None, True", "none, true", "无, 真"),
    ("isinstance(x, (A, B))", "x is of type A or B", "x 的类型是 A 或 B"),
    ("f(*a, k=1, **b)", None, "f(a 的全部元素, k = 1, b 中的各具名值)"),
    ("(y := f(x)) + 1", "(y ← f(x)) + 1", "(y ← f(x)) + 1"),
    ("dict(a=1)", '{"a": 1}', '{"a": 1}'),
    ("r'\\d+\\n'", '"\\d+\\\\n"', '"\\d+\\\\n"'),
    ("d.get(k)", "d[k] if any", "d[k]（如有）"),
    ("d.get(k, 0)", "d[k], or 0 if there is none", "d[k]（没有则取 0）"),
]


@pytest.mark.parametrize(("code", "english", "chinese"), EXPRESSIONS)
def test_expression(code: str, english: str | None, chinese: str | None) -> None:
    assert english is None or expression(code, "en") == english
    assert chinese is None or expression(code, "zh") == chinese


STATEMENTS = '''
x += 1
--
x ← x + 1
--
x ← x + 1
====
x //= a + b
--
x ← ⌊x / (a + b)⌋
--
x ← ⌊x / (a + b)⌋
====
a = b = 0
--
a ← b ← 0
--
a ← b ← 0
====
a, b = b, a
--
a, b ← b, a
--
a, b ← b, a
====
[a, *b], c = d
--
(a, (the rest as b)), c ← d
--
(a,（其余为 b）), c ← d
====
x: int = 3
--
x: integer ← 3
--
x: 整数 ← 3
====
del a, b[0]
--
delete a, b[0]
--
删除 a, b[0]
====
assert x, 'no'
--
require x holds, or else fail with "no"
--
要求 x 成立，否则报错 "no"
====
import torch.nn as nn
--
use torch.nn called nn
--
使用 torch.nn（记为 nn）
====
from a import b as c
--
use b called c from a
--
使用 a 中的 b（记为 c）
====
for i in range(2, n + 1):
    pass
--
for i from 2 to n:
  do nothing
--
对 i 从 2 到 n：
  什么也不做
====
for i in range(n - 1, -1, -1):
    break
--
for i from n − 1 down to 0:
  leave the loop
--
对 i 从 n − 1 递减到 0：
  退出循环
====
for i, x in enumerate(xs, 1):
    continue
--
for each x in xs, counting i from 1:
  go on with the next round
--
对 xs 中的每个 x（序号 i 从 1 开始）：
  进入下一次循环
====
for k, v in d.items(): f(k)
--
for each key k with its value v in d:
  f(k)
--
对 d 中的每个键 k 及其值 v：
  f(k)
====
while x > 0:
    x -= 1
else:
    f()
--
while x > 0, repeat:
  x ← x − 1
if the loop was not left early:
  f()
--
当 x > 0 时重复：
  x ← x − 1
若循环没有中途退出：
  f()
====
if a:
    pass
elif not b:
    pass
else:
    pass
--
if a holds:
  do nothing
otherwise, if b does not hold:
  do nothing
otherwise:
  do nothing
--
如果 a 成立：
  什么也不做
否则，如果 b 不成立：
  什么也不做
否则：
  什么也不做
====
xs = []
if xs:
    pass
--
xs ← empty list
if xs is not empty:
  do nothing
--
xs ← 空列表
如果 xs 非空：
  什么也不做
====
try:
    f()
except (A, B) as e:
    raise C from e
except:
    raise
finally:
    g()
--
try:
  f()
on error A or B, called e:
  fail with C, caused by e
on any error:
  pass the error on
in any case, at the end:
  g()
--
尝试：
  f()
若出错 A 或 B（记为 e）：
  报错 C，起因是 e
若出现任何错误：
  继续抛出该错误
最后总要：
  g()
====
class A(B):
    def __init__(self, x):
        super().__init__()
        self.x = x
--
class A, a kind of B:
  to create A(x):
    set up as the base class does
    the object's x ← x
--
类 A，继承 B：
  创建 A(x)：
    按父类的方式初始化
    本对象的 x ← x
====
@staticmethod
async def f(a, *b, c: int = 1, **d) -> str:
    await g(a)
--
next definition, with no object of its own:
asynchronous function f(a, further b, c: integer = 1, further named d), giving text:
  wait for: g(a)
--
以下定义（装饰器为不依赖对象）：
异步函数 f(a, 其余参数 b, c: 整数 = 1, 其余具名参数 d)，返回字符串：
  等待：g(a)
====
match x:
    case [1, y, *_] if y > 0:
        pass
    case {'k': A(b=2) | None, **r}:
        pass
    case _:
        pass
--
depending on x:
  case [1, anything called y, further elements], provided that y > 0:
    do nothing
  case a table with {"k": type A with (b = 2) or none, further elements called r}:
    do nothing
  otherwise:
    do nothing
--
根据 x 选择：
  情形 [1, 任意值（记为 y）, 其余元素]，且满足 y > 0：
    什么也不做
  情形含有 {"k": 类型 A，满足（b = 2）或无, 其余元素 r} 的字典：
    什么也不做
  否则：
    什么也不做
====
with open(p) as f, g():
    pass
--
with the file p called f, g():
  do nothing
--
在文件 p（记为 f）、g() 的环境中：
  什么也不做
====
with open(p, 'w') as f:
    pass
--
with the file p (mode = "w") called f:
  do nothing
--
打开文件 p（mode = "w"），记为 f：
  什么也不做
====
from tqdm import tqdm
for x in tqdm(xs, desc=d):
    pass
--
use tqdm from tqdm
for each x in xs, with a progress bar (desc = d):
  do nothing
--
使用 tqdm 中的 tqdm
对 xs 中的每个 x（带进度条，desc = d）：
  什么也不做
====
from tqdm import trange
for i in trange(9):
    pass
--
use trange from tqdm
for i from 0 to 8, with a progress bar:
  do nothing
--
使用 tqdm 中的 trange
对 i 从 0 到 8（带进度条）：
  什么也不做
====
if __name__ == '__main__':
    main()
--
if this file is run as the main program:
  main()
--
如果本文件作为主程序运行：
  main()
====
def f():
    """Says.

    More."""
    # why
    return 1  # one
--
function f():
  ▷ Says.
  ▷ More.
  ▷ why
  return 1
  ▷ one
--
函数 f()：
  ▷ Says.
  ▷ More.
  ▷ why
  返回 1
  ▷ one
'''
"""Code, English and Chinese, parted by `--`; cases parted by `====`."""


@pytest.mark.parametrize("case", STATEMENTS.strip("\n").split("\n====\n"))
def test_statement(case: str) -> None:
    code, english, chinese = case.split("\n--\n")
    assert texts(code, "en") == english.split("\n")
    assert texts(code, "zh") == chinese.split("\n")


def test_only_methods_that_the_language_calls_are_told_as_such() -> None:
    code = "class A:\n    def add(self, x): ...\n    def __add__(self, x): ..."
    assert [line.strip() for line in texts(code, "en")] == [
        "class A:",
        "function add(x):",
        "left open",
        "to give an object plus (x):",
        "left open",
    ]
