"""What an explanation tells together, what it tells once, and whose words it quotes."""

from __future__ import annotations

import json

import pytest

import pseudogen

_SHARED = """\
if distributed:
    train_sampler = DistributedSampler(train_set)
    batch_size = batch_size // gpus_per_node
    shuffle = False
else:
    train_sampler = None
    shuffle = True
loader = DataLoader(train_set, batch_size=batch_size, shuffle=shuffle, sampler=train_sampler)
"""
_SCALED = """\
import torch
from torch.nn.utils import clip_grad_norm_
scaler = torch.amp.GradScaler("cuda")
for images, labels in loader:
    optimizer.zero_grad()
    with torch.autocast("cuda"):
        loss = criterion(model(images), labels)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    clip_grad_norm_(model.parameters(), 1.0)
    scaler.step(optimizer)
    scaler.update()
"""


def test_the_two_branches_of_sharing_are_one_story() -> None:
    text = pseudogen.explain(_SHARED)
    assert text.count("Sharing the data out (lines 1–7)") == 1
    assert "If `distributed` (lines 1–4): `train_sampler` (line 2) gives" in text
    assert "`train_sampler = None` and `shuffle = True`; the batch size stays as it is." in text
    assert "`loader` (line 8) is made by the same code in both cases" in text


@pytest.mark.parametrize("gone", ["    train_sampler = Dist", "    batch_size ="])
def test_half_of_the_story_is_none(gone: str) -> None:
    lines = [line for line in _SHARED.splitlines() if not line.startswith(gone)]
    assert "Sharing the data out" not in pseudogen.explain("\n".join(lines))


def test_the_parts_of_a_scaled_step_are_told_in_order() -> None:
    text = pseudogen.explain(_SCALED)
    story = text.partition("One step in mixed precision (lines 5–12)")[2].partition("\n## ")[0]
    lines = [line.partition(":")[0] for line in story.splitlines() if "Line" in line]
    assert lines == [f"{n}. Line {line}" for n, line in enumerate((5, 6, 8, 9, 10, 11, 12), 1)]
    assert "`optimizer.zero_grad()` clears the gradients." in story


def test_without_unscaling_the_scaler_divides_by_itself() -> None:
    code = "\n".join(s for s in _SCALED.splitlines() if "unscale_" not in s and "clip" not in s)
    text = pseudogen.explain(code)
    assert "takes the factor out of the gradients itself" in text
    assert "clipping" not in text


_PAD = "\n".join(f"x{n} = {n}" for n in range(60))


def test_the_very_same_is_told_once_with_all_its_places() -> None:
    guard = "if rank == 0:\n    print('saved')\n"
    code = f"{_PAD}\n{guard}y = 1\noptimizer = torch.optim.SGD(p, lr=0.1)\n{guard}"
    text = pseudogen.explain(code).partition("## Step by step")[2]
    assert text.count("Only one process goes into this block") == 1
    assert "The same on line 65." in text


def test_a_function_is_introduced_in_its_authors_words() -> None:
    code = (
        f"{_PAD}\ndef fit(model, loader, optimizer):\n"
        '    """Run one epoch. Details follow."""\n'
        "    for x, y in loader:\n"
        "        loss = criterion(model(x), y)\n"
        "        optimizer.zero_grad()\n        loss.backward()\n        optimizer.step()\n"
    )
    assert "in `fit`, “Run one epoch”)" in pseudogen.explain(code)


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("# loss, optimizer and schedule", True),
        ("#------#\n#  创建优化器。\n#------#", True),
        ("# optimizer = torch.optim.Adam(p)", False),
        ("# TODO use another one", False),
        ("# pylint: disable=invalid-name", False),
    ],
)
def test_a_comment_above_is_quoted_where_it_is_words(comment: str, said: bool) -> None:
    text = pseudogen.explain(f"import torch\n{comment}\noptimizer = torch.optim.SGD(p, lr=0.1)")
    assert ("“" in text) == said


def test_what_a_story_tells_has_no_entry_of_its_own() -> None:
    text = pseudogen.explain(_SCALED)
    assert "Training step (line" not in text
    assert "`clip_grad_norm_(model.parameters(), 1.0)` limits the gradients." in text
    assert "**Watch out (line 8).** Gradients add up until they are cleared (line 5)" in text


def test_a_second_step_that_goes_the_same_way_refers_to_the_first() -> None:
    loop = _SCALED.partition("for images")[2]
    text = pseudogen.explain(f"{_SCALED}for images{loop}")
    assert "As on lines 5–12, with `optimizer.zero_grad()` (line 14)" in text
    assert text.count("lowers the factor after a step that was left out") == 1


_REDUCED = """\
import torch.distributed as dist
dist.all_reduce(loss)
dist.all_reduce(correct)
dist.all_reduce(total{op})
"""


def test_findings_that_differ_in_their_object_alone_are_told_as_one() -> None:
    text = pseudogen.explain(_REDUCED.format(op=""))
    assert text.count("The same holds for `correct` (line 3) and `total` (line 4).") == 1
    other = pseudogen.explain(_REDUCED.format(op=", op=dist.ReduceOp.MAX"))
    assert "The same holds for `correct` (line 3)." in other


def test_alternatives_are_not_told_as_the_same() -> None:
    code = (
        "import torch\nif a:\n    loss = torch.nn.MSELoss()\nelse:\n    loss = torch.nn.L1Loss()\n"
    )
    assert "The same holds" not in pseudogen.explain(code)


def test_alternatives_are_told_with_their_conditions() -> None:
    code = "from torchvision import datasets\n" + "".join(
        f"{word}:\n    data = datasets.{kind}('x')\n"
        for word, kind in (
            ("if args.data in ['a', \"b\"]", "CIFAR10"),
            ("elif args.data == 'c'", "MNIST"),
            ("else", "FakeData"),
        )
    )
    text = pseudogen.explain(code)
    assert "If `args.data in ['a', \"b\"]`: `data` is" in text
    assert "If `args.data == 'c'`: `data` is" in text
    assert "If `args.data not in ['a', \"b\"] and args.data != 'c'`: `data` is" in text
    assert "若 `args.data == 'c'`，`data` " in pseudogen.explain(code, lang="zh")


def test_a_value_that_a_branch_may_change_is_not_worked_out() -> None:
    code = (
        "import argparse\np = argparse.ArgumentParser()\n"
        "p.add_argument('--epochs', type=int, default=25)\nargs = p.parse_args()\n"
        "{change}for epoch in range(args.epochs):\n    for x in loader:\n"
        "        model(x).backward()\n        optimizer.step()\n"
    )
    (fixed,) = (f for f in pseudogen.analyze(code.format(change="")) if f.pattern == "epoch-loop")
    assert fixed.stop_value == 25
    open_ = code.format(change="if args.dry:\n    args.epochs = 1\n")
    (loop,) = (f for f in pseudogen.analyze(open_) if f.pattern == "epoch-loop")
    assert loop.stop_value is None


def test_stages_of_one_choice_name_the_case_alone() -> None:
    code = "import torch\n" + "".join(
        f"{word} kind == {kind!r}:\n    optimizer = torch.optim.{kind}(p, lr=1)\n"
        for word, kind in (("if", "SGD"), ("elif", "Adam"), ("elif", "AdamW"))
    )
    findings = pseudogen.analyze(code)
    conditions = [f.condition for f in findings if f.pattern == "optimizer-build"]
    assert conditions == ["kind == 'SGD'", "kind == 'Adam'", "kind == 'AdamW'"]


_RESUMED = """\
import torch
start = 0
if args.resume:
    checkpoint = torch.load(args.resume)
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    start = checkpoint["epoch"] + 1
for epoch in range(start, args.epochs):
    for images, labels in loader:
        optimizer.zero_grad()
        criterion(model(images), labels).backward()
        optimizer.step()
    torch.save(
        {
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "epoch": epoch,
            "args": args,
        },
        "last.pt",
    )
"""


def test_going_on_is_told_from_the_file_to_the_loop() -> None:
    text = pseudogen.explain(_RESUMED)
    assert "## Going on from a checkpoint (lines 4–7)" in text
    assert "If `args.resume`, `torch.load` (line 4) reads `args.resume`;" in text
    assert "a state of this kind is saved on lines 13–21. From it:" in text
    assert "- `model` gets back its state, saved under `'model'` (line 5)." in text
    worked_out = "`start` is worked out from what was saved under `'epoch'`"
    assert f'- {worked_out}: `checkpoint["epoch"] + 1` (line 7).' in text
    assert "goes on in the loop over the epochs (line 8), which begins with `start`." in text
    assert "Saved there, but not read here: `args`." in text
    assert "Resuming from a checkpoint (line" not in text


def test_a_run_that_counts_steps_goes_on_in_the_training_loop() -> None:
    script = """import torch
checkpoint = torch.load(args.resume)
model.load_state_dict(checkpoint["model"])
optimizer.load_state_dict(checkpoint["optimizer"])
start = checkpoint["step"] + 1
for step in range(start, args.max_steps):
    images, labels = next(batches)
    criterion(model(images), labels).backward()
    optimizer.step()
"""
    text = pseudogen.explain(script)
    assert "goes on in the training loop (line 6), which begins with `start`." in text


def test_a_key_given_anew_is_not_told_as_saved() -> None:
    script = """import torch
checkpoint = torch.load(path)
optimizer.load_state_dict(checkpoint["optimizer"])
start = checkpoint["epoch"]
checkpoint["model"] = strip(checkpoint["averaged"])
model.load_state_dict(checkpoint["model"])
"""
    assert "saved under `'model'`" not in pseudogen.explain(script)


def test_names_that_change_on_the_way_and_those_that_are_let_pass_are_told() -> None:
    plain = 'model.load_state_dict(checkpoint["model"])'
    for line in (
        'model.load_state_dict({k[7:]: v for k, v in checkpoint["model"].items()}, strict=False)',
        'state = {k[7:]: v for k, v in checkpoint["model"].items()}\n'
        "    model.load_state_dict(state, strict=False)",
    ):
        text = " ".join(pseudogen.explain(_RESUMED.replace(plain, line)).split())
        assert "`model` gets back its state, saved under `'model'`" in text
        assert "each name `k` becomes `k[7:]`. `strict=False` lets missing" in text


def test_weights_alone_are_not_a_part_of_the_story_and_owners_are_named_as_written() -> None:
    weights = "if args.weights:\n    checkpoint = torch.load(args.weights)\n"
    code = _RESUMED.replace("    model.load_state", "    unwrap(model).load_state").replace(
        "for epoch in", weights + "    unwrap(model).load_state_dict(checkpoint)\nfor epoch in", 1
    )
    text = pseudogen.explain(code)
    assert "- `unwrap(model)` gets back its state, saved under `'model'` (line 5)." in text
    assert "`torch.load` (line 4) reads `args.resume`;" in text
    assert "Resuming from a checkpoint (line 9)" in text or "Weights trained earlier" in text


_SAVED_IN_TWO_FILES = """\
found = find_last(folder, "net"), find_last(folder, "rest")
if found[0] is None or found[1] is None:
    last = -1
    rest = None
else:
    weights = load_checkpoint(found[0], device)
    rest = load_checkpoint(found[1], device)
    kept = weights["net"]
    net.load_state_dict(kept)
    last = rest["epoch"]
if rest is not None:
    optimizer.load_state_dict(rest["optimizer"])
for epoch in range(max(0, last), epochs):
    for x, y in loader:
        optimizer.zero_grad()
        loss = net(x, y)
        loss.backward()
        optimizer.step()
    save_checkpoint(one, {"net": net.state_dict()})
    save_checkpoint(two, {"optimizer": optimizer.state_dict(), "epoch": epoch})
"""


def test_going_on_from_several_files_that_a_helper_reads() -> None:
    text = pseudogen.explain(_SAVED_IN_TWO_FILES)
    assert "If `found[0] is not None and found[1] is not None`, `load_checkpoint(" in text
    assert "`load_checkpoint(found[1], device)` (line 7) read what was saved;" in text
    assert "a state of this kind is saved on line 19 and on line 20. From it:" in text
    assert "saved under `'net'` (by way of `kept`, lines 8 and 9)." in text
    assert "- If `rest is not None`: `optimizer` gets back its state" in text
    assert "which begins with `max(0, last)`." in text


def test_weights_alone_make_no_story_of_going_on() -> None:
    code = _RESUMED.replace('    optimizer.load_state_dict(checkpoint["optimizer"])\n', "")
    code = code.replace('    start = checkpoint["epoch"] + 1\n', "")
    assert "Going on from a checkpoint" not in pseudogen.explain(code)


def test_a_script_at_a_glance_fits_on_one_screen() -> None:
    loaders = "".join(
        f"{name}_loader = DataLoader({name}_set, batch_size=args.batch)\n"
        for name in ("train", "val", "test")
    )
    code = "from torch.utils.data import DataLoader\n" + loaders + _RESUMED + "\n" * 50
    brief = pseudogen.explain(code, detail="brief", format="text")
    assert len(brief.splitlines()) <= 40
    assert "`args.batch` to a batch each" in " ".join(brief.split())


_TRAINER = """\
import torch
def save(state):
    torch.save(state, "last.pt")
class Trainer:
    def __init__(self, model):
        self.model = torch.compile(model)
        self.scaler = torch.amp.GradScaler("cuda")
    def step(self, images):
        with torch.set_grad_enabled(True), torch.autocast("cuda"):
            loss = self.model(images)
        if self.amp:
            self.scaler.scale(loss).backward()
            self.scaler.step(self.optimizer)
            self.scaler.update()
    def train(self):
        for epoch in range(9):
            for images in self.loader:
                self.step(images)
            save(self.model.state_dict())
"""


def _functions(code: str) -> list[str]:
    made = json.loads(pseudogen.explain(code, format="json"))
    return list(dict.fromkeys(stage["function"] for stage in made["stages"]))


def test_what_nothing_calls_stands_before_what_it_calls() -> None:
    methods = ["Trainer.__init__", "Trainer.train", "Trainer.step"]
    assert _functions(_TRAINER) == [*methods, "save"]


def test_a_constructor_runs_where_an_instance_is_made() -> None:
    main = "def main():\n    Trainer(net).train()\nmain()\n"
    late = _TRAINER.replace("    def __init__", "    def initialize", 1)
    assert _functions(f"{_TRAINER}{main}") == [
        "Trainer.__init__",
        "Trainer.train",
        "Trainer.step",
        "save",
    ]
    assert _functions(f"{late}{main}")[-1] == "Trainer.initialize"


def test_a_step_in_mixed_precision_names_its_context_and_condition() -> None:
    text = pseudogen.explain(_TRAINER)
    assert '1. Line 9: `torch.autocast("cuda")` lets the operations' in text
    assert "If `self.amp`, a step goes as follows." in text


def test_the_same_in_both_branches_is_told_once() -> None:
    code = (
        "import torch\nif torch.cuda.is_available():\n    net = torch.nn.DataParallel(net).cuda()\n"
        "else:\n    net = torch.nn.DataParallel(net)\n"
    )
    said = pseudogen.explain(code)
    assert said.count("splits each batch over") == 1
    assert "If `torch.cuda.is_available()`: `torch.nn.DataParallel`" not in said
    other = code.replace("else:\n", "elif spread:\n")
    assert pseudogen.explain(other).count("splits each batch over") == 2


def test_schedules_by_a_function_and_between_two_rates_say_so() -> None:
    keras = "import tensorflow as tf\nsteps = tf.keras.callbacks.LearningRateScheduler(rate_of)\n"
    assert "`steps` asks `rate_of` for the learning rate of each epoch." in pseudogen.explain(keras)
    assert "`steps` 每个 epoch 由 `rate_of` 给出学习率。" in pseudogen.explain(keras, lang="zh")
    optax = "import optax\nrise = optax.linear_schedule(0.0, peak, 500)\n"
    assert "moves the learning rate linearly from `0.0` to `peak` over `500`" in (
        pseudogen.explain(optax)
    )
    assert "让学习率从 `0.0` 线性变化到 `peak`" in pseudogen.explain(optax, lang="zh")


def test_an_average_known_by_its_name_alone_is_told_as_that() -> None:
    code = "from tools import update_ema\nfor p in params:\n    update_ema(p, source, rate=r)\n"
    assert "`update_ema`, by its name, takes the present weights into an average." in (
        pseudogen.explain(code)
    )
    assert "从函数名看，`update_ema` 把当前的权重计入平均值。" in pseudogen.explain(code, lang="zh")


CONSTANTS = """\
from torch.utils.data import DataLoader

loader = DataLoader(data, batch_size=4)
for epoch in range(10):
    for x in loader:
        train(x)
"""


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_number_that_stands_in_the_code_is_not_said_to_be_itself(lang: str) -> None:
    told = pseudogen.explain(CONSTANTS, lang=lang)
    assert not any(phrase in told for phrase in ("With the values", "with the values", "按文件中"))
    named = CONSTANTS.replace("batch_size=4", "batch_size=size").replace("10", "epochs")
    told = pseudogen.explain("size, epochs = 4, 10\n" + named, lang=lang)
    assert told.lower().count("with the values in this file") + told.count("按文件中的取值") == 2


@pytest.mark.parametrize("test", ["s is None", "(s is None)", "not s"])
def test_shuffling_where_there_is_no_sampler_is_worked_out(test: str) -> None:
    loader = (
        f"from torch.utils.data import DataLoader\nx = DataLoader(d, shuffle={test}, sampler=s)"
    )
    never = pseudogen.explain(f"s = None\n{loader}")
    assert "The samples are shuffled anew in each epoch." in never
    sometimes = pseudogen.explain(f"s = None\nif shared:\n    s = make()\n{loader}")
    assert "Where `s` is set, it decides" in sometimes
    assert "otherwise they are shuffled anew in each epoch" in sometimes
    assert "exclude each other" not in sometimes


_CHOICE = """\
import torch
if torch.cuda.is_available():
    device = torch.device("cuda")
else:
    device = torch.device("cpu")
"""


def test_a_choice_of_device_is_told_by_its_conditions() -> None:
    told = '`device` is `torch.device("cuda")` if `torch.cuda.is_available()`, otherwise `torch.'
    assert told in pseudogen.explain(_CHOICE).replace("\n", " ")
    chinese = pseudogen.explain(_CHOICE, lang="zh").replace("\n", "")
    assert '`device` 取 `torch.device("cuda")`，否则取 `torch.device("cpu")`。' in chinese


def test_what_is_combined_under_a_condition_says_so() -> None:
    code = "if args.distributed:\n    top1.all_reduce()\n"
    assert "over the processes, if `args.distributed`." in pseudogen.explain(code)


def test_a_helper_that_is_given_the_rank_is_not_the_same_as_without() -> None:
    text = pseudogen.explain("random_seed(args.seed)\nload()\nrandom_seed(args.seed, args.rank)\n")
    assert "The same" not in text
    assert "it is given `args.seed` and the rank, `args.rank`." in text.replace("\n", " ")


_ALTERNATIVES = """
import torchvision.models as models
if depth == 18:
    net = models.resnet18(pretrained=True)
elif depth == 34:
    net = models.resnet34(pretrained=True)
elif depth == 50:
    net = models.resnet50(pretrained=True)
"""


def test_a_rest_that_several_have_in_common_is_told_once() -> None:
    text = pseudogen.explain(_ALTERNATIVES)
    assert text.count("What else is said of line 4 holds for lines 6 and 8, too.") == 1
    assert "The rest is as on" not in text
    zh = pseudogen.explain(_ALTERNATIVES, lang="zh")
    assert "第 6、8 行的其余情况与第 4 行相同。" in zh


def test_the_same_under_a_condition_is_told_with_it() -> None:
    scaled = "lr = base * batch_size / 64\n"
    loop = "for epoch in range(9):\n    if unfrozen:\n        "
    code = f"{scaled}optimizer = Adam(model.parameters(), lr)\n{loop}{scaled}"
    text = pseudogen.explain(code + "    train(model, optimizer)\n" + _PAD)
    assert "The same on line 5, if `unfrozen`." in text


def test_a_round_that_is_cut_short_is_no_condition_of_the_step() -> None:
    told = pseudogen.explain(
        "for i, x in enumerate(loader):\n    loss = net(x) / accum_steps\n    loss.backward()\n"
        "    if (i + 1) % accum_steps > 0:\n        continue\n"
        "    optimizer.step()\n    optimizer.zero_grad()\n"
    )
    assert "If `(i + 1) % accum_steps > 0`, the rest of the round is left out" in told
    assert "is bound to" not in told


def test_a_number_of_samples_is_no_source_of_data() -> None:
    code = "from torch.utils.data import Dataset\nclass Noise(Dataset):\n    pass\n"
    told = pseudogen.explain(code + "data = Noise(batches * batch_size)\n")
    assert "makes from" not in told
    assert "makes from `root + name`" in pseudogen.explain(code + "data = Noise(root + name)\n")


def test_who_checks_that_something_is_saved_saves_nothing() -> None:
    code = "import torch.distributed as dist\nif dist.get_rank() == 0:\n    worker.check_saved()\n"
    assert "file" not in pseudogen.explain(code)


_PRINTING = """\
for step, batch in enumerate(loader):
    loss = model(batch)
    loss.backward()
    optimizer.step()
    if {test}:
        print(step, loss.item())
"""


@pytest.mark.parametrize(
    "test",
    ["step % 100 == 99", "step % 100 == 0 and rank == 0", "step % 100 == 0 or step == last"],
)
def test_what_is_printed_under_more_than_an_interval_says_so(test: str) -> None:
    code = _PRINTING.format(test=test)
    assert f"`print` shows `step` and `loss.item()` if `{test}`." in pseudogen.explain(code)
    assert f"若 `{test}`，`print` 输出 `step` 和 `loss.item()`。" in pseudogen.explain(
        code, lang="zh"
    )


def test_what_is_printed_at_an_interval_is_told_by_the_interval() -> None:
    code = _PRINTING.format(test="step % 100 == 0")
    assert "each time `step` is divisible by `100`" in pseudogen.explain(code)
    assert "`print` 在 `step` 能被 `100` 整除时输出" in pseudogen.explain(code, lang="zh")


def test_going_on_from_true_is_going_on_from_the_last_checkpoint() -> None:
    code = (
        "from transformers import Trainer\n"
        "trainer = Trainer(model=model)\n"
        "trainer.train(resume_from_checkpoint=True)\n"
    )
    assert "from the last checkpoint in its output directory." in pseudogen.explain(code)
    assert "从输出目录中最近的检查点恢复训练" in pseudogen.explain(code, lang="zh")


@pytest.mark.parametrize(
    ("path", "en", "zh"),
    [
        (
            "args.ckpt",
            "from `args.ckpt`, if that names a checkpoint.",
            "`args.ckpt` 指定的检查点（如果给出）",
        ),
        ('"last.ckpt"', 'from `"last.ckpt"`.', '从 `"last.ckpt"` 恢复训练'),
    ],
)
def test_a_path_that_may_be_missing_is_not_said_to_be_read(path: str, en: str, zh: str) -> None:
    code = f"import lightning as L\ntrainer = L.Trainer()\ntrainer.fit(model, ckpt_path={path})"
    assert en in pseudogen.explain(code)
    assert zh in pseudogen.explain(code, lang="zh")


@pytest.mark.parametrize("clears", ["optimizer.clear_grad()", "model.clear_gradients()"])
def test_paddle_clears_gradients_by_its_own_names(clears: str) -> None:
    code = (
        "import paddle\n"
        "for batch in loader:\n"
        "    loss = model(batch)\n"
        "    loss.backward()\n"
        "    optimizer.step()\n"
        f"    {clears}\n"
    )
    assert "Gradients add up until they are cleared (line 6)" in pseudogen.explain(code)


def test_a_precision_that_depends_on_a_condition_is_told_with_it() -> None:
    code = (
        "import paddle\n"
        "if precision == 'fp16':\n"
        "    scaler = paddle.amp.GradScaler(init_loss_scaling=1024)\n"
    )
    assert "If `precision == 'fp16'`: `scaler` scales the loss" in pseudogen.explain(code)
    assert "若 `precision == 'fp16'`，`scaler` 在反向传播前" in pseudogen.explain(code, lang="zh")


@pytest.mark.parametrize("put", ["state['classes'] = names", "state.update(classes=names)"])
def test_what_is_put_into_a_state_is_saved_with_it(put: str) -> None:
    code = "import torch\nnet = torch.nn.Linear(1, 1)\nstate = net.state_dict()\n{}\n"
    save = "torch.save(state, 'net.pt')\n"
    alone, more = (pseudogen.explain(code.format(line) + save) for line in ("pass", put))
    assert "Only the weights are in it" in alone
    assert "Only the weights are in it" not in more
    assert "The weights are what is needed" not in more


def test_the_very_same_warning_is_told_once_with_its_places() -> None:
    loader = (
        "val_loader = torch.utils.data.DataLoader(val_set, batch_size=8, drop_last=True)\n"
        "evaluate(net, val_loader)\n"
    )
    said = pseudogen.explain(f"import torch\n{loader}{loader}", format="text")
    assert said.count("is dropped (warning") == 1
    assert "(warning, lines 2 and 4)" in said


def test_for_whom_a_batch_is_divided_is_no_rhythm() -> None:
    said = pseudogen.explain(
        "import torch.distributed as dist\nworld_size = dist.get_world_size()\n"
        "if epoch >= freeze_epochs and not unfrozen and freeze_training:\n    note()\n"
        "    if distributed:\n        batch_size = batch_size // world_size\n"
    )
    assert "each process loads `batch_size // world_size` samples a step" in said


def test_settings_of_all_kinds_are_no_file() -> None:
    helper = "from project import load_pretrained\nload_pretrained({}, model)\n"
    assert "puts weights trained earlier into" in pseudogen.explain(helper.format("config"))
    assert "(`args.weights`) into" in pseudogen.explain(helper.format("args.weights"))


_LONG_BRANCHES = """\
import torch
for epoch in range(epochs):
    for batch in train_loader:
        loss = model(batch).mean()
        loss.backward()
        optimizer.step()
    if (epoch % args.save_interval == 0 or epoch == epochs - 1) and args.rank == 0:
        name = f"net-{epoch}.pt"
        torch.save(model.state_dict(), name)
        if args.save_optimizer:
            torch.save(optimizer.state_dict(), "optimizer.pt")
"""


def test_a_long_condition_is_told_where_its_branch_begins() -> None:
    said = pseudogen.explain(_LONG_BRANCHES)
    assert "In the branch of line 7: `torch.save` saves `model.state_dict()` to `name`." in said
    assert "In the branch of line 7: `torch.save` saves `optimizer.state_dict()`" in said
    assert "if `args.save_optimizer`." in said
    assert said.count("epoch == epochs - 1") == 1
    assert "在第 7 行的分支中，若 `args.save_optimizer`" in pseudogen.explain(
        _LONG_BRANCHES, lang="zh"
    )


def test_what_both_branches_do_is_told_without_the_choice_between_them() -> None:
    said = pseudogen.explain(
        "import torch\nif wanted:\n"
        "    if best:\n        note()\n        torch.save(net.state_dict(), path)\n"
        "    else:\n        torch.save(net.state_dict(), path)\n"
    )
    assert "`torch.save` saves `net.state_dict()` to `path` if `wanted`." in said


def test_the_number_of_rounds_is_a_difference_of_wholes() -> None:
    loop = (
        "for epoch in range({}, epochs):\n    for x, y in loader:\n        step(x, y).backward()\n"
    )
    assert "`epochs` − `(last + 1)`" in pseudogen.explain(loop.format("last + 1"))
    assert "`epochs` − `first`" in pseudogen.explain(loop.format("first"))


def test_a_helper_that_makes_two_loaders_names_both() -> None:
    code = "train_loader, test_loader = get_data_loader(config)\n"
    assert "makes `train_loader` and `test_loader`" in pseudogen.explain(code)


def test_what_both_branches_make_has_the_condition_around_them_once() -> None:
    said = " ".join(
        pseudogen.explain(
            "import torch\nif aligned:\n"
            "    if fast:\n        criterion = torch.nn.CTCLoss()\n"
            "    else:\n        criterion = torch.nn.CTCLoss(zero_infinity=True)\n"
            "else:\n    criterion = torch.nn.MSELoss()\n"
        ).split()
    )
    assert "8) If `aligned`: `criterion` is the loss `CTCLoss`." in said


@pytest.mark.parametrize(
    ("further", "told"),
    [
        (
            "writer.add_scalar('loss', loss, step)\n"
            "        if averaged:\n            writer.add_scalar('averaged', mean, step)\n",
            "`loss` goes to `writer` (TensorBoard), against `step`, if `wanted`. "
            "If `averaged` as well, so does `averaged`.",
        ),
        (
            "if one:\n            writer.add_scalar('first', loss, step)\n"
            "        if two:\n            writer.add_scalar('second/{}'.format(n), loss, step)\n",
            "`first` goes to `writer` (TensorBoard), against `step`, if `wanted`, and if `one`; "
            "`second/…` goes if `two`.",
        ),
    ],
)
def test_values_that_are_logged_under_different_conditions(further: str, told: str) -> None:
    said = pseudogen.explain(
        "from torch.utils.tensorboard import SummaryWriter\nwriter = SummaryWriter()\n"
        f"for step, loss in enumerate(losses):\n    if wanted:\n        {further}"
    )
    assert told in said.replace("\n", " ")


_TWO_LOADERS = (
    "import torch\n"
    "train_loader = torch.utils.data.DataLoader(train_set, batch_size=8, shuffle=True,\n"
    "    num_workers=4, pin_memory=True)\n"
    "val_loader = torch.utils.data.DataLoader(val_set, batch_size=8, num_workers=4,\n"
    "    pin_memory=True{more})\n"
)


def test_what_takes_the_place_of_a_sentence_lets_the_rest_be_as_before() -> None:
    said = pseudogen.explain(_TWO_LOADERS.format(more=""))
    assert "(`shuffle=False` is the default). The rest is as on line 2." in said
    assert said.count("page-locked memory") == 1
    fewer = _TWO_LOADERS.replace(", num_workers=4,", ",").format(more="")
    assert pseudogen.explain(fewer).count("page-locked memory") == 1


_EITHER = (
    "import torch\n"
    "try:\n    data = FastImages(root)\nexcept (OSError, ValueError):\n    data = Images(root)\n"
    "loader = torch.utils.data.DataLoader(data, batch_size=8)\n"
)


def test_what_is_made_where_something_fails_says_so() -> None:
    said = "If line 3 fails with `OSError` or `ValueError`: `data` is the data set that `Images`"
    assert said in pseudogen.explain(_EITHER, format="text").replace("\n", " ")
    told = pseudogen.explain(_EITHER, lang="zh", format="text").replace("\n", "")
    assert "若第 3 行出错（`OSError`、`ValueError`），`data` 是用 `Images`" in told


def test_what_tells_its_own_condition_says_where_something_fails_as_well() -> None:
    made = (
        "import torch\n"
        "if half:\n"
        "    try:\n        scaler = torch.amp.GradScaler(device)\n"
        "    except TypeError:\n        scaler = torch.cuda.amp.GradScaler()\n"
    )
    said = "If line 4 fails with `TypeError`: if `half`: `scaler` scales the loss"
    assert said in pseudogen.explain(made, format="text").replace("\n", " ")
    told = pseudogen.explain(made, lang="zh", format="text").replace("\n", "")
    assert "若第 4 行出错（`TypeError`），若 `half`，`scaler` 在反向传播前放大损失" in told


def test_what_holds_in_many_branches_is_told_once() -> None:
    made = "".join(
        f"{word} kind == {n}:\n    plan = Plan{n}Schedule(optimizer, warmup_t=steps)\n"
        for n, word in enumerate(["if", "elif", "elif"])
    )
    said = (
        "If `kind == 0`, `kind == 1` or `kind == 2`: `plan` raises the learning rate at the start"
    )
    assert said in pseudogen.explain(made, format="text").replace("\n", " ")


_IN_TURN = """\
import torch
maker, judge = Maker(), Judge()
to_make = torch.optim.Adam(maker.parameters(), lr=1e-4)
to_judge = torch.optim.Adam(judge.parameters(), lr=1e-4)
for step, real in enumerate(train_loader):
    made = maker(noise)
    to_judge.zero_grad()
    loss_real = criterion(judge(real), ones)
    loss_made = criterion(judge(made.detach()), zeros)
    loss_judge = loss_real + loss_made
    loss_judge.backward()
    to_judge.step()
    if step % rounds == 0:
        to_make.zero_grad()
        loss_maker = criterion(judge(made), ones)
        loss_maker.backward()
        to_make.step()
"""


def test_optimizers_that_take_turns_are_one_story() -> None:
    said = " ".join(pseudogen.explain(_IN_TURN).split())
    assert "Updates in turn (lines 7–17)" in said
    assert (
        "`to_judge` updates `judge`: the gradients are cleared (line 7), those of `loss_judge` "
        "(line 11) are computed, and the step follows (line 12). `loss_judge` is "
        "`loss_real + loss_made` (line 10). `made.detach()` (line 9) cuts the way back to `maker`"
    ) in said
    assert (
        "`to_make` updates `maker`, if `step % rounds == 0`: the gradients are cleared (line 14), "
        "those of `loss_maker` (line 16) are computed, and the step follows (line 17). Here "
        "`made` is not detached: the gradients reach `maker` through `judge`."
    ) in said
    assert (
        "leaves gradients in `judge`, too; they are cleared (line 7) before `to_judge` uses them"
    ) in said
    assert "## Training step" not in said


def test_optimizers_of_the_same_models_do_not_take_turns() -> None:
    code = _IN_TURN.replace("maker.parameters()", "judge.parameters()")
    assert "Updates in turn" not in pseudogen.explain(code)


def test_parts_of_a_scaled_step_say_what_only_they_depend_on() -> None:
    code = (
        "import torch\nscaler = torch.amp.GradScaler()\nfor step in range(steps):\n"
        "    for part in range(parts):\n        loss = model(part)\n"
        "        scaler.scale(loss).backward()\n"
        "    if limit:\n        scaler.unscale_(optimizer)\n"
        "        torch.nn.utils.clip_grad_norm_(model.parameters(), limit)\n"
        "    scaler.step(optimizer)\n    scaler.update()\n    optimizer.zero_grad()\n"
    )
    said = pseudogen.explain(code)
    assert "Line 6, in each round over `range(parts)`: `scaler.scale" in said
    assert "Line 8 (up to line 9 only if `limit`): `scaler.unscale_" in said
    assert "Line 10: `scaler.step" in said
    assert "第 8 行（到第 9 行为止，仅当 `limit` 成立）：" in pseudogen.explain(code, lang="zh")


def test_a_best_value_that_a_worse_one_replaces() -> None:
    code = (
        "best = 1e9\nfor epoch in range(9):\n    loss = evaluate(model, val_loader)\n"
        "    if loss < best or {}:\n        best = loss\n"
        "        torch.save(model.state_dict(), 'x')\n"
    )
    assert "a worse value replaces the best one" in pseudogen.explain(code.format("always_save"))
    assert "replaces the best" not in pseudogen.explain(code.format("epoch == 0"))


def test_what_a_batch_holds_beside_is_not_used() -> None:
    code = (
        "from torch.utils.data import DataLoader\nfor images, _ in DataLoader(data):\n"
        "    loss = model(images)\n    loss.backward()\n    optimizer.step()\n"
    )
    assert "as `images` (what else is in it is not used), and trains" in pseudogen.explain(code)
    assert "（`images`，其余内容不使用）" in pseudogen.explain(code, lang="zh")


def test_who_gets_a_share_is_said_in_a_branch_that_is_told() -> None:
    test = "args.distributed and args.gpu is not None and torch.cuda.is_available()"
    said = pseudogen.explain(
        f"import torch\nngpus_per_node = torch.cuda.device_count()\nif {test}:\n"
        "    torch.cuda.set_device(args.gpu)\n"
        "    args.batch_size = args.batch_size // ngpus_per_node\n"
        "scheduler.step()\n"
    )
    assert "In the branch of line 3: each process loads `args.batch_size // ngpus" in said


def test_a_logger_of_the_script_is_not_said_to_log_all_that_it_is_given() -> None:
    code = (
        "class SpeechLogger(SummaryWriter):\n"
        "    def log_training(self, loss, started):\n"
        "        self.add_scalar('seconds', now() - started)\n"
        "logger = SpeechLogger('runs')\n"
        "logger.log_training(loss, start)\n"
    )
    found = json.loads(pseudogen.explain(code, format="json"))["findings"]
    (last,) = [f for f in found if f["lines"][0] == 5]
    assert "`start`" not in last["text"]
    own = code.replace("SpeechLogger('runs')", "OtherLogger('runs')")
    found = json.loads(pseudogen.explain(own, format="json"))["findings"]
    assert any("`loss` and `start`" in f["text"] for f in found if f["lines"][0] == 5)


def test_a_logged_name_without_words_is_none() -> None:
    code = (
        "from torch.utils.tensorboard import SummaryWriter\n"
        "writer = SummaryWriter()\n"
        "writer.add_histogram('{}/{}'.format(layer, kind), values, epoch)\n"
    )
    found = json.loads(pseudogen.explain(code, format="json"))["findings"]
    assert all("…/…" not in f["text"] for f in found)


def test_what_is_saved_where_something_fails_says_so() -> None:
    said = "If line 3 fails with `OSError`: `torch.save` saves `state_dict` to `spare` if `keep`."
    code = (
        "import torch\n"
        "try:\n"
        "    torch.save(state_dict, path)\n"
        "except OSError:\n"
        "    if keep:\n"
        "        torch.save(state_dict, spare)\n"
    )
    assert said in pseudogen.explain(code)


def test_where_autocast_is_not_enabled_mixed_precision_is_off() -> None:
    code = 'import torch\nwith torch.autocast("cuda", enabled=use_amp):\n    loss = model(batch)\n'
    text = pseudogen.explain(code)
    assert "Where `use_amp` does not hold, mixed precision is off inside it." in text


def test_a_long_condition_of_a_loss_is_told_once() -> None:
    tests = " and ".join(f"setting_number_{n} is not None" for n in range(8))
    code = (
        f"import torch.nn.functional as F\nif {tests}:\n    loss = F.mse_loss(predicted, target)\n"
    )
    text = pseudogen.explain(code)
    assert "In the branch that begins on line 2: `mse_loss` computes `loss`" in text


def test_how_many_processes_there_are_says_nothing_of_which_one_this_is() -> None:
    code = "import torch.distributed as dist\ncount = dist.get_world_size()\n"
    text = pseudogen.explain(code)
    assert "whether there is anything to share out, and among how many" in text
    assert "who writes files" not in text


def test_a_scheduler_of_the_script_is_not_said_to_be_left_out() -> None:
    code = (
        "class WarmScheduler:\n"
        "    def step(self):\n"
        "        for group in self.optimizer.param_groups:\n"
        '            group["lr"] = self.rate()\n'
    )
    assert "instead of leaving it to a scheduler" not in pseudogen.explain(code)


def test_a_compiled_function_has_no_state_dict() -> None:
    code = "import torch\n@torch.compile\ndef scale(x):\n    return x / 2\n"
    assert "_orig_mod." not in pseudogen.explain(code)


def test_a_number_of_processes_that_is_only_compared_has_no_name() -> None:
    code = 'import os\ndef several():\n    return int(os.environ["WORLD_SIZE"]) > 1\n'
    said = "It is asked whether there are several processes (environment variable `WORLD_SIZE`)."
    assert said in pseudogen.explain(code)
    assert "判断是否有多个进程" in pseudogen.explain(code, lang="zh")


_LEFT = """\
import torch.distributed as dist
def meet(group, wanted):
    if group is None:
        return
    if wanted == "all":
        return dist.barrier()
    elif wanted == "some":
        dist.barrier(group)
    for part in parts:
        if part.wanted:
            dist.barrier(part)
"""


def _texts(code: str, lang: str = "en") -> dict[int, str]:
    made = json.loads(pseudogen.explain(code, format="json", lang=lang))
    return {finding["anchor"]: finding["text"] for finding in made["findings"]}


def test_a_condition_said_alone_is_not_all_where_the_function_may_have_returned() -> None:
    assert "That is unless the function has returned before, on line 4." in _texts(_LEFT)[8]
    assert "前提是函数没有在第 4 行提前返回。" in _texts(_LEFT, "zh")[8]


def test_a_branch_is_not_said_to_come_after_the_branch_that_it_excludes() -> None:
    assert "on line 4." in _texts(_LEFT)[8]
    assert "returned before" not in _texts(_LEFT)[11]


def test_a_function_may_have_returned_in_the_block_around() -> None:
    code = """\
import torch.distributed as dist
def meet(group, wanted):
    with timed():
        if group is None:
            return
        if wanted == "some":
            dist.barrier(group)
"""
    assert "unless the function has returned before, on line 5." in _texts(code)[7]


def test_a_full_batch_is_no_step() -> None:
    code = "full_batches = len(dataset) // batch_size\n"
    assert "is the number of full batches in an epoch" in pseudogen.explain(code)


def test_a_condition_that_is_part_of_a_name_is_told_all_the_same() -> None:
    code = """\
import os
distributed = "RANK" in os.environ
if distributed:
    distributed_size = int(os.environ["WORLD_SIZE"])
    accumulation_steps //= distributed_size
"""
    said = pseudogen.explain(code)
    assert "If `distributed`: `accumulation_steps` is divided by `distributed_size`" in said


def test_a_counted_loop_that_is_left_early_says_so() -> None:
    code = """\
import torch
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for step in range(101):
    if step == last:
        break
    x, y = next(batches)
    criterion(net(x), y).backward()
    optimizer.step()
    optimizer.zero_grad()
"""
    said = pseudogen.explain(code)
    assert "It is left early when `step == last`." in said
    assert "`range(101)` makes at most 101 steps" in said
    zh = pseudogen.explain(code, lang="zh")
    assert "当 `step == last` 成立时提前退出。" in zh
    assert "`range(101)` 最多 101 步" in zh


def test_the_rounds_that_only_go_backward_are_no_steps() -> None:
    code = """\
import torch
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for step in range(steps):
    for part in range(parts):
        x, y = next(batches)
        criterion(net(x), y).backward()
    optimizer.step()
    optimizer.zero_grad()
"""
    said = pseudogen.explain(code)
    assert "the gradients of `parts` of them add up before the optimizer's step" in said
    assert "Each round is one training step" not in said
