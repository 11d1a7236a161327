"""TorchMetrics: metrics that keep the best of the values that they are given."""

from pseudogen.knowledge.api import Api

_DOCS = "https://lightning.ai/docs/torchmetrics/stable/aggregation/"

EXACT: dict[str, Api] = {
    f"torchmetrics.{module}{name}": Api(
        "best-metric", (), {}, f"{_DOCS}{page}.html", {"better": better}
    )
    for module in ("", "aggregation.")
    for name, page, better in (
        ("MaxMetric", "maximum", "higher"),
        ("MinMetric", "minimum", "lower"),
    )
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = ()
