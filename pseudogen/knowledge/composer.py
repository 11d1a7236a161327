"""MosaicML's Composer."""

from pseudogen.knowledge.api import Api

_DOCS = "https://docs.mosaicml.com/projects/composer/en/stable/api_reference/"

EXACT: dict[str, Api] = {
    **{
        f"composer.{module}Trainer": Api(
            "trainer", (), {}, _DOCS + "generated/composer.Trainer.html"
        )
        for module in ("", "trainer.")
    },
    **{
        f"composer.{module}.{name}": Api("module", (), {}, _DOCS + "composer.models.html")
        for module in ("models", "models.base", "models.huggingface", "core")
        for name in ("ComposerModel", "ComposerClassifier", "HuggingFaceModel")
    },
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = ()
