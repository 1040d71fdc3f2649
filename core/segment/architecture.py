"""The networks as lists of layers, from which their figures are known before anything is built. Torch-free.

The plain U-Net is made from its list. Four levels down (two 3×3 convolutions, then 2×2 max pooling), a bottleneck,
four levels up (upsampling, concatenation with the skip, two convolutions), one logit per pixel: Ronneberger et al.
2015, arXiv:1505.04597, with padding and batch normalisation. Those with a known encoder: `encoder_layers`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.segment import timm_encoders
from core.segment.settings import PLAIN, SQUEEZE, TrainSettings

LEVELS = 4
MULTIPLE = 2 ** (LEVELS + 1)  # tiles are padded to a multiple of this many pixels, 101 to 128, unless told otherwise


class Kind(StrEnum):
    """What a layer does; convolutions but the last are followed by batch norm."""

    CONVOLUTION = "convolution"
    POOLING = "max pooling"
    UPSAMPLING = "upsampling 2×2 (transposed convolution)"
    REPETITION = "upsampling 2×2 (each pixel four times)"
    CONCATENATION = "concatenation with the skip"
    ATTENTION = "weights for channels and places (scSE)"
    DEPTH = "depth of the tile added (linear)"
    HEAD = "mean over places, linear, to one logit: any salt at all"
    LOGIT = "convolution to one logit"
    ENCODER = "encoder of timm, whole"


@dataclass(frozen=True)
class Layer:
    """One layer. In the plain U-Net a pooling keeps its input as the skip that the next free concatenation takes."""

    name: str
    kind: Kind
    channels_in: int
    channels: int
    stride: int  # its output has 1/stride of the tile's height and width
    kernel: int = 1  # its side
    groups: int = 1  # channels: each channel is convolved by itself
    counted: tuple[int, int] | None = None  # parameters, and products a pixel, of what is many layers in one

    @property
    def operation(self) -> str:
        """What it does, in words."""
        size = f" {self.kernel}×{self.kernel}"
        match self.kind:
            case Kind.CONVOLUTION:
                alone = " of each channel" if self.groups > 1 else ""
                return self.kind + size + alone + ", batch norm" + ", ReLU" * (self.kernel > 1)
            case Kind.POOLING | Kind.LOGIT:
                return self.kind + size
            case _:
                return self.kind

    def output(self, height: int, width: int) -> tuple[int, int, int]:
        """Channels, height and width of what comes out, for a padded tile."""
        if self.kind is Kind.HEAD:
            return self.channels, 1, 1
        return self.channels, height // self.stride, width // self.stride

    @property
    def parameters(self) -> int:
        """Numbers that are learned."""
        if self.counted:
            return self.counted[0]
        if self.kind is Kind.ATTENTION:
            squeezed = self.channels // SQUEEZE
            return 2 * self.channels * squeezed + squeezed + self.channels + self.channels + 1
        # A convolution's bias would be lost in its batch norm, which has a scale and a shift instead.
        others = {Kind.CONVOLUTION: 2, Kind.UPSAMPLING: 1, Kind.LOGIT: 1, Kind.HEAD: 1, Kind.DEPTH: 2}.get(self.kind, 0)
        return self.channels * (self._weights * self.kernel**2 + others)

    @property
    def products_per_pixel(self) -> int:
        """Multiplications for one pixel of the output; the few for a whole channel are left out."""
        if self.counted:
            return self.counted[1]
        if self.kind is Kind.ATTENTION:
            return self.channels
        if self.kind is Kind.HEAD:
            return 0
        seen = 1 if self.kind is Kind.UPSAMPLING else self.kernel**2
        return self.channels * self._weights * seen

    @property
    def _weights(self) -> int:
        learned = self.kind in (Kind.CONVOLUTION, Kind.UPSAMPLING, Kind.HEAD, Kind.LOGIT)
        return learned * self.channels_in // self.groups


def layers(settings: TrainSettings) -> list[Layer]:
    """The layers of the network of `settings`, in the order they are computed."""
    from core.segment import encoder_layers

    if timm_encoders.is_timm(settings.model):
        return encoder_layers.timm_encoder(settings)
    if settings.model in encoder_layers.LITE:
        return encoder_layers.efficientnet_lite(settings)
    if settings.model == "resnet34":
        return encoder_layers.resnet34(settings)
    return unet(settings.width, settings.depth, settings.salt_head)


def unet(width: int, depth: bool = False, salt_head: bool = False) -> list[Layer]:
    """The layers of a U-Net whose first level has `width` channels, in the order they are computed.

    depth: whether it is told the tile's depth · salt_head: whether it says that there is any salt.
    """
    layers: list[Layer] = []
    channels = 1
    for level in range(LEVELS):
        layers += two_convolutions(f"encoder {level + 1}", channels, width << level, 1 << level)
        channels = width << level
        layers.append(Layer(f"encoder {level + 1} pooling", Kind.POOLING, channels, channels, 2 << level, kernel=2))
    layers += depth_layers(channels, 1 << LEVELS) if depth else []
    layers += two_convolutions("bottleneck", channels, 2 * channels, 1 << LEVELS)
    layers += head_layers(2 * channels, 1 << LEVELS) if salt_head else []
    for level in reversed(range(LEVELS)):
        name, out, stride = f"decoder {level + 1}", width << level, 1 << level
        layers.append(Layer(f"{name} upsampling", Kind.UPSAMPLING, 2 * out, out, stride, kernel=2))
        layers.append(Layer(f"{name} skip", Kind.CONCATENATION, out, 2 * out, stride))
        layers += two_convolutions(name, 2 * out, out, stride)
    return [*layers, Layer("logit", Kind.LOGIT, width, 1, 1)]


def two_convolutions(name: str, channels_in: int, channels: int, stride: int) -> list[Layer]:
    """Two 3×3 convolutions, the first one from `channels_in` to `channels`."""
    first = Layer(f"{name} convolution 1", Kind.CONVOLUTION, channels_in, channels, stride, kernel=3)
    return [first, Layer(f"{name} convolution 2", Kind.CONVOLUTION, channels, channels, stride, kernel=3)]


def depth_layers(channels: int, stride: int) -> list[Layer]:
    """Where the tile's depth joins `channels` channels."""
    return [Layer("bottleneck depth", Kind.DEPTH, 1, channels, stride)]


def head_layers(channels: int, stride: int) -> list[Layer]:
    """Where `channels` channels tell whether there is any salt."""
    return [Layer("salt head", Kind.HEAD, channels, 1, stride)]


def enlarged(tile_shape: tuple[int, int], enlarge: float) -> tuple[int, int]:
    """(height, width) of a tile that is enlarged 1…2 times, in whole pixels; halves go to the even one."""
    height, width = (round(side * enlarge) for side in tile_shape)
    return height, width


def multiple_of(settings: TrainSettings) -> int:
    """What the network of `settings` pads the sides of tiles to a multiple of: an encoder halves them at each level."""
    return MULTIPLE if settings.model == PLAIN else 1 << settings.levels


def padded(tile_shape: tuple[int, int], enlarge: float = 1.0, multiple: int = MULTIPLE) -> tuple[int, int]:
    """(height, width) of a tile after it was enlarged and padded to a multiple of so many pixels."""
    height, width = (-(-side // multiple) * multiple for side in enlarged(tile_shape, enlarge))
    return height, width


def computed_shape(settings: TrainSettings, tile_shape: tuple[int, int]) -> tuple[int, int]:
    """(height, width) of what the network of `settings` makes of a tile before its first layer."""
    return padded(tile_shape, settings.enlarge, multiple_of(settings))


def summary(settings: TrainSettings, tile_shape: tuple[int, int]) -> list[dict[str, Any]]:
    """One row a layer: layer, operation, output (channels, height, width), parameters."""
    height, width = computed_shape(settings, tile_shape)
    return [
        {
            "layer": layer.name,
            "operation": layer.operation,
            "output": layer.output(height, width),
            "parameters": layer.parameters,
        }
        for layer in layers(settings)
    ]


def parameters(settings: TrainSettings) -> int:
    """Numbers that are learned, of all networks."""
    return settings.networks * sum(layer.parameters for layer in layers(settings))


def products(settings: TrainSettings, tile_shape: tuple[int, int]) -> int:
    """Multiplications of one forward pass for one tile, of all networks; a training step takes about 3 times that."""
    height, width = computed_shape(settings, tile_shape)
    one = sum(layer.products_per_pixel * height * width // layer.stride**2 for layer in layers(settings))
    return settings.networks * one
