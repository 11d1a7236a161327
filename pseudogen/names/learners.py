"""Objects of reinforcement learning that are told to learn, and what they were made with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from pseudogen.names.targets import assigned
from pseudogen.names.training import LEARNER, LEARNS, training_step
from pseudogen.syntax.build import dotted

if TYPE_CHECKING:
    from pseudogen.names.script import Script


def learners(script: Script) -> frozenset[str]:
    """The objects that are told to learn (`agent` of `agent.update(rollouts)`); asked by
    `script.once(learners)`."""
    told = (s for method in sorted(LEARNS) for s in script.calls_of_method(method))
    steps = ((site, training_step(script, site)) for site in told)
    return frozenset(
        site.name.rpartition(".")[0]
        for site, step in steps
        if step is not None and step.how == LEARNER
    )


def taught(script: Script) -> frozenset[str]:
    """What the objects that learn were made with: `policy` and `critic` of
    `agent = SAC(policy, critic)`; asked by `script.once(taught)`."""
    agents = script.once(learners)
    made = (site for site in script.call_sites() if agents and site.node.args)
    return frozenset(
        dotted(arg.value)
        for site in made
        if assigned(site.statement, site.node) in agents
        for arg in site.node.args
        if type(arg.value) is cst.Name
    )
