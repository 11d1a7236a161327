"""Libraries of models: segmentation_models_pytorch, EfficientNet, open_clip, Ultralytics."""

from pseudogen.knowledge.api import Api

_SMP = "https://smp.readthedocs.io/en/latest/models.html"

EXACT: dict[str, Api] = {
    **{
        f"segmentation_models_pytorch.{name}": Api("model", ("encoder_name",), {}, _SMP)
        for name in ("Unet", "UnetPlusPlus", "FPN", "PSPNet", "DeepLabV3", "DeepLabV3Plus")
    },
    "segmentation_models_pytorch.create_model": Api("model", ("arch",), {}, _SMP),
    "ultralytics.YOLO": Api(
        "model",
        ("model",),
        {},
        "https://docs.ultralytics.com/usage/python/",
        {"weights file": "model", "fit": "train"},
    ),
    "open_clip.create_model": Api(
        "model", ("model_name", "pretrained"), {}, "https://github.com/mlfoundations/open_clip"
    ),
    "open_clip.create_model_and_transforms": Api(
        "model", ("model_name", "pretrained"), {}, "https://github.com/mlfoundations/open_clip"
    ),
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {"smp": "segmentation_models_pytorch"}
BARE: tuple[str, ...] = ()
