"""In which stage of an explanation a finding stands."""

from __future__ import annotations

import json

import pseudogen


def stages(code: str) -> list[tuple[str, list[str]]]:
    """The kind of each stage, with the patterns found in it."""
    made = json.loads(pseudogen.explain(code + "\n" * 60, format="json"))
    return [
        (s["kind"], [made["findings"][n]["pattern"] for n in s["findings"]]) for s in made["stages"]
    ]


def test_what_is_found_in_one_statement_has_one_stage() -> None:
    found = stages(
        "from accelerate import Accelerator\n"
        "accelerator = Accelerator(gradient_accumulation_steps=4, mixed_precision='fp16')\n"
    )
    assert [kind for kind, _ in found] == ["start-up"]
    assert len(found[0][1]) == 3


def test_a_call_that_runs_the_loop_is_the_training() -> None:
    found = stages(
        "import tensorflow as tf\nmodel = tf.keras.Sequential([])\n"
        "model.compile('adam', loss='mse')\nmodel.fit(data, epochs=3)\n"
    )
    assert found[-1][0] == "training"
    assert "epoch-loop" in found[-1][1]


def test_a_function_of_each_step_is_a_part_of_the_training() -> None:
    found = stages(
        "def step(batch):\n    loss = net(batch).mean()\n    loss.backward()\n"
        "    optimizer.step()\n\n"
        "def run(train_loader):\n    for batch in train_loader:\n        step(batch)\n"
    )
    assert {kind for kind, _ in found} == {"training"}


def test_what_belongs_anywhere_stands_with_what_follows_in_its_function() -> None:
    found = stages(
        "import torch\nimport torch.distributed as dist\n"
        "def main():\n    net = torch.nn.Linear(1, 1)\n"
        "    optimizer = torch.optim.SGD(net.parameters(), lr=1)\n    save(net)\n\n"
        "def save(net):\n    if dist.get_rank() == 0:\n"
        "        torch.save(net.state_dict(), 'net.pt')\n\nmain()\n"
    )
    assert ("loop", ["rank-zero-guard", "checkpoint-save"]) in found


def test_a_switch_of_the_libraries_begins_no_stage_behind_others() -> None:
    switch = "    torch.backends.cudnn.benchmark = True\n"
    made = "    net = torch.nn.Linear(1, 1)\n"
    start = "import torch\ndef make():\n"
    behind = stages(start + made + switch + "    return net\n")
    assert [kind for kind, _ in behind] == ["model"]
    before = stages(start + switch + made + "    return net\n")
    assert [kind for kind, _ in before] == ["start-up", "model"]


LIGHTNING = """import torch
import pytorch_lightning as pl

class Net(pl.LightningModule):
    def validation_step(self, batch, batch_idx):
        loss = self.net(batch)
        return loss

    def training_step(self, batch, batch_idx):
        loss = self.net(batch)
        return loss

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)

limit = 10
"""


def test_hooks_of_lightning_come_in_the_order_in_which_it_calls_them() -> None:
    fitted = LIGHTNING + "trainer = pl.Trainer(max_epochs=limit)\ntrainer.fit(Net())\n"
    for code in (fitted, LIGHTNING):
        found = [(kind, ids) for kind, ids in stages(code) if "epoch-loop" not in ids]
        behind = [kind for kind, ids in found if ids != ["model-build"]]
        assert behind == ["optimisation", "training", "evaluation"], code


def test_what_is_done_in_a_hook_stands_with_it() -> None:
    code = LIGHTNING + "trainer = pl.Trainer(max_epochs=limit)\ntrainer.fit(Net())\n"
    said = pseudogen.explain(code + "\n" * 60, lang="en")
    step = said[said.index("Lightning calls `training_step`") :]
    assert "Lines 10–11." in step[: step.index("Evaluation (")]


def test_what_comes_behind_the_loop_is_no_part_of_it() -> None:
    found = stages(
        "import torch.distributed as dist\n"
        "def train(loader):\n"
        "    for epoch in range(9):\n        for batch in train_loader:\n"
        "            loss = model(batch).mean()\n            loss.backward()\n"
        "            optimizer.step()\n"
        "    if dist.get_rank() == 0:\n        show(model)\n"
        "train(loader)\n"
    )
    assert found[-1] == ("loop", ["rank-zero-guard"])


def test_what_stands_around_the_training_says_on_which_side() -> None:
    code = (
        "import torch\nnet = torch.nn.Linear(1, 1)\n"
        "if args.resume:\n    state = torch.load(args.resume)\n"
        "    net.load_state_dict(state['net'])\n    optimizer.load_state_dict(state['optimizer'])\n"
        "for epoch in range(9):\n    for batch in train_loader:\n"
        "        loss = net(batch).mean()\n        loss.backward()\n        optimizer.step()\n"
        "torch.save(net.state_dict(), 'last.pt')\n"
    )
    made = json.loads(pseudogen.explain(code + "\n" * 60, format="json"))
    titles = {stage["title"]: stage["kind"] for stage in made["stages"]}
    assert titles["Before the training"] == titles["After the training"] == "loop"


def test_what_a_function_of_each_epoch_begins_with_is_a_part_of_the_training() -> None:
    found = stages(
        "def train_epoch(train_loader):\n    steps = len(train_loader)\n"
        "    for batch in train_loader:\n        net(batch).mean().backward()\n"
        "        optimizer.step()\n\n"
        "for epoch in range(9):\n    train_epoch(train_loader)\n"
    )
    assert {kind for kind, _ in found} == {"training"}


def test_what_the_loop_calls_to_save_is_a_part_of_the_training() -> None:
    found = stages(
        "def save(net, path):\n    torch.save(net.state_dict(), path)\n\n"
        "for epoch in range(9):\n    for x, y in train_loader:\n"
        "        criterion(net(x), y).backward()\n        optimizer.step()\n"
        "        if due:\n            save(net, 'now.pt')\n"
        "    save(net, 'last.pt')\n"
    )
    assert {kind for kind, patterns in found if "checkpoint-save" in patterns} == {"training"}


def test_what_a_callback_does_after_each_epoch_is_a_part_of_the_training() -> None:
    found = stages(
        "from keras.callbacks import Callback\n\n"
        "class Keep(Callback):\n    def on_epoch_end(self, epoch, logs=None):\n"
        "        model.save_weights('best.weights')\n\n"
        "model.fit(data, epochs=3, callbacks=[Keep()])\n"
    )
    assert {kind for kind, patterns in found if "checkpoint-save" in patterns} == {"training"}


def test_what_a_trainer_of_the_script_overrides_is_a_part_of_the_training() -> None:
    found = stages(
        "from transformers import Trainer\n\n"
        "class Adapted(Trainer):\n    def save_model(self, folder=None):\n"
        "        self.model.save_pretrained(folder)\n\n"
        "trainer = Adapted(model=net, args=args)\ntrainer.train()\n"
    )
    assert {kind for kind, patterns in found if "checkpoint-save" in patterns} == {"training"}


def test_what_gives_an_argument_runs_before_the_call() -> None:
    found = stages(
        "import torch\nimport argparse\n"
        "def run(args):\n    optimizer = torch.optim.SGD(net.parameters(), lr=args.lr)\n"
        "def read():\n    parser = argparse.ArgumentParser()\n"
        "    parser.add_argument('--lr', type=float)\n    return parser.parse_args()\n"
        "if __name__ == '__main__':\n    run(read())\n"
    )
    assert [patterns[0] for _, patterns in found] == ["config-parsing", "optimizer-build"]


def test_a_step_in_a_function_of_its_own_is_called_so() -> None:
    code = (
        "import torch\n\nclass Agent:\n    def __init__(self):\n"
        "        self.net = torch.nn.Linear(2, 2)\n"
        "        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=0.1)\n\n"
        "    def learn(self, x):\n        loss = self.net(x).sum()\n"
        "        self.optimizer.zero_grad()\n        loss.backward()\n"
        "        self.optimizer.step()\n\nagent = Agent()\nagent.learn(x)\n"
    ) + "\n" * 60
    assert "### One training step (lines 9–11)" in pseudogen.explain(code)
    assert "### 单个训练步（第 9–11 行）" in pseudogen.explain(code, lang="zh")
