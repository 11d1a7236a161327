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
    "jax.pmap": Api(
        "wrap", ("fun", "axis_name"), {}, _DOCS + "_autosummary/jax.pmap.html", {"wrap": "pmap"}
    ),
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {"jax": "jax"}
BARE: tuple[str, ...] = ()
