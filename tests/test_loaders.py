"""Samplers around samplers: what the one inside gives out counts."""

import pytest

from pseudogen.finding import find_all
from pseudogen.names.script import Script
from pseudogen.patterns import all_finders
from pseudogen.patterns.data_loader import DataLoader

CODE = """\
from torch.utils.data import BatchSampler, DataLoader, DistributedSampler, RandomSampler
if distributed:
    sampler = DistributedSampler(data)
else:
    sampler = RandomSampler(data)
{wraps}
loader = DataLoader(data, batch_sampler=sampler)
"""
WRAP = "sampler = BatchSampler(sampler, batch_size=8, drop_last=False)"


@pytest.mark.parametrize("wraps", [WRAP, f"for _ in range(n):\n    {WRAP}"])
def test_a_sampler_that_is_wrapped_under_its_own_name(wraps: str) -> None:
    found = find_all(Script.parse(CODE.format(wraps=wraps)), all_finders())
    (loader,) = [one for one in found if isinstance(one, DataLoader)]
    assert loader.shards == "sometimes"


def test_what_is_taken_out_of_a_dict_of_arguments_is_not_passed() -> None:
    code = (
        "from torch.utils.data import DataLoader\n"
        "options = dict(batch_size=8, drop_last=True)\n"
        "{}loader = DataLoader(data, **options)\n"
    )
    drops = []
    for between in ("", "options.pop('drop_last')\n"):
        found = find_all(Script.parse(code.format(between)), all_finders())
        (loader,) = [one for one in found if isinstance(one, DataLoader)]
        drops.append(loader.drop_last)
    assert drops[0] == "True"
    assert drops[1] != "True"
