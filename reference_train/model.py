"""A small anchor-free detector.

Each cell of a grid says whether a digit's centre is near it, which digit, and where its box lies.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

STRIDE = 8  # pixels between neighbouring cells
CLASSES = 10


class Predictions(NamedTuple):
    """The head's output for C cells: classes (B, C, 10), boxes (B, C, 4), objectness (B, C).

    Classes and objectness are logits; boxes are x1 y1 x2 y2 in pixels.
    """

    classes: Tensor
    boxes: Tensor
    objectness: Tensor


class ConvBlock(nn.Sequential):
    """3 x 3 convolution, normalization, SiLU."""

    def __init__(self, inputs: int, outputs: int, norm: str, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False),
            nn.GroupNorm(8, outputs) if norm == "group" else nn.BatchNorm2d(outputs),
            nn.SiLU(),
        )


class ResidualBlock(nn.Module):
    """Two convolutions whose result is added to their input."""

    def __init__(self, channels: int, norm: str) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            ConvBlock(channels, channels, norm), ConvBlock(channels, channels, norm)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C, H, W)."""
        out: Tensor = x + self.layers(x)
        return out


class Backbone(nn.Sequential):
    """Image (B, 1, S, S) -> features (B, 4 * width, S / 8, S / 8)."""

    def __init__(self, width: int, norm: str) -> None:
        self.channels = 4 * width
        super().__init__(
            ConvBlock(1, width, norm, stride=2),
            ConvBlock(width, 2 * width, norm, stride=2),
            ResidualBlock(2 * width, norm),
            ConvBlock(2 * width, 4 * width, norm, stride=2),
            ResidualBlock(4 * width, norm),
            ResidualBlock(4 * width, norm),
        )


class Detector(nn.Module):
    """Backbone and head."""

    def __init__(self, width: int = 16, norm: str = "group", dropout: float = 0.0) -> None:
        super().__init__()
        self.backbone = Backbone(width, norm)
        channels = 4 * width
        outputs = nn.Conv2d(channels, CLASSES + 4 + 1, kernel_size=1)
        self.head = nn.Sequential(ConvBlock(channels, channels, norm), nn.Dropout(dropout), outputs)
        self.backbone_frozen = False

    def forward(self, images: Tensor) -> Predictions:
        """Images (B, 1, S, S) -> predictions for the C = (S / 8)^2 cells."""
        grid = self.head(self.backbone(images)).float()
        cells = grid.flatten(2).transpose(1, 2)
        classes, boxes, objectness = cells.split([CLASSES, 4, 1], dim=-1)
        centres = cell_centres(grid.shape[-1], grid.device) + boxes[..., :2] * STRIDE
        half_sizes = boxes[..., 2:].clamp(-4, 4).exp() * STRIDE
        corners = torch.cat([centres - half_sizes, centres + half_sizes], dim=-1)
        return Predictions(classes, corners, objectness[..., 0])

    def freeze_backbone(self) -> None:
        """Train the head alone; the backbone's normalization statistics stay as they are, too."""
        self._set_backbone_frozen(True)

    def unfreeze_backbone(self) -> None:
        """Train the backbone again."""
        self._set_backbone_frozen(False)

    def _set_backbone_frozen(self, frozen: bool) -> None:
        self.backbone_frozen = frozen
        for parameter in self.backbone.parameters():
            parameter.requires_grad = not frozen
        self.train(self.training)

    def train(self, mode: bool = True) -> "Detector":
        """Switch to training (or evaluation) mode; a frozen backbone stays in evaluation mode."""
        super().train(mode)
        if self.backbone_frozen:
            self.backbone.eval()
        return self


def cell_centres(side: int, device: torch.device) -> Tensor:
    """Centres (side * side, 2) of the grid's cells as x, y in pixels, row by row."""
    line = (torch.arange(side, device=device) + 0.5) * STRIDE
    y, x = torch.meshgrid(line, line, indexing="ij")
    return torch.stack([x, y], dim=-1).reshape(-1, 2)
