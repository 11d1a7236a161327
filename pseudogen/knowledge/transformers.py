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
        {"form": form, "unit": "step", "warmup": "num_warmup_steps"},
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
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = (
    "transformers.get_linear_schedule_with_warmup",
    "transformers.get_cosine_schedule_with_warmup",
    "transformers.get_constant_schedule_with_warmup",
    "transformers.Seq2SeqTrainer",
)
