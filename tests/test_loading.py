"""A file of weights is read for a start, for a resume or for an evaluation."""

import pytest

from pseudogen.names.load_purposes import EVALUATE, PRETRAINED, RESUME
from pseudogen.names.loading import read
from pseudogen.names.script import Script

HEAD = "import torch\nmodel = Net()\noptimizer = torch.optim.SGD(model.parameters(), 0.1)\n"
TRAINING = "for epoch in range(9):\n    for x in train_loader:\n        model(x).sum().backward()\n"


@pytest.mark.parametrize(
    ("code", "purpose"),
    [
        ("model.load_state_dict(torch.load('init.pth'))", PRETRAINED),
        ("state = torch.load(args.weights)\nmodel.load_state_dict(state)", PRETRAINED),
        ("state = torch.load(path)\nmodel.load_state_dict(state['model'])", PRETRAINED),
        ("model.load_state_dict(torch.load(args.resume))", RESUME),
        (
            "state = torch.load(path)\nmodel.load_state_dict(state['model'])\n"
            "optimizer.load_state_dict(state['optimizer'])",
            RESUME,
        ),
        (
            "state = torch.load(path)\nmodel.load_state_dict(state['model'])\n"
            "start = state['epoch'] + 1",
            RESUME,
        ),
        (TRAINING + "model.load_state_dict(torch.load('best.pth'))", EVALUATE),
        (
            "if args.weights and not args.resume:\n"
            "    model.load_state_dict(torch.load(args.weights))",
            PRETRAINED,
        ),
    ],
)
def test_purpose(code: str, purpose: str) -> None:
    script = Script.parse(HEAD + code)
    site = next(s for s in script.call_sites() if s.name == "torch.load")
    load = read(script, site)
    assert load is not None
    assert load.purpose == purpose
    assert load.model == "model"


def test_what_no_model_gets_is_no_load_of_weights() -> None:
    script = Script.parse("import torch\ndata = torch.load('data.pt')")
    assert read(script, script.call_sites()[0]) is None
