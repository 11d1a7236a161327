"""The detector's loss."""

import torch
from torch import Tensor
from torch.nn import functional

from reference_train.boxes import generalized_iou
from reference_train.data import PADDING, Targets
from reference_train.model import STRIDE, Predictions, cell_centres

RADIUS = 0.75 * STRIDE  # a cell answers for a digit whose centre is this near, in x and in y


def assign_cells(targets: Targets, side: int) -> tuple[Tensor, Tensor]:
    """Which box each of the C = side * side cells answers for.

    Returns the index of the box (B, C) and whether there is one at all (B, C). A cell near
    several digits answers for the nearest; each digit has at least one cell.
    """
    centres = (targets.boxes[..., :2] + targets.boxes[..., 2:]) / 2
    cells = cell_centres(side, centres.device)
    distance = (cells[:, None] - centres[:, None]).abs().amax(dim=-1)
    distance = distance.masked_fill((targets.labels == PADDING)[:, None], torch.inf)
    nearest, box = distance.min(dim=-1)
    return box, nearest <= RADIUS


def detection_loss(predictions: Predictions, targets: Targets) -> Tensor:
    """Loss of each scene (B,): objectness, class and box, for one digit on average.

    Each scene is divided by its own number of digits, not by that of the batch: so the mean over
    scenes is the same however a batch is divided among processes and accumulation steps.
    """
    box, positive = assign_cells(targets, round(predictions.objectness.shape[1] ** 0.5))
    labels = targets.labels.gather(1, box).clamp(min=0)
    boxes = targets.boxes.gather(1, box[..., None].expand(-1, -1, 4))
    objectness = functional.binary_cross_entropy_with_logits(
        predictions.objectness, positive.float(), reduction="none"
    )
    classes = functional.cross_entropy(
        predictions.classes.transpose(1, 2), labels, reduction="none"
    )
    overlap = generalized_iou(predictions.boxes, boxes)
    cells = objectness + positive * (classes + 2 * (1 - overlap))
    digits = (targets.labels != PADDING).sum(dim=1)
    return cells.sum(dim=1) / digits
