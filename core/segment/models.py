"""The networks. Imports torch; `architecture` describes the same layers without it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.segment.architecture import MULTIPLE, Kind, Layer, unet
from core.segment.batch_norm import BatchNorm
from core.segment.settings import TrainSettings


class UNet(nn.Module):
    """The plain U-Net of `architecture.unet`.

    Takes images (N, 1, H, W), float, as `normalised` makes them, and gives logits (N, 1, H, W) for the
    same pixels: it pads by reflection to a multiple of 32 and cuts the border off again.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = unet(width)
        self.steps = nn.ModuleList(_module(layer) for layer in self.layers)

    def forward(self, images: Tensor) -> Tensor:
        height, width = images.shape[-2:]
        x, top, left = pad(images)
        skips: list[Tensor] = []
        for layer, step in zip(self.layers, self.steps, strict=True):
            if layer.kind is Kind.POOLING:
                skips.append(x)
            x = torch.cat((skips.pop(), x), dim=1) if layer.kind is Kind.CONCATENATION else step(x)
        return x[..., top : top + height, left : left + width]


def build(settings: TrainSettings) -> nn.Module:
    """The network of a training with its first weights, which depend on `settings.seed` alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        model = UNet(settings.width)
    return model.to(memory_format=torch.channels_last)


def normalised(tiles: Tensor) -> Tensor:
    """Images for a network from grey levels: (N, H, W) uint8 to (N, 1, H, W) float32, level 128 at 0, 64 levels a unit.

    A fixed rule, not one per tile: a constant tile stays a constant and needs no exception.
    """
    return tiles.unsqueeze(1).float().sub_(128).mul_(1 / 64)


def pad(images: Tensor) -> tuple[Tensor, int, int]:
    """Mirror the border so that height and width become multiples of 32; also gives rows above and columns left."""
    height, width = images.shape[-2:]
    down, across = -height % MULTIPLE, -width % MULTIPLE
    top, left = down // 2, across // 2
    bottom, right = down - top, across - left
    if bottom < height and right < width:
        return nn.functional.pad(images, (left, right, top, bottom), mode="reflect"), top, left
    rows = _reflected(height, top, bottom, images.device)
    columns = _reflected(width, left, right, images.device)
    return images.index_select(-2, rows).index_select(-1, columns), top, left


def _reflected(side: int, before: int, after: int, device: torch.device) -> Tensor:
    """Where each pixel of a padded line comes from, for tiles so small that the reflection bounces several times."""
    period = max(1, 2 * (side - 1))
    positions = torch.arange(-before, side + after, device=device).remainder(period)
    return torch.minimum(positions, period - positions)


def _module(layer: Layer) -> nn.Module:
    match layer.kind:
        case Kind.CONVOLUTION:
            convolution = nn.Conv2d(layer.channels_in, layer.channels, 3, padding=1, bias=False)
            return nn.Sequential(convolution, BatchNorm(layer.channels), nn.ReLU(inplace=True))
        case Kind.POOLING:
            return nn.MaxPool2d(2)
        case Kind.UPSAMPLING:
            return nn.ConvTranspose2d(layer.channels_in, layer.channels, 2, stride=2)
        case Kind.CONCATENATION:
            return nn.Identity()
        case Kind.LOGIT:
            return nn.Conv2d(layer.channels_in, layer.channels, 1)
