"""Hugging Face PEFT and Unsloth: adapters beside frozen weights."""

from pseudogen.knowledge.api import Api

_DOCS = "https://huggingface.co/docs/peft/package_reference/"

EXACT: dict[str, Api] = {
    "peft.LoraConfig": Api("low-rank-settings", ("task_type",), {}, _DOCS + "lora"),
    "peft.get_peft_model": Api(
        "adapters", ("model", "peft_config"), {}, _DOCS + "peft_model#peft.get_peft_model"
    ),
    **{
        f"peft.{name}": Api("quantized-training", ("model",), {}, _DOCS + "peft_model")
        for name in ("prepare_model_for_kbit_training", "prepare_model_for_int8_training")
    },
    **{
        f"unsloth.{name}.get_peft_model": Api(
            "adapters",
            ("model", "r", "target_modules", "lora_alpha", "lora_dropout"),
            {},
            "https://docs.unsloth.ai",
        )
        for name in ("FastLanguageModel", "FastModel", "FastVisionModel")
    },
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = tuple(name for name in EXACT if name.startswith("peft."))
