"""The garbage collector is off while a script is read, and nothing needs it to be freed."""

import gc
from collections.abc import Callable, Iterator

import libcst as cst
import pytest

import pseudogen

CODE = """
import torch
class Net(torch.nn.Module):
    def forward(self, x):
        return self.head(x)
def train(model, loader, optimizer):
    for x, y in loader:
        loss = model(x, y)
        optimizer.zero_grad(); loss.backward(); optimizer.step()
for epoch in range(10):
    train(Net(), loader, torch.optim.SGD(params, lr=0.1))
"""
CALLS = pytest.mark.parametrize("call", [pseudogen.explain, pseudogen.pseudo, pseudogen.analyze])


@pytest.fixture(autouse=True)
def _enabled() -> Iterator[None]:
    yield
    gc.enable()


@CALLS
def test_the_tree_is_freed_without_the_collector(call: Callable[[str], object]) -> None:
    call(CODE)
    gc.collect()
    gc.disable()
    call(CODE)
    assert not [o for o in gc.get_objects() if type(o) is cst.Module and o.body]


@CALLS
def test_the_collector_is_as_it_was(call: Callable[[str], object]) -> None:
    call(CODE)
    assert gc.isenabled()
    with pytest.raises(pseudogen.InputError):
        call("def f(:\n")
    assert gc.isenabled()
    gc.disable()
    call(CODE)
    assert not gc.isenabled()
