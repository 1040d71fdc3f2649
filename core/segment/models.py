"""The networks by name, the plain U-Net among them. Imports torch; `architecture` describes them without it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.segment.architecture import Kind, Layer, unet
from core.segment.batch_norm import BatchNorm
from core.segment.bottleneck import Depth, SaltHead, parted, together
from core.segment.convolutions import Upsampling
from core.segment.encoders import NAMES, EncoderUNet
from core.segment.ensemble import Ensemble
from core.segment.padding import framed
from core.segment.settings import TrainSettings
from core.segment.timm_encoders import is_timm

LEVELS_A_UNIT = 64


class UNet(nn.Module):
    """The plain U-Net of `architecture.unet`.

    Takes images (N, 1, H, W), float, as `normalised` makes them, and gives logits (N, 1, H, W) for the
    same pixels: it enlarges them, pads by reflection to a multiple of 32, and undoes both in the end. A second channel
    of either is the tile's depth and the logit that there is any salt, see `bottleneck`.
    """

    def __init__(self, width: int, depth: bool = False, salt_head: bool = False, enlarge: float = 1.0) -> None:
        super().__init__()
        self.enlarge = enlarge
        self.layers = unet(width, depth, salt_head)
        self.steps = nn.ModuleList(_module(layer) for layer in self.layers)

    def forward(self, images: Tensor) -> Tensor:
        grey, depths = parted(images)
        x, frame = framed(grey, self.enlarge)
        skips: list[Tensor] = []
        any_salt = None
        for layer, step in zip(self.layers, self.steps, strict=True):
            match layer.kind:
                case Kind.POOLING:
                    skips.append(x)
                    x = step(x)
                case Kind.CONCATENATION:
                    x = torch.cat((skips.pop(), x), dim=1)
                case Kind.DEPTH:
                    x = step(x, depths)
                case Kind.HEAD:
                    any_salt = step(x)
                case _:
                    x = step(x)
        return together(frame.cut(x), any_salt)


def build(settings: TrainSettings) -> nn.Module:
    """The network of a training, or its ensemble, with first weights, which depend on `settings.seed` alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        networks = [_new(settings) for _ in range(settings.networks)]
    model = Ensemble(networks) if len(networks) > 1 else networks[0]
    return model.to(memory_format=torch.channels_last)


def _new(settings: TrainSettings) -> nn.Module:
    if settings.model in NAMES or is_timm(settings.model):
        return EncoderUNet(settings)
    return UNet(settings.width, settings.depth, settings.salt_head, settings.enlarge)


def standardise_depths(model: nn.Module, mean: float, spread: float) -> None:
    """Let a network measure depths in `spread` from `mean`."""
    for module in model.modules():
        if isinstance(module, Depth):
            module.mean.fill_(mean)
            module.spread.fill_(spread)


def normalised(tiles: Tensor) -> Tensor:
    """Images for a network from grey levels: (N, H, W) uint8 to (N, 1, H, W) float32, level 128 at 0, 64 levels a unit.

    A fixed rule, not one per tile: a constant tile stays a constant and needs no exception.
    """
    return tiles.unsqueeze(1).float().sub_(128).mul_(1 / LEVELS_A_UNIT)


def _module(layer: Layer) -> nn.Module:
    match layer.kind:
        case Kind.CONVOLUTION:
            convolution = nn.Conv2d(layer.channels_in, layer.channels, 3, padding=1, bias=False)
            return nn.Sequential(convolution, BatchNorm(layer.channels), nn.ReLU())
        case Kind.POOLING:
            return nn.MaxPool2d(2)
        case Kind.UPSAMPLING:
            return Upsampling(layer.channels_in, layer.channels, 2, stride=2)
        case Kind.CONCATENATION:
            return nn.Identity()
        case Kind.DEPTH:
            return Depth(layer.channels)
        case Kind.HEAD:
            return SaltHead(layer.channels_in)
        case Kind.LOGIT:
            return nn.Conv2d(layer.channels_in, layer.channels, 1)
        case Kind.REPETITION | Kind.ATTENTION | Kind.ENCODER:
            raise AssertionError("only networks with an encoder have it")
