"""Each pitfall is reported where its examples say, and its counterexamples stay silent."""

import re
from types import ModuleType

import pytest

from pseudogen.document import plain
from pseudogen.finding import find_all
from pseudogen.languages import languages
from pseudogen.names.script import Script
from pseudogen.patterns import all_finders
from pseudogen.pitfall import ERROR, WARNING, Findings, Pitfall, check_all, pitfall, report
from pseudogen.pitfalls import all_checkers, pitfall_modules
from pseudogen.templating import macros
from pseudogen.words.pitfalls import pitfall_words

IDS = [checker.id for checker in all_checkers()]
EXAMPLES = [
    pytest.param(identifier, code, lines, id=f"{identifier}-{number}")
    for module in pitfall_modules()
    for identifier, examples in module.EXAMPLES.items()
    for number, (code, lines) in enumerate(examples.items())
]
COUNTEREXAMPLES = [
    pytest.param(identifier, code, why, id=f"{identifier}: {why}")
    for module in pitfall_modules()
    for identifier, examples in module.COUNTEREXAMPLES.items()
    for code, why in examples.items()
]
DROPPED = "drop-last-on-validation"
SPACING = re.compile(r"  | [,.;:!?](?=\s|$)|^[,.;:]|\bNone\b|[，。；：] |\( | \)")


def reports(code: str, identifier: str | None = None) -> list[Pitfall]:
    script = Script.parse(code)
    findings = Findings(script, find_all(script, all_finders()))
    found = check_all(findings, all_checkers())
    return [one for one in found if identifier is None or one.id == identifier]


@pytest.mark.parametrize(("identifier", "code", "lines"), EXAMPLES)
def test_example_is_reported(identifier: str, code: str, lines: list[tuple[int, int]]) -> None:
    assert [one.lines for one in reports(code, identifier)] == lines


@pytest.mark.parametrize(("identifier", "code", "why"), COUNTEREXAMPLES)
def test_counterexample_stays_silent(identifier: str, code: str, why: str) -> None:
    assert reports(code, identifier) == [], why


@pytest.mark.parametrize("module", pitfall_modules(), ids=lambda m: m.__name__)
def test_each_check_has_two_examples_and_two_counterexamples(module: ModuleType) -> None:
    checks = {value.id for value in vars(module).values() if hasattr(value, "check")}
    assert checks == set(module.EXAMPLES) == set(module.COUNTEREXAMPLES)
    assert all(len(codes) >= 2 for codes in module.EXAMPLES.values())
    assert all(len(codes) >= 2 for codes in module.COUNTEREXAMPLES.values())


@pytest.mark.parametrize("lang", languages())
def test_each_pitfall_has_its_macro_and_each_macro_its_pitfall(lang: str) -> None:
    wanted = {identifier.replace("-", "_") for identifier in IDS}
    assert set(vars(macros(lang, "pitfalls"))) - {"say"} == wanted


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize(("identifier", "code", "lines"), EXAMPLES)
def test_words_of_an_example_are_whole(
    identifier: str, code: str, lines: list[tuple[int, int]], lang: str
) -> None:
    for one in reports(code, identifier):
        words = pitfall_words(one, lang)
        assert words.title
        assert words.why
        assert words.change
        for paragraph in (*words.why, *words.change):
            text = plain(paragraph)
            assert not SPACING.search(re.sub(r"`[^`]*`", "X", text)), text
            assert text[-1] in ".。", text


def test_a_comment_silences_one_pitfall() -> None:
    code = (
        "from torch.utils.data import DataLoader\n"
        "val_loader = DataLoader(val_set, 8, drop_last=True, shuffle=True){}\n"
    )
    ids = {"drop-last-on-validation", "shuffle-on-validation"}
    assert {one.id for one in reports(code.format(""))} == ids
    silenced = code.format("  # pseudogen: ignore[drop-last-on-validation]")
    assert {one.id for one in reports(silenced)} == {"shuffle-on-validation"}
    assert reports(code.format(f"  # pseudogen: ignore[{', '.join(ids)}]")) == []


def test_reports_come_worst_first_and_names_alone_give_no_error() -> None:
    @pitfall("made-up")
    def check(findings: Findings):  # type: ignore[no-untyped-def]
        yield report("made-up", ERROR, (3, 3), "name")
        yield report("made-up", WARNING, (1, 1), "api")
        yield report("made-up", ERROR, (5, 5), "flow")

    script = Script.parse("x = 1")
    found = check_all(Findings(script, ()), [check])
    assert [(one.severity, one.lines[0]) for one in found] == [
        (ERROR, 5),
        (WARNING, 1),
        (WARNING, 3),
    ]


@pytest.mark.parametrize(("condition", "several"), [("args.resume", True), ("rank == 0", False)])
def test_a_file_that_one_process_reads_fills_no_gpu_for_all(condition: str, several: bool) -> None:
    code = (
        "import torch\n"
        "import torch.distributed as dist\n"
        "dist.init_process_group('nccl')\n"
        "rank = dist.get_rank()\n"
        f"if {condition}:\n"
        "    model.load_state_dict(torch.load('a.pt', weights_only=True))\n"
    )
    (found,) = reports(code, "load-without-map-location")
    assert dict(found.facts)["several"] is several


@pytest.mark.parametrize("lang", languages())
def test_what_drops_the_last_batch_has_the_name_it_has_in_the_code(lang: str) -> None:
    code = "import tensorflow_datasets as tfds\ntest = tfds.load('m', split='test')\n"
    (found,) = reports(code + "test = test.batch(64, drop_remainder=True)", DROPPED)
    said = str(pitfall_words(found, lang))
    assert "drop_remainder=True" in said
    assert "drop_last" not in said


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize(("clears", "line"), [(True, 5), (False, None)])
def test_the_rest_of_an_accumulation_is_cleared_or_mixed_in(
    lang: str, clears: bool, line: int | None
) -> None:
    code = (
        "import torch\n"
        "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
        "def train_epoch(loader, n):\n"
        "    model.train()\n"
        f"    {'optimizer.zero_grad()' if clears else 'pass'}\n"
        "    for i, (x, y) in enumerate(loader):\n"
        "        (criterion(model(x), y) / n).backward()\n"
        "        if (i + 1) % n == 0:\n"
        "            optimizer.step()\n"
        "            optimizer.zero_grad()\n"
    )
    (found,) = reports(code, "accumulation-rest-lost")
    assert dict(found.facts)["cleared"] == line
    said = str(pitfall_words(found, lang))
    assert ("mixed" in said or "混入" in said) is not clears
