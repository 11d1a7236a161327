"""Libraries of augmentations: Albumentations, Kornia, imgaug, audiomentations, MONAI."""

from pseudogen.knowledge.api import Api

_ALBUMENTATIONS = "https://albumentations.ai/docs/"
_SEQUENCE = {"order": "sequence"}

EXACT: dict[str, Api] = {
    "albumentations.Compose": Api("compose", ("transforms",), {}, _ALBUMENTATIONS, _SEQUENCE),
    "albumentations.Sequential": Api("compose", ("transforms",), {}, _ALBUMENTATIONS, _SEQUENCE),
    "albumentations.core.composition.Compose": Api(
        "compose", ("transforms",), {}, _ALBUMENTATIONS, _SEQUENCE
    ),
    "kornia.augmentation.AugmentationSequential": Api(
        "compose", (), {}, "https://kornia.readthedocs.io/", _SEQUENCE
    ),
    "imgaug.augmenters.Sequential": Api(
        "compose", ("children",), {}, "https://imgaug.readthedocs.io/", _SEQUENCE
    ),
    "audiomentations.Compose": Api(
        "compose", ("transforms",), {}, "https://iver56.github.io/audiomentations/", _SEQUENCE
    ),
    "monai.transforms.Compose": Api(
        "compose", ("transforms",), {}, "https://docs.monai.io/", _SEQUENCE
    ),
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {"A": "albumentations"}
BARE: tuple[str, ...] = ("albumentations.Compose",)
