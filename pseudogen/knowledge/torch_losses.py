"""PyTorch: losses of torch.nn and torch.nn.functional."""

from pseudogen.knowledge.api import Api

_NN = "https://docs.pytorch.org/docs/stable/generated/torch.nn."
_MEAN = {"reduction": "'mean'"}

_LOSSES: dict[str, tuple[str, str, str]] = {
    # class -> what it expects of the model's output, task, functional form
    "CrossEntropyLoss": ("logits", "classes", "cross_entropy"),
    "NLLLoss": ("log-probabilities", "classes", "nll_loss"),
    "BCEWithLogitsLoss": ("logits", "binary", "binary_cross_entropy_with_logits"),
    "BCELoss": ("probabilities", "binary", "binary_cross_entropy"),
    "MSELoss": ("", "squared", "mse_loss"),
    "L1Loss": ("", "absolute", "l1_loss"),
    "SmoothL1Loss": ("", "smooth", "smooth_l1_loss"),
    "HuberLoss": ("", "smooth", "huber_loss"),
    "KLDivLoss": ("log-probabilities", "divergence", "kl_div"),
    "CTCLoss": ("log-probabilities", "alignment", "ctc_loss"),
    "CosineEmbeddingLoss": ("", "embedding", "cosine_embedding_loss"),
    "TripletMarginLoss": ("", "triplet", "triplet_margin_loss"),
    "TripletMarginWithDistanceLoss": ("", "triplet", "triplet_margin_with_distance_loss"),
    "MarginRankingLoss": ("", "ranking", "margin_ranking_loss"),
    "HingeEmbeddingLoss": ("", "embedding", "hinge_embedding_loss"),
    "MultiLabelSoftMarginLoss": ("logits", "binary", "multilabel_soft_margin_loss"),
    "MultiLabelMarginLoss": ("", "margin", "multilabel_margin_loss"),
    "MultiMarginLoss": ("", "margin", "multi_margin_loss"),
    "SoftMarginLoss": ("logits", "binary", "soft_margin_loss"),
    "PoissonNLLLoss": ("", "counts", "poisson_nll_loss"),
    "GaussianNLLLoss": ("", "density", "gaussian_nll_loss"),
    "AdaptiveLogSoftmaxWithLoss": ("", "classes", ""),
}


_WEIGHTED = frozenset({"CrossEntropyLoss", "NLLLoss", "BCELoss", "BCEWithLogitsLoss"})
"""Losses whose functional form takes the weights in the third place."""
_INPUTS = {
    "CTCLoss": "4",
    "CosineEmbeddingLoss": "3",
    "TripletMarginLoss": "3",
    "TripletMarginWithDistanceLoss": "3",
    "MarginRankingLoss": "3",
    "GaussianNLLLoss": "3",
}
"""How many values those compare that do not compare two."""


def _rows() -> dict[str, Api]:
    rows: dict[str, Api] = {}
    for name, (expects, task, functional) in _LOSSES.items():
        traits = {"expects": expects, "task": task}
        source = f"{_NN}{name}.html"
        row = Api("criterion", (), _MEAN, source, traits)
        rows[f"torch.nn.{name}"] = row
        rows[f"torch.nn.modules.loss.{name}"] = row
        if functional:
            source = f"{_NN}functional.{functional}.html"
            params = ("input", "target", *(("weight",) if name in _WEIGHTED else ()))
            told = traits | {"inputs": _INPUTS.get(name, "2")}
            rows[f"torch.nn.functional.{functional}"] = Api(
                "functional-loss", params, _MEAN, source, told
            )
    return rows


EXACT: dict[str, Api] = _rows()
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = tuple(f"torch.nn.{name}" for name in _LOSSES)
