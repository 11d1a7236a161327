import tracemalloc

import pytest

from pseudogen.names.comments import comment_naming, comment_of, joined


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


_COLUMN = [
    "    # ---------------------------",
    "    #   The settings of the optimizer",
    "    #   rate        how large a step is,",
    "    #               before it is scaled",
    "    #   momentum    how much of the direction is kept",
    "    #",
    "    #   Larger values go with larger batches.",
    "    # ---------------------------",
    "    rate     = 0.1",
    "    momentum = 0.9",
    "    decay    = 0.1",
]


@pytest.mark.parametrize(
    ("line", "name", "found"),
    [
        (9, "rate", "how large a step is, before it is scaled"),
        (10, "momentum", "how much of the direction is kept"),
        (11, "decay", None),
    ],
)
def test_a_comment_over_a_group_lists_its_names(line, name, found):
    assert comment_of(_COLUMN, line) is None
    assert comment_naming(_COLUMN, line, name) == found


def test_lines_of_chinese_are_clauses():
    assert (
        joined(["是否打乱样本", "验证时不打乱。", "默认打乱"])
        == "是否打乱样本，验证时不打乱。 默认打乱"
    )
    assert joined(["the first", "the second"]) == "the first the second"
