"""What a long script costs grows with its lines, not with their square."""

import cProfile
import pstats
from collections.abc import Callable

import pytest

import pseudogen
from benchmarks.growth import repeated

_SCRIPT = """
import torch
from torch import nn, optim
from project.logging import MetricLogger


def train(model, loader, epochs, accumulation):
    optimizer = optim.AdamW(model.parameters(), lr=1e-3)
    criterion = nn.CrossEntropyLoss()
    logger = MetricLogger("train")
    for epoch in range(epochs):
        optimizer.zero_grad()
        for step, (images, target) in enumerate(loader):
            loss = criterion(model(images), target) / accumulation
            loss.backward()
            if (step + 1) % accumulation == 0:
                optimizer.step()
                optimizer.zero_grad()
            print(step, loss.item())
        torch.save(model.state_dict(), "last.pt")
"""


def _calls_a_line(step: Callable[[str], str], copies: int) -> float:
    text = repeated(_SCRIPT, copies * _SCRIPT.count("\n"))
    step(text)  # what is kept of each name from script to script is there already
    profile = cProfile.Profile()
    profile.enable()
    step(text)
    profile.disable()
    return pstats.Stats(profile).total_calls / text.count("\n")  # type: ignore[attr-defined]


@pytest.mark.parametrize("step", [pseudogen.explain, pseudogen.pseudo])
def test_a_long_script_takes_as_many_calls_a_line_as_a_short_one(
    step: Callable[[str], str],
) -> None:
    assert _calls_a_line(step, 60) < 1.05 * _calls_a_line(step, 15)
