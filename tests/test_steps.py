"""Numbers of steps: the order of a division and a count decides what is said of it."""

from pseudogen.finding import find_all
from pseudogen.names.script import Script
from pseudogen.patterns import finders_of, pattern_modules
from pseudogen.patterns.steps_per_epoch import StepsPerEpoch


def found(code: str) -> StepsPerEpoch:
    finders = finders_of(pattern_modules()["steps-per-epoch"])
    (finding,) = find_all(Script.parse(code), finders)
    assert isinstance(finding, StepsPerEpoch)
    return finding


COUNT = "steps_per_epoch = num_train // batch_size\n"
DIVISION = "batch_size = batch_size // world_size\n"


def test_count_before_the_division() -> None:
    finding = found(COUNT + DIVISION)
    assert finding.divided_before is None
    assert finding.divided_after is not None
    assert finding.divided_after.line == 2


def test_count_after_the_division() -> None:
    finding = found(DIVISION + COUNT)
    assert finding.divided_after is None
    assert finding.divided_before is not None
    assert finding.divided_before.line == 1


def test_rounding_and_extras() -> None:
    assert found("steps = (n_samples + batch_size - 1) // batch_size").rounding == "up"
    assert found("steps = math.ceil(len(dataset) / batch_size)").rounding == "up"
    assert not found("n_steps = len(train_loader) - 1").plain
    assert found("total_steps = epochs * len(train_loader)").per == "run"
