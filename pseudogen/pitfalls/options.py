"""Options of the command line that do not take the values that one writes for them."""

from __future__ import annotations

from collections.abc import Iterator

from pseudogen.names.arguments import argument, string
from pseudogen.names.blocks import calls_of_methods
from pseudogen.names.script import Site
from pseudogen.pitfall import WARNING, Findings, Pitfall, pitfall, report
from pseudogen.syntax.text import text

_TAKEN_AS_THEY_ARE = ("action", "choices")
"""With one of these the option is no value that `bool` converts, or just some are let through."""


@pitfall("bool-option")
def check_bool(findings: Findings) -> Iterator[Pitfall]:
    """`parser.add_argument("--resume", type=bool)`: `bool("False")` is True."""
    script = findings.script
    found = [
        (site, name)
        for site in calls_of_methods(script, "add_argument")
        if _converts_by_bool(site) and (name := _option(site))
    ]
    if found and not script.resolver.bindings("bool", found[0][0].scope):
        first = found[0][0]
        yield report(
            "bool-option",
            WARNING,
            (first.line, first.last),
            "api",
            options=tuple(name for _, name in found),
            places=tuple(site.line for site, _ in found),
        )


def _converts_by_bool(site: Site) -> bool:
    given = argument(site.node, "type")
    if given is None or text(given) != "bool":
        return False
    return all(argument(site.node, name) is None for name in _TAKEN_AS_THEY_ARE)


def _option(site: Site) -> str:
    """The name of an option, the longest of several; "" for an argument that goes by its place."""
    names = [string(arg.value) for arg in site.node.args if arg.keyword is None]
    return max((name for name in names if name.startswith("-")), key=len, default="")


EXAMPLES = {
    "bool-option": {
        "parser.add_argument('--resume', type=bool, default=False)\n": [(1, 1)],
        "import argparse\nparser = argparse.ArgumentParser()\n"
        "parser.add_argument('--lr', type=float)\n"
        "parser.add_argument(\n    '-f', '--fp16',\n    type=bool,\n)\n"
        "parser.add_argument('--ema', type=bool)\n": [(4, 7)],
    },
}
COUNTEREXAMPLES = {
    "bool-option": {
        "parser.add_argument('--resume', action='store_true')\n": "a switch without a value",
        "parser.add_argument('--resume', type=str2bool)\n": "a function that reads the word",
        "def bool(word):\n    return word == 'yes'\n"
        "parser.add_argument('--resume', type=bool)\n": "a function of its own",
    },
}
