"""determinism: cuDNN or algorithm determinism, or autotuning, is set."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern
from pseudogen.names.evidence import API, NAME, Evidence, weakest
from pseudogen.names.runs import run_from
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_VARIABLES = frozenset(
    {"CUBLAS_WORKSPACE_CONFIG", "TF_DETERMINISTIC_OPS", "FLAGS_cudnn_deterministic"}
)
_ABOUT = frozenset({"deterministic", "determinism", "reproducible", "reproducibility"})
_VERBS = frozenset({"set", "make", "enable", "ensure", "setup", "init", "configure", "use", "full"})
_SWITCHES = frozenset({"deterministic", "benchmark"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Determinism(Finding):
    """Facts of a run of such settings; each is the text of what is set, None when it is not.

    Attributes:
        deterministic: `cudnn.deterministic`.
        benchmark: `cudnn.benchmark`, the autotuning.
        algorithms: `torch.use_deterministic_algorithms` and its kin.
        helper: A helper that by its name sets up cuDNN; how, the script does not show.
        workspace: The variable that is set in the environment for it, as `NAME=value`.
        condition: The condition under which it is done.
        trainer: The trainer of a framework that is told so, as written; None of other settings.
    """

    pattern: ClassVar[str] = "determinism"

    deterministic: str | None
    benchmark: str | None
    algorithms: str | None
    workspace: str | None
    condition: str | None
    helper: str | None = None
    trainer: str | None = None


@dataclass(frozen=True, slots=True)
class _Switch:
    name: str
    value: str
    evidence: Evidence


def _find(site: Site, script: Script) -> Iterator[Determinism]:
    """`cudnn.benchmark = True`, `torch.use_deterministic_algorithms(True)`; a run is one."""
    if _switch(site.statement, script) is None:
        return
    condition = script.condition(site.statement)

    def alike(statement: Statement) -> bool:
        """Whether a statement sets something under the same condition: branches are told apart."""
        return _switch(statement, script) is not None and script.condition(statement) == condition

    run = run_from(script.tree, site.statement, alike, 1)
    if not run:
        return
    switches = [s for s in (_switch(statement, script) for statement in run) if s is not None]
    values = {switch.name: switch.value for switch in switches}
    yield Determinism(
        line=site.line,
        end=run[-1].last,
        evidence=weakest(*(switch.evidence for switch in switches)),
        deterministic=values.get("deterministic"),
        benchmark=values.get("benchmark"),
        algorithms=values.get("algorithms"),
        workspace=values.get("workspace"),
        condition=condition,
        helper=values.get("helper"),
    )


@pattern(Determinism, kinds=("trainer",))
def find_setting(site: Site, script: Script) -> Iterator[Determinism]:
    """Lightning's `Trainer(deterministic=True, benchmark=False)`."""
    if site.known is None or "lightning" not in site.known.name:
        return
    asked = script.argument_text(site, "deterministic")
    benchmark = script.argument_text(site, "benchmark")
    algorithms = asked if asked not in ("False", "None") else None
    benchmark = benchmark if benchmark in ("True", "False") else None
    if algorithms is not None or benchmark is not None:
        yield Determinism(
            line=site.line,
            end=site.last,
            evidence=Evidence(site.known.evidence, (site.known.name,)),
            deterministic=None,
            benchmark=benchmark,
            algorithms=algorithms,
            workspace=None,
            condition=script.condition(site.statement),
            trainer=site.name,
        )


find_flags = pattern(
    Determinism,
    statements=(cst.Assign,),
    mentions=tuple(name.lower() for name in (*_SWITCHES, *_VARIABLES)),
)(_find)


def _may_switch(name: str) -> bool:
    """Whether a call of this name may switch something, by the name alone."""
    return _asks_determinism(name) or _sets_up_cudnn(name)


@pattern(Determinism, kinds=("determinism",), calls=_may_switch)
def find_calls(site: Site, script: Script) -> Iterator[Determinism]:
    """`torch.use_deterministic_algorithms(True)`."""
    node = site.statement.node
    alone = type(node) is cst.Expr and node.value is site.node
    return _find(site, script) if alone else iter(())


def _switch(statement: Statement, script: Script) -> _Switch | None:
    node = statement.node
    if type(node) is cst.Assign:
        return _assigned(node.targets[0].target, node.value, statement, script)
    if type(node) is cst.Expr and type(node.value) is cst.Call:
        return _called(node.value, statement, script)
    return None


def _assigned(target: Any, value: Any, statement: Statement, script: Script) -> _Switch | None:
    if type(target) is cst.Subscript:
        written = text(target.slice[0]).strip("'\"")
        if written in _VARIABLES and dotted(target.value).endswith("environ"):
            return _Switch("workspace", f"{written}={text(value)}", Evidence(API, (written,)))
        return None
    name = dotted(target)
    last = name.rpartition(".")[2]
    if last not in _SWITCHES or "." not in name:
        return None
    for full in script.resolver.qualified(dotted(target.value), statement.scope):
        row = script.resolver.tables.find(f"{full}.{last}")
        if row is not None and row.kind == "determinism-flag":
            return _Switch(last, text(value), Evidence(API, (f"{full}.{last}",)))
    if "cudnn" in name.split("."):
        return _Switch(last, text(value), Evidence(NAME, (name,)))
    return None


def _called(call: cst.Call, statement: Statement, script: Script) -> _Switch | None:
    name = dotted(call.func)
    known = script.known_name(name, statement.scope)
    if known is not None:
        told = known.api.kind == "determinism"
        evidence = Evidence(known.evidence, (known.name,))
    else:
        told = _asks_determinism(name) and not _of_value(name, statement, script)
        seeds = bool(call.args) and "seed" in words(dotted(call.args[0].value))
        told = told and not seeds  # the helper fixes seeds; what else it does is not seen
        evidence = Evidence(NAME, (name,))
    if known is None and _sets_up_cudnn(name) and not script.defines(name.rpartition(".")[2]):
        return _Switch("helper", name, Evidence(NAME, (name,)))
    first = text(call.args[0].value) if told and call.args else "True"
    return _Switch("algorithms", first, evidence) if told else None


def _sets_up_cudnn(name: str) -> bool:
    """`setup_cudnn(config)`, not `has_cudnn()`."""
    named = words(name)
    return named[1:] == ("cudnn",) and named[0] in _VERBS


def _of_value(name: str, statement: Statement, script: Script) -> bool:
    """Whether an object is made deterministic, not the run: `transform.set_deterministic(True)`."""
    root = name.partition(".")[0]
    bound = script.resolver.bindings(root, statement.scope) if "." in name else []
    return any(b.how in ("assign", "parameter", "for", "with") for b in bound)


@lru_cache(maxsize=1 << 12)
def _asks_determinism(name: str) -> bool:
    found = set(words(name))
    asks = bool(found & _ABOUT and found & _VERBS)
    return asks and not found & {"unset", "disable", "get", "is"}


EXAMPLES = {
    "import torch\n"
    "torch.backends.cudnn.deterministic = True\n"
    "torch.backends.cudnn.benchmark = False": [
        Determinism(
            line=2,
            end=3,
            evidence=Evidence(
                API, ("torch.backends.cudnn.deterministic", "torch.backends.cudnn.benchmark")
            ),
            deterministic="True",
            benchmark="False",
            algorithms=None,
            workspace=None,
            condition=None,
        )
    ],
    "import torch.backends.cudnn as cudnn\nif args.cuda:\n    cudnn.benchmark = True": [
        Determinism(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.backends.cudnn.benchmark",)),
            deterministic=None,
            benchmark="True",
            algorithms=None,
            workspace=None,
            condition="args.cuda",
        )
    ],
    "import lightning as L\ntrainer = L.Trainer(benchmark=True, deterministic=False)": [
        Determinism(
            line=2,
            end=2,
            evidence=Evidence(API, ("lightning.Trainer",)),
            deterministic=None,
            benchmark="True",
            algorithms=None,
            workspace=None,
            condition=None,
            trainer="L.Trainer",
        )
    ],
    "from torch.backends import cudnn\n"
    "if exact:\n"
    "    cudnn.deterministic = True\n"
    "else:\n"
    "    cudnn.benchmark = True": [
        Determinism(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.backends.cudnn.deterministic",)),
            deterministic="True",
            benchmark=None,
            algorithms=None,
            workspace=None,
            condition="exact",
        ),
        Determinism(
            line=5,
            end=5,
            evidence=Evidence(API, ("torch.backends.cudnn.benchmark",)),
            deterministic=None,
            benchmark="True",
            algorithms=None,
            workspace=None,
            condition="not exact",
        ),
    ],
    "import os, torch\n"
    "os.environ['CUBLAS_WORKSPACE_CONFIG'] = ':4096:8'\n"
    "torch.use_deterministic_algorithms(True)": [
        Determinism(
            line=2,
            end=3,
            evidence=Evidence(
                API, ("CUBLAS_WORKSPACE_CONFIG", "torch.use_deterministic_algorithms")
            ),
            deterministic=None,
            benchmark=None,
            algorithms="True",
            workspace="CUBLAS_WORKSPACE_CONFIG=':4096:8'",
            condition=None,
        )
    ],
    ("setup_cudnn(config)"): [
        Determinism(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("setup_cudnn",)),
            deterministic=None,
            benchmark=None,
            algorithms=None,
            workspace=None,
            condition=None,
            helper="setup_cudnn",
        )
    ],
}
COUNTEREXAMPLES = {
    "torch.backends.cuda.matmul.allow_tf32 = True": "a precision mode, not determinism",
    "make_deterministic(args.seed)": "fixes the seeds; what else it does is not seen",
    "config.benchmark = True": "a field of the script's own",
    ("if has_cudnn():\n    pass"): "asks, sets nothing",
}
