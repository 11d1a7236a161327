"""checkpoint-save: state is saved, so that the run can go on or the model be used later."""

from __future__ import annotations

from typing import Any

from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.patterns.checkpoint_save.facts import CheckpointSave
from pseudogen.patterns.checkpoint_save.library import find_library, find_pickled, find_written
from pseudogen.patterns.checkpoint_save.named import (
    find_callback,
    find_named,
    find_noun,
    find_setting,
)

__all__ = [
    "CheckpointSave",
    "find_callback",
    "find_library",
    "find_named",
    "find_noun",
    "find_pickled",
    "find_setting",
    "find_written",
]


def _example(**facts: Any) -> list[CheckpointSave]:
    facts.setdefault("end", facts["line"])
    return [CheckpointSave(**facts)]


EXAMPLES = {
    "import utils\nutils.save(model, 'weights.pt')": [
        CheckpointSave(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("utils.save",)),
            how="helper",
            call="utils.save",
        )
    ],
    "import torch\nif rank == 0:\n    torch.save(model.state_dict(), 'last.pt')": _example(
        line=3,
        evidence=Evidence(API, ("torch.save",)),
        how="library",
        call="torch.save",
        saved="model.state_dict()",
        weights_only=True,
        path="'last.pt'",
        condition="rank == 0",
    ),
    "import torch\nif averaged:\n    state = ema.module.state_dict()\n"
    "else:\n    state = net.state_dict()\ntorch.save(state, 'net.pt')": _example(
        line=6,
        evidence=Evidence(API, ("torch.save",)),
        how="library",
        call="torch.save",
        saved="state",
        states=(("ema.module", "averaged"), ("net", "not averaged")),
        weights_only=True,
        path="'net.pt'",
    ),
    "import torch\nstate = net.state_dict()\n"
    "state['names'] = names\ntorch.save(state, 'net.pt')": _example(
        line=4,
        evidence=Evidence(API, ("torch.save",)),
        how="library",
        call="torch.save",
        saved="state",
        more=True,
        states=(("net", None),),
        path="'net.pt'",
    ),
    "for step, (x, y) in enumerate(train_loader):\n"
    "    criterion(net(x), y).backward()\n"
    "    optimizer.step()\n"
    "    run_checkpoint(model=net, optimizer=optimizer, step=step)": [
        CheckpointSave(
            line=4,
            end=4,
            evidence=Evidence(NAME, ("run_checkpoint",)),
            how="helper",
            call="run_checkpoint",
            per="step",
        )
    ],
    "import torch\n"
    "weights = net.state_dict()\n"
    "torch.save({key: kept.half() for key, kept in weights.items()}, 'last.pt')": [
        CheckpointSave(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.save",)),
            how="library",
            call="torch.save",
            saved="{key: kept.half() for key, kept in weights.items()}",
            states=(("net", None),),
            weights_only=True,
            optimizer_saved=False,
            path="'last.pt'",
        )
    ],
    "import torch\n"
    "with open(folder / 'net.pt', 'wb') as f:\n"
    "    torch.save(net.state_dict(), f)\n"
    "torch.save(optimizer.state_dict(), 'optimizer.pt')": [
        CheckpointSave(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.save",)),
            how="library",
            call="torch.save",
            saved="net.state_dict()",
            weights_only=True,
            optimizer_saved=True,
            path="folder / 'net.pt'",
        ),
        CheckpointSave(
            line=4,
            end=4,
            evidence=Evidence(API, ("torch.save",)),
            how="library",
            call="torch.save",
            saved="optimizer.state_dict()",
            path="'optimizer.pt'",
        ),
    ],
    'state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch}\n'
    "torch.save(state, path)": _example(
        line=2,
        evidence=Evidence(NAME, ("torch.save",)),
        how="library",
        call="torch.save",
        contents=("model", "optimizer", "epoch"),
        keeps_optimizer=True,
        saved="state",
        weights_only=False,
        path="path",
    ),
    "import torch\nstate = save_checkpoint(task, epoch)\ntorch.save(state, 'tmp.bin')": _example(
        line=3,
        evidence=Evidence(API, ("torch.save",)),
        how="library",
        call="torch.save",
        saved="state",
        path="'tmp.bin'",
    ),
    'save_checkpoint({"epoch": epoch + 1, "state_dict": model.state_dict()}, is_best)': _example(
        line=1,
        evidence=Evidence(NAME, ("save_checkpoint",)),
        how="helper",
        call="save_checkpoint",
        contents=("epoch", "state_dict"),
        keeps_optimizer=False,
    ),
    'kept = {"net": net.state_dict(), "epoch": epoch}\nsave_checkpoint(path, kept)': _example(
        line=2,
        evidence=Evidence(NAME, ("save_checkpoint",)),
        how="helper",
        call="save_checkpoint",
        contents=("net", "epoch"),
        keeps_optimizer=False,
    ),
    "save_checkpoint(path, {'note': note})": _example(
        line=1,
        evidence=Evidence(NAME, ("save_checkpoint",)),
        how="helper",
        call="save_checkpoint",
    ),
    "import torch\n"
    "state = {'epoch': epoch, 'optimizer': optimizer.state_dict()}\n"
    "state['weights'] = model.state_dict()\n"
    "torch.save(state, path)": _example(
        line=4,
        evidence=Evidence(API, ("torch.save",)),
        how="library",
        call="torch.save",
        contents=("epoch", "optimizer"),
        more=True,
        saved="state",
        path="path",
    ),
    "import torch\n"
    "packed = self.pack_opt_state_dict(moments, rates)\n"
    "torch.save(packed, folder / 'last.opt')": _example(
        line=3,
        evidence=Evidence(API, ("torch.save",)),
        how="library",
        call="torch.save",
        saved="packed",
        path="folder / 'last.opt'",
    ),
    "if rank == 0:\n    if (always or last) and self.save_model(path):\n        report()": _example(
        line=2,
        evidence=Evidence(NAME, ("self.save_model",)),
        how="helper",
        call="self.save_model",
        whole="model",
        condition="rank == 0 and (always or last)",
    ),
    "self.save_optimizer(folder)": _example(
        line=1,
        evidence=Evidence(NAME, ("self.save_optimizer",)),
        how="helper",
        call="self.save_optimizer",
        whole="part",
    ),
    "from transformers import Trainer\ntrainer = Trainer(net)\ntrainer.save_state()": _example(
        line=3,
        evidence=Evidence(FLOW, ("trainer.save_state",)),
        how="framework",
        call="trainer.save_state",
        whole="progress",
    ),
    "accelerator.save_state(output_dir)": _example(
        line=1,
        evidence=Evidence(FLOW, ("accelerator.save_state",)),
        how="framework",
        call="accelerator.save_state",
        whole="training",
        path="output_dir",
    ),
    'from composer import Trainer\ntrainer = Trainer(model=net, save_folder="runs")': _example(
        line=2,
        evidence=Evidence(API, ("composer.Trainer",)),
        how="callback",
        call="Trainer",
        path='"runs"',
    ),
    "import flax\n"
    "with open(path, 'wb') as f:\n"
    "    f.write(flax.serialization.to_bytes(state.params))": _example(
        line=3,
        evidence=Evidence(API, ("flax.serialization.to_bytes",)),
        how="library",
        call="flax.serialization.to_bytes",
        saved="state.params",
        path="path",
    ),
    (
        "import torch\n"
        "def upload(obj, target):\n"
        "    torch.save(obj, buffer)\n"
        "upload({'model': model.state_dict()}, url)"
    ): [
        CheckpointSave(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.save",)),
            how="library",
            call="torch.save",
            saved="obj",
            path="buffer",
        )
    ],
    ("self.checkpointer.save_checkpoint(state_dict, epoch=epoch)"): [
        CheckpointSave(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("self.checkpointer.save_checkpoint",)),
            how="framework",
            call="self.checkpointer.save_checkpoint",
        )
    ],
    (
        "import torch, torch.nn as nn\n"
        "class Net(nn.Module):\n"
        "    pass\n"
        "model = Net()\n"
        "torch.save([model, stats], 'run.bin')"
    ): [
        CheckpointSave(
            line=5,
            end=5,
            evidence=Evidence(API, ("torch.save",)),
            how="library",
            call="torch.save",
            saved="[model, stats]",
            path="'run.bin'",
        )
    ],
    ("save_hf_format(model, tokenizer, args)"): [
        CheckpointSave(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("save_hf_format",)),
            how="helper",
            call="save_hf_format",
        )
    ],
    ("import lightning as L\nfabric = L.Fabric(devices=2)\nfabric.save(path, state)"): [
        CheckpointSave(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("fabric.save",)),
            how="framework",
            call="fabric.save",
            path="path",
        )
    ],
    'keeper.save_pickle({"policy": policy}, "model.pkl")': [
        CheckpointSave(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("keeper.save_pickle",)),
            how="framework",
            call="keeper.save_pickle",
            contents=("policy",),
        )
    ],
    ('from project.utils import save\nsave(optimizer.state_dict(), "last.pdopt")'): [
        CheckpointSave(line=2, end=2, evidence=Evidence(NAME, ("save",)), how="helper", call="save")
    ],
    (
        "import pickle\n"
        "for x, y in train_loader:\n"
        "    criterion(policy_net(x), y).backward()\n"
        "    optimizer.step()\n"
        'pickle.dump((policy_net, scale), open("policy.p", "wb"))'
    ): [
        CheckpointSave(
            line=5,
            end=5,
            evidence=Evidence(API, ("pickle.dump",)),
            how="library",
            call="pickle.dump",
            saved="(policy_net, scale)",
            path='"policy.p"',
        )
    ],
    (
        "from flax.training import checkpoints\n"
        "agent, info = agent.update(batch)\n"
        "checkpoints.save_checkpoint(folder, agent, step=i)"
    ): [
        CheckpointSave(
            line=3,
            end=3,
            evidence=Evidence(API, ("flax.training.checkpoints.save_checkpoint",)),
            how="library",
            call="checkpoints.save_checkpoint",
            saved="agent",
            path="folder",
        )
    ],
    'net.save_parameters("net.params")': [
        CheckpointSave(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("net.save_parameters",)),
            how="framework",
            call="net.save_parameters",
            whole="model",
            path='"net.params"',
        )
    ],
    (
        "from ignite.handlers import Checkpoint\n"
        "handler = Checkpoint({'model': model}, saver, filename_prefix='best')"
    ): [
        CheckpointSave(
            line=2,
            end=2,
            evidence=Evidence(API, ("ignite.handlers.Checkpoint",)),
            how="callback",
            call="Checkpoint",
        )
    ],
    (
        "from tensorflow.python.keras.callbacks import ModelCheckpoint\n"
        "saver = ModelCheckpoint(filepath='m.h5', monitor='val_loss')"
    ): [
        CheckpointSave(
            line=2,
            end=2,
            evidence=Evidence(API, ("tensorflow.python.keras.callbacks.ModelCheckpoint",)),
            how="callback",
            call="ModelCheckpoint",
            path="'m.h5'",
            monitor="'val_loss'",
        )
    ],
    "import keras\n"
    "net.fit(x, y, callbacks=[\n"
    "    keras.callbacks.ReduceLROnPlateau(),\n"
    "    keras.callbacks.ModelCheckpoint(\n"
    "        'a.h5',  # (\n"
    "    ),\n"
    "])": _example(
        line=4,
        end=6,
        evidence=Evidence(API, ("keras.callbacks.ModelCheckpoint",)),
        how="callback",
        call="ModelCheckpoint",
        path="'a.h5'",
    ),
    "for i, batch in enumerate(loader):\n    periodic_checkpointer.step(i)": _example(
        line=2,
        evidence=Evidence(FLOW, ("periodic_checkpointer.step",)),
        how="due",
        call="periodic_checkpointer.step",
    ),
    ('import torch\ntorch.save([policy, statistics], folder + ".pt")'): [
        CheckpointSave(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.save",)),
            how="library",
            call="torch.save",
            saved="[policy, statistics]",
            path='folder + ".pt"',
        )
    ],
    ('policy.save(f"{folder}/last")'): [
        CheckpointSave(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("policy.save",)),
            how="framework",
            call="policy.save",
            path='f"{folder}/last"',
        )
    ],
    "from torch.distributed.checkpoint import save\n"
    "save(dict(model=weights, optimizer=state), checkpoint_id=folder)": [
        CheckpointSave(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.distributed.checkpoint.save",)),
            how="library",
            call="save",
            contents=("model", "optimizer"),
            keeps_optimizer=True,
            saved="dict(model=weights, optimizer=state)",
            weights_only=False,
            path="folder",
        )
    ],
    (
        "from lightning.pytorch.callbacks import ModelCheckpoint\n"
        "keep = ModelCheckpoint(dirpath='out', monitor='acc', mode='max', save_top_k=3)"
    ): [
        CheckpointSave(
            line=2,
            end=2,
            evidence=Evidence(API, ("lightning.pytorch.callbacks.ModelCheckpoint",)),
            how="callback",
            call="ModelCheckpoint",
            path="'out'",
            monitor="'acc'",
            keep="3",
            better="higher",
        )
    ],
    ("import torch\nopt = torch.optim.Adam(model.parameters())\nmodel.save(path, opt)"): [
        CheckpointSave(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("model.save",)),
            how="framework",
            call="model.save",
            path="path",
        )
    ],
    ("model_save('last.pt')\n"): [
        CheckpointSave(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("model_save",)),
            how="helper",
            call="model_save",
            whole="model",
        )
    ],
    (
        "import torch\n"
        "def checkpoint(nets, epoch):\n"
        "    torch.save(nets[0].state_dict(), f'{epoch}.pt')\n"
        "checkpoint(nets, 3)\n"
        ""
    ): [
        CheckpointSave(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.save",)),
            how="library",
            call="torch.save",
            saved="nets[0].state_dict()",
            weights_only=True,
            path="f'{epoch}.pt'",
        ),
        CheckpointSave(
            line=4, end=4, evidence=Evidence(NAME, ("checkpoint",)), how="helper", call="checkpoint"
        ),
    ],
    (
        "import torch\n"
        "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
        "save_latest(config, epoch, model, optimizer)\n"
        ""
    ): [
        CheckpointSave(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("save_latest",)),
            how="helper",
            call="save_latest",
        )
    ],
    "import torch\n"
    "def keep(model, optimizer, rank):\n"
    "    if rank > 0:\n"
    "        return\n"
    "    if due:\n"
    '        torch.save({"model": model.state_dict(), "ema": None, "optimizer": None}, path)': [
        CheckpointSave(
            line=6,
            end=6,
            evidence=Evidence(API, ("torch.save",)),
            how="library",
            call="torch.save",
            contents=("model",),
            weights_only=False,
            path="path",
            condition="due",
            only=True,
        )
    ],
    (
        "def train(fabric, state):\n"
        "    fabric.backward(loss)\n"
        '    fabric.log_dict({"loss": loss}, step)\n'
        '    fabric.save("last.ckpt", state)'
    ): [
        CheckpointSave(
            line=4,
            end=4,
            evidence=Evidence(FLOW, ("fabric.save",)),
            how="framework",
            call="fabric.save",
            path='"last.ckpt"',
        )
    ],
    ('my_save(state, f"{folder}/step-{step}.ckpt")'): [
        CheckpointSave(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("my_save",)),
            how="helper",
            call="my_save",
        )
    ],
    (
        "from transformers import Trainer\n"
        "trainer = Trainer(model=model, args=args)\n"
        "trainer._save(output_dir, state_dict=weights)\n"
        "safe_save_model_for_hf_trainer(trainer=trainer, output_dir=output_dir)"
    ): [
        CheckpointSave(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("trainer._save",)),
            how="framework",
            call="trainer._save",
            path="output_dir",
        ),
        CheckpointSave(
            line=4,
            end=4,
            evidence=Evidence(NAME, ("safe_save_model_for_hf_trainer",)),
            how="helper",
            call="safe_save_model_for_hf_trainer",
            whole="model",
        ),
    ],
    ("manage_checkpoints(args, net, optimizer, step + 1)"): [
        CheckpointSave(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("manage_checkpoints",)),
            how="helper",
            call="manage_checkpoints",
        )
    ],
    (
        "accelerator.unwrap_model(model).save_pretrained(\n"
        "    folder, is_main_process=accelerator.is_main_process\n"
        ")"
    ): [
        CheckpointSave(
            line=1,
            end=3,
            evidence=Evidence(FLOW, ("accelerator.unwrap_model(model).save_pretrained",)),
            how="framework",
            call="accelerator.unwrap_model(model).save_pretrained",
            whole="model",
            path="folder",
            condition="accelerator.is_main_process",
        ),
    ],
    (
        "import torch\n"
        "class Learner:\n"
        "    def state_dict(self):\n"
        '        return {"net": self.net.state_dict(), "optimizer": self.optimizer.state_dict()}\n'
        "learner = Learner()\n"
        "torch.save(learner.state_dict(), path)"
    ): [
        CheckpointSave(
            line=6,
            end=6,
            evidence=Evidence(API, ("torch.save",)),
            how="library",
            call="torch.save",
            contents=("net", "optimizer"),
            keeps_optimizer=True,
            saved="learner.state_dict()",
            weights_only=False,
            path="path",
        ),
    ],
    ("for epoch in range(9):\n    checkpoint.save(epoch)"): [
        CheckpointSave(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("checkpoint.save",)),
            how="framework",
            call="checkpoint.save",
        ),
    ],
    'kwargs["model"].save_pretrained(folder)': [
        CheckpointSave(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ('kwargs["model"].save_pretrained',)),
            how="framework",
            call='kwargs["model"].save_pretrained',
            whole="model",
            path="folder",
        ),
    ],
    (
        "import torch\n"
        "package = {}\n"
        'package["net"] = net.state_dict()\n'
        'package["optimizer"] = optimizer.state_dict()\n'
        "if ema:\n"
        '    package["ema"] = ema.state_dict()\n'
        "torch.save(package, path)"
    ): [
        CheckpointSave(
            line=7,
            end=7,
            evidence=Evidence(API, ("torch.save",)),
            how="library",
            call="torch.save",
            contents=("net", "optimizer"),
            more=True,
            keeps_optimizer=True,
            saved="package",
            path="path",
        ),
    ],
    (
        "import torch\n"
        "state = {}\n"
        "for name, part in parts.items():\n"
        "    collect(name, part, state)\n"
        "torch.save(state, path)"
    ): [
        CheckpointSave(
            line=5,
            end=5,
            evidence=Evidence(API, ("torch.save",)),
            how="library",
            call="torch.save",
            saved="state",
            path="path",
            more=True,
        )
    ],
    "from lightning.pytorch.callbacks import ModelCheckpoint\n"
    "saver = ModelCheckpoint(dirpath='a')\n"
    "callbacks = []\n"
    "if args.keep:\n"
    "    callbacks.append(saver)": _example(
        line=2,
        evidence=Evidence(API, ("lightning.pytorch.callbacks.ModelCheckpoint",)),
        how="callback",
        call="ModelCheckpoint",
        path="'a'",
        condition="args.keep",
    ),
    "from lightning.pytorch.callbacks import ModelCheckpoint\n"
    "saver = ModelCheckpoint(dirpath='a') if args.keep else None\n"
    "fit(callbacks=[saver] if args.log else [])": _example(
        line=2,
        evidence=Evidence(API, ("lightning.pytorch.callbacks.ModelCheckpoint",)),
        how="callback",
        call="ModelCheckpoint",
        path="'a'",
        condition="args.keep",
    ),
    "from lightning.pytorch.callbacks import ModelCheckpoint\n"
    "saver = ModelCheckpoint(dirpath='a')\n"
    "others = [saver] if args.keep else []\n"
    "fit(callbacks=[saver])": _example(
        line=2,
        evidence=Evidence(API, ("lightning.pytorch.callbacks.ModelCheckpoint",)),
        how="callback",
        call="ModelCheckpoint",
        path="'a'",
    ),
}
COUNTEREXAMPLES = {
    "chat_template.save_pretrained(folder)": "how messages are written, no model",
    'import torch\ntorch.save({}, "model.bin")': "an empty file holds no state",
    (
        "import pickle\n"
        "for x, y in train_loader:\n"
        "    criterion(net(x), y).backward()\n"
        "    optimizer.step()\n"
        'pickle.dump(history, open("history.p", "wb"))'
    ): "results, no model",
    'plotter.save_figure(graph, "model.png")': "a picture of the model",
    "run_checkpoint(model=net, optimizer=optimizer, step=step)": "before the training it may read",
    "import utils\nutils.save(image, 'image.png')": "no model",
    "class PublishMixin:\n    def publish(self):\n        self.save_pretrained(to)": "of anything",
    "from safetensors.torch import save_file\n"
    "def offload_weight(weight, name, file):\n"
    "    save_file({name: weight}, file)": "moved out of the memory",
    ('import torch\ntorch.save([images, labels], folder + ".pt")'): "no networks",
    "former = state_map.save_checkpoint()": "kept in memory, without a place",
    ("save_model_info(states, folder)"): "a description of the model",
    "save_model_card(args, images, folder)": "a text about the model",
    ("save_image(model, path)\nsave_model_graph_plot(model)"): "pictures",
    "paddle.static.save_inference_model(path, inputs, outputs)": "a program for predicting",
    "tokenizer.save_pretrained(path)": "a tokenizer",
    "cache.store_compression_weights(kind, kv, gate)": "kept in memory",
    "import coremltools as ct\nmodel = ct.models.MLModel(spec)\nmodel.save(path)": "not to train",
    "def export_openvino(model):\n    ov.save_model(model, file)": "another form of the model",
    "class PieceTokenizer(Base):\n"
    "    def keep(self):\n"
    "        super().save_pretrained(folder)": "a tokenizer is saved",
    "self.feature_extractor.save_pretrained(folder)": "has no state of a training",
    "torch.save(features, 'features.pt')": "features are no state of the training",
    "tokenizer.save_pretrained(output_dir)": "the tokenizer is not trained here",
    "plt.savefig('loss.png')": "a plot",
    "save_image(fake, path)": "an image",
    (
        "from torch.utils.checkpoint import checkpoint\nout = checkpoint(block, x)\n"
    ): "activations are computed anew",
    ("save_latest(config, names)\n"): "neither a model nor an optimizer is given",
    ('my_save(state, f"{folder}/step-{step}.png")'): "no file of weights",
    ("self.save_hyper_parameters(args)"): "settings",
    ("manage_checkpoints(folder)"): "nothing is given that could be saved",
}
