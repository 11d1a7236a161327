"""Quantities are followed through assignments, settings and calls; what is open stays open."""

import libcst as cst
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pseudogen.names.script import Script


def last_argument(code: str) -> tuple[float | None, list[str]]:
    """The value, and the code of the chain, of the last argument of the last call."""
    script = Script.parse(code)
    site = [s for s in script.call_sites() if s.name == "use"][-1]
    node, index = site.node.args[-1].value, site.statement.index
    return script.value(node, index), [link.code for link in script.chain(node, index)]


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("n = 64\nuse(n // 4)", 16),
        ("n = 64\nn //= 3\nuse(n)", 21),
        ("use(int(7 / 2))", 3),
        ("import math\nuse(math.ceil(7 / 2))", 4),
        ("use(min(max(0.1 * 4, 0.3), 1))", 0.4),
        ('cfg = {"lr": 0.1}\nuse(cfg["lr"] * 2)', 0.2),
        ("def f(n=3):\n    use(n)\nf()", 3),
        ("def f(n=3):\n    use(n)\nf(n=5)", 5),
        ("class A:\n    def f(self, n):\n        use(n)\n    def g(self):\n        self.f(6)", 6),
        ("class A:\n    def f(self, n):\n        use(n)\nA.f(A(), 6)", 6),
        ("def f(n):\n    use(n)\nkw = dict(n=7)\nf(**kw)", 7),
        ("p.add_argument('--n', default=8)\nargs = p.parse_args()\nuse(args.n)", 8),
    ],
)
def test_constants_are_worked_out(code: str, value: float) -> None:
    assert last_argument(code)[0] == pytest.approx(value)


@pytest.mark.parametrize(
    "code",
    [
        "if x:\n    n = 1\nelse:\n    n = 2\nuse(n)",
        "def f(n=3):\n    use(n)\nf()\nf(4)",
        "def f(n=3):\n    use(n)",
        "def f(n=3):\n    use(n)\nf(**unknown)",
        "n = 8\nfor _ in x:\n    use(n)\n    n = n // 2",
        "class A:\n    def f(self):\n        use(self)\n    def g(self):\n        self.f()",
        "use(1 / 0)",
        "use(9 ** 9 ** 9)",
        "n = n\nuse(n)",
        "def f(n):\n    use(n)\n    f(n)\nf(1)\nf(2)",
    ],
)
def test_what_is_open_has_no_value(code: str) -> None:
    assert last_argument(code)[0] is None


def test_an_option_that_a_function_changes_is_not_its_default() -> None:
    code = (
        "p.add_argument('--n', default=8)\n"
        "args = p.parse_args()\n"
        "def worker(args):\n"
        "    args.n = args.n // 2\n"
        "def train(args):\n"
        "    use(args.n)\n"
    )
    value, chain = last_argument(code)
    assert value is None
    assert chain == ["args.n = 8", "args.n = args.n // 2"]


@given(st.integers(-99, 99), st.integers(1, 99), st.sampled_from(["+", "-", "*", "//", "%"]))
def test_arithmetic_is_that_of_python(left: int, right: int, operator: str) -> None:
    expression = f"{left} {operator} {right}"
    script = Script.parse(f"x = {expression}")
    node = script.tree.statements[0].node
    assert isinstance(node, cst.Assign)
    assert script.value(node.value, 0) == eval(expression)
