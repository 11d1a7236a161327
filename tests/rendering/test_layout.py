"""Lines are as wide as they may be and lose nothing."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from pseudogen.document import Span, Spans, plain
from pseudogen.rendering.layout import joined, width, wrap

TEXTS = st.text(alphabet="ab._(）（，。中文字 “”x1", max_size=60)
SPANS = st.lists(st.builds(Span, TEXTS, st.sampled_from(["words", "code"])), max_size=6).map(
    lambda found: tuple(span for span in found if span.text)
)


def text(spans: Spans) -> str:
    return "".join(span.text for span in spans)


def kinds(line: Spans) -> list[tuple[str, str]]:
    return [(character, span.kind) for span in line for character in span.text if character != " "]


def lines(sentence: str, columns: int, hang: int = 0) -> list[str]:
    return [text(line) for line in wrap((Span(sentence),), columns, hang)]


@given(SPANS, st.integers(12, 40), st.integers(0, 8))
def test_no_line_is_too_wide_and_nothing_is_lost(spans: Spans, columns: int, hang: int) -> None:
    found = list(wrap(spans, columns, hang))
    assert all(width(line) <= columns for line in found[:1])
    assert all(width(line) <= columns - hang for line in found[1:])
    assert "".join(map(text, found)).replace(" ", "") == text(spans).replace(" ", "")
    assert all(text(line) == text(line).rstrip() for line in found)


@given(SPANS, st.integers(12, 40))
def test_kinds_are_kept(spans: Spans, columns: int) -> None:
    found = [pair for line in wrap(spans, columns) for pair in kinds(line)]
    assert found == kinds(spans)


def test_words_break_at_spaces() -> None:
    assert lines("the quick brown fox", 10) == ["the quick", "brown fox"]


def test_spaces_inside_a_line_stay() -> None:
    assert lines("a  b", 10) == ["a  b"]


def test_chinese_breaks_anywhere_but_before_closing_punctuation() -> None:
    assert lines("每个进程，每步（读取）样本", 8) == ["每个进", "程，每步", "（读取）", "样本"]


def test_chinese_breaks_beside_latin() -> None:
    assert lines("使用DistributedSampler划分", 20) == ["使用", "DistributedSampler划", "分"]


def test_punctuation_stays_with_the_code_before_it() -> None:
    found = list(wrap((Span("load "), Span("batch_size", "code"), Span(", then go")), 15))
    assert [plain(line) for line in found] == ["load", "`batch_size`,", "then go"]


def test_long_word_is_cut_behind_punctuation() -> None:
    assert lines("torch.distributed.init_group", 20) == ["torch.distributed.", "init_group"]
    assert lines("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]


def test_hanging_lines_are_shorter() -> None:
    assert [cell_len(line) for line in lines("中" * 20, 20, 8)] == [20, 12, 8]


def test_full_width_punctuation_needs_no_space() -> None:
    assert text(joined((Span("批大小"),), (Span("（第 1 行）"),))) == "批大小（第 1 行）"
    assert text(joined((Span("原因："),), (Span("每块"),))) == "原因：每块"
    assert text(joined((Span("Why."),), (Span("Each"),))) == "Why. Each"
    assert joined((), ()) == ()
