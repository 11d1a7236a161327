"""Operators and functions of numbers that a script's arithmetic is made of, as plain functions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import libcst as cst

_MAX_BITS = 1024  # what a power may take: the exponents of a float reach as far


def power(base: float, exponent: float) -> Any:
    """`base ** exponent`.

    Raises:
        ArithmeticError: the result would be too large, or is no real number.
    """
    if abs(base) > 1 and abs(exponent) * math.log2(abs(base)) > _MAX_BITS:
        raise OverflowError("a power is too large")
    result = base**exponent
    if type(result) is complex:
        raise ArithmeticError("a power is no real number")
    return result


OPERATIONS: dict[type, Callable[[Any, Any], Any]] = {
    cst.Add: lambda a, b: a + b,
    cst.Subtract: lambda a, b: a - b,
    cst.Multiply: lambda a, b: a * b,
    cst.Divide: lambda a, b: a / b,
    cst.FloorDivide: lambda a, b: a // b,
    cst.Modulo: lambda a, b: a % b,
    cst.Power: power,
}
OPERATIONS |= {
    cst.AddAssign: OPERATIONS[cst.Add],
    cst.SubtractAssign: OPERATIONS[cst.Subtract],
    cst.MultiplyAssign: OPERATIONS[cst.Multiply],
    cst.DivideAssign: OPERATIONS[cst.Divide],
    cst.FloorDivideAssign: OPERATIONS[cst.FloorDivide],
    cst.ModuloAssign: OPERATIONS[cst.Modulo],
    cst.PowerAssign: power,
}
"""By the type of the operator, also of an augmented assignment. They raise ArithmeticError."""

_OF_ONE = {
    "cos": math.cos,
    "sin": math.sin,
    "exp": math.exp,
    "sqrt": math.sqrt,
    "log": math.log,
    "floor": math.floor,
    "ceil": math.ceil,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{
        f"{module}.{name}": function
        for module in ("math", "np", "numpy")
        for name, function in _OF_ONE.items()
    },
    "math.pow": power,
    "np.power": power,
    "pow": power,
    "int": int,
    "float": float,
    "round": round,
    "abs": abs,
    "min": min,
    "max": max,
    "np.minimum": min,
    "np.maximum": max,
}
"""By the name as written. They raise ArithmeticError, TypeError or ValueError."""
