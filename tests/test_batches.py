"""A batch size knows whether it has been, or will be, divided among processes."""

import pytest

from pseudogen.names.batches import Share, divided_after, divided_before, division
from pseudogen.names.script import Script

PHASE = """\
batch_size = {start}
steps = num_train // batch_size
if distributed:
    batch_size = batch_size // ngpus_per_node
loader = DataLoader(data, batch_size=batch_size)
"""


def use(script: Script, line: int) -> tuple[object, object]:
    """The batch size that is used on a line, and the statement."""
    statement = next(s for s in script.tree.statements if s.first == line)
    value = statement.node.value
    return (value.right if line == 2 else value.args[1].value), statement


def test_division_below_is_seen_from_above_and_the_other_way_round() -> None:
    script = Script.parse(PHASE.format(start="Freeze_batch_size"))
    share = Share(4, "ngpus_per_node", "machine", "distributed")
    assert divided_after(script, *use(script, 2)) == share
    assert divided_before(script, *use(script, 2)) is None
    assert divided_before(script, *use(script, 5)) == share
    assert divided_after(script, *use(script, 5)) is None


def test_a_new_start_hides_the_division_before() -> None:
    script = Script.parse("batch_size = 8 // world_size\n" + PHASE.format(start=16))
    statement = next(s for s in script.tree.statements if s.first == 3)
    assert divided_before(script, statement.node.value.right, statement) is None


@pytest.mark.parametrize(
    ("code", "drops"),
    [
        ("batch_size // world_size", True),
        ("int(args.batch_size / nprocs)", True),
        ("args.batch_size / args.world_size", False),
        ("max(1, batch_size // n_gpu)", True),
        ("config['batch_size'] // len(gpu_ids)", True),
        ("bs // world_size if distributed else bs", True),
        ("batch_size // accelerator.num_processes", True),
    ],
)
def test_forms_of_division(code: str, drops: bool) -> None:
    script = Script.parse(f"size = {code}")
    found = division(script, script.tree.statements[0].node.value, 0)
    assert found is not None
    assert found.drops_rest is drops


@pytest.mark.parametrize(
    "code", ["batch_size // 2", "num_train // batch_size", "lr * batch_size / world_size", "f()"]
)
def test_no_division(code: str) -> None:
    script = Script.parse(f"size = {code}")
    assert division(script, script.tree.statements[0].node.value, 0) is None
