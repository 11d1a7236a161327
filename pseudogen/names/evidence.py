"""What a statement about the code rests on."""

from __future__ import annotations

from pseudogen.knowledge.api import Api
from pseudogen.records import dataclass

API = "api"
"""A library's class or function, resolved through the imports."""
FLOW = "flow"
"""What is assigned to a variable and what is done with it."""
NAME = "name"
"""Only how something is called."""

_TRUST = {API: 0, FLOW: 1, NAME: 2}


@dataclass(frozen=True, slots=True)
class Evidence:
    """The kind of evidence (API, FLOW or NAME) and the names of the script that it is about."""

    kind: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """A row of the tables that applies to an expression; `name` is the full name, or the name as
    written where the evidence is NAME."""

    api: Api
    name: str
    evidence: str


def weakest(*evidence: Evidence) -> Evidence:
    """What a finding rests on that needs all of these: the least trusted kind, and the names that
    are judged at that level."""
    kind = max((e.kind for e in evidence), key=_TRUST.__getitem__)
    names = (name for e in evidence if e.kind == kind for name in e.names)
    return Evidence(kind, tuple(dict.fromkeys(names)))
