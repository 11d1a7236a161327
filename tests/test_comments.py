import tracemalloc

import pytest

from pseudogen.names.comments import comment_of


@pytest.mark.parametrize(
    ("lines", "line", "found"),
    [
        (["lr = 0.1  # after a grid search"], 1, "after a grid search"),
        (["name = 'it\\'s # not one'  # the run"], 1, "the run"),
        (['name = "# not one"'], 1, None),
        (["# decays", "lr = 0.1"], 2, "decays"),
    ],
)
def test_a_comment_stands_behind_the_code_or_above(lines, line, found):
    assert comment_of(lines, line) == found


def test_a_long_string_takes_no_more_memory_than_it_has():
    line = "data = '" + "a" * 1_000_000 + "'  # packed"
    tracemalloc.start()
    try:
        assert comment_of([line], 1) == "packed"
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
