"""TensorFlow: tf.data, TensorFlow Datasets, Keras utilities for data."""

from pseudogen.knowledge.api import Api

_TF = "https://www.tensorflow.org/api_docs/python/tf/"
_FROM_FOLDER = Api(
    "dataset",
    ("directory",),
    {"batch_size": "32", "shuffle": "True"},
    "https://keras.io/api/data_loading/",
    {"form": "folder", "batched": "yes"},
)
_GENERATOR = Api("image-generator", (), {}, _TF + "keras/preprocessing/image/ImageDataGenerator")

EXACT: dict[str, Api] = {
    "tensorflow_datasets.load": Api(
        "dataset", ("name",), {}, "https://www.tensorflow.org/datasets/api_docs/python/tfds/load"
    ),
    "tensorflow_datasets.builder": Api(
        "dataset-builder",
        ("name",),
        {},
        "https://www.tensorflow.org/datasets/api_docs/python/tfds/builder",
    ),
    **{
        f"{root}.{name}": row
        for root in ("tensorflow.keras", "keras")
        for name, row in {
            "utils.image_dataset_from_directory": _FROM_FOLDER,
            "utils.text_dataset_from_directory": _FROM_FOLDER,
            "preprocessing.image_dataset_from_directory": _FROM_FOLDER,
            "preprocessing.image.ImageDataGenerator": _GENERATOR,
        }.items()
    },
    **{
        f"{root}.datasets.{name}.load_data": Api(
            "dataset", (), {}, "https://keras.io/api/datasets/", {"form": "arrays"}
        )
        for root in ("tensorflow.keras", "keras")
        for name in (
            "mnist",
            "fashion_mnist",
            "cifar10",
            "cifar100",
            "imdb",
            "reuters",
            "boston_housing",
        )
    },
}
FAMILIES: dict[str, Api] = {
    "tensorflow.data.Dataset": Api("dataset", source=_TF + "data/Dataset", traits={"form": "tf"}),
    "tensorflow.data.TFRecordDataset": Api(
        "dataset", source=_TF + "data/TFRecordDataset", traits={"form": "tf"}
    ),
}
ROOTS: dict[str, str] = {"tf": "tensorflow", "keras": "keras", "tfds": "tensorflow_datasets"}
BARE: tuple[str, ...] = ()
