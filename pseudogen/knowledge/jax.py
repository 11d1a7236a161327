"""JAX, Flax and Optax."""

from pseudogen.knowledge.api import Api

_DOCS = "https://docs.jax.dev/en/latest/"

EXACT: dict[str, Api] = {
    # processes and devices
    "jax.device_count": Api(
        "device-count", source=_DOCS, traits={"scope": "all", "unit": "device"}
    ),
    "jax.local_device_count": Api(
        "device-count", source=_DOCS, traits={"scope": "machine", "unit": "device"}
    ),
    "jax.process_count": Api("world-size", source=_DOCS, traits={"scope": "all"}),
    "jax.process_index": Api("rank", source=_DOCS),
    # model
    "jax.jit": Api(
        "compile", ("fun",), {}, _DOCS + "_autosummary/jax.jit.html", {"form": "jax.jit"}
    ),
    "flax.nnx.jit": Api(
        "compile", ("fun",), {}, "https://flax.readthedocs.io/en/latest/", {"form": "jax.jit"}
    ),
    "equinox.filter_jit": Api(
        "compile", ("fun",), {}, "https://docs.kidger.site/equinox/", {"form": "jax.jit"}
    ),
    "flax.linen.Module": Api("module", source="https://flax.readthedocs.io/en/latest/"),
    "flax.nnx.Module": Api("module", source="https://flax.readthedocs.io/en/latest/"),
    "equinox.Module": Api("module", source="https://docs.kidger.site/equinox/"),
    "optax.incremental_update": Api(
        "weight-update",
        ("new_tensors", "old_tensors", "step_size"),
        {},
        "https://optax.readthedocs.io/",
    ),
    "flax.training.dynamic_scale.DynamicScale": Api(
        "scaler", (), {}, "https://flax.readthedocs.io/en/latest/api_reference/flax.training.html"
    ),
    **{
        name: Api("gradient-function", ("fun", "argnums", "has_aux"), {}, _DOCS + "jax.html")
        for name in (
            "jax.grad",
            "jax.value_and_grad",
            "flax.nnx.grad",
            "flax.nnx.value_and_grad",
            "equinox.filter_grad",
            "equinox.filter_value_and_grad",
        )
    },
    "jax.pmap": Api(
        "wrap", ("fun", "axis_name"), {}, _DOCS + "_autosummary/jax.pmap.html", {"wrap": "pmap"}
    ),
}
for _name in ("flax.core", "flax.core.frozen_dict"):
    for _function in ("freeze", "unfreeze"):
        EXACT[f"{_name}.{_function}"] = Api(
            "frozen-dict", ("xs",), source="https://flax.readthedocs.io/"
        )
_HAIKU = "https://dm-haiku.readthedocs.io/en/latest/api.html"
for _name in ("transform", "transform_with_state", "without_apply_rng"):
    EXACT[f"haiku.{_name}"] = Api(
        "model", ("f",), {}, _HAIKU + "#haiku-transforms", {"whole": "yes"}
    )
EXACT["haiku.mixed_precision.set_policy"] = Api(
    "precision-policy",
    ("cls", "policy"),
    source="https://dm-haiku.readthedocs.io/en/latest/api.html#mixed-precision",
)
_OPTAX = "https://optax.readthedocs.io/en/latest/api/"
EXACT |= {
    # optimisation
    **{
        f"optax.{name}": Api(
            "optimizer", ("learning_rate",), {}, _OPTAX + f"optimizers.html#optax.{name}"
        )
        for name in (
            "adam",
            "adamw",
            "sgd",
            "lamb",
            "lars",
            "lion",
            "rmsprop",
            "adafactor",
            "adagrad",
            "adabelief",
            "radam",
            "nadam",
        )
    },
    **{
        f"optax.{name}": Api("functional-loss", ("logits", "labels"), {}, _OPTAX + "losses.html")
        for name in (
            "softmax_cross_entropy",
            "softmax_cross_entropy_with_integer_labels",
            "sigmoid_binary_cross_entropy",
            "l2_loss",
            "huber_loss",
            "squared_error",
        )
    },
    **{
        f"optax.{name}": Api(
            "scheduler",
            params,
            {},
            _OPTAX + "optimizer_schedules.html",
            {"form": form, "unit": "step", "warmup": "warmup_steps", **traits},
        )
        for name, params, form, traits in (
            (
                "cosine_decay_schedule",
                ("init_value", "decay_steps"),
                "cosine",
                {"period": "decay_steps"},
            ),
            (
                "warmup_cosine_decay_schedule",
                ("init_value", "peak_value", "warmup_steps", "decay_steps"),
                "cosine",
                {},
            ),
            (
                "linear_schedule",
                ("init_value", "end_value", "transition_steps"),
                "between",
                {"floor": "init_value", "peak": "end_value", "period": "transition_steps"},
            ),
            ("exponential_decay", ("init_value", "transition_steps", "decay_rate"), "other", {}),
            ("piecewise_constant_schedule", ("init_value",), "other", {}),
            ("join_schedules", ("schedules", "boundaries"), "sequence", {}),
            (
                "cosine_onecycle_schedule",
                ("transition_steps", "peak_value"),
                "one-cycle",
                {"peak": "peak_value"},
            ),
        )
    },
    "optax.MultiSteps": Api(
        "accumulation",
        ("opt", "every_k_schedule"),
        {},
        _OPTAX + "optimizers.html#optax.MultiSteps",
        {"steps": "every_k_schedule"},
    ),
    "optax.chain": Api("optimizer-chain", (), {}, _OPTAX + "combining_optimizers.html"),
    "optax.scale_by_schedule": Api(
        "scheduler",
        ("step_size_fn",),
        {},
        _OPTAX + "transformations.html#optax.scale_by_schedule",
        {"form": "function", "factor": "step_size_fn", "unit": "step"},
    ),
    "optax.apply_updates": Api("training-step", ("params", "updates"), {}, _OPTAX),
    "optax.clip_by_global_norm": Api(
        "clip", ("max_norm",), {}, _OPTAX, {"clip": "norm", "limit": "max_norm"}
    ),
    "optax.clip": Api("clip", ("max_delta",), {}, _OPTAX, {"clip": "value", "limit": "max_delta"}),
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {"jax": "jax"}
BARE: tuple[str, ...] = ()
