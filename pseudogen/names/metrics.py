"""What the name of a metric says: whether higher or lower values of it are better."""

from __future__ import annotations

import re

from pseudogen.names.words import words

HIGHER = frozenset(
    {"acc", "accuracy", "map", "miou", "iou", "dice", "auc", "auroc", "f1", "psnr", "ssim", "bleu"}
    | {"top1", "acc1", "precision", "recall", "accs"}
)
LOWER = frozenset(
    {"loss", "losses", "error", "err", "perplexity", "ppl", "mae", "mse", "rmse", "wer", "cer"}
    | {"fid", "epe"}
)
_OPPOSITE = frozenset({"neg", "negative", "inverse", "minus", "worst", "diff", "delta"})


def metric_words(written: str) -> set[str]:
    """The words in the names of an expression, and its pieces between underscores, which keep
    `f1`, `mAP50` and `mIoU` whole."""
    names = re.findall(r"[A-Za-z_]\w*", written)
    pieces = [piece.lower() for name in names for piece in name.split("_")]
    split = {word for name in names for word in words(name)}
    return {*split, *pieces, *(piece.rstrip("0123456789") for piece in pieces)} - {""}


def better_value(*written: str) -> str | None:
    """ "higher" or "lower", which values are better by what they are called; None where the names
    say nothing, or both, or may turn it round."""
    named = {word for one in written for word in metric_words(one)}
    higher, lower = bool(named & HIGHER), bool(named & LOWER)
    if higher == lower or named & _OPPOSITE:
        return None
    return "higher" if higher else "lower"
