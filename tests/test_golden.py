"""The outputs are, to the byte, those in `golden/outputs`; `python -m tests.golden --update`."""

from tests.golden import OUTPUTS, difference, outputs


def test_outputs_are_golden() -> None:
    made = dict(outputs())
    changes = [change for path, text in made.items() if (change := difference(path, text))]
    assert not changes, "".join(changes)
    assert set(OUTPUTS.glob("*")) == {path for path in made if path.parent == OUTPUTS}
