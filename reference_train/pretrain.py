"""Pre-train the backbone: name the one digit in a scene. One process, a minute on two cores.

python -m reference_train.pretrain --output runs/backbone.pt
python -m reference_train.train --pretrained runs/backbone.pt --freeze-epochs 2
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader
from tqdm import tqdm

from reference_train.checkpoint import save_atomically
from reference_train.data import Scene, SceneDataset, detection_collate, load_digits
from reference_train.model import CLASSES, Backbone

CANVAS = 32
BATCH_SIZE = 64


class Classifier(nn.Module):
    """The backbone, the largest activation of each channel, and a linear layer."""

    def __init__(self, backbone: Backbone) -> None:
        super().__init__()
        self.backbone = backbone
        self.classes = nn.Linear(backbone.channels, CLASSES)

    def forward(self, images: Tensor) -> Tensor:
        """Images (B, 1, S, S) -> class logits (B, 10)."""
        logits: Tensor = self.classes(self.backbone(images).amax(dim=(2, 3)))
        return logits


def pretrain(backbone: Backbone, epochs: int, scenes: int, lr: float = 1e-3) -> float:
    """Train the backbone in place; returns the share of validation digits it names rightly."""
    train_digits, val_digits = load_digits()
    train_dataset = SceneDataset(train_digits, scenes, CANVAS, seed=0, max_digits=1)
    val_dataset = SceneDataset(val_digits, 512, CANVAS, seed=0, max_digits=1)
    train_loader = DataLoader[Scene](
        train_dataset, BATCH_SIZE, shuffle=True, collate_fn=detection_collate
    )
    val_loader = DataLoader[Scene](val_dataset, BATCH_SIZE, collate_fn=detection_collate)
    model = Classifier(backbone)
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    model.train()
    for epoch in range(epochs):
        train_dataset.set_epoch(epoch)
        for images, targets in tqdm(train_loader, desc=f"epoch {epoch}"):
            loss = functional.cross_entropy(model(images), targets.labels[:, 0])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return accuracy(model, val_loader)


@torch.inference_mode()
def accuracy(model: Classifier, val_loader: DataLoader[Scene]) -> float:
    """Share of the scenes whose digit the model names rightly."""
    model.eval()
    right = [model(images).argmax(dim=1) == targets.labels[:, 0] for images, targets in val_loader]
    return float(torch.cat(right).float().mean())


def main(argv: Sequence[str] | None = None) -> None:
    """Pre-train as the command line says, and save the backbone's weights."""
    parser = argparse.ArgumentParser(
        prog="reference_train.pretrain", description="Pre-train the backbone."
    )
    parser.add_argument("--output", type=Path, default=Path("runs/backbone.pt"))
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--scenes", type=int, default=4096, help="scenes in an epoch")
    parser.add_argument("--width", type=int, default=16, help="as in reference_train.train")
    parser.add_argument("--norm", choices=("group", "batch"), default="group")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    torch.manual_seed(args.seed)
    backbone = Backbone(args.width, args.norm)
    right = pretrain(backbone, args.epochs, args.scenes)
    args.output.parent.mkdir(parents=True, exist_ok=True)
    save_atomically(backbone.state_dict(), args.output)
    print(f"{right:.1%} of the validation digits named rightly; wrote {args.output}")


if __name__ == "__main__":
    main()
