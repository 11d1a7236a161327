"""What all tests need: a cache of their own, and programs that Ctrl-C reaches."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def cache_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("cache")
    before = os.environ.get("PSEUDOGEN_CACHE")
    os.environ["PSEUDOGEN_CACHE"] = str(folder)
    yield folder
    if before is None:
        del os.environ["PSEUDOGEN_CACHE"]
    else:
        os.environ["PSEUDOGEN_CACHE"] = before


@pytest.fixture(scope="session", autouse=True)
def ctrl_c() -> None:
    """A shell's background job ignores it, and so would the programs that the tests start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
