"""The learning rate as a function."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_train.schedule import learning_rate, scale_lr

PEAK = 0.5


@st.composite
def plans(draw, decays=("cosine", "step")):
    epochs = draw(st.integers(1, 100))
    return {
        "peak": PEAK,
        "epochs": epochs,
        "warmup_epochs": draw(st.floats(0.01, 0.9)) * epochs,
        "decay": draw(st.sampled_from(decays)),
        "min_ratio": draw(st.floats(0.001, 0.9)),
    }


@given(plans())
def test_boundaries(plan):
    assert learning_rate(0, **plan) == pytest.approx(0.1 * PEAK)
    assert learning_rate(plan["warmup_epochs"], **plan) == pytest.approx(PEAK)
    last = PEAK * plan["min_ratio"]
    assert learning_rate(plan["epochs"], **plan) == pytest.approx(last)
    assert learning_rate(plan["epochs"] + 1, **plan) == pytest.approx(last)


@given(plans(), st.floats(0, 1), st.floats(0, 1))
def test_rises_then_falls(plan, a, b):
    a, b = sorted((a, b))
    warmup, rest = plan["warmup_epochs"], plan["epochs"] - plan["warmup_epochs"]
    assert learning_rate(a * warmup, **plan) <= learning_rate(b * warmup, **plan) + 1e-12
    falling = [learning_rate(warmup + share * rest, **plan) for share in (a, b)]
    assert falling[0] >= falling[1] - 1e-12
    assert all(0 < lr <= PEAK + 1e-12 for lr in falling)


@given(plans())
def test_warmup_meets_decay(plan):
    gap = 1e-9 * plan["warmup_epochs"]
    before = learning_rate(plan["warmup_epochs"] - gap, **plan)
    after = learning_rate(plan["warmup_epochs"] + gap, **plan)
    assert before == pytest.approx(after, rel=1e-6)


@given(plans(decays=("cosine",)), st.floats(0, 1))
def test_cosine_is_the_closed_form(plan, share):
    warmup, rest = plan["warmup_epochs"], plan["epochs"] - plan["warmup_epochs"]
    low = PEAK * plan["min_ratio"]
    expected = low + (PEAK - low) * math.cos(math.pi * share / 2) ** 2
    assert learning_rate(warmup + share * rest, **plan) == pytest.approx(expected, abs=1e-9)


def test_steps():
    plan = {"peak": 1, "epochs": 9, "warmup_epochs": 1, "decay": "step", "min_ratio": 0.001}
    rates = [learning_rate(1 + epoch, **plan) for epoch in range(9)]
    expected = [1, 1, 0.1, 0.1, 0.01, 0.01, 0.001, 0.001, 0.001]
    assert rates == pytest.approx(expected)


def test_no_warmup_starts_at_the_peak():
    plan = {"epochs": 4, "warmup_epochs": 0, "decay": "cosine", "min_ratio": 0}
    assert learning_rate(0, peak=PEAK, **plan) == PEAK


@given(st.integers(1, 4096), st.integers(1, 4096))
def test_scaling_is_linear(batch, reference):
    assert scale_lr(0.1, batch, reference) / 0.1 == pytest.approx(batch / reference)
    assert scale_lr(0.1, reference, reference) == pytest.approx(0.1)
