"""Which formulas are half a cosine, from where they fall, and along what."""

from __future__ import annotations

import libcst as cst
import pytest

from pseudogen.names.curves import half_cosine

FORMULAS = {
    "0.5 * (1 + math.cos(math.pi * t / T))": ("1", "t / T"),
    "base * 0.5 * (1.0 + np.cos(np.pi * part))": ("base", "part"),
    "(1 + cos(pi * epoch / epochs)) / 2 * base": ("base", "epoch / epochs"),
    "low + (high - low) * (cos(epoch / epochs * pi) + 1) / 2": ("(high - low)", "epoch / epochs"),
    "0.5 * (1 - math.cos(math.pi * t))": None,
    "1 + math.cos(math.pi * t)": None,
    "0.5 * (1 + math.cos(2 * t))": None,
    "0.5 * (1 + math.sin(math.pi * t))": None,
    "0.25 * (1 + math.cos(math.pi * t))": None,
}


@pytest.mark.parametrize(("formula", "expected"), FORMULAS.items())
def test_half_a_cosine(formula: str, expected: tuple[str, str] | None) -> None:
    found = half_cosine(cst.parse_expression(formula))
    assert (found and (found.top, found.progress)) == expected
