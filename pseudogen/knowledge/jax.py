"""JAX, Flax and Optax."""

from pseudogen.knowledge.api import Api

_DOCS = "https://docs.jax.dev/en/latest/"

EXACT: dict[str, Api] = {
    # processes and devices
    "jax.device_count": Api("device-count", source=_DOCS, traits={"scope": "all"}),
    "jax.local_device_count": Api("device-count", source=_DOCS, traits={"scope": "machine"}),
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
    "jax.pmap": Api(
        "wrap", ("fun", "axis_name"), {}, _DOCS + "_autosummary/jax.pmap.html", {"wrap": "pmap"}
    ),
}
for _name in ("flax.core", "flax.core.frozen_dict"):
    for _function in ("freeze", "unfreeze"):
        EXACT[f"{_name}.{_function}"] = Api(
            "frozen-dict", ("xs",), source="https://flax.readthedocs.io/"
        )
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {"jax": "jax"}
BARE: tuple[str, ...] = ()
