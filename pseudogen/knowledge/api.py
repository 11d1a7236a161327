"""The form of a row of the tables, and how a qualified name is looked up in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True)
class Api:
    """A class or function of a library.

    Attributes:
        kind: What it makes or does: "loader", "optimizer", "clip-norm"... (`roles.KIND_ROLES`
            says which role the result of a call has).
        params: The names of the positional parameters, in order.
        defaults: Parameter -> default, as Python text; only those that a finding speaks of.
        source: Where the parameters and defaults are documented.
    """

    kind: str
    params: tuple[str, ...] = ()
    defaults: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    traits: Mapping[str, str] = field(default_factory=dict)
    """What distinguishes it from its kin: `{"wrap": "ddp"}`, `{"unit": "epoch"}`."""


@dataclass(frozen=True, slots=True)
class Tables:
    """All rows: `exact` by qualified name, `families` by the package whose members they are
    (`torchvision.models` for all of its functions), `bare` by last component, for code without
    imports; only names that say enough on their own are in `bare`. `roots` says what the usual
    short names stand for; `packages` are the top-level packages that have rows."""

    exact: Mapping[str, Api]
    families: Mapping[str, Api]
    bare: Mapping[str, Api]
    roots: Mapping[str, str]
    packages: frozenset[str]

    def find(self, qualified: str) -> Api | None:
        """The row of a fully qualified name."""
        row = self.exact.get(qualified)
        if row is not None:
            return row
        if qualified.startswith("tensorflow.python.keras."):
            return self.find(qualified.replace(".python", "", 1))
        package = qualified
        while "." in package:
            package = package.rpartition(".")[0]
            row = self.families.get(package)
            if row is not None:
                return row
        return None
