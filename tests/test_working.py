"""Numbers are worked out as the libraries compute them, and only where they are known."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
import torch
from torch.optim import SGD, lr_scheduler

import pseudogen

_SCRIPT = """\
from torch.optim import SGD, lr_scheduler
optimizer = SGD(model.parameters(), lr={base})
warm = lr_scheduler.LinearLR(optimizer, 0.1, total_iters=5)
decay = lr_scheduler.CosineAnnealingLR(optimizer, T_max=15)
scheduler = lr_scheduler.{made}
for epoch in range({rounds}):
    for images, labels in train_loader:
        optimizer.zero_grad()
        criterion(model(images), labels).backward()
        optimizer.step()
    scheduler.step()
"""
_PLAIN = "\n".join(line for line in _SCRIPT.split("\n") if line[:4] not in ("warm", "deca"))


def worked_out(code: str, **given: float) -> dict[str, Any]:
    told = json.loads(pseudogen.explain(code, format="json", given=given))
    return dict(told["worked_out"])


def rates(code: str, **given: float) -> dict[float, float]:
    """Step -> learning rate, of the one schedule in the code."""
    course = worked_out(code, **given)["learning_rates"][-1]
    return {point["at"]: point["rate"] for point in course["points"]}


@pytest.mark.parametrize(
    "made",
    [
        "StepLR(optimizer, step_size=4)",
        "StepLR(optimizer, 5, gamma=0.3)",
        "MultiStepLR(optimizer, milestones=[3, 11], gamma=0.2)",
        "ExponentialLR(optimizer, gamma=0.9)",
        "CosineAnnealingLR(optimizer, T_max=20, eta_min=0.001)",
        "CosineAnnealingLR(optimizer, 10)",
        "CosineAnnealingWarmRestarts(optimizer, T_0=3, T_mult=2)",
        "CosineAnnealingWarmRestarts(optimizer, T_0=7, eta_min=0.01)",
        "LinearLR(optimizer, start_factor=0.1, total_iters=8)",
        "ConstantLR(optimizer, factor=0.5, total_iters=6)",
        "PolynomialLR(optimizer, total_iters=18, power=2.0)",
        "OneCycleLR(optimizer, max_lr=0.4, total_steps=21)",
        "OneCycleLR(optimizer, max_lr=0.4, epochs=7, steps_per_epoch=3, pct_start=0.4)",
        "LambdaLR(optimizer, lr_lambda=lambda epoch: 0.95 ** epoch)",
        "SequentialLR(optimizer, [warm, decay], milestones=[5])",
    ],
)
def test_schedules_give_what_torch_gives(made: str) -> None:
    told = rates(_SCRIPT.format(base=0.2, made=made, rounds=20))
    optimizer = SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.2)
    warm = decay = None
    if "warm," in made:
        warm = lr_scheduler.LinearLR(optimizer, 0.1, total_iters=5)
        decay = lr_scheduler.CosineAnnealingLR(optimizer, T_max=15)
    names = {"lr_scheduler": lr_scheduler, "optimizer": optimizer, "warm": warm, "decay": decay}
    scheduler = eval(f"lr_scheduler.{made}", names)  # our own text, above
    expected = []
    for _ in range(20):
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    assert {0, 19} <= set(told)
    for at, rate in told.items():
        assert rate == pytest.approx(expected[int(at)], rel=1e-9, abs=1e-12), at


@pytest.mark.parametrize(
    ("call", "at", "factor"),
    [
        ("get_linear_schedule_with_warmup(optimizer, 10, 110)", 10, 1),
        ("get_linear_schedule_with_warmup(optimizer, 10, 110)", 110, 0),
        ("get_cosine_schedule_with_warmup(optimizer, 20, 120)", 20, 1),
        ("get_constant_schedule_with_warmup(optimizer, num_warmup_steps=50)", 50, 1),
        ("get_polynomial_decay_schedule_with_warmup(optimizer, 10, 90, lr_end=0.02)", 90, 0.2),
    ],
)
def test_schedules_of_transformers(call: str, at: int, factor: float) -> None:
    code = (
        "import transformers\nfrom torch.optim import AdamW\n"
        "optimizer = AdamW(model.parameters(), lr=0.1)\n"
        f"scheduler = transformers.{call}"
    )
    told = rates(code)
    assert told[0] == 0
    assert told[at] == pytest.approx(0.1 * factor)


def test_schedule_of_timm_with_warm_up() -> None:
    code = (
        "from timm.scheduler import CosineLRScheduler\nfrom torch.optim import AdamW\n"
        "optimizer = AdamW(model.parameters(), lr=1e-3)\n"
        "s = CosineLRScheduler(optimizer, t_initial=100, lr_min=1e-5, warmup_t=5,"
        " warmup_lr_init=1e-6)"
    )
    told = rates(code)
    assert told[0] == 1e-6
    # the cosine counts from step 0, so the warm-up ends a little below the base rate
    assert told[5] == pytest.approx(1e-5 + (1e-3 - 1e-5) * (1 + math.cos(math.pi * 0.05)) / 2)
    assert told[100] == 1e-5


_WARM = """\
import math
warmup_iters, peak = 100, 6e-4
{names}
def get_lr(it):
    if it < warmup:
        return peak_lr * (it + 1) / (warmup + 1)
    if it > decay_end:
        return floor
    ratio = (it - warmup) / (decay_end - warmup)
    coefficient = 0.5 * (1.0 + math.cos(math.pi * ratio))
    return floor + coefficient * (peak_lr - floor)
"""
_NAMES = "warmup = 100\ndecay_end = 1100\npeak_lr = 0.1\nfloor = 0.01"


def test_a_formula_of_the_script_is_evaluated() -> None:
    told = rates(_WARM.format(names=_NAMES))
    assert told[0] == pytest.approx(0.1 / 101)
    assert told[100] == pytest.approx(0.1)
    assert told[1100] == pytest.approx(0.01)


def test_given_numbers_take_the_place_of_constants() -> None:
    told = rates(_WARM.format(names=_NAMES), decay_end=600)
    assert told[600] == pytest.approx(0.01)
    assert 1100 not in told


def test_a_function_that_sets_the_rate_is_evaluated() -> None:
    code = (
        "base = 0.1\n"
        "def adjust_learning_rate(optimizer, epoch):\n"
        "    lr = base * 0.1 ** (epoch // 30)\n"
        "    for group in optimizer.param_groups:\n"
        "        group['lr'] = lr\n"
        "for epoch in range(70):\n"
        "    adjust_learning_rate(optimizer, epoch)\n"
        "    train(train_loader, model, optimizer)\n"
    )
    assert rates(code) == {
        0: pytest.approx(0.1),
        30: pytest.approx(0.01),
        60: pytest.approx(0.001),
        69: pytest.approx(0.001),
    }


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (_PLAIN.format(base="x", made="CosineAnnealingLR(optimizer, 9, 1e-6)", rounds=9),
         "the floor is absolute, the base rate unknown"),
        (_PLAIN.format(base=0.1, made="StepLR(optimizer, n)", rounds=9), "the period is unknown"),
        (_PLAIN.format(base=0.1, made="OneCycleLR(optimizer, 1, 9, three_phase=True)", rounds=9),
         "another shape than the formula's"),
        (_PLAIN.format(base=0.1, made="StepLR(optimizer, **kw)", rounds=9), "unknown arguments"),
        (_WARM.format(names=_NAMES.replace("= 0.1", "= read_rate()")), "the peak is unknown"),
        (_WARM.format(names=_NAMES).replace("it > decay_end", "open('f')"), "no arithmetic"),
        ("def get_lr(it):\n    if it < 5:\n        return 9 ** 9 ** 9 * it\n    return it * 2",
         "the number is too large to be worked out"),
        ("warmdown, last = 20, 90\ndef get_lr(it):\n    if it < last - warmdown:\n"
         "        return 0.1\n    return 0.1 * (last - it) / warmdown",
         "the last case goes on, and where the run ends is not known"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_not_worked_out(code: str, why: str) -> None:
    assert worked_out(code)["learning_rates"] == [], why


def test_an_unknown_base_rate_leaves_multiples_of_it() -> None:
    code = _PLAIN.format(base="args.lr", made="StepLR(optimizer, 2)", rounds=5)
    (course,) = worked_out(code)["learning_rates"]
    assert course["relative"]
    assert [point["rate"] for point in course["points"]] == pytest.approx([1, 0.1, 0.01])
    text = pseudogen.explain(code, lang="en")
    assert "multiple of the initial rate" in text


_LOADER = """\
from torch.utils.data import DataLoader
from torch.utils.data.distributed import DistributedSampler
batch_size = 512
num_train = 50000
steps = num_train // batch_size
batch_size = batch_size // world_size
sampler = DistributedSampler(train_set)
train_loader = DataLoader(train_set, batch_size=batch_size, sampler=sampler{more})
"""


def test_batch_arithmetic_with_given_processes() -> None:
    told = worked_out(_LOADER.format(more=", drop_last=True"), world_size=8)["batches"]
    assert (told["per_process"], told["per_step"]) == (64, 512)
    assert told["steps_per_epoch"] == 50000 // 8 // 64
    assert told["dropped_per_epoch"] == 50000 // 8 % 64


def test_a_remainder_of_the_division_is_told() -> None:
    code = "if distributed:\n    batch_size = batch_size // world_size"
    text = pseudogen.explain(code, given={"world_size": 3, "batch_size": 100})
    assert "3 × 33, 1 fewer than `batch_size` says" in text
    chinese = pseudogen.explain(code, lang="zh", given={"world_size": 3, "batch_size": 100})
    assert "3 × 33，比 `batch_size` 少 1" in chinese


def test_without_numbers_of_processes_nothing_is_said_of_all() -> None:
    assert worked_out(_LOADER.format(more=""))["batches"] is None


def test_a_well_known_data_set_has_a_known_size() -> None:
    code = (
        "from torch.utils.data import DataLoader\nfrom torchvision import datasets\n"
        "train_set = datasets.CIFAR10('.', train=True)\n"
        "train_loader = DataLoader(train_set, batch_size=128, shuffle=True)\n"
    )
    told = worked_out(code)["batches"]
    assert (told["samples"], told["steps_per_epoch"]) == (50000, 391)


def test_a_given_name_that_nothing_needs_is_named() -> None:
    text = pseudogen.explain("import torch\ntorch.manual_seed(0)", given={"wrld_size": 8})
    assert "`wrld_size` is given, but" in text


@pytest.mark.parametrize("number", [0, -1, 0.5, 3, 10**9, 1e-9, 1e12])
def test_strange_numbers_do_no_harm(number: float) -> None:
    names = {"world_size": number, "batch_size": number, "n": number, "rate": number}
    pseudogen.explain(_LOADER.format(more=""), given=names)
    for made in ("StepLR(optimizer, n)", "CosineAnnealingWarmRestarts(optimizer, n, n)",
                 "CosineAnnealingWarmRestarts(optimizer, n)", "OneCycleLR(optimizer, rate, n)",
                 "MultiStepLR(optimizer, [n])", "ExponentialLR(optimizer, n)"):  # fmt: skip
        code = _PLAIN.format(base="rate", made=made, rounds="n")
        pseudogen.explain(code, given=names)


@pytest.mark.parametrize("number", [float("inf"), float("nan"), 1e300])
def test_numbers_beyond_all_measure_are_refused(number: float) -> None:
    with pytest.raises(ValueError, match="n="):
        pseudogen.explain("n = 1", given={"n": number})


@pytest.mark.parametrize(
    "code",
    [
        "if epoch < 5: lr = 0.1 * epoch / 40\n",
        "for epoch in range(9): print(epoch); lr = 0.1 * 0.9 ** epoch\n",
        "lr = base; lr = 0.1 * 0.9 ** epoch\n",
    ],
)
def test_a_rate_beside_other_statements_on_its_line_does_no_harm(code: str) -> None:
    assert pseudogen.explain(code, lang="en")
