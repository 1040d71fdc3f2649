"""U-Nets whose way down is a known encoder, as lists of layers. Torch-free.

Encoders: ResNet34 (He et al. 2015, arXiv:1512.03385) and EfficientNet-lite (Tan and Le 2019, arXiv:1905.11946,
without squeeze and excitation); the way up as in segmentation-models-pytorch's `Unet`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from core.segment import timm_encoders
from core.segment.architecture import Kind, Layer, depth_layers, head_layers, two_convolutions
from core.segment.settings import TrainSettings

EIGHTS = 8  # channels of EfficientNet come in multiples of it


class Stage(NamedTuple):
    """Blocks of one kind in a row; stride: of the first one."""

    expansion: int
    channels: int
    blocks: int
    stride: int
    kernel: int


LITE0 = (
    Stage(1, 16, 1, 1, 3),
    Stage(6, 24, 2, 2, 3),
    Stage(6, 40, 2, 2, 5),
    Stage(6, 80, 3, 2, 3),
    Stage(6, 112, 3, 1, 5),
    Stage(6, 192, 4, 2, 5),
    Stage(6, 320, 1, 1, 3),
)
LAST = (0, 1, 2, 4, 6)  # the number of the stage that each level ends with
# Factors on the channels and the blocks of lite0; its first and last stage keep their blocks.
LITE = {"efficientnet_lite0": (1.0, 1.0), "efficientnet_lite1": (1.0, 1.1), "efficientnet_lite2": (1.1, 1.2)}


def resnet34(settings: TrainSettings) -> list[Layer]:
    """A U-Net with ResNet34 as its encoder."""
    first = stem_stride(settings)
    layers = [
        Layer("encoder stem", Kind.CONVOLUTION, 1, 64, first, kernel=7),
        Layer("encoder pooling", Kind.POOLING, 64, 64, 2 * first, kernel=3),
    ]
    channels_in = 64
    stages = ((64, 3), (128, 4), (256, 6), (512, 3))[: settings.levels - 1]
    for stage, (channels, blocks) in enumerate(stages, 1):
        for block in range(1, blocks + 1):
            name, stride = f"encoder {stage} block {block}", first << stage
            layers += two_convolutions(name, channels_in, channels, stride)
            if channels_in != channels:
                layers.append(Layer(f"{name} shortcut", Kind.CONVOLUTION, channels_in, channels, stride))
            channels_in = channels
    return layers + way_up((64, *(channels for channels, _ in stages)), settings)


def lite_stages(model: str) -> list[Stage]:
    """The stages of one of `LITE`."""
    width, depth = LITE[model]
    inner = [stage._replace(blocks=math.ceil(stage.blocks * depth)) for stage in LITE0[1:-1]]
    return [stage._replace(channels=_in_eights(stage.channels * width)) for stage in (LITE0[0], *inner, LITE0[-1])]


def efficientnet_lite(settings: TrainSettings) -> list[Layer]:
    """A U-Net with one of `LITE` as its encoder."""
    last = LAST[: settings.levels]
    stages = lite_stages(settings.model)[: last[-1] + 1]
    channels_in, stride = 32, stem_stride(settings)
    layers = [Layer("encoder stem", Kind.CONVOLUTION, 1, 32, stride, kernel=3)]
    for stage, (expansion, channels, blocks, step, kernel) in enumerate(stages, 1):
        for block in range(1, blocks + 1):
            step = step if block == 1 else 1
            layers += _inverted(
                f"encoder {stage} block {block}", channels_in, expansion, channels, stride, step, kernel
            )
            channels_in, stride = channels, stride * step
    return layers + way_up(tuple(stages[number].channels for number in last), settings)


def timm_encoder(settings: TrainSettings) -> list[Layer]:
    """A U-Net with any encoder of timm, which is one layer here. Raises `BadInput` for what can't be one."""
    found = timm_encoders.encoder(settings.model, settings.stride1, settings.levels)
    stride = stem_stride(settings) << (len(found.channels) - 1)
    products = round(found.products / timm_encoders.SIDE**2 * stride**2)
    whole = Layer("encoder", Kind.ENCODER, 1, found.channels[-1], stride, counted=(found.parameters, products))
    return [whole, *way_up(found.channels, settings)]


def stem_stride(settings: TrainSettings) -> int:
    """How many pixels an encoder's first convolution goes on at a time."""
    return 1 if settings.stride1 else 2


def _in_eights(channels: float) -> int:
    """The nearest multiple of 8, never less than nine tenths, as EfficientNet rounds."""
    nearest = max(EIGHTS, int(channels + EIGHTS / 2) // EIGHTS * EIGHTS)
    return nearest + EIGHTS * (nearest < 0.9 * channels)


def _inverted(
    name: str, channels_in: int, expansion: int, channels: int, stride: int, step: int, kernel: int
) -> list[Layer]:
    """Wider, each channel by itself, narrower: Sandler et al. 2018, arXiv:1801.04381."""
    wide, after = channels_in * expansion, stride * step
    wider = [Layer(f"{name} wider", Kind.CONVOLUTION, channels_in, wide, stride)] if expansion > 1 else []
    return [
        *wider,
        Layer(f"{name} depthwise", Kind.CONVOLUTION, wide, wide, after, kernel, groups=wide),
        Layer(f"{name} narrower", Kind.CONVOLUTION, wide, channels, after),
    ]


def way_up_channels(settings: TrainSettings) -> list[int]:
    """Channels of the levels of the way up, the coarsest first."""
    return [settings.decoder_width << level for level in reversed(range(settings.levels))]


def way_up(encoder: tuple[int, ...], settings: TrainSettings) -> list[Layer]:
    """What follows an encoder, which leaves so many channels at each of its levels, the finest one first."""
    strides = [stem_stride(settings) << level for level in range(len(encoder))]
    channels_in, skips = encoder[-1], (*reversed(encoder[:-1]), 0)
    layers = depth_layers(channels_in, strides[-1]) if settings.depth else []
    layers += head_layers(channels_in, strides[-1]) if settings.salt_head else []
    for level, (channels, skip) in enumerate(zip(way_up_channels(settings), skips, strict=True)):
        name, before = f"decoder {settings.levels - level}", strides[-1 - level]
        stride = max(before // 2, 1)
        if stride < before:
            layers.append(Layer(f"{name} upsampling", Kind.REPETITION, channels_in, channels_in, stride))
        if skip:
            layers.append(Layer(f"{name} skip", Kind.CONCATENATION, channels_in, channels_in + skip, stride))
        if settings.scse and level < settings.levels - 1:
            layers.append(Layer(f"{name} attention 1", Kind.ATTENTION, channels_in + skip, channels_in + skip, stride))
        layers += two_convolutions(name, channels_in + skip, channels, stride)
        if settings.scse:
            layers.append(Layer(f"{name} attention 2", Kind.ATTENTION, channels, channels, stride))
        channels_in = channels
    return [*layers, Layer("logit", Kind.LOGIT, channels_in, 1, 1, kernel=3)]
