"""Code that no one would write is read all the same."""

import json

import pytest

import pseudogen

ODD = {
    "classes that inherit in a circle": "class A(B): pass\nclass B(A): pass\nA()\n",
    "a class that inherits from itself": "class A(A): pass\nA()\n",
    "an alias of itself": "x = x\nx()\n",
    "aliases in a circle": "a = b\nb = a\na.step()\n",
    "a function that returns its own result": "def f():\n    return f()\nm = f()\n",
    "a sum of 1,500 terms": "x = " + " + ".join(["batch_size"] * 1500) + "\n",
    "keys of the object itself": "class A(dict):\n    def f(self):\n        return self['lr']\n",
    "150 brackets": "x = " + "(" * 150 + "1" + ")" * 150 + "\n",
    "400 calls in a chain": "x = model" + ".to(device)" * 100 + "\n",
    "90 nested blocks": "".join("    " * i + "if a:\n" for i in range(90)) + "    " * 90 + "b()\n",
    "a call of what a seed gives back": "sampler.set_seed(1)(2)\ntorch.manual_seed(1)(2)\n",
    "a schedule as a condition": (
        "from torch.optim.lr_scheduler import LinearLR\n"
        "if LinearLR(optimizer, 0.1, 1.0, 5):\n    pass\n"
        "for x in LinearLR(optimizer, 0.1, 1.0, 5):\n    pass\n"
    ),
    "600 branches": "if a == 0:\n    b\n" + "".join(f"elif a == {i}:\n    b\n" for i in range(600)),
}


@pytest.mark.parametrize("lang", pseudogen.languages())
@pytest.mark.parametrize("code", list(ODD.values()), ids=list(ODD))
def test_odd_code_is_read(code: str, lang: str) -> None:
    assert pseudogen.explain(code, lang=lang)
    assert pseudogen.pseudo(code, lang=lang, detail="full")
    assert pseudogen.pseudo(code, lang=lang, detail="steps")


ESCAPES = r"""import argparse
import torch

parser = argparse.ArgumentParser("words \d")
parser.add_argument("--pattern", default="\d+", help="the \w of %(default)s")
args = parser.parse_args()
model = torch.nn.Linear(3, 4)
model.load_state_dict(torch.load("ck\pt.pth")["a\d"])
if args.pattern == "\d+":
    print("pattern \s")
elif args.pattern.startswith("\w"):
    print(f"pattern \s {args}")
"""


@pytest.mark.filterwarnings("error")
def test_what_python_says_of_escapes_is_not_passed_on() -> None:
    for tell in (pseudogen.explain, pseudogen.pseudo, pseudogen.check):
        assert tell(ESCAPES)


# What Python reads in f-strings since 3.12, and the same for every version.
NESTED = {
    """print(f"{"#" * 80}")\ny = 4\n""": """print(f"{'#' * 80}")\ny = 4\n""",
    """print(f"{names["("]} {", ".join(names)}")  # shown\ny = 4\n""": (
        """print(f"{names['(']} {', '.join(names)}")  # shown\ny = 4\n"""
    ),
    "def f(a=f'{\n  x:.2f} s'):\n    return a\ny = f(\n    2)\n": (
        "def f(a=f'{x:.2f} s'):\n    return a\ny = f(2)\n"
    ),
    """y = f"{g(f"{x["#"]:>{n}}")}"\nz = rf"\\d{d["("]}"\n""": (
        """y = f"{g(f'''{x['#']:>{n}}''')}"\nz = rf"\\d{d['(']}"\n"""
    ),
    "y = f'{x}{  # which (\n    u}'\nz = f'{d['#']}'\n": """y = f'{x}{u}'\nz = f"{d['#']}"\n""",
}


@pytest.mark.parametrize(("newer", "older"), NESTED.items())
def test_strings_in_the_fields_of_strings(newer: str, older: str) -> None:
    assert pseudogen.pseudo(newer, detail="full") == pseudogen.pseudo(older, detail="full")
    told = json.loads(pseudogen.pseudo(newer, detail="full", format="json"))["lines"]
    assert told[-1]["source"][1] == len(newer.splitlines())


def test_strings_in_strings_too_deep_are_refused() -> None:
    deep = "x = " + 'f"{' * 200 + "1" + '}"' * 200 + "\n"
    with pytest.raises(pseudogen.InputError, match="deep"):
        pseudogen.explain(deep)
