"""No test uses the cache of the user who runs them."""

import os
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
