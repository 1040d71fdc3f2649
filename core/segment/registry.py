"""The networks that a training can be told (`model=`): what each is, how large, how long it takes. Torch-free.

Any encoder of timm goes without a line: `model=tu-NAME`. To add another network: its name among the choices of
`TrainSettings.model`, its layers in `architecture` or `encoder_layers`, its line in MODELS.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from core.segment import architecture
from core.segment.expectation import Expectation
from core.segment.settings import TrainSettings
from core.segment.timm_encoders import is_timm

MODELS = {
    "unet": "the plain U-Net, four levels down and up, from random weights; `width` sets its size",
    "efficientnet_lite0": "U-Net over EfficientNet-lite0: few operations, ImageNet weights that install as a package",
    "efficientnet_lite1": "U-Net over EfficientNet-lite1: deeper, with weights from a package, too",
    "efficientnet_lite2": "U-Net over EfficientNet-lite2: deeper and wider, with weights from a package, too",
    "resnet34": "U-Net over ResNet34: the medal work's encoder, several times the operations",
}
TIMM = "U-Net over this encoder of timm; ImageNet weights from its hub, where there is a network"


@dataclass(frozen=True)
class Offer:
    """A network with the other settings of a training.

    parameters: numbers that are learned · gflop: of one forward pass for one tile, two operations a product · seconds:
    of the whole training, None: not known · measured: the run whose speed tells it, None: a rough figure.
    """

    model: str
    words: str
    parameters: int
    gflop: float
    seconds: float | None
    measured: str | None


def offers(
    settings: TrainSettings, tile_shape: tuple[int, int], expected: Callable[[TrainSettings], Expectation | None]
) -> list[Offer]:
    """All networks, and the chosen one of timm, the smallest first, for tiles (H, W).

    expected: the time of an epoch with some settings. Raises `BadInput` for one of timm that can't be an encoder.
    """
    models = MODELS | ({settings.model: TIMM} if is_timm(settings.model) else {})
    found = [_offer(replace(settings, model=model), words, tile_shape, expected) for model, words in models.items()]
    return sorted(found, key=lambda offer: offer.gflop)


def size(settings: TrainSettings, tile_shape: tuple[int, int]) -> tuple[int, float]:
    """Parameters, and GFLOP of one forward pass for a tile, of all its networks."""
    return architecture.parameters(settings), 2 * architecture.products(settings, tile_shape) / 1e9


def _offer(settings: TrainSettings, words: str, tile_shape: tuple[int, int], expected: Any) -> Offer:
    parameters, gflop = size(settings, tile_shape)
    epoch, limit = expected(settings), settings.minutes * 60 or math.inf
    seconds = min(epoch.seconds * settings.epochs, limit) if epoch else None
    if settings.minutes:
        seconds = min(settings.minutes * 60, seconds or math.inf)
    return Offer(settings.model, words, parameters, gflop, seconds, epoch.measured if epoch else None)
