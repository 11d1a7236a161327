"""PyTorch: torch.optim and its schedulers."""

from pseudogen.knowledge.api import Api

_DOCS = "https://docs.pytorch.org/docs/stable/"
_LR_DOCS = _DOCS + "generated/torch.optim.lr_scheduler."


def _optimizer(*params: str, **defaults: str) -> Api:
    return Api("optimizer", ("params", "lr", *params), defaults, _DOCS + "optim.html")


def _scheduler(name: str, form: str, params: tuple[str, ...], **traits: str) -> Api:
    defaults = {key[8:]: traits.pop(key) for key in list(traits) if key.startswith("default_")}
    return Api(
        "scheduler",
        ("optimizer", *params),
        defaults,
        f"{_LR_DOCS}{name}.html",
        {"form": form, **traits},
    )


_ADAM = ("betas", "eps", "weight_decay", "amsgrad")
_OPTIMIZERS: dict[str, Api] = {
    "SGD": _optimizer("momentum", "dampening", "weight_decay", "nesterov", lr="0.001"),
    "Adam": _optimizer(*_ADAM, lr="0.001", weight_decay="0"),
    "AdamW": _optimizer(*_ADAM, lr="0.001", weight_decay="0.01"),
    "Adamax": _optimizer("betas", "eps", "weight_decay", lr="0.002"),
    "NAdam": _optimizer("betas", "eps", "weight_decay", lr="0.002"),
    "RAdam": _optimizer("betas", "eps", "weight_decay", lr="0.001"),
    "SparseAdam": _optimizer("betas", "eps", lr="0.001"),
    "Adadelta": _optimizer("rho", "eps", "weight_decay", lr="1.0"),
    "Adagrad": _optimizer("lr_decay", "weight_decay", lr="0.01"),
    "Adafactor": _optimizer("beta2_decay", "eps", "d", "weight_decay", lr="0.01"),
    "ASGD": _optimizer("lambd", "alpha", "t0", "weight_decay", lr="0.01"),
    "RMSprop": _optimizer("alpha", "eps", "weight_decay", "momentum", lr="0.01"),
    "Rprop": _optimizer("etas", "step_sizes", lr="0.01"),
    "Muon": _optimizer("weight_decay", "momentum", lr="0.001"),
    "LBFGS": _optimizer("max_iter", "max_eval", lr="1"),
}
_SCHEDULERS: dict[str, Api] = {
    "StepLR": _scheduler(
        "StepLR",
        "step",
        ("step_size", "gamma"),
        period="step_size",
        factor="gamma",
        default_gamma="0.1",
    ),
    "MultiStepLR": _scheduler(
        "MultiStepLR",
        "multi-step",
        ("milestones", "gamma"),
        period="milestones",
        factor="gamma",
        default_gamma="0.1",
    ),
    "ExponentialLR": _scheduler("ExponentialLR", "exponential", ("gamma",), factor="gamma"),
    "CosineAnnealingLR": _scheduler(
        "CosineAnnealingLR",
        "cosine",
        ("T_max", "eta_min"),
        period="T_max",
        floor="eta_min",
        default_eta_min="0.0",
    ),
    "CosineAnnealingWarmRestarts": _scheduler(
        "CosineAnnealingWarmRestarts",
        "cosine-restarts",
        ("T_0", "T_mult", "eta_min"),
        period="T_0",
        floor="eta_min",
        default_eta_min="0.0",
    ),
    "LambdaLR": _scheduler("LambdaLR", "lambda", ("lr_lambda",), factor="lr_lambda"),
    "MultiplicativeLR": _scheduler(
        "MultiplicativeLR", "multiplicative", ("lr_lambda",), factor="lr_lambda"
    ),
    "ReduceLROnPlateau": _scheduler(
        "ReduceLROnPlateau",
        "plateau",
        ("mode", "factor", "patience", "threshold"),
        period="patience",
        factor="factor",
        default_factor="0.1",
        default_patience="10",
        default_mode="'min'",
    ),
    "OneCycleLR": _scheduler(
        "OneCycleLR",
        "one-cycle",
        ("max_lr", "total_steps", "epochs", "steps_per_epoch", "pct_start"),
        period="total_steps",
        peak="max_lr",
        unit="step",
        warmup="pct_start",
        default_pct_start="0.3",
    ),
    "CyclicLR": _scheduler(
        "CyclicLR",
        "cyclic",
        ("base_lr", "max_lr", "step_size_up"),
        period="step_size_up",
        floor="base_lr",
        peak="max_lr",
        unit="step",
    ),
    "LinearLR": _scheduler(
        "LinearLR",
        "linear-factor",
        ("start_factor", "end_factor", "total_iters"),
        period="total_iters",
        default_start_factor="1/3",
        default_end_factor="1.0",
        default_total_iters="5",
    ),
    "ConstantLR": _scheduler(
        "ConstantLR",
        "constant-factor",
        ("factor", "total_iters"),
        period="total_iters",
        factor="factor",
    ),
    "PolynomialLR": _scheduler(
        "PolynomialLR",
        "polynomial",
        ("total_iters", "power"),
        period="total_iters",
    ),
    "SequentialLR": _scheduler("SequentialLR", "sequence", ("schedulers", "milestones")),
    "ChainedScheduler": Api(
        "scheduler", ("schedulers",), {}, f"{_LR_DOCS}ChainedScheduler.html", {"form": "chained"}
    ),
}

EXACT: dict[str, Api] = {
    **{f"torch.optim.{name}": row for name, row in _OPTIMIZERS.items()},
    **{f"torch.optim.lr_scheduler.{name}": row for name, row in _SCHEDULERS.items()},
    "torch.optim.swa_utils.SWALR": _scheduler(
        "SWALR", "swa", ("swa_lr", "anneal_epochs"), period="anneal_epochs", floor="swa_lr"
    ),
}
FAMILIES: dict[str, Api] = {
    "torch.optim.lr_scheduler": Api(
        "scheduler", ("optimizer",), {}, _DOCS + "optim.html", {"form": "other"}
    ),
}
for _module, _name in (
    ("adam", "Adam"),
    ("adamw", "AdamW"),
    ("sgd", "SGD"),
    ("rmsprop", "RMSprop"),
):
    EXACT[f"torch.optim.{_module}.{_name}"] = _OPTIMIZERS[_name]
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = (
    *(f"torch.optim.{name}" for name in ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "RAdam")),
    *(f"torch.optim.lr_scheduler.{name}" for name in _SCHEDULERS if name != "ChainedScheduler"),
)
