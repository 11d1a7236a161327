"""Room for deep code: what overflows the usual stack is done again on a large one."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

_STACK_BYTES = 512 << 20
_DEPTH = 100_000
"""Frames. The guard before the parser lets at most 4,000 operators through; none needs 20."""

P = ParamSpec("P")
R = TypeVar("R")


def roomy(function: Callable[P, R]) -> Callable[P, R]:
    """A function that starts anew in a thread with a large stack when it recurses too deep.

    It must not have changed anything by then.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except RecursionError:
            return _in_large_stack(lambda: function(*args, **kwargs))

    return run


def _in_large_stack(work: Callable[[], R]) -> R:
    results: list[R] = []
    errors: list[BaseException] = []

    def attempt() -> None:
        try:
            results.append(work())
        except BaseException as error:  # handed to the thread that waits
            errors.append(error)

    size, depth = threading.stack_size(_STACK_BYTES), sys.getrecursionlimit()
    sys.setrecursionlimit(max(depth, _DEPTH))
    try:
        thread = threading.Thread(target=attempt)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(depth)
    if errors:
        raise errors[0]
    return results[0]
