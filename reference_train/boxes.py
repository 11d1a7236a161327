"""Boxes (x1 y1 x2 y2): overlap, and the best of those that overlap."""

import torch
from torch import Tensor


def pairwise_iou(a: Tensor, b: Tensor) -> Tensor:
    """Intersection over union of all pairs: (..., N, 4) and (..., M, 4) -> (..., N, M)."""
    a, b = a.unsqueeze(-2), b.unsqueeze(-3)
    overlap = _area(torch.maximum(a[..., :2], b[..., :2]), torch.minimum(a[..., 2:], b[..., 2:]))
    union = _area(a[..., :2], a[..., 2:]) + _area(b[..., :2], b[..., 2:]) - overlap
    return overlap / union.clamp(min=1e-9)


def generalized_iou(a: Tensor, b: Tensor) -> Tensor:
    """Generalized IoU of paired boxes (..., 4) -> (...), from -1 to 1 (Rezatofighi et al. 2019).

    Unlike IoU it still has a slope where the boxes do not touch.
    """
    low, high = torch.maximum(a[..., :2], b[..., :2]), torch.minimum(a[..., 2:], b[..., 2:])
    overlap = _area(low, high)
    union = _area(a[..., :2], a[..., 2:]) + _area(b[..., :2], b[..., 2:]) - overlap
    hull = _area(torch.minimum(a[..., :2], b[..., :2]), torch.maximum(a[..., 2:], b[..., 2:]))
    return overlap / union.clamp(min=1e-9) - (hull - union) / hull.clamp(min=1e-9)


def keep_best(boxes: Tensor, threshold: float) -> Tensor:
    """Non-maximum suppression: which of the boxes (B, N, 4), best first, to keep (B, N)."""
    overlaps = pairwise_iou(boxes, boxes) > threshold
    keep = torch.ones(boxes.shape[:-1], dtype=torch.bool, device=boxes.device)
    for best in range(boxes.shape[1]):
        keep[:, best + 1 :] &= ~(keep[:, best, None] & overlaps[:, best, best + 1 :])
    return keep


def _area(low: Tensor, high: Tensor) -> Tensor:
    """Area of boxes given by two corners (..., 2), 0 where the corners are crossed."""
    return (high - low).clamp(min=0).prod(dim=-1)
