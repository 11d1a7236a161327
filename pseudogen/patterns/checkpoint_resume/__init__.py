"""checkpoint-resume: a run is continued from saved state."""

from __future__ import annotations

from typing import Any

from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.patterns.checkpoint_resume.facts import CheckpointResume
from pseudogen.patterns.checkpoint_resume.finders import (
    find_load,
    find_named,
    find_read,
)
from pseudogen.patterns.checkpoint_resume.settings import find_handed, find_switched
from pseudogen.patterns.checkpoint_resume.sharded import find_sharded

__all__ = [
    "CheckpointResume",
    "find_handed",
    "find_load",
    "find_named",
    "find_read",
    "find_sharded",
    "find_switched",
]


def _example(**facts: Any) -> list[CheckpointResume]:
    facts.setdefault("end", facts["line"])
    return [CheckpointResume(**facts)]


EXAMPLES = {
    "if args.resume:\n    net.load_state_dict(torch.load(args.resume))": [
        CheckpointResume(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("torch.load",)),
            how="load",
            call="torch.load",
            path="args.resume",
            into=("net",),
            condition="args.resume",
        )
    ],
    "start_epoch = utils.checkpoint_restore(model, folder, name.split('/')[-1])": [
        CheckpointResume(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("utils.checkpoint_restore",)),
            how="helper",
            call="utils.checkpoint_restore",
        )
    ],
    "net = Net()\nif args.resume:\n    net.load(args.resume)": [
        CheckpointResume(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("net.load",)),
            how="framework",
            call="net.load",
            path="args.resume",
            condition="args.resume",
        )
    ],
    "checkpoint = torch.load(path, map_location='cpu')\n"
    'model.load_state_dict(checkpoint["model"])\n'
    'optimizer.load_state_dict(checkpoint["optimizer"])\n'
    'start = checkpoint["epoch"] + 1': _example(
        line=1,
        evidence=Evidence(FLOW, ("checkpoint",)),
        how="load",
        call="torch.load",
        path="path",
        restores=("model", "optimizer", "epoch"),
        into=("model", "optimizer"),
        map_location="'cpu'",
    ),
    "import torch\n"
    "torch.distributed.init_process_group('nccl')\n"
    "state = torch.load('last.pt')\n"
    "optimizer.load_state_dict(state['optimizer'])": _example(
        line=3,
        evidence=Evidence(FLOW, ("state",)),
        how="load",
        call="torch.load",
        path="'last.pt'",
        restores=("optimizer",),
        into=("optimizer",),
        shared=True,
    ),
    "import torch\n"
    "torch.distributed.init_process_group('nccl')\n"
    "state = torch.load(f'state_{rank}.pt')\n"
    "optimizer.load_state_dict(state['optimizer'])": _example(
        line=3,
        evidence=Evidence(FLOW, ("state",)),
        how="load",
        call="torch.load",
        path="f'state_{rank}.pt'",
        restores=("optimizer",),
        into=("optimizer",),
    ),
    "if args.resume:\n    best = load_checkpoint(config, model, optimizer, scheduler)": _example(
        line=2,
        evidence=Evidence(NAME, ("load_checkpoint",)),
        how="helper",
        call="load_checkpoint",
        condition="args.resume",
    ),
    "from transformers import Trainer\n"
    "trainer = Trainer(model=model)\n"
    "trainer.train(resume_from_checkpoint=last)": _example(
        line=3,
        evidence=Evidence(FLOW, ("trainer.train",)),
        how="argument",
        call="trainer.train",
        path="last",
    ),
    "accelerator.load_state(args.resume_from_checkpoint)": _example(
        line=1,
        evidence=Evidence(FLOW, ("accelerator.load_state",)),
        how="framework",
        call="accelerator.load_state",
        path="args.resume_from_checkpoint",
    ),
    (
        "import torch\n"
        "from peft import set_peft_model_state_dict\n"
        "if resume_from_checkpoint:\n"
        "    weights = torch.load(path)\n"
        "    set_peft_model_state_dict(model, weights)"
    ): [
        CheckpointResume(
            line=4,
            end=4,
            evidence=Evidence(FLOW, ("weights",)),
            how="load",
            call="torch.load",
            path="path",
            condition="resume_from_checkpoint",
        )
    ],
    ("if opt.epoch != 0:\n    net.load_state_dict(torch.load('saved/net_%d.pth' % opt.epoch))"): [
        CheckpointResume(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("torch.load",)),
            how="load",
            call="torch.load",
            path="'saved/net_%d.pth' % opt.epoch",
            into=("net",),
            condition="opt.epoch != 0",
        )
    ],
    (
        'from composer import Trainer\ntrainer = Trainer(model=net, load_path="runs/last.pt")'
    ): _example(
        line=2,
        evidence=Evidence(FLOW, ("Trainer",)),
        how="argument",
        call="Trainer",
        path='"runs/last.pt"',
    ),
    "checkpointer.load_model(model)": _example(
        line=1,
        evidence=Evidence(FLOW, ("checkpointer.load_model",)),
        how="framework",
        call="checkpointer.load_model",
    ),
    (
        "import pytorch_lightning as pl\n"
        "settings['resume_from_checkpoint'] = last\n"
        "trainer = pl.Trainer(**settings)"
    ): _example(
        line=2,
        evidence=Evidence(API, ("pytorch_lightning.Trainer",)),
        how="argument",
        call="Trainer",
        path="last",
    ),
    (
        "from flax.training import checkpoints\n"
        "params, state, step = checkpoints.restore_checkpoint(folder, (params, state, step))"
    ): [
        CheckpointResume(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("checkpoints.restore_checkpoint",)),
            how="load",
            call="checkpoints.restore_checkpoint",
            path="folder",
        )
    ],
    ("import lightning as L\nfabric = L.Fabric(devices=2)\nfabric.load(path, state)"): [
        CheckpointResume(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("fabric.load",)),
            how="framework",
            call="fabric.load",
            path="path",
        )
    ],
    (
        "import dist_util\n"
        "def load(model):\n"
        "    resume_checkpoint = find_resume_checkpoint()\n"
        "    state = dist_util.load_state_dict(resume_checkpoint)\n"
        "    model.load_state_dict(state)"
    ): [
        CheckpointResume(
            line=4,
            end=4,
            evidence=Evidence(NAME, ("dist_util.load_state_dict",)),
            how="helper",
            call="dist_util.load_state_dict",
        )
    ],
    (
        "import torch\n"
        "if resume_from is not None:\n"
        "    checkpoint = torch.load(file_name, map_location='cpu')\n"
        "    restore_all(objects, checkpoint)"
    ): [
        CheckpointResume(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("checkpoint",)),
            how="load",
            call="torch.load",
            path="file_name",
            map_location="'cpu'",
            condition="resume_from is not None",
        )
    ],
    ("state = checkpointer.resume_or_load('', resume=True)"): [
        CheckpointResume(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("checkpointer.resume_or_load",)),
            how="choice",
            call="checkpointer.resume_or_load",
        )
    ],
    (
        "if saved_run:\n"
        "    weights = load_checkpoint(saved_run.weights)\n"
        "    state = load_checkpoint(saved_run.state)\n"
        "    net.load_state_dict(weights['net'])\n"
        "    optimizer.load_state_dict(state['optimizer'])\n"
        "    first = state['epoch'] + 1"
    ): [
        CheckpointResume(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("weights",)),
            how="read",
            call="load_checkpoint",
            restores=("net",),
            into=("net",),
            condition="saved_run",
        ),
        CheckpointResume(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("state",)),
            how="read",
            call="load_checkpoint",
            restores=("optimizer", "epoch"),
            into=("optimizer",),
            condition="saved_run",
        ),
    ],
    "restart_from_checkpoint(path, state_dict=model, optimizer=optimizer)": _example(
        line=1,
        evidence=Evidence(NAME, ("restart_from_checkpoint",)),
        how="helper",
        call="restart_from_checkpoint",
    ),
    "net = zoo.load_model(args.snapshot, kind=kind)": _example(
        line=1,
        evidence=Evidence(NAME, ("zoo.load_model",)),
        how="helper",
        call="zoo.load_model",
    ),
    (
        "from stable_baselines3 import PPO\n"
        "agent = PPO.load(path, env=env)\n"
        "agent.learn(total_timesteps=1000)"
    ): _example(
        line=2,
        evidence=Evidence(FLOW, ("agent",)),
        how="load",
        call="PPO.load",
        path="path",
    ),
    "start = keeper.resume_or_load(cfg.WEIGHTS, resume=args.resume)": [
        CheckpointResume(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("keeper.resume_or_load",)),
            how="choice",
            call="keeper.resume_or_load",
            path="cfg.WEIGHTS",
            decided_by="args.resume",
        )
    ],
    (
        "from project import HorseTrainer\n"
        "trainer = HorseTrainer(cfg)\n"
        "trainer.fit(train_dataset, resume=args.resume)"
    ): [
        CheckpointResume(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("trainer.fit",)),
            how="argument",
            call="trainer.fit",
            path="args.resume",
        )
    ],
    (
        "from mmengine.config import Config\n"
        'cfg = Config.fromfile("a.py")\n'
        "if args.resume:\n"
        "    cfg.resume = True"
    ): [
        CheckpointResume(
            line=4,
            end=4,
            evidence=Evidence(FLOW, ("cfg.resume",)),
            how="setting",
            call="cfg.resume",
            path="True",
            condition="args.resume",
        )
    ],
    (
        "from clu import checkpoint\n"
        "ckpt = checkpoint.MultihostCheckpoint(folder)\n"
        "state = ckpt.restore_or_initialize(state)"
    ): [
        CheckpointResume(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("ckpt.restore_or_initialize",)),
            how="latest",
            call="ckpt.restore_or_initialize",
        )
    ],
    "_, client_state = model_engine.load_checkpoint(args.load_dir, tag)": _example(
        line=1,
        evidence=Evidence(FLOW, ("model_engine.load_checkpoint",)),
        how="framework",
        call="model_engine.load_checkpoint",
        path="args.load_dir",
    ),
    (
        "import torch\n"
        "optimizer = torch.optim.SGD(net.parameters(), lr=1)\n"
        "net, optimizer, start = checkpointer.load(net, optimizer, path=folder)"
    ): [
        CheckpointResume(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("checkpointer.load",)),
            how="helper",
            call="checkpointer.load",
        )
    ],
    (
        "import torch\n"
        "opt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "extra = checkpoint.load(net, opt)"
    ): [
        CheckpointResume(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("checkpoint.load",)),
            how="helper",
            call="checkpoint.load",
        )
    ],
    "import torch\nscheduler.load_state_dict(torch.load(path / 'scheduler.pt'))": [
        CheckpointResume(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("torch.load",)),
            how="load",
            call="torch.load",
            path="path / 'scheduler.pt'",
            into=("scheduler",),
            tensors=False,
        )
    ],
    "import torch.distributed.checkpoint as dcp\n"
    "dcp.load({'model': weights, 'optimizer': state}, checkpoint_id=folder)\n"
    "loss.backward()": _example(
        line=2,
        evidence=Evidence(API, ("torch.distributed.checkpoint.load",)),
        how="load",
        call="dcp.load",
        path="folder",
        restores=("model", "optimizer"),
        others=True,
    ),
    ("net = Net.load_from_checkpoint(args.start, strict=False)"): [
        CheckpointResume(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("Net.load_from_checkpoint",)),
            how="module",
            call="Net.load_from_checkpoint",
            path="args.start",
        )
    ],
    (
        "import torch\n"
        "opt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "def load_state(name):\n"
        "    net.load_state_dict(torch.load(f'net_{name}'))\n"
        "    head.load_state_dict(torch.load(f'head_{name}'))\n"
        "    opt.load_state_dict(torch.load(f'opt_{name}'))"
    ): [
        CheckpointResume(
            line=4,
            end=4,
            evidence=Evidence(FLOW, ("torch.load",)),
            how="load",
            call="torch.load",
            path="f'net_{name}'",
            into=("net",),
            others=True,
        ),
        CheckpointResume(
            line=5,
            end=5,
            evidence=Evidence(FLOW, ("torch.load",)),
            how="load",
            call="torch.load",
            path="f'head_{name}'",
            into=("head",),
            others=True,
        ),
        CheckpointResume(
            line=6,
            end=6,
            evidence=Evidence(FLOW, ("torch.load",)),
            how="load",
            call="torch.load",
            path="f'opt_{name}'",
            into=("opt",),
            others=True,
        ),
    ],
    (
        "import torch\n"
        "opt = torch.optim.Adam(model.parameters())\n"
        "if fresh:\n"
        "    model.save(path)\n"
        "else:\n"
        "    model.load(path, opt)"
    ): [
        CheckpointResume(
            line=6,
            end=6,
            evidence=Evidence(NAME, ("model.load",)),
            how="helper",
            call="model.load",
            condition="not fresh",
        )
    ],
    ("if args.resume:\n    model_load(args.resume)\n"): [
        CheckpointResume(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("model_load",)),
            how="helper",
            call="model_load",
            condition="args.resume",
        )
    ],
    "import torch\nif args.resume:\n    options = torch.load(last, map_location=cpu)['options']": (
        _example(
            line=3,
            evidence=Evidence(FLOW, ("options",)),
            how="load",
            call="torch.load",
            path="last",
            restores=("options",),
            map_location="cpu",
            part=True,
            condition="args.resume",
        )
    ),
    "_, saved = engine.load_checkpoint(path, load_lr_scheduler_states=False)": _example(
        line=1,
        evidence=Evidence(FLOW, ("engine.load_checkpoint",)),
        how="framework",
        call="engine.load_checkpoint",
        path="path",
        part=True,
    ),
    (
        "import torch\n"
        "model = Net()\n"
        "model.load_state_dict(torch.load(args.weights_path))\n"
        'tail = args.weights_path.split("epoch=")[1]\n'
        "start_epoch = int(tail[:3]) + 1"
    ): [
        CheckpointResume(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("torch.load",)),
            how="load",
            call="torch.load",
            path="args.weights_path",
            into=("model",),
        )
    ],
    ("epoch = trainer.load_parameters(files[-1])"): [
        CheckpointResume(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("trainer.load_parameters",)),
            how="helper",
            call="trainer.load_parameters",
        )
    ],
    (
        "import torch\n"
        'state = torch.load(args.checkpoint, map_location="cpu")\n'
        'model.load_state_dict(state["model_state_dict"])\n'
        'first_batch = state["batch"]'
    ): [
        CheckpointResume(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("state",)),
            how="load",
            call="torch.load",
            path="args.checkpoint",
            restores=("model_state_dict", "batch"),
            into=("model",),
            map_location='"cpu"',
        )
    ],
    (
        "import torch\n"
        "if args.load:\n"
        "    model.load_state_dict(torch.load(weight_file))\n"
        "for epoch in range(epochs):\n"
        "    train(model, loader)\n"
        "    torch.save(model.state_dict(), weight_file)"
    ): [
        CheckpointResume(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("torch.load",)),
            how="load",
            call="torch.load",
            path="weight_file",
            into=("model",),
            condition="args.load",
        )
    ],
}
COUNTEREXAMPLES = {
    "engine.load_checkpoint(folder, load_module_only=True)": "the weights alone, as for a test",
    (
        "import torch\n"
        "def load_pretrained(path, net):\n"
        "    saved = torch.load(path)\n"
        "    net.load_state_dict(saved['net'])\n"
        "    print(saved['epoch'])"
    ): "what is read is the number of the epoch to print",
    (
        "import torch\n"
        "class Trainer:\n"
        "    def load_from_checkpoint(self, path):\n"
        "        self.net.load_state_dict(torch.load(path))\n"
        "    def __init__(self, path):\n"
        "        self.load_from_checkpoint(path)"
    ): "a method of the script's own that reads weights",
    (
        "import torch\n"
        "def evaluate(net, loader, resume):\n"
        "    net.load_state_dict(torch.load(resume))\n"
        "    net.eval()\n"
        "    with torch.no_grad():\n"
        "        for x, y in loader:\n"
        "            total += loss_of(net(x), y)"
    ): "the weights that are measured",
    (
        'from mmengine.config import Config\ncfg = Config.fromfile("a.py")\ncfg.resume = False'
    ): "nothing is resumed",
    "keeper.resume_or_load(cfg.WEIGHTS, resume=False)": "reads weights, and resumes nothing",
    "saved = checkpointer.load_checkpoint(weights_only=False)": "nothing says what is read and why",
    "net = Net()\nnet.load(path)": "why it is read is not said",
    "import torch.distributed.checkpoint as dcp\n"
    "dcp.load({'model': weights, 'optimizer': state}, checkpoint_id=folder)": "nothing is trained",
    "if resume:\n    options = load_checkpoint(last)[0].args": "only the settings are read",
    "weights = load_checkpoint(path)\nnet.load_state_dict(weights['net'])": "weights alone",
    "state = load_state(path)\nprint(state['epoch'])\nstate = None": "nothing is put back",
    ("net = checkpointer.load(net, path)"): "weights alone",
    (
        "def find_rate(trainer, path):\n"
        "    trainer.save_checkpoint(path)\n"
        "    sweep(trainer)\n"
        "    trainer.connector.restore(path)"
    ): "the run goes back to what it saved itself",
    "restart_training(worker)": "a process is started anew",
    "import lightning as L\nfabric = L.Fabric()\nfabric.load_raw(start, model)": "weights alone",
    "self.master.restart_peer()": "a service is started again",
    "frame.restore_state(frame_state)": "nothing of a training",
    "def load_best(self):\n    resume_from_checkpoint(self.best_path)": "the best one is picked",
    "checkpointer.load(cfg.MODEL.WEIGHTS)": "weights of another training",
    "timer.resume()": "a clock goes on",
    "self.resume_end()": "a hook after it",
    "self.modes.restore(model)": "the mode of a model's layers is put back",
    "self.restore_print_stmts(self.print_variables)": "nothing of a training is restored",
    "model.load_state_dict(torch.load('imagenet.pth'))": "that is pretrained-weights",
    "data = torch.load('features.pt')": "data, no state of a run",
    "model = load_model(name)": "no sign that a run goes on",
    "from stable_baselines3 import PPO\nagent = PPO.load(path)\nact(agent)": "it plays",
    ("extra = checkpoint.load(path)"): "what is loaded for, nothing says",
    (
        "import torch\n"
        "model = Net()\n"
        "model.load_state_dict(torch.load(args.weights_path))\n"
        "start_epoch = args.start_epoch"
    ): "the number is another setting",
}
