"""The plain U-Net as a list of layers, from which both the network and its summary are made. Torch-free.

Four levels down (two 3×3 convolutions, then 2×2 max pooling), a bottleneck, four levels up (upsampling,
concatenation with the skip, two convolutions), one logit per pixel: Ronneberger et al. 2015,
arXiv:1505.04597, with padding and batch normalisation.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.segment.settings import TrainSettings

LEVELS = 4
MULTIPLE = 2 ** (LEVELS + 1)  # tiles are padded to a multiple of this many pixels: 101 to 128


class Kind(StrEnum):
    """What a layer does."""

    CONVOLUTION = "convolution 3×3, batch norm, ReLU"
    POOLING = "max pooling 2×2"
    UPSAMPLING = "upsampling 2×2 (transposed convolution)"
    CONCATENATION = "concatenation with the skip"
    LOGIT = "convolution 1×1"


@dataclass(frozen=True)
class Layer:
    """One layer. A pooling keeps its input as the skip that the next free concatenation takes."""

    name: str
    kind: Kind
    channels_in: int
    channels: int
    stride: int  # its output has 1/stride of the tile's height and width

    @property
    def parameters(self) -> int:
        """Numbers that are learned."""
        weights = {Kind.CONVOLUTION: 9, Kind.UPSAMPLING: 4, Kind.LOGIT: 1}.get(self.kind, 0)
        # A convolution's bias would be lost in its batch norm, which has a scale and a shift instead.
        others = {Kind.CONVOLUTION: 2, Kind.UPSAMPLING: 1, Kind.LOGIT: 1}.get(self.kind, 0)
        return self.channels * (weights * self.channels_in + others)

    @property
    def products_per_pixel(self) -> int:
        """Multiplications for one pixel of the output."""
        weights = {Kind.CONVOLUTION: 9, Kind.UPSAMPLING: 1, Kind.LOGIT: 1}.get(self.kind, 0)
        return weights * self.channels_in * self.channels


def unet(width: int) -> list[Layer]:
    """The layers of a U-Net whose first level has `width` channels, in the order they are computed."""
    layers: list[Layer] = []
    channels = 1
    for level in range(LEVELS):
        layers += _two_convolutions(f"encoder {level + 1}", channels, width << level, 1 << level)
        channels = width << level
        layers.append(Layer(f"encoder {level + 1} pooling", Kind.POOLING, channels, channels, 2 << level))
    layers += _two_convolutions("bottleneck", channels, 2 * channels, 1 << LEVELS)
    for level in reversed(range(LEVELS)):
        name, out, stride = f"decoder {level + 1}", width << level, 1 << level
        layers.append(Layer(f"{name} upsampling", Kind.UPSAMPLING, 2 * out, out, stride))
        layers.append(Layer(f"{name} skip", Kind.CONCATENATION, out, 2 * out, stride))
        layers += _two_convolutions(name, 2 * out, out, stride)
    return [*layers, Layer("logit", Kind.LOGIT, width, 1, 1)]


def _two_convolutions(name: str, channels_in: int, channels: int, stride: int) -> list[Layer]:
    first = Layer(f"{name} convolution 1", Kind.CONVOLUTION, channels_in, channels, stride)
    return [first, Layer(f"{name} convolution 2", Kind.CONVOLUTION, channels, channels, stride)]


def padded(tile_shape: tuple[int, int]) -> tuple[int, int]:
    """(height, width) of a tile after padding to a multiple of 32 pixels."""
    height, width = (-(-side // MULTIPLE) * MULTIPLE for side in tile_shape)
    return height, width


def summary(settings: TrainSettings, tile_shape: tuple[int, int]) -> list[dict[str, Any]]:
    """One row a layer: layer, operation, output (channels, height, width), parameters."""
    height, width = padded(tile_shape)
    return [
        {
            "layer": layer.name,
            "operation": layer.kind.value,
            "output": (layer.channels, height // layer.stride, width // layer.stride),
            "parameters": layer.parameters,
        }
        for layer in unet(settings.width)
    ]


def products(settings: TrainSettings, tile_shape: tuple[int, int]) -> int:
    """Multiplications of one forward pass for one tile; a training step takes about three times that."""
    height, width = padded(tile_shape)
    return sum(layer.products_per_pixel * height * width // layer.stride**2 for layer in unet(settings.width))
