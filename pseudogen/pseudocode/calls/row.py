"""The form of a row of the tables: which phrase says a call, and what its parameters are called.

A table is text, one row a line: the name, the key of the phrase, the parameters in the order in
which they may be passed without a name::

    isinstance   instance_of?   x type
    .unsqueeze   =unsqueeze     x dim
    torch.save   save           state file
    .state_dict  state_of+      it
    os.path.join =path          parts*

A key that ends in `?` says something that holds or does not, one in `+` names a thing. A key that
begins with `=` is no phrase but the name of a function as in mathematics. A parameter in brackets
may be missing, `*` takes all that is left; `dim|axis` may be passed by either name. A name that
begins with a point is a method of anything, `optimizer.step` one of whatever has that role; its
first parameter is the object.
"""

from __future__ import annotations

from collections.abc import Mapping

from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One call: `key` of the phrase, `params` in their order, how many of them are `required`.

    `condition`: it holds or does not. `noun`: it names a thing. `function`: written as the
    function `key`. `rest`: the parameter that takes all further arguments, or "". `aliases`: other
    names by which parameters may be passed.
    """

    key: str
    params: tuple[str, ...]
    required: int
    condition: bool
    noun: bool
    function: bool
    rest: str
    aliases: Mapping[str, str]


def rows(table: str) -> dict[str, Row]:
    """The rows of a table by name.

    Raises:
        ValueError: a name stands in the table twice.
    """
    found: dict[str, Row] = {}
    for line in table.split("\n"):
        parts = line.split()
        if not parts:
            continue
        name, key, *params = parts
        if name in found:
            raise ValueError(f"{name} has two rows")
        found[name] = _row(key, params)
    return found


def _row(key: str, params: list[str]) -> Row:
    rest = params.pop().removesuffix("*") if params and params[-1].endswith("*") else ""
    names = [param.strip("[]").split("|") for param in params]
    return Row(
        key=key.strip("=?+"),
        params=tuple(name for name, *_ in names),
        required=sum(not param.startswith("[") for param in params),
        condition=key.endswith("?"),
        noun=key.endswith("+"),
        function=key.startswith("="),
        rest=rest,
        aliases={other: name for name, *others in names for other in others},
    )
