"""Which models are said to be trained at a glance."""

from __future__ import annotations

import pseudogen
from pseudogen.document import Paragraph, plain
from pseudogen.finding import find_all
from pseudogen.names.script import Script
from pseudogen.patterns import all_finders
from pseudogen.words.glance import glance

GAN = """from torch import nn, optim
class Painter(nn.Module): pass
class Critic(nn.Module): pass
painter = Painter()
critic = Critic()
one = optim.Adam(painter.parameters(), lr=1e-4)
two = optim.Adam(critic.parameters(), lr=1e-4)
for images in train_loader:
    critic(images).backward()
    two.step()
"""
FROZEN = """from transformers import AutoModel, AutoModelForMaskedLM
text_model = AutoModel.from_pretrained(path)
text_model.requires_grad_(False)
model = AutoModelForMaskedLM.from_pretrained(path)
optimizer = AdamW(model.parameters(), lr=1e-4)
for batch in train_loader:
    model(text_model(batch)).backward()
    optimizer.step()
"""


ALTERNATIVES = """from torch import nn, optim
class Small(nn.Module): pass
class Large(nn.Module): pass
if args.small:
    model = Small()
    criterion = nn.NLLLoss()
else:
    model = Large()
    criterion = nn.CrossEntropyLoss()
optimizer = optim.Adam(model.parameters())
for images, labels in train_loader:
    criterion(model(images), labels).backward()
    optimizer.step()
"""


def whole(code: str, lang: str = "en") -> str:
    """The explanation of a code that is long enough for one with stages."""
    return pseudogen.explain(code + "\n" * 60, lang=lang)


def paragraph(code: str, lang: str = "en") -> str:
    """The paragraph at a glance."""
    first = glance(find_all(Script.parse(code), all_finders()), lang)[0]
    assert isinstance(first, Paragraph)
    return plain(first.text)


def test_all_models_that_optimizers_get_are_named() -> None:
    assert "trains models made by `Painter` and `Critic`" in paragraph(GAN)
    assert "训练 `Painter` 和 `Critic` 构建的模型" in paragraph(GAN, "zh")


def test_a_frozen_model_is_not_the_one_that_is_trained() -> None:
    assert "a model made by `AutoModelForMaskedLM.from_pretrained`" in paragraph(FROZEN)
    assert "AutoModel." not in paragraph(FROZEN)


def test_what_is_frozen_is_not_trained_by_an_optimizer_that_gets_something_else() -> None:
    code = (
        "import torch\nfrom transformers import AutoModel\n"
        "base = AutoModel.from_pretrained(path)\nbase.requires_grad_(False)\n"
        "parts = adapters_of(base)\noptimizer = torch.optim.Adam(parts, lr=0.1)\n"
        "for x, y in train_loader:\n    loss = base(x, labels=y).loss\n    loss.backward()\n"
        "    optimizer.step()\n"
    )
    assert paragraph(code).startswith("It trains a model with `Adam`")


def test_of_models_under_a_condition_one_is_trained() -> None:
    said = whole(ALTERNATIVES)
    assert (
        "It trains a model made by `Small` or `Large` with `Adam`, minimising `NLLLoss` or" in said
    )
    assert "| Model | `model` is made by `Small` or `Large` |" in said
    assert "训练 `Small` 或 `Large` 构建的模型" in whole(ALTERNATIVES, "zh")


def test_losses_that_all_are_computed_are_no_alternatives() -> None:
    both = ALTERNATIVES.replace("else:", "if True:")
    assert "Its losses: `NLLLoss`, `CrossEntropyLoss`." in whole(both)
    assert "损失函数有 `NLLLoss`、`CrossEntropyLoss`。" in whole(both, "zh")


def test_models_whose_parameters_are_chained_are_trained() -> None:
    chained = GAN.replace("critic.parameters()", "itertools.chain(critic.parameters(), x)")
    assert "trains models made by `Painter` and `Critic`" in paragraph(chained)


MANY = """from torch import nn, optim
model, tokens = build_model(args)
teacher = build_model(args)
train_set, args.classes = build_dataset(True)
valid_set, _ = build_dataset(False)
losses = [nn.L1Loss(), nn.MSELoss(), nn.NLLLoss(), nn.CrossEntropyLoss(), nn.HuberLoss()]
optimizer = optim.Adam(model.parameters())
for images, labels in train_loader:
    sum(loss(model(images), labels) for loss in losses).backward()
    optimizer.step()
"""


def test_what_the_same_function_makes_is_told_together() -> None:
    text = whole(MANY)
    assert "`model` and `teacher` are made by `build_model`" in text
    assert "`train_set` and `valid_set` are made by `build_dataset`" in text
    assert "`model`、`teacher`：`build_model`" in whole(MANY, "zh")


def test_of_many_losses_the_paragraph_names_a_few() -> None:
    assert "Its losses: `L1Loss`, `MSELoss`, `NLLLoss` and 2 more." in paragraph(MANY)
    assert "损失函数有 `L1Loss`、`MSELoss`、`NLLLoss` 等 5 个" in paragraph(MANY, "zh")


FITS = """from keras.models import Model
if tiny:
    model = make_tiny(size)
else:
    model = make_large(size)
model.compile(optimizer="adam", loss="mse")
model.fit(x, y, epochs=20, initial_epoch=5)
"""
DATA_MODULE = """import lightning as L
from torch.utils.data import DataLoader
class Words(L.LightningDataModule):
    def __init__(self, size: int = 16):
        super().__init__()
        self.size = size
    def train_dataloader(self):
        return DataLoader(self.train_set, batch_size=self.size, shuffle=True)
class Tagger(L.LightningModule):
    def __init__(self, lr: float = 0.002):
        super().__init__()
        self.save_hyperparameters()
    def configure_optimizers(self):
        return Adam(self.parameters(), lr=self.hparams.lr)
words = Words()
"""


def test_models_of_other_branches_are_named_without_an_optimizer_that_takes_them() -> None:
    assert "made by `make_tiny` or `make_large`" in whole(FITS).replace("\n", " ")


def test_what_a_maker_makes_inside_is_no_other_model() -> None:
    inner = "def make_large(size):\n    model = Model(size)\n    return model\n"
    told = whole(FITS + inner).replace("\n", " ")
    assert "It trains a model made by `make_tiny` or " in told, "one of two, and not three models"


def test_models_of_functions_that_branches_call_are_alternatives() -> None:
    code = (
        "from transformers import AutoModel, Trainer\n"
        "def small():\n    model = AutoModel.from_pretrained('s')\n    return model\n"
        "def large():\n    model = Large.from_pretrained('l')\n    return model\n"
        "def main():\n"
        "    if args.small:\n        model = small()\n    else:\n        model = large()\n"
        "    trainer = Trainer(model, args)\n    trainer.train()\nmain()\n"
    )
    told = whole(code).replace("\n", " ")
    assert "made by `AutoModel.from_pretrained` or `Large.from_pretrained`" in told


def test_the_epochs_of_a_fit_are_told_from_the_first_to_the_last() -> None:
    assert "`model.fit`, from epoch `5` until before `20`" in " ".join(whole(FITS).split())
    assert "`model.fit`，从 epoch `5` 到 `20` 之前" in " ".join(whole(FITS, "zh").split())


def test_quantities_come_with_their_values() -> None:
    told = " ".join(whole(DATA_MODULE).split())
    assert "`self.train_set`, `self.size` (16) to a batch" in told
    assert "learning rate `self.hparams.lr` (0.002)" in told


def test_data_that_a_function_of_the_script_gives() -> None:
    code = (
        "import torch\nfrom torch import nn\n\n"
        "def get_batch():\n    return data[torch.randint(9, (3,))]\n\n"
        "model = nn.Linear(3, 3)\nmeasure = nn.CosineSimilarity()\n"
        "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
        "while step < steps:\n    x = get_batch()\n    loss = -measure(model(x), x).mean()\n"
        "    optimizer.zero_grad()\n    loss.backward()\n    optimizer.step()\n    step += 1\n"
    ) + "\n" * 60
    said = pseudogen.explain(code, detail="brief")
    assert "| Data | batches come from `get_batch()` | 4–5 |" in said
    assert "| 数据 | 批次由 `get_batch()` 给出 | 4–5 |" in pseudogen.explain(
        code, detail="brief", lang="zh"
    )
    assert "Its batches come from `get_batch()` (lines 4–5)." in pseudogen.explain(code)
    drawn = code.replace("get_batch()\n    loss", "next(batches)\n    loss")
    at = drawn.splitlines().index("while step < steps:") + 1
    said = pseudogen.explain(drawn, detail="brief")
    assert f"| Data | batches come from `next(batches)` | {at} |" in said


def test_loaders_of_unknown_data_are_told_with_their_batches() -> None:
    code = (
        "train_loader = get_train_dataloader(mean, batch_size=size, shuffle=True)\n"
        "test_loader = get_test_dataloader(mean, batch_size=size)\n"
        "for images, labels in train_loader:\n"
        "    loss = criterion(model(images), labels)\n"
        "    loss.backward()\n"
        "    optimizer.step()\n"
    )
    assert "`train_loader` and `test_loader` give `size` samples to a batch" in whole(code)


def test_parameters_are_let_in_again_only_where_they_were_frozen() -> None:
    code = (
        "import copy\nimport torch\nnet = Net()\nnet.train().requires_grad_(True)\n"
        "{frozen}\n"
        "optimizer = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "for x, y in loader:\n    optimizer.zero_grad()\n    criterion(net(x), y).backward()\n"
        "    optimizer.step()\n"
    )
    other = whole(code.format(frozen="old = copy.deepcopy(net).requires_grad_(False)"))
    assert "| parameters are frozen |" in other
    again = whole(code.format(frozen="net.requires_grad_(False)\nnet.requires_grad_(True)"))
    assert "parameters are frozen, and let into training again" in again


def test_models_whose_weights_a_tape_watches_are_all_trained() -> None:
    code = (
        "import tensorflow as tf\nup = nets.Generator(9)\ndown = nets.Critic(9)\n"
        "optimizer = tf.keras.optimizers.Adam(0.1)\n"
        "for x in data:\n    with tf.GradientTape(persistent=True) as tape:\n"
        "        loss = adversarial(down(up(x)))\n"
        "    grads = tape.gradient(loss, up.trainable_variables + down.trainable_variables)\n"
        "    optimizer.apply_gradients(zip(grads, up.trainable_variables))\n"
    )
    assert "It trains models made by `nets.Generator` and `nets.Critic`" in whole(code)
