"""augmentation: a transform or augmentation pipeline is composed."""

from __future__ import annotations

from pseudogen.names.evidence import API, NAME, Evidence
from pseudogen.patterns.augmentation.facts import Augmentation
from pseudogen.patterns.augmentation.finders import (
    find_known,
    find_layers,
    find_list,
    find_mixing,
    find_named,
    find_registered,
)

__all__ = [
    "Augmentation",
    "find_known",
    "find_layers",
    "find_list",
    "find_mixing",
    "find_named",
    "find_registered",
]


EXAMPLES = {
    (
        "from torchvision import transforms\n"
        "train_tfm = transforms.Compose([transforms.RandomHorizontalFlip(), transforms.ToTensor()])"
    ): [
        Augmentation(
            line=2,
            end=2,
            evidence=Evidence(API, ("torchvision.transforms.Compose",)),
            target="train_tfm",
            function="transforms.Compose",
            steps=("transforms.RandomHorizontalFlip()", "transforms.ToTensor()"),
            random=("transforms.RandomHorizontalFlip()",),
            split="training",
            order="sequence",
        ),
    ],
    "from timm.data import Mixup\nmix = Mixup(mixup_alpha=0.2, prob=args.p, num_classes=10)": [
        Augmentation(
            line=2,
            end=2,
            evidence=Evidence(API, ("timm.data.Mixup",)),
            target="mix",
            function="Mixup",
            mixup="0.2",
            chance="args.p",
        )
    ],
    "from ours import Mixup\nmix = Mixup(0.4)": [
        Augmentation(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("Mixup",)),
            target="mix",
            function="Mixup",
        )
    ],
    "mix = Mixup(mixup_alpha=args.mixup, cutmix_alpha=args.cutmix)": [
        Augmentation(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("Mixup",)),
            target="mix",
            function="Mixup",
            mixup="args.mixup",
            cutmix="args.cutmix",
            switch="0.5",
        )
    ],
    "train_transform, test_transform = helpers.data_transforms(args)": [
        Augmentation(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("helpers.data_transforms",)),
            target="train_transform, test_transform",
            function="helpers.data_transforms",
        )
    ],
    (
        "from prepare import TestTransform\n"
        "test_transform = TestTransform(size)\n"
        "val_set = Streets(root, transform=test_transform)"
    ): [
        Augmentation(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("TestTransform",)),
            target="test_transform",
            function="TestTransform",
            split="validation",
        )
    ],
    (
        "from torchvision import transforms\n"
        "norm = transforms.Normalize(mean, std)\n"
        "steps = [transforms.ToTensor(), norm]\n"
        "data = ImageFolder(path, transforms.Compose(steps))"
    ): [
        Augmentation(
            line=4,
            end=4,
            evidence=Evidence(API, ("torchvision.transforms.Compose",)),
            function="transforms.Compose",
            steps=("transforms.ToTensor()", "norm"),
            listed=3,
            fixed=True,
            order="sequence",
        ),
    ],
    (
        "from torchvision import transforms\n"
        "steps = [transforms.ToTensor()]\n"
        "steps.append(norm)\n"
        "data = ImageFolder(path, transforms.Compose(steps))"
    ): [
        Augmentation(
            line=4,
            end=4,
            evidence=Evidence(API, ("torchvision.transforms.Compose",)),
            function="transforms.Compose",
            order="sequence",
        ),
    ],
    ("import albumentations as A\naug = A.Compose([A.HorizontalFlip(p=0.5), A.Normalize()])"): [
        Augmentation(
            line=2,
            end=2,
            evidence=Evidence(API, ("albumentations.Compose",)),
            target="aug",
            function="A.Compose",
            steps=("A.HorizontalFlip(p=0.5)", "A.Normalize()"),
            chances=True,
            random=("A.HorizontalFlip(p=0.5)",),
            order="sequence",
        ),
    ],
    "from data import Compose\ntransforms = Compose([Resize(8)])\ntransforms.append(Flip())": [
        Augmentation(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("Compose",)),
            target="transforms",
            function="Compose",
            order="sequence",
        ),
    ],
    "transform_train = build_transform(is_train=True, config=config)": [
        Augmentation(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("build_transform",)),
            target="transform_train",
            function="build_transform",
            split="training",
        ),
    ],
    (
        "import keras\n"
        "augment = keras.Sequential([keras.layers.RandomFlip(), keras.layers.RandomRotation(0.1)])"
    ): [
        Augmentation(
            line=2,
            end=2,
            evidence=Evidence(API, ("keras.Sequential",)),
            target="augment",
            function="keras.Sequential",
            steps=("keras.layers.RandomFlip()", "keras.layers.RandomRotation(0.1)"),
            random=("keras.layers.RandomFlip()", "keras.layers.RandomRotation(0.1)"),
            order="sequence",
        ),
    ],
    "data.train_transforms = ContrastTransform(32)": [
        Augmentation(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("ContrastTransform",)),
            target="data.train_transforms",
            function="ContrastTransform",
            split="training",
        )
    ],
    "train_pipeline = [dict(type='LoadImage'), dict(type='RandomFlip', prob=0.5)]": [
        Augmentation(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("train_pipeline",)),
            target="train_pipeline",
            function="train_pipeline",
            steps=("LoadImage", "RandomFlip"),
            random=("RandomFlip",),
            split="training",
            order="sequence",
        )
    ],
    (
        "from torchvision import transforms as T\n"
        "val_tfm = T.Compose([T.Resize(256), T.ToTensor()])"
    ): [
        Augmentation(
            line=2,
            end=2,
            evidence=Evidence(API, ("torchvision.transforms.Compose",)),
            target="val_tfm",
            function="T.Compose",
            steps=("T.Resize(256)", "T.ToTensor()"),
            fixed=True,
            split="validation",
            order="sequence",
        ),
    ],
    ("import torchvision.transforms as T\nsteps = [T.RandomCrop(32), T.ToTensor()]"): [
        Augmentation(
            line=2,
            end=2,
            evidence=Evidence(API, ("T.RandomCrop",)),
            target="steps",
            function="steps",
            steps=(
                "T.RandomCrop(32)",
                "T.ToTensor()",
            ),
            random=("T.RandomCrop(32)",),
            order="sequence",
        )
    ],
    ("loader.dataset.transform = new_aug_generator(args)"): [
        Augmentation(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("new_aug_generator",)),
            target="loader.dataset.transform",
            function="new_aug_generator",
        )
    ],
    "mapper = DatasetMapper(cfg, True, augmentations=build_custom_augmentation(cfg, True))": [
        Augmentation(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("build_custom_augmentation",)),
            function="build_custom_augmentation",
        )
    ],
    ("dataset = Detection(root, transform=SSDAugmentation(300))"): [
        Augmentation(
            line=1, end=1, evidence=Evidence(NAME, ("SSDAugmentation",)), function="SSDAugmentation"
        )
    ],
    "changes = random_transform_generator(flip=0.5)": [
        Augmentation(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("random_transform_generator",)),
            target="changes",
            function="random_transform_generator",
        ),
    ],
    ("tfm = pair.PairCompose([pair.PairFlip(), pair.PairToTensor()])"): [
        Augmentation(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("pair.PairCompose",)),
            target="tfm",
            function="pair.PairCompose",
            steps=("pair.PairFlip()", "pair.PairToTensor()"),
            order="sequence",
        )
    ],
    (
        "steps = []\nif args.crop:\n    steps.append(Crop())\nclip_transform = ClipCompose(steps)\n"
    ): [
        Augmentation(
            line=4,
            end=4,
            evidence=Evidence(NAME, ("ClipCompose",)),
            target="clip_transform",
            function="ClipCompose",
        )
    ],
    (
        "import torchvision.datasets as datasets\n"
        "import aug\n"
        "transforms = aug.TrainTransform()\n"
        "data = datasets.ImageFolder(root, transforms)\n"
        ""
    ): [
        Augmentation(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("aug.TrainTransform",)),
            target="transforms",
            function="aug.TrainTransform",
        )
    ],
    "import albumentations as A\ntfm = A.Compose([A.RandomGamma(p=0.0), A.Blur(p=0.1)])": [
        Augmentation(
            line=2,
            end=2,
            evidence=Evidence(API, ("albumentations.Compose",)),
            target="tfm",
            function="A.Compose",
            steps=("A.Blur(p=0.1)",),
            chances=True,
            order="sequence",
        ),
    ],
    (
        "from torchvision import transforms as T\n"
        "prepare = {\n"
        "    'train': T.Compose([T.RandomCrop(8), T.ToTensor()]),\n"
        "    'val': T.Compose([T.Resize(8), T.ToTensor()]),\n"
        "}"
    ): [
        Augmentation(
            line=2,
            end=5,
            evidence=Evidence(API, ("torchvision.transforms.Compose",)),
            target="prepare",
            function="T.Compose",
            pipelines=(
                ("'train'", ("T.RandomCrop(8)", "T.ToTensor()")),
                ("'val'", ("T.Resize(8)", "T.ToTensor()")),
            ),
            random=("T.RandomCrop(8)",),
            order="sequence",
        ),
    ],
}
COUNTEREXAMPLES = {
    ("tfm = get_similarity_transform_for_points(a, b)"): "geometry",
    "train_transform, loader = helpers.wrap_transforms(args)": "not transforms alone",
    ("stack = DockerCompose(['web', 'db'][0])"): "a service is described, no pipeline",
    (
        "import torchvision.transforms as T\n"
        "steps = [T.ToTensor()]\n"
        "layers = [nn.Linear(3, 3), nn.ReLU()]"
    ): "one step, and layers of a model",
    "scaled = scaler.transform(values)": "values are transformed, nothing is composed",
    "spectrum = get_fourier_transform(signal)": "a transform of mathematics",
    "image = transform(image)": "a pipeline is used, none is made",
    ("model = LossCompose(parts)\n"): "what is composed is not shown",
    (
        "transform = WindowTransform(size)\nspectrum = transform(signal)\n"
    ): "no data set is made with it",
}
