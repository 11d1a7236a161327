"""data-loader: a loader that batches a dataset."""

from __future__ import annotations

from pseudogen.names.batches import Share
from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.names.quantities import Link
from pseudogen.patterns.data_loader.facts import DataLoader
from pseudogen.patterns.data_loader.finders import (
    find_batched,
    find_flow,
    find_generator,
    find_given_back,
    find_handed,
    find_hook,
    find_iterator,
    find_known,
    find_named,
)

__all__ = [
    "DataLoader",
    "find_batched",
    "find_flow",
    "find_generator",
    "find_given_back",
    "find_handed",
    "find_hook",
    "find_iterator",
    "find_known",
    "find_named",
]


EXAMPLES = {
    "from torch.utils.data import DataLoader\n"
    "loader = DataLoader(train_set, batch_sampler=batches, num_workers=4)": [
        DataLoader(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.utils.data.DataLoader",)),
            target="loader",
            function="DataLoader",
            dataset="train_set",
            split="training",
            sampler="batches",
            workers="4",
            pin_memory="False",
        )
    ],
    "(loader, sampler) = init_data(folder)\n_, test_loader = builder.dataset_builder(args)": [
        DataLoader(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("init_data",)),
            target="loader",
            function="init_data",
        ),
        DataLoader(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("builder.dataset_builder",)),
            target="test_loader",
            function="builder.dataset_builder",
            split="validation",
        ),
    ],
    "from torch.utils.data import DataLoader\n"
    "if spawned:\n"
    "    workers = int((workers + ngpus_per_node - 1) / ngpus_per_node)\n"
    "loader = DataLoader(data, batch_size=8, num_workers=workers)": [
        DataLoader(
            line=4,
            end=4,
            evidence=Evidence(API, ("torch.utils.data.DataLoader",)),
            target="loader",
            function="DataLoader",
            dataset="data",
            batch_size="8",
            batch_chain=(),
            batch_value=8,
            shuffle="False",
            shuffle_given=False,
            workers="workers",
            workers_divided=(3, "ngpus_per_node"),
            pin_memory="False",
            drop_last="False",
        )
    ],
    "from torch.utils.data import DataLoader\n"
    "WORKERS = 0\n"
    "loader = DataLoader(data, batch_size=8, num_workers=WORKERS)": [
        DataLoader(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.utils.data.DataLoader",)),
            target="loader",
            function="DataLoader",
            dataset="data",
            batch_size="8",
            batch_value=8,
            shuffle="False",
            workers="WORKERS",
            no_workers=True,
            pin_memory="False",
            drop_last="False",
        )
    ],
    (
        "from torch.utils.data import DataLoader\n"
        "loader = DataLoader(train_dataset, batch_size=64, shuffle=True, num_workers=4)"
    ): [
        DataLoader(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.utils.data.DataLoader",)),
            target="loader",
            function="DataLoader",
            dataset="train_dataset",
            split="training",
            batch_size="64",
            batch_value=64,
            shuffle="True",
            shuffle_given=True,
            workers="4",
            pin_memory="False",
            drop_last="False",
        ),
    ],
    (
        "from torch.utils.data import DataLoader, DistributedSampler\n"
        "order = DistributedSampler(data, num_replicas=1, rank=0)\n"
        "loader = DataLoader(data, batch_size=8, sampler=order)"
    ): [
        DataLoader(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.utils.data.DataLoader",)),
            target="loader",
            function="DataLoader",
            dataset="data",
            batch_size="8",
            batch_value=8,
            shuffle="False",
            sampler="order",
            workers="0",
            pin_memory="False",
            drop_last="False",
        ),
    ],
    (
        "from torch.utils.data import DataLoader\n"
        "try:\n    loader = DataLoader(data, **settings)\n"
        "except TypeError:\n    settings.pop('prefetch_factor')\n"
        "    loader = DataLoader(data, **settings)"
    ): [
        DataLoader(
            line=line,
            end=line,
            evidence=Evidence(API, ("torch.utils.data.DataLoader",)),
            target="loader",
            function="DataLoader",
            dataset="data",
        )
        for line in (3, 6)
    ],
    (
        "from torch.utils.data import DataLoader, DistributedSampler\n"
        "batch_size = 64\n"
        "if distributed:\n"
        "    sampler = DistributedSampler(train_set)\n"
        "    batch_size = batch_size // ngpus_per_node\n"
        "    shuffle = False\n"
        "else:\n"
        "    sampler, shuffle = None, True\n"
        "gen = DataLoader(train_set, batch_size, shuffle, sampler, drop_last=True)\n"
        "if unfreeze:\n"
        "    batch_size = 32\n"
        "    gen = DataLoader(train_set, batch_size, shuffle, sampler, collate_fn=join)"
    ): [
        DataLoader(
            line=9,
            end=9,
            evidence=Evidence(API, ("torch.utils.data.DataLoader",)),
            target="gen",
            function="DataLoader",
            dataset="train_set",
            split="training",
            batch_size="batch_size",
            batch_chain=(
                Link(2, "batch_size = 64", 64),
                Link(5, "batch_size = batch_size // ngpus_per_node", None),
            ),
            share=Share(
                line=5, processes="ngpus_per_node", counts="machine", condition="distributed"
            ),
            shuffle="shuffle",
            shuffle_given=True,
            sampler="sampler",
            sampler_optional=True,
            shards="always",
            workers="0",
            pin_memory="False",
            drop_last="True",
            built_again=12,
        ),
        DataLoader(
            line=12,
            end=12,
            evidence=Evidence(API, ("torch.utils.data.DataLoader",)),
            target="gen",
            function="DataLoader",
            dataset="train_set",
            split="training",
            batch_size="batch_size",
            batch_chain=(Link(11, "batch_size = 32", 32),),
            batch_value=32,
            shuffle="shuffle",
            shuffle_given=True,
            sampler="sampler",
            sampler_optional=True,
            shards="always",
            workers="0",
            pin_memory="False",
            drop_last="False",
            collate="join",
            built_before=9,
            condition="unfreeze",
        ),
    ],
    (
        "from torch.utils.data import DataLoader\n"
        "gen = DataLoader(train_set, batch_size, True)\n"
        "if unfreeze:\n"
        "    batch_size = 32\n"
        "    gen = DataLoader(train_set,  batch_size, True)"
    ): [
        DataLoader(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.utils.data.DataLoader",)),
            target="gen",
            function="DataLoader",
            dataset="train_set",
            split="training",
            batch_size="batch_size",
            shuffle="True",
            shuffle_given=True,
            workers="0",
            pin_memory="False",
            drop_last="False",
            built_again=5,
        ),
        DataLoader(
            line=5,
            end=5,
            evidence=Evidence(API, ("torch.utils.data.DataLoader",)),
            target="gen",
            function="DataLoader",
            dataset="train_set",
            split="training",
            batch_size="batch_size",
            batch_chain=(Link(4, "batch_size = 32", 32),),
            batch_value=32,
            shuffle="True",
            shuffle_given=True,
            workers="0",
            pin_memory="False",
            drop_last="False",
            built_before=2,
            same_call=True,
            condition="unfreeze",
        ),
    ],
    "val_loader = torch.utils.data.DataLoader(val_data, **options)": [
        DataLoader(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("torch.utils.data.DataLoader",)),
            target="val_loader",
            function="torch.utils.data.DataLoader",
            dataset="val_data",
            split="validation",
        ),
    ],
    "train_loader, val_loader = build_data_loaders(config)": [
        DataLoader(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("build_data_loaders",)),
            target="train_loader, val_loader",
            function="build_data_loaders",
        ),
    ],
    (
        "from keras.preprocessing.image import ImageDataGenerator\n"
        "generator = ImageDataGenerator(zoom_range=0.5)\n"
        "batches = generator.flow_from_directory(args.folder, batch_size=32)"
    ): [
        DataLoader(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("generator.flow_from_directory",)),
            target="batches",
            function="generator.flow_from_directory",
            batch_size="32",
            batch_value=32,
        )
    ],
    "runner.train(model=net, loaders=get_loaders(args), num_epochs=3)": [
        DataLoader(
            line=1, end=1, evidence=Evidence(NAME, ("get_loaders",)), function="get_loaders"
        ),
    ],
    'val_generator = data.get_generator(cfg, "VAL")': [
        DataLoader(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("data.get_generator",)),
            target="val_generator",
            function="data.get_generator",
            split="validation",
        ),
    ],
    "train_loader = instantiate(cfg.data.train)": [
        DataLoader(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("train_loader",)),
            target="train_loader",
            function="instantiate",
            split="training",
        ),
    ],
    (
        "from torch.utils.data import DataLoader\n"
        "loader = DataLoader(\n"
        "    data, 32, True, num_workers=4, persistent_workers=True,\n"
        "    prefetch_factor=4, worker_init_fn=seed_worker, generator=g)"
    ): [
        DataLoader(
            line=2,
            end=4,
            evidence=Evidence(API, ("torch.utils.data.DataLoader",)),
            target="loader",
            function="DataLoader",
            dataset="data",
            batch_size="32",
            batch_value=32,
            shuffle="True",
            shuffle_given=True,
            workers="4",
            pin_memory="False",
            drop_last="False",
            persistent="True",
            prefetch="4",
            worker_init="seed_worker",
            generator="g",
        )
    ],
    (
        "class DataLoaderLite:\n"
        "    def next_batch(self):\n"
        "        return self.x, self.y\n"
        "train_loader = DataLoaderLite(B=4, T=32)"
    ): [
        DataLoader(
            line=4,
            end=4,
            evidence=Evidence(NAME, ("DataLoaderLite",)),
            target="train_loader",
            function="DataLoaderLite",
            split="training",
        )
    ],
    (
        "import ignite.distributed as idist\n"
        "train_loader = idist.auto_dataloader(train_dataset, batch_size=64, shuffle=True)"
    ): [
        DataLoader(
            line=2,
            end=2,
            evidence=Evidence(API, ("ignite.distributed.auto_dataloader",)),
            target="train_loader",
            function="idist.auto_dataloader",
            dataset="train_dataset",
            split="training",
            batch_size="64",
            batch_value=64,
            shuffle="True",
            shuffle_given=True,
        )
    ],
    (
        "from keras.preprocessing.image import ImageDataGenerator\n"
        "train_gen = ImageDataGenerator(horizontal_flip=True)\n"
        "train_iter = train_gen.flow(x, y, batch_size=32)"
    ): [
        DataLoader(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("train_gen.flow",)),
            target="train_iter",
            function="train_gen.flow",
            split="training",
            batch_size="32",
            batch_value=32,
        )
    ],
    "import deepspeed\n"
    "engine, _, loader, _ = deepspeed.initialize(model=net, training_data=train_set)": [
        DataLoader(
            line=2,
            end=2,
            evidence=Evidence(API, ("deepspeed.initialize",)),
            target="loader",
            function="deepspeed.initialize",
            dataset="train_set",
            split="training",
        ),
    ],
    "batches = corpus.val_dataloader()": [
        DataLoader(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("corpus.val_dataloader",)),
            target="batches",
            function="corpus.val_dataloader",
        ),
    ],
    "train_gen = WordSequence(files, batch_size=8)": [
        DataLoader(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("WordSequence",)),
            target="train_gen",
            function="WordSequence",
            split="training",
            batch_size="8",
            batch_value=8,
        ),
    ],
    (
        "from torch.utils.data import DataLoader\n"
        "def train(data, sampler):\n"
        "    loader = DataLoader(data, 8, sampler=sampler)\n"
        "    if hasattr(sampler, 'set_epoch'):\n"
        "        sampler.set_epoch(epoch)"
    ): [
        DataLoader(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.utils.data.DataLoader",)),
            target="loader",
            function="DataLoader",
            dataset="data",
            batch_size="8",
            batch_value=8,
            shuffle="False",
            sampler="sampler",
            shards="sometimes",
            workers="0",
            pin_memory="False",
            drop_last="False",
        ),
    ],
    (
        "from torch_geometric.loader import NeighborSampler\n"
        "train_loader = NeighborSampler(graph, sizes=[10], batch_size=64)"
    ): [
        DataLoader(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch_geometric.loader.NeighborSampler",)),
            target="train_loader",
            function="NeighborSampler",
            split="training",
            batch_size="64",
            batch_value=64,
        )
    ],
    ("train_loader = fetch_dataloader(args)"): [
        DataLoader(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("fetch_dataloader",)),
            target="train_loader",
            function="fetch_dataloader",
            split="training",
        )
    ],
    ("_, train_loader, sampler = make_images(folder, batch_size=64)"): [
        DataLoader(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("make_images",)),
            target="train_loader",
            function="make_images",
            split="training",
            batch_size="64",
            batch_value=64,
        )
    ],
    ("train_loader, val_loader, n = get_dataloaders_sample(batch_size=64)"): [
        DataLoader(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("get_dataloaders_sample",)),
            target="train_loader, val_loader",
            function="get_dataloaders_sample",
            batch_size="64",
            batch_value=64,
        )
    ],
    ("tr_iter = corpus.get_iterator('train', args.batch_size, device=device)\n"): [
        DataLoader(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("corpus.get_iterator",)),
            target="tr_iter",
            function="corpus.get_iterator",
            split="training",
            batch_size="args.batch_size",
        )
    ],
    ("train_loader, test_loader = load_data(args)"): [
        DataLoader(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("load_data",)),
            target="train_loader, test_loader",
            function="load_data",
        )
    ],
    ('data_set, data_loader = data_provider(args, flag="train")'): [
        DataLoader(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("data_provider",)),
            target="data_loader",
            function="data_provider",
        )
    ],
    ('self.train_iterator = get_batch_iterator(split="train", batch_size=config.batch_size)'): [
        DataLoader(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("get_batch_iterator",)),
            target="self.train_iterator",
            function="get_batch_iterator",
            split="training",
            batch_size="config.batch_size",
        )
    ],
    (
        "import tensorflow as tf\n"
        "train_ds = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(99).batch(8)"
    ): [
        DataLoader(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("tf.data.Dataset",)),
            target="train_ds",
            function="tf.data.Dataset.from_tensor_slices().shuffle().batch",
            dataset="(x, y)",
            split="training",
            batch_size="8",
            shuffle="True",
            drop_keyword="drop_remainder",
        )
    ],
    ("reader = LazyBatcher(args, rank, world_size)"): [
        DataLoader(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("LazyBatcher",)),
            target="reader",
            function="LazyBatcher",
        )
    ],
}
COUNTEREXAMPLES = {
    (
        "class Pipe:\n"
        "    def get_iterator(self, inputs, batch_size):\n"
        "        return Answers(inputs, batch_size)\n"
        "    def run(self, inputs, batch_size):\n"
        "        result_iterator = self.get_iterator(inputs, batch_size)\n"
        "        return list(result_iterator)"
    ): "the script's own method gives answers one by one",
    "images, sampler = init_data(folder)": "no loader is among the results",
    "loader = DeviceLoader(loader, device)": "wraps a loader that was made before",
    ('train_dataset = ShapesDataLoader(root, split="train")'): "a data set by what it is called",
    "netG = ImageGenerator(width)": "a network",
    "import deepspeed\nengine, _, loader, _ = deepspeed.initialize(model=net)": "it gets no data",
    (
        "class DataLoaderSettings:\n    workers = 2\nsettings = DataLoaderSettings()"
    ): "settings of one",
    "for batch in loader:\n    step(batch)": "a loader is used, none is made",
    "model = load_model(path)": "no loader",
    "print_loader(loader)": "nothing is made",
    "import torch\nn = len(torch.utils.data.DataLoader.__init__.__code__.co_varnames)": "no call",
    ("_, total, _ = make_images(folder, batch_size=64)"): "nothing is called a loader",
    ("lines = corpus.get_iterator('train', limit)\n"): "no batches",
    (
        "train_loader, val_loader = prepare_data(train_loader, val_loader)"
    ): "the loaders were made before",
    (
        "def get_data(args):\n    return cached(args)\ntrain_loader = get_data(args)"
    ): "its own function is shown, with the loader in it",
    ("file_loader = get_data(args)"): "nothing says that data are loaded",
    (
        "train_iter = tr_iter.get_varlen_iter(start=last_iter)"
    ): "a loader gives its batches once more",
}
