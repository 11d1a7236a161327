"""Mean average precision, exact over all processes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from reference_train.boxes import keep_best, pairwise_iou
from reference_train.data import PADDING, Targets
from reference_train.distributed import broadcast_object, gather_objects
from reference_train.loss import detection_loss
from reference_train.model import CLASSES, Predictions

NMS_IOU = 0.5  # of two boxes that overlap more than this, the better one is kept
MIN_SCORE = 0.01
IOU_THRESHOLDS = tuple(0.5 + 0.05 * step for step in range(10))


class Detections(NamedTuple):
    """What was found in a scene, best first: boxes (n, 4), classes (n,), scores (n,)."""

    boxes: Tensor
    classes: Tensor
    scores: Tensor


class Judged(NamedTuple):
    """A scene with what was found and what is there: true boxes (m, 4) and labels (m,), loss."""

    found: Detections
    boxes: Tensor
    labels: Tensor
    loss: float


@dataclass(frozen=True)
class Metrics:
    """Averages over the validation scenes; `map50` is the mAP at IoU 0.5, `map` at 0.5:0.95."""

    val_loss: float
    map50: float
    map: float


def decode(predictions: Predictions) -> list[Detections]:
    """Turn the predictions of a batch into the detections of each scene."""
    probability, classes = predictions.classes.softmax(dim=-1).max(dim=-1)
    scores, order = (predictions.objectness.sigmoid() * probability).sort(dim=-1, descending=True)
    classes = classes.gather(1, order)
    boxes = predictions.boxes.gather(1, order[..., None].expand(-1, -1, 4))
    keep = keep_best(boxes, NMS_IOU) & (scores > MIN_SCORE)
    return [
        Detections(boxes[row, kept].cpu(), classes[row, kept].cpu(), scores[row, kept].cpu())
        for row, kept in enumerate(keep)
    ]


@torch.inference_mode()
def judge_scenes(
    model: nn.Module, batches: Iterable[tuple[Tensor, Targets]], device: torch.device
) -> dict[int, Judged]:
    """Run the model on this process's batches; the results by scene index."""
    model.eval()
    judged = {}
    for images, targets in batches:
        predictions = model(images.to(device, non_blocking=True))
        losses = detection_loss(predictions, targets.to(device))
        for row, found in enumerate(decode(predictions)):
            real = targets.labels[row] != PADDING
            boxes, labels = targets.boxes[row, real], targets.labels[row, real]
            judged[int(targets.scene_ids[row])] = Judged(found, boxes, labels, float(losses[row]))
    return judged


def evaluate(
    model: nn.Module, val_loader: Iterable[tuple[Tensor, Targets]], device: torch.device
) -> Metrics:
    """Judge all validation scenes, each process its shard; every process gets the same metrics.

    A distributed sampler repeats some scenes so that all shards are equally long. The results are
    put together by scene index, so a repeated scene still counts once.
    """
    shards = gather_objects(judge_scenes(model, val_loader, device))
    judged = {index: scene for shard in shards for index, scene in shard.items()}
    metrics: Metrics = broadcast_object(summarize(judged))
    return metrics


def summarize(judged: Mapping[int, Judged]) -> Metrics:
    """The metrics of all scenes together."""
    scenes = [judged[index] for index in sorted(judged)]
    precision = average_precision(scenes)
    return Metrics(
        val_loss=float(np.mean([scene.loss for scene in scenes])),
        map50=float(np.nanmean(precision[:, 0])),
        map=float(np.nanmean(precision)),
    )


def average_precision(scenes: list[Judged]) -> NDArray[np.float64]:
    """Average precision of each class at each IoU threshold (10, 10); NaN: class does not occur."""
    precision = np.full((CLASSES, len(IOU_THRESHOLDS)), np.nan)
    for label in range(CLASSES):
        total = sum(int((scene.labels == label).sum()) for scene in scenes)
        if total == 0:
            continue
        scores = np.concatenate([scene.found.scores[_of(scene, label)] for scene in scenes])
        order = np.argsort(-scores, kind="stable")
        hits = np.concatenate([match(scene, label) for scene in scenes])[order]
        for column in range(len(IOU_THRESHOLDS)):
            precision[label, column] = area_under_curve(hits[:, column], total)
    return precision


def match(scene: Judged, label: int) -> NDArray[np.bool_]:
    """Which detections of a class are right, at each threshold (n, 10).

    Best first, each detection takes the free true box that it overlaps most; a true box is taken
    once, so finding it twice is a mistake.
    """
    found = scene.found.boxes[_of(scene, label)]
    overlaps = pairwise_iou(found, scene.boxes[scene.labels == label]).numpy()
    hits = np.zeros((len(found), len(IOU_THRESHOLDS)), dtype=bool)
    for column, threshold in enumerate(IOU_THRESHOLDS):
        free = overlaps.copy()
        for row in range(len(found)):
            if free.shape[1] and free[row].max() >= threshold:
                hits[row, column] = True
                free[:, free[row].argmax()] = -1
    return hits


def area_under_curve(hits: NDArray[np.bool_], total: int) -> float:
    """Area under the precision-recall curve of ranked detections (n,), with `total` true boxes.

    Precision is made monotone first, as in Pascal VOC 2010 (Everingham et al., section 3.4.1).
    """
    right = np.cumsum(hits)
    precision = right / np.arange(1, len(hits) + 1)
    best_from_here = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(best_from_here[hits]) / total)


def _of(scene: Judged, label: int) -> Tensor:
    return scene.found.classes == label
