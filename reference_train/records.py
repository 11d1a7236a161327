"""What a run leaves to look at: metrics.csv, TensorBoard events, curves.png, scenes.png."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.utils.tensorboard import SummaryWriter

from reference_train.data import SceneDataset, detection_collate
from reference_train.evaluate import judge_scenes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOWN_SCORE = 0.3
Row = Mapping[str, float]  # one epoch of the history


def record_epoch(history: Sequence[Row], writer: SummaryWriter, folder: Path) -> None:
    """Print the last row of the history, add it to TensorBoard, and write all rows as CSV.

    The file is written anew each time, so that it is right after a resumed run as well.
    """
    row = history[-1]
    for name, value in row.items():
        writer.add_scalar(name, value, int(row["epoch"]))
    with (folder / "metrics.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, fieldnames=list(row))
        table.writeheader()
        table.writerows(history)
    print(", ".join(f"{name} {value:.4g}" for name, value in row.items()), flush=True)


def plot_curves(history: Sequence[Row], folder: Path) -> None:
    """Draw loss, learning rate and mAP over the epochs as curves.png."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 3.5), layout="constrained")
    epochs = [row["epoch"] for row in history]
    panels = (("train_loss", "val_loss"), ("lr",), ("map50", "map"))
    for axes, names in zip(figure.subplots(1, len(panels)), panels, strict=True):
        for name in names:
            axes.plot(epochs, [row[name] for row in history], label=name)
        axes.set_xlabel("epoch")
        axes.legend()
    figure.savefig(folder / "curves.png")


def draw_scenes(
    model: nn.Module, dataset: SceneDataset, folder: Path, device: torch.device, count: int = 6
) -> None:
    """Draw the first scenes of a data set as scenes.png: true boxes green, predicted ones red."""
    from matplotlib.figure import Figure

    count = min(count, len(dataset))
    scenes = [dataset[index] for index in range(count)]
    judged = judge_scenes(model, [detection_collate(scenes)], device)
    figure = Figure(figsize=(3 * count, 3), layout="constrained")
    for scene, axes in zip(scenes, figure.subplots(1, count, squeeze=False).flat, strict=True):
        axes.imshow(
            scene.image[0].numpy(), cmap="gray", extent=(0, dataset.canvas, dataset.canvas, 0)
        )
        axes.set_axis_off()
        for box in scene.boxes.tolist():
            _draw_box(axes, box, "lime")
        found = judged[scene.scene_id].found
        for box, label, score in zip(*(part.tolist() for part in found), strict=True):
            if score > SHOWN_SCORE:
                _draw_box(axes, box, "red")
                axes.text(box[0], box[1], f"{label} {score:.2f}", color="red", fontsize=8)
    figure.savefig(folder / "scenes.png")


def _draw_box(axes: "Axes", box: Sequence[float], color: str) -> None:
    from matplotlib.patches import Rectangle

    left, top, right, bottom = box
    axes.add_patch(Rectangle((left, top), right - left, bottom - top, fill=False, color=color))
