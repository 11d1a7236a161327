"""The levels, names, keywords and parts."""

import pytest

from pseudogen.errors import InputError
from pseudogen.pseudocode import DETAILS
from tests.pseudocode.saying import lines, text, texts

SCRIPT = '''
"""Train a net."""
import argparse
import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--epochs", type=int, default=3)
args = parser.parse_args()


def train(model, loader, optimizer):
    for x, y in loader:
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(loss)
        print(y)


model = nn.Linear(2, 2)
train_loader = torch.utils.data.DataLoader(data, batch_size=4)
optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)
a = None
b = None
for epoch in range(args.epochs):
    train(model, train_loader, optimizer)
torch.save(model.state_dict(), "model.pt")
'''


def test_steps_fold_what_prepares_and_reports() -> None:
    said = texts(SCRIPT, "en", "steps")
    assert "use argparse, torch" in said
    assert "args ← 2 options from the command line" in said
    assert "    report (2 messages)" in said
    assert "a ← none; b ← none" in said


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("total += F.nll_loss(out, y)", "total ← total + nll_loss(out, y)"),
        ("loss = F.nll_loss(out, y) / steps", "loss ← nll_loss(out, y) / steps"),
        ("steps = len(dataset) // (5 * batch_size)", "⌊|dataset| / (5 × batch_size)⌋"),
        ("b'bytes'", 'bytes "bytes"'),
        ("(loss / steps).backward()", "backpropagate loss / steps"),
        ("loss = losses.loss / accum_steps", "loss ← losses.loss / accum_steps"),
        ("clip = nn.ClipGradByNorm(conf.clip)", "clip ← nn.ClipGradByNorm(conf.clip)"),
        (
            "import torch\nscaler = torch.cuda.amp.GradScaler() if args.amp else None",
            "scaler ← a gradient scaler if args.amp holds, otherwise none",
        ),
        (
            "import torch\noptimizer = Scheduled(torch.optim.Adam(net.parameters()), 512)",
            "optimizer ← Scheduled(the optimizer Adam of the parameters of net, 512)",
        ),
    ],
)
def test_a_phrase_of_a_part_is_not_said_of_the_whole(code: str, said: str) -> None:
    lines_ = texts("import torch.nn.functional as F\n" + code, "en", "steps")
    assert lines_[1:] == [lines_[1]]
    assert lines_[1].endswith(said)


@pytest.mark.parametrize("separator", [" ", "\n    "])
def test_statements_on_one_line_are_all_said(separator: str) -> None:
    code = f"x = 1; optimizer.zero_grad()\nif distributed:{separator}batch_size //= gpus\n"
    assert texts(code, "en", "steps")[-3:] == [
        "clear the gradients of optimizer",
        "if training is distributed (distributed):",
        "  batch_size ← ⌊batch_size / gpus⌋",
    ]


def test_outline_is_the_algorithm() -> None:
    said = [line.strip() for line in texts(SCRIPT, "en", "outline")]
    assert said[0].startswith("Input: ")
    assert "args.epochs" in said[0]
    assert said[1] == "Output: model, trained"
    assert "backpropagate loss" in said
    assert 'save the state of model to "model.pt"' in said
    assert not any("print" in line or "option" in line for line in said)
    assert len(said) <= 20


ENTRY = """
import torch
from torch import nn


def run_epoch(net, batches, opt, rate=0.5, verbose=True):
    total = 0
    for x, y in batches:
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(x), y) * rate
        loss.backward()
        opt.step()
        total += 1
    return total


def evaluate(model, loader):
    model.eval()
    with torch.no_grad():
        for x, y in loader:
            hits = (model(x).argmax(1) == y).sum()


def main():
    model = nn.Linear(2, 2)
    train_loader = torch.utils.data.DataLoader(data, batch_size=4, shuffle=True)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    if fancy:
        criterion = nn.CrossEntropyLoss()
    else:
        criterion = nn.CrossEntropyLoss()
    for epoch in range(3):
        seen = run_epoch(model, train_loader, optimizer)
        evaluate(model, train_loader)
    torch.save(model.state_dict(), "model.pt")


if __name__ == "__main__":
    main()
"""


def test_outline_starts_at_the_entry_point() -> None:
    assert texts(ENTRY, "en", "outline") == [
        "Output: model, trained",
        "model ← a linear layer from 2 to 2 features",
        "train_loader ← batches of 4 samples of data, shuffled",
        "optimizer ← optimizer SGD of the parameters of model, learning rate 0.1",
        "criterion ← loss CrossEntropyLoss",
        "for epoch from 0 to 2:",
        "  net ← model; batches ← train_loader; opt ← optimizer; rate ← 0.5",
        "  for each (x, y) in batches:",
        "    clear the gradients of opt",
        "    loss ← cross_entropy(net(x), y) × rate",
        "    backpropagate loss",
        "    update the parameters with opt",
        "  evaluate model on train_loader",
        'save the state of model to "model.pt"',
    ]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (
            ENTRY.replace("main():\n    model", "main():\n    net = 1\n    model"),
            "a name means two things",
        ),
        (
            ENTRY.replace("return total", "return (total if total else x)\n    return 0"),
            "two results",
        ),
        (
            ENTRY.replace("optimizer)\n        eval", "*rest)\n        eval"),
            "what is passed is hidden",
        ),
        (ENTRY + "    run_epoch(a, b, c)\n", "called twice"),
    ],
)
def test_a_function_that_cannot_stand_in_its_call_stands_apart(code: str, why: str) -> None:
    said = texts(code, "en", "outline")
    assert any(line.startswith("function run_epoch(net, batches, opt") for line in said), why
    assert any("run_epoch(" in line and "function" not in line for line in said), why


def test_outline_says_how_a_condition_ends_the_training() -> None:
    code = """
for epoch in range(9):
    for x, y in loader:
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
    val_loss = evaluate(model, val_loader)
    if val_loss < best_loss:
        best_loss = val_loss
        bad_epochs = 0
    else:
        bad_epochs += 1
        if bad_epochs > patience:
            print("enough")
            break
"""
    said = texts(code, "en", "outline")
    assert "    if bad_epochs > patience:" in said
    assert said[said.index("    if bad_epochs > patience:") + 1] == "      leave the loop"


def test_outline_counts_towards_the_end_of_a_loop_and_has_the_whole_loss() -> None:
    code = """
import torch
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
{loop}:
    x, y = next(batches)
    loss = torch.nn.functional.mse_loss(net(x), y)
    if weighted:
        loss += penalty(net)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    done += 1
    {end}
"""
    endless = code.format(loop="while True", end="if done > most: break")
    assert [line.strip() for line in texts(endless, "en", "outline")][-3:] == [
        "done ← done + 1",
        "if done > most:",
        "leave the loop",
    ]
    counted = texts(code.format(loop="while done < most", end="log(loss)"), "en", "outline")
    said = [line.strip() for line in counted]
    assert said[-1] == "done ← done + 1"
    assert "loss ← loss + penalty(net)" in said


def test_outline_does_not_train_what_changes_the_samples() -> None:
    code = """
import torch
class Solver:
    def __init__(self, model, optimizer, changes):
        self.model, self.optimizer = model, optimizer
        self.augment = torch.nn.Sequential(*changes)

    def train(self):
        for x, y in self.loader:
            x = self.augment(x)
            out = self.model(x)
            self.optimizer.zero_grad()
            torch.nn.functional.mse_loss(out, y).backward()
            self.optimizer.step()
"""
    assert texts(code, "en", "outline")[0] == "Output: the object's model, trained"


def test_outline_says_where_saved_state_comes_from() -> None:
    code = """
import torch
checkpoint = torch.load(path)
net = checkpoint["net"]
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for x, y in loader:
    optimizer.zero_grad()
    torch.nn.functional.mse_loss(net(x), y).backward()
    optimizer.step()
"""
    said = texts(code, "en", "outline")
    assert "checkpoint ← what is saved in path" in said
    assert 'net ← checkpoint["net"]' in said


def test_what_is_made_and_frozen_is_both_said() -> None:
    code = """
net = Net()
for name, part in net.named_parameters():
    if name in tuned:
        part.requires_grad = True
    else:
        part.requires_grad = False
old = copy.deepcopy(net).requires_grad_(False)
"""
    said = texts(code, "en", "steps")
    assert "unfreeze the parameters of net for which tuned contains name" in said
    assert "freeze the parameters of net for which tuned does not contain name" in said
    assert any(line.startswith("old ←") for line in said)


def test_outline_of_one_step_has_the_loss() -> None:
    code = """
def step(model, criterion, optimizer, x, y):
    shown = describe(x)
    output = model(x)
    loss = criterion(output, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""
    said = texts(code, "en", "outline")
    assert said[-6:] == [
        "function step(model, criterion, optimizer, x, y):",
        "  output ← model(x)",
        "  loss ← criterion(output, y)",
        "  clear the gradients of optimizer",
        "  backpropagate loss",
        "  update the parameters with optimizer",
    ]


def test_outline_is_never_much_longer_than_a_page() -> None:
    step = ENTRY.split("def main")[0].replace("def run_epoch", "def run_epoch_NUMBER")
    many = "\n".join(step.replace("NUMBER", str(number)) for number in range(20))
    assert len(texts(many, "en", "outline")) <= 41


def test_a_phrase_stands_for_no_other_step() -> None:
    code = """
from torch.utils.tensorboard import SummaryWriter
writer = SummaryWriter()
for epoch in range(3):
    writer.add_scalar("loss", loss, epoch)
    loss, acc = validate(model)
    writer.add_scalar("acc", acc, epoch)
"""
    assert any(
        "validate model" in line or "evaluate model" in line for line in texts(code, "en", "steps")
    )


def test_names_in_words() -> None:
    code = "batch_size = args.batch_size // ngpus_per_node\nfoo_bar = batchSize"
    assert texts(code, "en", "full", names="words") == [
        "batch size ← ⌊batch size / GPUs per node⌋",
        "foo bar ← batchSize",
    ]
    assert texts(code, "zh", "full", names="words")[0] == "批大小 ← ⌊批大小 / 单机 GPU 数⌋"


def test_findings_and_classes_in_words() -> None:
    code = """
from torch.utils.data import DataLoader
train_loader = DataLoader(train_set, batch_size=batch_size, shuffle=True)
class NetWork: pass
my_net = NetWork(BATCH_SIZE)
"""
    said = texts(code, "en", "steps", names="words")
    assert said[:2] == [
        "use DataLoader from torch.utils.data",
        "training loader ← batches of batch size samples of training data, shuffled",
    ]
    assert said[-1] == "my net ← NetWork(BATCH_SIZE)"


def test_english_keywords_in_chinese() -> None:
    code = "if x:\n    model.train()\nelse:\n    pass"
    said = texts(code, "zh", "full", keywords="english")
    assert said == ["if x 成立:", "  将 model 切换到训练模式", "otherwise:", "  do nothing"]


def test_part_of_a_script() -> None:
    said = lines(SCRIPT, "en", "full", function="train")
    assert text(said[0]) == "function train(model, loader, optimizer):"
    assert all(13 <= line.source[0] <= 20 for line in said)
    part = lines(SCRIPT, "en", "full", lines=(15, 16))
    assert [line.depth for line in part] == [0, 0]


def test_part_of_an_outline() -> None:
    said = lines(ENTRY, "en", "outline", function="run_epoch")
    assert [text(line) for line in said] == [
        "for each (x, y) in batches:",
        "clear the gradients of opt",
        "loss ← cross_entropy(net(x), y) × rate",
        "backpropagate loss",
        "update the parameters with opt",
    ]
    assert [line.depth for line in said] == [0, 1, 1, 1, 1]
    other = lines(ENTRY, "en", "outline", function="evaluate")
    assert text(other[0]) == "function evaluate(model, loader):"


def test_part_that_is_not_there() -> None:
    with pytest.raises(InputError):
        lines(SCRIPT, "en", "full", function="missing")
    with pytest.raises(InputError):
        lines(SCRIPT, "en", "full", lines=(900, 901))


@pytest.mark.parametrize("detail", DETAILS)
def test_nothing_to_say(detail: str) -> None:
    assert texts("", "en", detail) == []
    assert texts("# only this", "zh", detail) == (["▷ only this"] if detail == "full" else [])


@pytest.mark.parametrize(
    "code",
    [
        "x = " + " + ".join(["a"] * 600),
        "x = " + "f(" * 90 + "a" + ")" * 90,
        "x = a" + ".b()" * 300,
        "x = " + " ".join(["'a'"] * 2500),
    ],
)
def test_nested_deep(code: str) -> None:
    assert len(texts(code, "en", "full")) == 1


@pytest.mark.parametrize("detail", DETAILS)
def test_a_docstring_alone_has_a_line(detail: str) -> None:
    assert texts('"""Says."""', "en", detail) == ["▷ Says."]


def test_a_built_in_function_handed_in_is_the_same() -> None:
    code = "def f(x, isinstance=isinstance):\n    return isinstance(x, int)"
    assert texts(code, "en", "full")[-1] == "  return x is of type integer"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "criterion = nn.CrossEntropyLoss(ignore_index=-1, reduction='sum', label_smoothing=0)",
            "loss CrossEntropyLoss (label smoothing 0, targets equal to −1 left out, summed over "
            "the batch)",
        ),
        (
            "criterion = nn.CrossEntropyLoss(weight=weights).cuda(gpu)",
            "loss CrossEntropyLoss (weighted by weights) on GPU gpu",
        ),
        (
            "optimizer = torch.optim.SGD(params, lr=0.1, momentum=0.1, nesterov=True)",
            "optimizer SGD of params, learning rate 0.1 (momentum = 0.1, nesterov = true)",
        ),
        (
            "optimizer = torch.optim.Adam(params, lr=rate, **settings)",
            "optimizer Adam of params, learning rate rate (each named value of settings)",
        ),
        (
            "train_loader = DataLoader(data, batch_size=4, shuffle=True, pin_memory=True)",
            "batches of 4 samples of data, shuffled (pin_memory = true)",
        ),
        (
            "model = nn.parallel.DistributedDataParallel(model, device_ids=[gpu])",
            "model, a copy per process, gradients averaged (device_ids = [gpu])",
        ),
        ("_, best = torch.max(output, 1)", "max(output, dim = 1)"),
        ("best = np.max(output, (0, 1))", "max(output, axis = (0, 1))"),
        ("loss = F.nll_loss(output, y, ignore_index=0)", "nll_loss(output, y, ignore_index = 0)"),
    ],
)
def test_steps_lose_no_argument(code: str, said: str) -> None:
    head = (
        "import torch\nimport numpy as np\nfrom torch import nn\nimport torch.nn.functional as F\n"
        "from torch.utils.data import DataLoader\n"
    )
    assert texts(head + code, "en", "steps")[-1].partition(" ← ")[2] == said


def test_a_scaled_loss_is_not_any_loss() -> None:
    code = "scaler = torch.cuda.amp.GradScaler()\nscaler.scale(loss).backward()\nloss.backward()\n"
    assert texts("import torch\n" + code, "en", "steps")[-2:] == [
        "backpropagate loss, scaled by scaler",
        "backpropagate loss",
    ]


def test_a_name_with_two_meanings_stays_as_it_is() -> None:
    code = (
        "try:\n    from apex.optimizers import FusedAdam as Adam\n"
        "except ImportError:\n    from torch.optim import Adam\n"
        "optimizer = Adam(model.parameters(), lr=0.1)\n"
    )
    assert texts(code, "en", "steps")[-1] == (
        "optimizer ← optimizer Adam of the parameters of model, learning rate 0.1"
    )


def _outline(code: str) -> list[str]:
    return texts(code, "en", "outline")


TRAINER = """
import torch
from torch.utils.data import DataLoader
class Trainer:
    def __init__(self, model, train_set, args):
        self.model = model
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=args.lr)
        self.loader = DataLoader(train_set, batch_size=args.batch_size, shuffle=True)
    def _run_batch(self, x, y):
        self.optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        return loss.item()
    def _save(self, epoch):
        torch.save(self.model.state_dict(), "last.pt")
    def train(self, epochs):
        for epoch in range(epochs):
            for x, y in self.loader:
                total += self._run_batch(x, y)
            self._save(epoch)
model = Net(args.width)
trainer = Trainer(model, dataset, args)
trainer.train(10)
"""


def test_outline_shows_what_a_trainer_of_the_script_does() -> None:
    assert _outline(TRAINER)[1:] == [
        "model ← Net(args.width)",
        "train_set ← dataset",
        "the object's optimizer ← optimizer AdamW of the parameters of the object's model, "
        "learning rate args.lr",
        "the object's loader ← batches of args.batch_size samples of train_set, shuffled",
        "epochs ← 10",
        "for epoch from 0 to epochs − 1:",
        "  for each (x, y) in the object's loader:",
        "    clear the gradients of the object's optimizer",
        "    loss ← cross_entropy(the object's model(x), y)",
        "    backpropagate loss",
        "    update the parameters with the object's optimizer",
        '  save the state of the object\'s model to "last.pt"',
    ]


def test_outline_of_a_call_that_trains_by_itself() -> None:
    code = (
        "from tensorflow import keras\n"
        "def run(x, y, size):\n"
        "    model = keras.Sequential([keras.layers.Dense(size)])\n"
        "    model.compile(optimizer='adam', loss='mse')\n"
        "    print(size)\n"
        "    model.fit(x, y, epochs=5, batch_size=32)\n"
        "if __name__ == '__main__':\n"
        "    run(images, labels, 10)\n"
    )
    said = _outline(code)
    assert said[:2] == ["Input: x, y", "Output: model, trained"]
    assert said[-1] == "train with model.fit for 5 epochs (x, y, batch_size = 32)"


def test_outline_of_a_trainer_whose_result_is_kept_and_that_may_be_started_twice() -> None:
    code = (
        "from transformers import AutoModel\n"
        "from transformers import Trainer\n"
        "def main():\n"
        "    model = AutoModel.from_pretrained('gpt2')\n"
        "    def measure(p):\n"
        "        return count(p)\n"
        "    trainer = Trainer(model, options)\n"
        "    if options.do_train:\n"
        "        result = trainer.train(resume_from_checkpoint=last)\n"
        "        trainer.save_model()\n"
        "def on_tpu(index):\n"
        "    main()\n"
        "if __name__ == '__main__':\n"
        "    main()\n"
    )
    said = _outline(code)
    assert "trainer ← Trainer(model, options)" in said
    assert "  result ← trainer.train(resume_from_checkpoint = last)" in said
    assert not any("function" in line for line in said)


def test_outline_names_all_models_that_have_optimizers_of_their_own() -> None:
    code = (
        "import torch\nclass Net(torch.nn.Module):\n    pass\n"
        "gen = Net(1)\ndis = Net(2)\n"
        "opt_g = torch.optim.Adam(gen.parameters())\n"
        "opt_d = torch.optim.Adam({}.parameters())\n"
        "for epoch in range(3):\n    for x in loader:\n        loss = dis(gen(x)).mean()\n"
        "        loss.backward()\n        opt_g.step()\n        opt_d.step()\n"
    )
    assert "Output: gen, dis, trained" in _outline(code.format("dis"))
    assert "Output: gen, trained" in _outline(code.format("gen"))


def test_outline_shows_what_a_framework_calls() -> None:
    code = (
        "import lightning as L, torch\n"
        "class Net(L.LightningModule):\n"
        "    def training_step(self, batch, index):\n"
        "        x, y = batch\n"
        "        loss = torch.nn.functional.cross_entropy(self(x), y)\n"
        "        return loss\n"
        "    def configure_optimizers(self):\n"
        "        optimizer = torch.optim.Adam(self.parameters(), lr=0.1)\n"
        "        return optimizer\n"
        "trainer = L.Trainer(max_epochs=10)\n"
        "trainer.fit(Net(), loader)\n"
    )
    said = [line.strip() for line in _outline(code)]
    assert "loss ← cross_entropy(the object(x), y)" in said
    assert "optimizer ← optimizer Adam of the parameters of the object, learning rate 0.1" in said
    assert "trainer ← L.Trainer(max_epochs = 10)" in said


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("if not fast:", "elif wide:", "if fast holds and wide holds:"),
        ("if mode == 'cpu':", "else:", 'if mode ≠ "cpu":'),
        ("if a or b:", "elif c:", "if not (a holds or b holds) and c holds:"),
    ],
)
def test_outline_leaves_out_a_branch_with_nothing_to_say(
    first: str, second: str, said: str
) -> None:
    code = SCRIPT.replace(
        "model = nn.Linear(2, 2)\n",
        f"model = nn.Linear(2, 2)\n{first}\n    print('x')\n{second}\n"
        "    model = nn.parallel.DistributedDataParallel(model)\n",
    )
    lines_ = _outline(code)
    assert said in lines_
    assert not any("print" in line for line in lines_)


def test_a_list_is_not_told_as_one_of_its_elements() -> None:
    code = (
        "from tensorflow.keras.callbacks import EarlyStopping, TensorBoard\n"
        "callbacks = [TensorBoard(log_dir=folder), EarlyStopping(patience=3), other]\n"
    )
    assert texts(code, "en", "steps")[-1] == (
        "callbacks ← [TensorBoard(log_dir = folder), EarlyStopping(patience = 3), other]"
    )


def test_outline_keeps_what_a_loss_is_made_of() -> None:
    """A listing that speaks of values which it has not made is no listing."""
    code = (
        "import torch\n"
        "for step in range(steps):\n"
        "    clean = batch['input']\n"
        "    noise = torch.randn(clean.shape)\n"
        "    noisy = add_noise(clean, noise)\n"
        "    guess = model(noisy).sample\n"
        "    seen = step + 1\n"
        "    loss = torch.nn.functional.mse_loss(guess, noise)\n"
        "    loss.backward()\n"
        "    optimizer.step()\n"
    )
    made = [line.partition(" ←")[0].strip() for line in texts(code, detail="outline")]
    assert [name for name in made if name in ("clean", "noise", "noisy", "guess", "loss")] == [
        "clean",
        "noise",
        "noisy",
        "guess",
        "loss",
    ]
    assert "seen" not in made


def test_only_equal_values_share_a_line() -> None:
    assert texts("a = 1\nb = 2\nc = 2\n", "en", "steps") == ["a ← 1", "b ← 2; c ← 2"]


def test_a_fold_ends_with_its_block() -> None:
    code = "if x:\n    print(a)\n    print(b)\nprint(c)\nprint(d)\n"
    assert texts(code, "en", "steps")[1:] == ["  report (2 messages)", "report (2 messages)"]


def test_branches_that_differ_are_not_one() -> None:
    code = SCRIPT.replace(
        "model = nn.Linear(2, 2)\n",
        "if wide:\n    model = nn.Linear(4, 2)\nelse:\n    model = nn.Linear(2, 2)\n",
    )
    said = _outline(code)
    assert "  model ← a linear layer from 4 to 2 features" in said
    assert "  model ← a linear layer from 2 to 2 features" in said


def test_outline_hands_over_only_what_changes_its_name() -> None:
    code = (
        "import torch\n"
        "def build(args):\n"
        "    model = Net()\n"
        "    optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)\n"
        "    start = 3\n"
        "    return model, optimizer, start\n"
        "model, optimizer, first = build(args)\n"
        "for epoch in range(first, 9):\n"
        "    for x, y in loader:\n"
        "        loss = torch.nn.functional.mse_loss(model(x), y)\n"
        "        loss.backward()\n"
        "        optimizer.step()\n"
    )
    said = _outline(code)
    assert "first ← start" in said
    assert not any("model, optimizer" in line for line in said)


def test_outline_shows_what_an_object_is_made_of_before_its_method_runs() -> None:
    code = TRAINER.replace(
        "trainer = Trainer(model, dataset, args)\ntrainer.train(10)\n",
        "Trainer(model, dataset, args).train(10)\n",
    )
    assert _outline(code) == _outline(TRAINER)


@pytest.mark.parametrize("detail", ["steps", "outline"])
def test_a_return_is_never_replaced_by_what_its_value_does(detail: str) -> None:
    """What is handed back, and that the function ends here, is more than one call in it."""
    code = (
        "from torch.utils.data import DataLoader\n"
        "def data(samples, few):\n"
        "    if few:\n"
        "        return 1, DataLoader(samples, batch_size=4)\n"
        "    return DataLoader(samples, batch_size=8)\n"
    )
    told = [line.strip() for line in texts(code, detail=detail)]
    assert sum(line.startswith("return ") for line in told) == 2


BRANCHES = """\
import torch
if torch.cuda.is_available():
    device = torch.device("cuda")
else:
    device = torch.device("cpu")
"""


def test_a_branch_says_what_it_does_itself() -> None:
    assert texts(BRANCHES, detail="steps")[2] == '  device ← device "cuda"'


def test_a_value_is_given_once_and_the_settings_of_a_loss_are_said() -> None:
    code = (
        "from transformers import get_linear_schedule_with_warmup\n"
        "import torch.nn as nn\n"
        "schedule = get_linear_schedule_with_warmup(optimizer, 10, 100)\n"
        "criterion = nn.CrossEntropyLoss(ignore_index=0, reduction='sum', label_smoothing=0.1)\n"
    )
    said = texts(code, detail="steps")
    assert sum(line.startswith("schedule ←") for line in said) == 1
    assert said[-1] == (
        "criterion ← loss CrossEntropyLoss (label smoothing 0.1, targets equal to 0 left out, "
        "summed over the batch)"
    )


LEAVES_EARLY = """\
from elsewhere import train_one_epoch
def main(args):
    optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)
    if args.evaluate:
        validate(loader, model)
        return
    for epoch in range(args.epochs):
        train_one_epoch(state, epoch)
        validate(loader, model)
main(args)
"""


def test_an_outline_says_where_the_training_is_left_and_who_trains() -> None:
    said = texts(LEAVES_EARLY, detail="outline")
    start = said.index("if args.evaluate holds:")
    assert said[start + 2 : start + 5] == [
        "  return",
        "for epoch from 0 to args.epochs − 1:",
        "  train_one_epoch(state, epoch)",
    ]


CROWDED = """\
import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel as DDP
from torch.utils.data import DataLoader
model = nn.Linear(4, 2)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
{between}
{loaders}
for epoch in range(9):
    for x, y in loader_0:
        loss = criterion(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
"""


def _crowded(between: str, loaders: int) -> list[str]:
    made = "\n".join(f"loader_{i} = DataLoader(data_{i}, batch_size=8)" for i in range(loaders))
    return [line.strip() for line in _outline(CROWDED.format(between=between, loaders=made))]


def test_an_outline_shows_all_cases_of_a_choice_or_none() -> None:
    choice = (
        "if warm:\n    scheduler = make_warm(optimizer, 5)\n"
        "elif flat:\n    scheduler = make_flat(optimizer, 5)\n"
        "else:\n    scheduler = make_cosine(optimizer, 5)"
    )
    shown = [
        sum(line.startswith("scheduler ←") for line in _crowded(choice, loaders))
        for loaders in range(20, 34)
    ]
    assert set(shown) == {0, 3}


def test_an_outline_says_what_a_batch_size_is_before_it_is_divided() -> None:
    twice = (
        "batch_size = first_size\nif distributed:\n    batch_size = batch_size // gpus\n"
        "use(batch_size)\n"
        "batch_size = second_size\nif distributed:\n    batch_size = batch_size // gpus"
    )
    for loaders in range(20, 34):
        said = [line for line in _crowded(twice, loaders) if line.startswith("batch_size ←")]
        divided = [line for line in said if "gpus" in line]
        assert len(said) == 2 * len(divided)


def test_an_outline_keeps_the_copies_of_a_model_before_its_schedules() -> None:
    wrap = "if many:\n    if ready:\n        model = DDP(model)\n"
    schedules = "".join(
        f"plan_{i} = torch.optim.lr_scheduler.StepLR(optimizer, {i})\n" for i in range(1, 40)
    )
    said = _crowded(wrap + schedules, 1)
    assert "model ← model, a copy per process, gradients averaged" in said
    assert any(line.startswith("plan_1 ←") for line in said)


def test_values_logged_under_further_conditions_have_lines_of_their_own() -> None:
    code = (
        "from torch.utils.tensorboard import SummaryWriter\n"
        "writer = SummaryWriter()\n"
        "for name, value in norms:\n"
        "    if 'weight' in name:\n"
        "        writer.add_scalar('norms/weight', value, step)\n"
        "    if 'bias' in name:\n"
        "        writer.add_scalar('norms/bias', value, step)\n"
    )
    said = texts(code, "en", "steps")
    assert sum("norms/weight" in line for line in said) == 1
    assert sum("norms/bias" in line for line in said) == 1
    assert not any("weight" in line and "bias" in line for line in said)


def test_a_phrase_for_one_of_several_values_does_not_stand_for_all() -> None:
    made = "from torch import optim\nboth = [optim.SGD(a, 0.1), optim.Adam(b)]\n"
    (line,) = [text for text in texts(made, detail="steps") if text.startswith("both")]
    assert "SGD" in line
    assert "Adam" in line
    loaders = (
        "from torch.utils.data import DataLoader\n"
        "loaders = {part: DataLoader(sets[part], 8) for part in ('train', 'val')}\n"
    )
    (line,) = [text for text in texts(loaders, detail="steps") if text.startswith("loaders")]
    assert '("train", "val")' in line


def test_outline_has_the_call_that_moves_an_average() -> None:
    code = """
import torch
def follow(old, new, keep):
    for p, q in zip(old.parameters(), new.parameters()):
        p.data.copy_(keep * p.data + (1 - keep) * q.data)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for x, y in loader:
    optimizer.zero_grad()
    torch.nn.functional.mse_loss(net(x), y).backward()
    optimizer.step()
    follow(target, net, 0.99)
"""
    assert "follow(target, net, 0.99)" in [line.strip() for line in texts(code, "en", "outline")]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "ema = ModelEMA(model) if rank == 0 else None",
            "ema ← ModelEMA(model) if rank = 0, otherwise none",
        ),
        (
            "criterion = nn.CrossEntropyLoss() if classes > 1 else nn.BCELoss()",
            "criterion ← the cross-entropy loss if classes > 1, otherwise the binary "
            "cross-entropy loss",
        ),
        (
            "device = 'cuda' if torch.cuda.is_available() else 'cpu'",
            "device ← cuda if a GPU is available, otherwise CPU",
        ),
        (
            "criterion = SmoothCrossEntropyLoss(label_smoothing=smoothing)",
            "criterion ← loss SmoothCrossEntropyLoss (label_smoothing = smoothing)",
        ),
        (
            "with zero_first(local_rank), folder(root):\n    data = fetch()",
            "with zero_first(local_rank), folder(root):",
        ),
        (
            "update_ema(old.parameters(), new.parameters(), 0.9)",
            "update_ema(the parameters of old, the parameters of new, 0.9)",
        ),
        (
            "for e, p in zip(old.parameters(), new.parameters()):\n    e.data.lerp_(p.data, 1 - m)",
            "update old with the weights of new, keeping the share m of its own",
        ),
    ],
)
def test_a_phrase_says_no_more_and_no_less_than_the_statement(code: str, said: str) -> None:
    assert said in texts(f"import torch\nfrom torch import nn\n{code}", "en", "steps")


def test_outline_leaves_out_what_is_never_reached() -> None:
    code = (
        "import torch\n"
        "if True:\n    sampler = torch.utils.data.DistributedSampler(data)\n"
        "else:\n    sampler = torch.utils.data.RandomSampler(data)\n"
        "loader = torch.utils.data.DataLoader(data, sampler=sampler)\n"
        "for epoch in range(3):\n    for x in loader:\n        loss = net(x)\n"
        "        loss.backward()\n        opt.step()\n"
    )
    said = _outline(code)
    assert "sampler ← shards of data, one per process, reshuffled" in said
    assert not any("random order" in line for line in said)


TRAINING = (
    "for epoch in range(3):\n    for x in loader:\n        loss = model(x)\n"
    "        optimizer.zero_grad()\n        loss.backward()\n        optimizer.step()\n"
)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "val = validate(val_loader, model, criterion)",
            "evaluate model on val_loader (criterion)",
        ),
        ("sampler = BatchSampler(order, size, True)", "(size, true)"),
        ("save_on_master({'model': model.state_dict()}, path)", "save model (path)"),
        ("with open(path, 'wb') as f:\n    torch.save(state, f)", "save state to path"),
        ("model.load_state_dict(torch.load(resume_path))", "load (what is saved in resume_path)"),
        (
            "checkpoint = torch.load('./checkpoint/last.pth')\nmodel.load_state_dict(checkpoint)",
            'checkpoint ← what is saved in "./checkpoint/last.pth"',
        ),
        ("optimizer.step_and_update_lr()", "optimizer.step_and_update_lr()"),
        (
            "norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)",
            "norm ← the gradient norm of the parameters of model, which is clipped to 1.0",
        ),
        (
            "train_loader = torch.utils.data.DataLoader(data, size if one else 2 * size)",
            "batches of (size if one holds, otherwise 2 × size) samples of data",
        ),
        ("trainer.fit(model, ckpt_path=last)", "fit trainer to model (ckpt_path = last)"),
        ("model.train(False)", "put model into evaluation mode"),
        (
            "model.train(phase == 'train')",
            'mode if (phase = "train"), otherwise into evaluation mode',
        ),
        ("torch.set_grad_enabled(False)", "turn gradient tracking off"),
        ("fire.Fire(main)", "run main with the options of the command line"),
        (
            "optimizer = {'a': optim.Adam(p, lr=1), 'b': optim.SGD(p, lr=2)}[kind]",
            "}[kind]",
        ),
        (
            "model = Net.from_pretrained(name, extra)",
            "Net with the weights stored under name (extra)",
        ),
        ("s = DistributedSampler(data, shuffle=training)", "one per process (shuffle = training)"),
        ("output = nn.parallel.data_parallel(net, x)", "nn.parallel.data_parallel(net, x)"),
        ("last = stack.pop()", "the last element, removed from stack"),
    ],
)
def test_steps_lose_nothing_that_a_phrase_leaves_out(code: str, said: str) -> None:
    head = (
        "import fire, torch\nfrom torch import nn, optim\n"
        "from torch.utils.data import BatchSampler\n"
        "from torch.utils.data.distributed import DistributedSampler\n"
    )
    assert any(said in line for line in texts(f"{head}{code}\n{TRAINING}", "en", "steps"))


def test_outline_names_what_it_uses_and_does_not_make() -> None:
    setup = "with reading(path) as data:\n    width = data.width\nmodel = Net(data.width)\n"
    said = _outline(setup + TRAINING)
    assert said[0] == "Given: data"


def test_outline_shows_how_a_list_in_the_loss_is_filled_and_what_wraps_a_model() -> None:
    code = (
        "import torch\nmodel = torch.nn.Linear(2, 2)\nmodel = Wrapper(model, head)\n"
        "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
        "for epoch in range(3):\n    for x in loader:\n"
        "        losses = []\n        for part in x:\n            losses.append(model(part))\n"
        "        loss = torch.stack(losses).mean()\n"
        "        optimizer.zero_grad()\n        loss.backward()\n        optimizer.step()\n"
    )
    said = _outline(code)
    assert "model ← Wrapper(model, head)" in said
    assert "      append model(part) to losses" in said


def test_outline_keeps_the_options_that_matter_and_no_defaults_of_a_long_head() -> None:
    code = (
        "from transformers import Trainer, TrainingArguments\n"
        "def train(model, data, folder='a/long/folder/of/results', name='a-long-name-of-the-run', "
        "options=dict(first=1, second=2, third=3), further=dict(fourth=4, fifth=5, sixth=6)):\n"
        "    args = TrainingArguments(output_dir=folder, learning_rate=1e-4, logging_steps=10, "
        "evaluation_strategy='epoch', save_strategy='epoch', report_to='none', "
        "load_best_model_at_end=True, push_to_hub=False)\n"
        "    trainer = Trainer(model=model, args=args, train_dataset=data)\n"
        "    trainer.train()\n"
    )
    said = _outline(code)
    assert "function train(model, data, folder, name, options, further):" in said
    assert "  args ← TrainingArguments(learning_rate = 1e-4, …)" in said


def test_a_loss_that_was_scaled_before_is_not_scaled_again() -> None:
    said = texts("scaled = scaler.scale(loss)\nscaled.backward()", "en", "steps")
    assert said == ["scaled ← loss scaled by scaler", "backpropagate scaled"]


def test_a_project_is_no_place() -> None:
    code = 'import wandb\nrun = wandb.init(project="demo")'
    assert texts(code, "zh", "steps")[-1] == 'run ← Weights & Biases 实验记录器，归入项目 "demo"'


def test_outline_shows_what_its_lines_use_where_there_is_room() -> None:
    code = (
        "import torch\n"
        "start = 0\nstate = torch.load(path)\nstart = state['epoch']\nunused = 5\n"
        "model = torch.nn.Linear(2, 2)\n"
        "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
        "for epoch in range(start, 9):\n    for i, x in enumerate(loader):\n"
        "        last = i % 4 == 3\n        other = i\n        loss = model(x).mean()\n"
        "        loss.backward()\n"
        "        if last:\n            optimizer.step()\n            optimizer.zero_grad()\n"
    )
    said = _outline(code)
    assert 'start ← state["epoch"]' in said
    assert "    last ← i mod 4 = 3" in said
    assert not any("unused" in line or "other" in line for line in said)


def test_a_time_that_is_written_out_is_the_one_given() -> None:
    said = texts('import time\na = time.strftime("%d", start)\nb = time.strftime("%d")')
    assert said[1:] == ['a ← start as "%d"', 'b ← the current time as "%d"']


def test_an_endless_loop_in_an_outline_ends_where_it_ends() -> None:
    code = (
        "import torch\nnet = torch.nn.Linear(4, 2)\n"
        "optimizer = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "for episode in range(400):\n    s = env.reset()\n    while True:\n"
        "        s, r, done = env.step(net(s))\n        loss = (net(s) - r).mean()\n"
        "        optimizer.zero_grad()\n        loss.backward()\n        optimizer.step()\n"
        "        if done:\n            break\n"
    )
    said = texts(code, "en", "outline")
    assert said[-2:] == ["    if done holds:", "      leave the loop"]
