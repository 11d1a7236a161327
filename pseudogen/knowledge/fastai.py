"""fastai: learners that hide the loop, their data blocks and callbacks.

Notebooks and scripts take everything from an `all` module, so each name stands in several.
"""

from pseudogen.knowledge.api import Api

_DOCS = "https://docs.fast.ai/"
_ALL = ("fastai.vision.all", "fastai.text.all", "fastai.tabular.all", "fastai.collab")
_BASICS = (*_ALL, "fastai.basics", "fastai.callback.all")
_VISION = ("fastai.vision.all", "fastai.vision.learner", "fastai.vision")
_TEXT = ("fastai.text.all", "fastai.text.learner", "fastai.text")


def _learner(page: str, *params: str) -> Api:
    return Api("learner", params, {"pretrained": "True"}, _DOCS + page)


def _loaders(page: str) -> Api:
    return Api("loader", (), {}, _DOCS + page)


def _everywhere(modules: tuple[str, ...], rows: dict[str, Api]) -> dict[str, Api]:
    return {f"{module}.{name}": row for module in modules for name, row in rows.items()}


_METHODS = {
    "vision.data.html": (
        "ImageDataLoaders",
        (
            *("from_folder", "from_name_func", "from_name_re", "from_path_func", "from_path_re"),
            *("from_df", "from_csv", "from_lists"),
        ),
    ),
    "text.data.html": ("TextDataLoaders", ("from_folder", "from_df", "from_csv")),
    "tabular.data.html": ("TabularDataLoaders", ("from_df", "from_csv")),
}

EXACT: dict[str, Api] = {
    **_everywhere(
        (*_BASICS, "fastai.learner"),
        {"Learner": Api("trainer", ("dls", "model", "loss_func"), {}, _DOCS + "learner.html")},
    ),
    **_everywhere(
        _VISION,
        {
            **{
                name: _learner("vision.learner.html", "dls", "arch", "normalize", "n_out")
                for name in ("vision_learner", "cnn_learner", "unet_learner", "create_cnn")
            },
            "aug_transforms": Api("compose", (), {}, _DOCS + "vision.augment.html"),
            "get_transforms": Api(
                "compose", (), {}, "https://fastai1.fast.ai/vision.transform.html"
            ),
        },
    ),
    **{
        f"fastai.vision.ImageDataBunch.{method}": Api(
            "loader", (), {}, "https://fastai1.fast.ai/vision.data.html"
        )
        for method in ("from_folder", "from_csv", "from_df", "from_name_re", "from_name_func")
    },
    **_everywhere(
        _TEXT,
        {
            name: _learner("text.learner.html", "dls", "arch", "seq_len", "config")
            for name in ("text_classifier_learner", "language_model_learner")
        },
    ),
    **_everywhere(
        ("fastai.tabular.all", "fastai.tabular.learner"),
        {"tabular_learner": Api("learner", ("dls", "layers"), {}, _DOCS + "tabular.learner.html")},
    ),
    **{
        f"{module}.{made}.{method}": _loaders(page)
        for page, (made, methods) in _METHODS.items()
        for module in (*_BASICS, *_VISION, *_TEXT)
        for method in methods
    },
    **_everywhere(
        (*_BASICS, "fastai.callback.tracker"),
        {
            "EarlyStoppingCallback": Api(
                "early-stopping",
                ("monitor", "comp", "min_delta", "patience"),
                {"monitor": "'valid_loss'", "patience": "1"},
                _DOCS + "callback.tracker.html",
            ),
            "SaveModelCallback": Api(
                "checkpoint-callback",
                ("monitor",),
                {"monitor": "'valid_loss'"},
                _DOCS + "callback.tracker.html",
            ),
            "ReduceLROnPlateau": Api(
                "scheduler",
                ("monitor", "comp", "min_delta", "patience", "factor"),
                {"monitor": "'valid_loss'", "patience": "1", "factor": "10.0"},
                _DOCS + "callback.tracker.html",
                {"form": "other"},
            ),
        },
    ),
    **_everywhere(
        (*_BASICS, "fastai.callback.progress"),
        {"CSVLogger": Api("writer", ("fname",), {}, _DOCS, {"backend": "CSV"})},
    ),
    "fastai.callback.wandb.WandbCallback": Api(
        "writer", (), {}, _DOCS + "callback.wandb.html", {"backend": "Weights & Biases"}
    ),
    "fastai.callback.tensorboard.TensorBoardCallback": Api(
        "writer", ("log_dir",), {}, _DOCS + "callback.tensorboard.html", {"backend": "TensorBoard"}
    ),
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = ()
