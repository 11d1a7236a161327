"""dataset-guard: the run is refused because of the data (too small, missing)."""

from __future__ import annotations

from pseudogen.names.evidence import NAME, Evidence
from pseudogen.patterns.dataset_guard.facts import DatasetGuard
from pseudogen.patterns.dataset_guard.finders import (
    find_assert,
    find_if,
)

__all__ = [
    "DatasetGuard",
    "find_assert",
    "find_if",
]


EXAMPLES = {
    (
        "if epoch_step == 0 or epoch_step_val == 0:\n"
        '    raise ValueError("The data set is too small.")'
    ): [
        DatasetGuard(
            line=1,
            end=2,
            evidence=Evidence(NAME, ("epoch_step", "epoch_step_val")),
            test="epoch_step == 0 or epoch_step_val == 0",
            checks="size",
            steps=("epoch_step", "epoch_step_val"),
            subject="epoch_step",
            message='"The data set is too small."',
            ends="error",
        ),
    ],
    "listed = glob('*.jpg')\ntrain_num = len(listed)\nassert train_num > 0": [
        DatasetGuard(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("train_num",)),
            test="train_num > 0",
            asserts=True,
            checks="size",
            subject="train_num",
            ends="error",
        )
    ],
    (
        "def train(self):\n"
        "    total = len(self.train_dataset)\n"
        "    if total == 0:\n"
        "        print('no data')\n"
        "        return\n"
        "    for batch in loader:\n"
        "        model(batch).backward()\n"
        "        optimizer.step()"
    ): [
        DatasetGuard(
            line=3,
            end=5,
            evidence=Evidence(NAME, ("total",)),
            test="total == 0",
            checks="size",
            subject="total",
            ends="return",
        )
    ],
    'assert len(train_dataset) >= batch_size, "fewer samples than a batch"': [
        DatasetGuard(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("len(train_dataset)",)),
            test="len(train_dataset) >= batch_size",
            asserts=True,
            checks="size",
            subject="len(train_dataset)",
            message='"fewer samples than a batch"',
            ends="error",
        ),
    ],
    (
        "if not os.path.isdir(args.data_dir):\n"
        '    print("no data at", args.data_dir)\n'
        "    sys.exit(1)"
    ): [
        DatasetGuard(
            line=1,
            end=3,
            evidence=Evidence(NAME, ("args.data_dir",)),
            test="not os.path.isdir(args.data_dir)",
            checks="path",
            subject="args.data_dir",
            ends="exit",
        ),
    ],
    ('if "train" not in raw_datasets:\n    raise ValueError("--do_train needs a training set")'): [
        DatasetGuard(
            line=1,
            end=2,
            evidence=Evidence(NAME, ("raw_datasets",)),
            test='"train" not in raw_datasets',
            checks="presence",
            subject="raw_datasets",
            message='"--do_train needs a training set"',
            ends="error",
        ),
    ],
    'assert os.path.exists(image_path), "no images"': [
        DatasetGuard(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("image_path",)),
            test="os.path.exists(image_path)",
            asserts=True,
            checks="path",
            subject="image_path",
            message='"no images"',
            ends="error",
        )
    ],
    ("assert len(shards) > 0, f'no shards in {folder}'"): [
        DatasetGuard(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("len(shards)",)),
            test="len(shards) > 0",
            asserts=True,
            checks="size",
            subject="len(shards)",
            message="f'no shards in {folder}'",
            ends="error",
        )
    ],
    (
        "samples, num_classes = scan(args.data_path)\n"
        "assert args.num_classes == num_classes, 'other classes'"
    ): [
        DatasetGuard(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("num_classes",)),
            test="args.num_classes == num_classes",
            asserts=True,
            checks="classes",
            subject="num_classes",
            message="'other classes'",
            ends="error",
        )
    ],
    ("assert batch_size * groups < len(dataset)"): [
        DatasetGuard(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("len(dataset)",)),
            test="batch_size * groups < len(dataset)",
            asserts=True,
            checks="size",
            subject="len(dataset)",
            ends="error",
        )
    ],
    (
        "if task is not None:\n    data = load(task)\n"
        "elif train_file is None:\n    raise ValueError('no data')"
    ): [
        DatasetGuard(
            line=3,
            end=4,
            evidence=Evidence(NAME, ("train_file",)),
            test="train_file is None",
            asserts=False,
            checks="presence",
            subject="train_file",
            message="'no data'",
            condition="task is None",
            ends="error",
        )
    ],
}
COUNTEREXAMPLES = {
    "def f(logits, num_classes):\n    assert logits.size(1) == num_classes": "an argument",
    (
        "def show(self):\n    total = len(self.val_dataset)\n    if total == 0:\n        return"
    ): "no training is left out",
    "num_classes = len(names)\nassert args.num_classes == num_classes": "no data is read",
    ("assert rows * columns < len(names)"): "two lengths, no batch size",
    "if len(data) == 0:\n    raise StopIteration": "an iterator ends",
    "def f(num_samples):\n    if num_samples <= 0:\n        raise ValueError()": "an argument",
    "if self.every_n_train_steps < 0:\n    raise ValueError('negative')": "an interval",
    "def mix(imgs):\n    if len(imgs) < 2:\n        raise ValueError('one image')": "a batch",
    "if num_samples is None:\n    raise ValueError('the loss needs it')": "an argument of a loss",
    "if epoch == 0:\n    raise RuntimeError": "says nothing of the data",
    "assert batch_size % world_size == 0": "the batch size is checked, not the data",
    "if len(train_dataset) == 0:\n    print('empty')": "the run goes on",
    "if not os.path.exists(checkpoint):\n    raise FileNotFoundError(checkpoint)": "no data",
}
