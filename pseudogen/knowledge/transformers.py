"""Hugging Face: transformers, trl, sentence-transformers."""

from pseudogen.knowledge.api import Api

_DOCS = "https://huggingface.co/docs/transformers/"
_TRL = "https://huggingface.co/docs/trl/index"
_TRAINER = Api(
    "trainer",
    ("model", "args", "data_collator", "train_dataset", "eval_dataset"),
    {},
    _DOCS + "main_classes/trainer",
    {"takes": "model and data"},
)


def _schedule(form: str, *params: str) -> Api:
    return Api(
        "scheduler",
        ("optimizer", *params),
        {},
        _DOCS + "main_classes/optimizer_schedules",
        {
            "form": form,
            "unit": "step",
            "warmup": "num_warmup_steps",
            "total": "num_training_steps",
        },
    )


_WARM = ("num_warmup_steps", "num_training_steps")
_SCHEDULES: dict[str, Api] = {
    "get_linear_schedule_with_warmup": _schedule("linear", *_WARM),
    "get_cosine_schedule_with_warmup": _schedule("cosine", *_WARM, "num_cycles"),
    "get_cosine_with_hard_restarts_schedule_with_warmup": _schedule(
        "cosine-restarts", *_WARM, "num_cycles"
    ),
    "get_polynomial_decay_schedule_with_warmup": _schedule("polynomial", *_WARM, "lr_end", "power"),
    "get_constant_schedule_with_warmup": _schedule("constant", "num_warmup_steps"),
    "get_inverse_sqrt_schedule": _schedule("inverse-sqrt", "num_warmup_steps", "timescale"),
    "get_constant_schedule": _schedule("constant"),
    "get_scheduler": Api(
        "scheduler",
        ("name", "optimizer", *_WARM),
        {},
        _DOCS + "main_classes/optimizer_schedules#transformers.get_scheduler",
        {"form": "named", "unit": "step", "warmup": "num_warmup_steps"},
    ),
}

EXACT: dict[str, Api] = {
    "transformers.Trainer": _TRAINER,
    "transformers.trainer.Trainer": _TRAINER,
    "transformers.Seq2SeqTrainer": _TRAINER,
    **{
        f"trl.{name}Trainer": Api("trainer", ("model",), {}, _TRL, _TRAINER.traits)
        for name in ("SFT", "DPO", "GRPO", "Reward", "ORPO", "KTO", "CPO")
    },
    "sentence_transformers.SentenceTransformerTrainer": _TRAINER,
    **{f"transformers.{name}": row for name, row in _SCHEDULES.items()},
    **{f"transformers.optimization.{name}": row for name, row in _SCHEDULES.items()},
    **{f"diffusers.optimization.{name}": row for name, row in _SCHEDULES.items()},
}
EXACT |= {
    # optimisation
    "transformers.AdamW": Api("optimizer", ("params", "lr"), {"lr": "0.001"}, _DOCS),
    "transformers.optimization.AdamW": Api("optimizer", ("params", "lr"), {"lr": "0.001"}, _DOCS),
    "transformers.Adafactor": Api("optimizer", ("params", "lr"), {}, _DOCS),
    "transformers.optimization.Adafactor": Api("optimizer", ("params", "lr"), {}, _DOCS),
    "transformers.EarlyStoppingCallback": Api(
        "early-stopping",
        ("early_stopping_patience",),
        {"early_stopping_patience": "1"},
        _DOCS + "main_classes/callback",
    ),
    **{
        name: Api("training-arguments", ("output_dir",), {}, _DOCS + "main_classes/trainer")
        for name in (
            "transformers.TrainingArguments",
            "transformers.Seq2SeqTrainingArguments",
            "transformers.training_args.TrainingArguments",
            *(
                f"trl.{name}Config"
                for name in ("SFT", "DPO", "GRPO", "Reward", "ORPO", "KTO", "CPO")
            ),
        )
    },
}
_SOURCE = ("pretrained_model_name_or_path",)
EXACT |= {
    # what surrounds a model
    **{
        f"transformers.{name}.from_pretrained": Api(kind, _SOURCE, {}, f"{_DOCS}model_doc/auto")
        for kind, names in {
            "tokenizer": ("AutoTokenizer", "BertTokenizer", "BertTokenizerFast", "GPT2Tokenizer",
                          "GPT2TokenizerFast", "LlamaTokenizer", "T5Tokenizer"),
            "model-configuration": ("AutoConfig", "BertConfig", "GPT2Config"),
            "input-processor": ("AutoProcessor", "AutoImageProcessor", "AutoFeatureExtractor",
                                "Wav2Vec2Processor", "WhisperProcessor", "ViTImageProcessor"),
        }.items()
        for name in names
    },
    **{
        f"transformers.{name}": Api(
            "collator", params, defaults, _DOCS + "main_classes/data_collator", {"form": form}
        )
        for name, form, params, defaults in (
            ("DataCollatorWithPadding", "padding", ("tokenizer", "padding"), {}),
            ("DataCollatorForSeq2Seq", "padded-labels", ("tokenizer", "model"), {}),
            ("DataCollatorForTokenClassification", "padded-labels", ("tokenizer", "padding"), {}),
            (
                "DataCollatorForLanguageModeling",
                "language",
                ("tokenizer", "mlm", "mlm_probability"),
                {"mlm": "True", "mlm_probability": "0.15"},
            ),
        )
    },
    "transformers.pipeline": Api(
        "inference-pipeline", ("task", "model"), {}, _DOCS + "main_classes/pipelines"
    ),
    "transformers.BitsAndBytesConfig": Api(
        "quantization",
        ("load_in_8bit", "load_in_4bit"),
        {},
        _DOCS + "main_classes/quantization#transformers.BitsAndBytesConfig",
    ),
}  # fmt: skip
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = (
    "transformers.get_linear_schedule_with_warmup",
    "transformers.get_cosine_schedule_with_warmup",
    "transformers.get_constant_schedule_with_warmup",
    "transformers.Seq2SeqTrainer",
)
