"""Hugging Face: transformers, trl, sentence-transformers."""

from pseudogen.knowledge.api import Api

_DOCS = "https://huggingface.co/docs/transformers/"
_TRAINER = Api("trainer", ("model", "args"), {}, _DOCS + "main_classes/trainer")


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
    "trl.SFTTrainer": _TRAINER,
    "trl.DPOTrainer": _TRAINER,
    "trl.GRPOTrainer": _TRAINER,
    "trl.RewardTrainer": _TRAINER,
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
            "trl.SFTConfig",
            "trl.DPOConfig",
            "trl.GRPOConfig",
        )
    },
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = (
    "transformers.get_linear_schedule_with_warmup",
    "transformers.get_cosine_schedule_with_warmup",
    "transformers.get_constant_schedule_with_warmup",
    "transformers.Seq2SeqTrainer",
)
