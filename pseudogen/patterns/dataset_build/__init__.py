"""dataset-build: a dataset object is made."""

from __future__ import annotations

from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.patterns.dataset_build.facts import DatasetBuild
from pseudogen.patterns.dataset_build.finders import (
    find_chosen,
    find_given,
    find_known,
    find_loaded,
    find_loading,
    find_made_by_module,
    find_method,
    find_named,
    find_pipeline,
    find_unpacked,
)

__all__ = [
    "DatasetBuild",
    "find_chosen",
    "find_given",
    "find_known",
    "find_loaded",
    "find_loading",
    "find_made_by_module",
    "find_method",
    "find_named",
    "find_pipeline",
    "find_unpacked",
]


EXAMPLES = {
    (
        "import torchvision\n"
        'train_set = torchvision.datasets.CIFAR10("data", train=True, download=True, transform=tfm)'
    ): [
        DatasetBuild(
            line=2,
            end=2,
            evidence=Evidence(API, ("torchvision.datasets.CIFAR10",)),
            target="train_set",
            function="torchvision.datasets.CIFAR10",
            split="training",
            source='"data"',
            transform="tfm",
            train="True",
            download="True",
        ),
    ],
    'from folders import Streets\nimage_datasets["extra"] = Streets(root)': [
        DatasetBuild(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("Streets",)),
            target='image_datasets["extra"]',
            function="Streets",
            source="root",
        )
    ],
    "test_set = dataset.get_whole_val_set()": [
        DatasetBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("dataset.get_whole_val_set",)),
            target="test_set",
            function="dataset.get_whole_val_set",
            split="validation",
        )
    ],
    "parts = [make_dataset(p) if isinstance(p, str) else read_archive(p) for p in paths]": [
        DatasetBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("make_dataset",)),
            target="parts",
            function="make_dataset",
            several=True,
            source="p",
            chosen_by="isinstance(p, str)",
        )
    ],
    "train_dataset = QuestionDataset(args, cache_dir=folder) if args.train else None": [
        DatasetBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("QuestionDataset",)),
            target="train_dataset",
            function="QuestionDataset",
            split="training",
            chosen_by="args.train",
        )
    ],
    (
        "train_dataset = YoloDataset(train_lines, input_shape, train=True)\n"
        "val_dataset = build_dataset(args, is_train=False)"
    ): [
        DatasetBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("YoloDataset",)),
            target="train_dataset",
            function="YoloDataset",
            split="training",
            source="train_lines",
            train="True",
        ),
        DatasetBuild(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("build_dataset",)),
            target="val_dataset",
            function="build_dataset",
            split="validation",
        ),
    ],
    "val = SkipSubset(val_dataset, n=args.skip)": [
        DatasetBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("SkipSubset",)),
            target="val",
            function="SkipSubset",
            split="validation",
            source="val_dataset",
        )
    ],
    (
        "from project import load_and_cache_examples\n"
        "eval_dataset = load_and_cache_examples(args, tokenizer)"
    ): [
        DatasetBuild(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("load_and_cache_examples", "eval_dataset")),
            target="eval_dataset",
            function="load_and_cache_examples",
            split="validation",
        )
    ],
    "dataset = IN5KDATASET(folder, index_file, transform)": [
        DatasetBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("IN5KDATASET",)),
            target="dataset",
            function="IN5KDATASET",
            source="folder",
        )
    ],
    "import torch\n"
    "draws = torch.Generator().manual_seed(7)\n"
    "seen, kept = torch.utils.data.random_split(dataset, [90, 10], generator=draws)": [
        DatasetBuild(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.utils.data.random_split",)),
            target="seen, kept",
            function="torch.utils.data.random_split",
            form="split",
            source="dataset",
            lengths="[90, 10]",
            seed="7",
        )
    ],
    (
        "from torch.utils.data import random_split\n"
        "train_set, val_set = random_split(dataset, [n_train, n_val])"
    ): [
        DatasetBuild(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.utils.data.random_split",)),
            target="train_set, val_set",
            function="random_split",
            form="split",
            source="dataset",
            lengths="[n_train, n_val]",
        ),
    ],
    "import torch\nclass Pets(torch.utils.data.Dataset):\n    pass\ndata = Pets(files)": [
        DatasetBuild(
            line=4,
            end=4,
            evidence=Evidence(API, ("torch.utils.data.Dataset",)),
            target="data",
            function="Pets",
            source="files",
        ),
    ],
    (
        "from datasets import load_dataset\n"
        'raw = load_dataset("imdb")\n'
        'parts = raw["train"].train_test_split(0.1)'
    ): [
        DatasetBuild(
            line=2,
            end=2,
            evidence=Evidence(API, ("datasets.load_dataset",)),
            target="raw",
            function="load_dataset",
            source='"imdb"',
        ),
        DatasetBuild(
            line=3,
            end=3,
            evidence=Evidence(NAME, ('raw["train"]',)),
            target="parts",
            function='raw["train"].train_test_split',
            source="0.1",
        ),
    ],
    (
        'from datasets import load_dataset\ntrain_set = load_dataset("glue", "sst2", split="train")'
    ): [
        DatasetBuild(
            line=2,
            end=2,
            evidence=Evidence(API, ("datasets.load_dataset",)),
            target="train_set",
            function="load_dataset",
            split="training",
            source='"glue"',
            chosen=('"sst2"', 'split="train"'),
        ),
    ],
    (
        "import tensorflow as tf\n"
        "train_ds = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(99).batch(8)"
    ): [
        DatasetBuild(
            line=2,
            end=2,
            evidence=Evidence(API, ("tensorflow.data.Dataset.from_tensor_slices",)),
            target="train_ds",
            function="tf.data.Dataset.from_tensor_slices",
            form="tf",
            split="training",
            source="(x, y)",
        ),
    ],
    ("dataset = TextDataset(transform=lower, path=args.folder)"): [
        DatasetBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("TextDataset",)),
            target="dataset",
            function="TextDataset",
            source="args.folder",
            transform="lower",
        )
    ],
    ("train_dataset = TextAudioLoader(hps.files, hps.data)"): [
        DatasetBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("TextAudioLoader",)),
            target="train_dataset",
            function="TextAudioLoader",
            split="training",
            source="hps.files",
        )
    ],
    (
        "from torch.utils.data import DataLoader\n"
        "from data import get_pairs\n"
        "pairs = get_pairs(path, split='train')\n"
        "loader = DataLoader(pairs, batch_size=8)"
    ): [
        DatasetBuild(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("pairs",)),
            target="pairs",
            function="get_pairs",
            source="path",
        )
    ],
    "train_set, test_set = build_datasets(folder)": [
        DatasetBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("build_datasets",)),
            target="train_set, test_set",
            function="build_datasets",
            source="folder",
        ),
    ],
    ('from project import dataset\ntrain_dataset = dataset.load("train", is_training=True)'): [
        DatasetBuild(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("dataset.load",)),
            target="train_dataset",
            function="dataset.load",
            split="training",
            source='"train"',
        )
    ],
    (
        "train_set, args.classes = build_dataset(True, args)\n"
        "valid_set, _ = build_dataset(False, args)"
    ): [
        DatasetBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("build_dataset",)),
            target="train_set",
            also=("args.classes",),
            function="build_dataset",
            split="training",
        ),
        DatasetBuild(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("build_dataset",)),
            target="valid_set",
            function="build_dataset",
            split="validation",
        ),
    ],
    ('from project.datasets.streets import load\ntrain_ds = load(split="train")'): [
        DatasetBuild(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("load",)),
            target="train_ds",
            function="load",
            split="training",
        )
    ],
    ('from streets import Streets\npart = Streets(root=folder, split="train", transform=tfm)'): [
        DatasetBuild(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("Streets",)),
            target="part",
            function="Streets",
            source="folder",
            transform="tfm",
        )
    ],
    ("from graphs import load_data\nedges, x, labels, train_idx, test_idx = load_data(name)"): [
        DatasetBuild(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("load_data", "edges, x, labels, train_idx, test_idx")),
            target="edges, x, labels, train_idx, test_idx",
            function="load_data",
            source="name",
        )
    ],
    ("train_dataset = getattr(data, name)(root, split)"): [
        DatasetBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("train_dataset",)),
            target="train_dataset",
            function="getattr(data, name)",
            split="training",
            source="root",
        )
    ],
    ("train_dataset, val_dataset, train_loader, val_loader = init_dataset_and_dataloader(args)"): [
        DatasetBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("init_dataset_and_dataloader",)),
            target="train_dataset, val_dataset",
            also=("train_loader", "val_loader"),
            function="init_dataset_and_dataloader",
        )
    ],
    ("import dataset\ntrain_data = dataset.load('train', batch_size=32)"): [
        DatasetBuild(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("dataset.load",)),
            target="train_data",
            function="dataset.load",
            split="training",
            source="'train'",
        )
    ],
    ("corpus = text.Corpus(args.data)\n"): [
        DatasetBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("text.Corpus",)),
            target="corpus",
            function="text.Corpus",
            source="args.data",
        )
    ],
    (
        "from torch.utils.data import DataLoader\n"
        "from data import Streets\n"
        "loader = DataLoader(Streets(part='train'), batch_size=8)\n"
        ""
    ): [
        DatasetBuild(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("torch.utils.data.DataLoader",)),
            function="Streets",
        )
    ],
    ("train_dataset = self.dataset(args.data_path, files, is_train=True)\n"): [
        DatasetBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("self.dataset",)),
            target="train_dataset",
            function="self.dataset",
            split="training",
            source="args.data_path",
        )
    ],
    "train_datasets = [StreetDataset(4), RoadDataset(4)]": [
        DatasetBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("StreetDataset",)),
            target="train_datasets",
            function="StreetDataset",
            besides=("RoadDataset",),
            several=True,
            split="training",
        )
    ],
    ("train_set = dataset_cls(samples, tokenizer=tokenizer)"): [
        DatasetBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("dataset_cls",)),
            target="train_set",
            function="dataset_cls",
            split="training",
            source="samples",
        )
    ],
    ("train_data = Data(samples, shuffle=True)"): [
        DatasetBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("Data",)),
            target="train_data",
            function="Data",
            split="training",
            source="samples",
        )
    ],
}
COUNTEREXAMPLES = {
    "from torchvision.datasets.utils import download_url\ndownload_url(url, folder)": (
        "a file that is brought"
    ),
    (
        'from project.weights import load\ntrain_ds = load(split="train")'
    ): "what is loaded is no data set by the module",
    ("train_name, val_name = get_dataset_names(args)"): "text about it",
    "from folders import Streets\ncharts['dataset'] = Streets(root)": "the table says nothing",
    'features = h5.create_dataset("features", [n, 8], dtype=np.float32)': "an array in a file",
    (
        "from graphs import load_data\ntrain_loader, test_loader = load_data(name)"
    ): "loaders, not data",
    ("net = Wrapped(base, transform=tfm)"): "neither says which part of the data is read",
    "coco = get_coco_api_from_dataset(loader.dataset)": "something is made from a data set",
    "from tools import prepare_features\ndataset = prepare_features(dataset, 9)": "one is changed",
    (
        "from project import data\ntrain_set = reader.load(path)\nstate = data.load(path)"
    ): "no data set, or not of a module for data",
    "from pathlib import Path\ndataset = Path(dataset)": "a path",
    ("data_collator = DataCollatorForChatDataset(tokenizer)"): "puts samples together",
    (
        "from torch.utils.data import DataLoader\n"
        "import torch, pickle\n"
        "pairs = pickle.load(handle)\n"
        "rows = torch.randn(100, 3)\n"
        "loaders = DataLoader(pairs), DataLoader(rows)"
    ): "arrays and what a file held",
    ("batches = TextAudioLoader(files)"): "a loader",
    "n = len(train_dataset)": "a data set is measured, none is made",
    "train_dataset = raw_datasets['train']": "a part of what was made before is taken",
    "loader = get_dataset_loader(args)": "makes a loader",
    "info = get_dataset_info(name)": "no data set",
    "worker.ResetDataset(train_dataset)": "a method of something else",
    "worker = executor.init_for_dataset(plan, dataset)": "something that works on a data set",
    ("import nltk\nwords = nltk.corpus.words()\n"): "a list of words, not what is trained on",
    (
        "from torch.utils.data import DataLoader\nloader = DataLoader(load(path), batch_size=8)\n"
    ): "a function that may give anything",
    (
        "from util import *\ntrain_loader = load_dataset(args.data, args.batch_size)"
    ): "it gives loaders",
    ("graph = Data(x=features, edge_index=edges)"): "a graph, not said to be for training",
}
