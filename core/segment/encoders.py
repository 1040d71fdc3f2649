"""U-Nets whose way down is a known encoder. Imports torch, and segmentation-models-pytorch only to build one."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from core.errors import BadInput
from core.segment.architecture import multiple_of
from core.segment.batch_norm import BatchNorm
from core.segment.bottleneck import Depth, SaltHead, parted, together
from core.segment.convolutions import Depthwise
from core.segment.encoder_layers import LITE, way_up_channels
from core.segment.padding import framed
from core.segment.settings import TrainSettings
from core.segment.timm_encoders import LEVELS, is_timm

PROBE = 64  # pixels of the tile that shows what an encoder uses
# a `model` setting in smp's words
NAMES = {"resnet34": "resnet34"} | {model: f"tu-tf_{model}" for model in LITE}


class EncoderUNet(nn.Module):
    """The network of `encoder_layers`, with one channel in, and first weights at random.

    Takes images (N, 1, H, W), float, as `normalised` makes them, and gives logits (N, 1, H, W) for the same pixels:
    it enlarges them, pads by reflection so that each level has half the side, and undoes both in the end. A second
    channel of either is the tile's depth and the logit that there is any salt, see `bottleneck`. Raises `BadInput` for
    a network of timm that can't be an encoder.
    """

    def __init__(self, settings: TrainSettings) -> None:
        super().__init__()
        self.enlarge, self.multiple = settings.enlarge, multiple_of(settings)
        self.network = _network(settings)
        self.network.decoder.blocks[-1].attention1 = nn.Identity()  # never used, as there is no skip
        deepest = self.network.encoder.out_channels[-1]
        self.depth = Depth(deepest) if settings.depth else None
        self.salt_head = SaltHead(deepest) if settings.salt_head else None
        if settings.stride1:
            _look_at_every_pixel(self.network.encoder)
        _quicken(self.network)

    def forward(self, images: Tensor) -> Tensor:
        grey, depths = parted(images)
        x, frame = framed(grey, self.enlarge, self.multiple)
        features = self.network.encoder(x)
        if self.depth is not None:
            features[-1] = self.depth(features[-1], depths)
        any_salt = self.salt_head(features[-1]) if self.salt_head is not None else None
        logits = self.network.segmentation_head(self.network.decoder(features))
        return together(frame.cut(logits), any_salt)


def _network(settings: TrainSettings) -> Any:
    import segmentation_models_pytorch as smp

    name, attention = NAMES.get(settings.model, settings.model), "scse" if settings.scse else None
    try:
        network = smp.Unet(
            name,
            encoder_depth=settings.levels,
            encoder_weights=None,
            in_channels=1,
            decoder_channels=way_up_channels(settings),
            decoder_attention_type=attention,
        )
        if settings.levels < LEVELS:
            _leave_out_the_unused(network.encoder)
    except Exception as error:  # timm has no error of its own
        if not is_timm(settings.model):
            raise
        reason = str(error).partition("\n")[0]
        raise BadInput(f"model={settings.model}: it can't be an encoder ({reason}); choose another") from error
    if len(network.encoder.out_channels) != settings.levels + 1:
        raise BadInput(f"model={settings.model}: it has fewer than {settings.levels} levels; choose another encoder")
    return network


@torch.enable_grad()
def _leave_out_the_unused(encoder: nn.Module) -> None:
    """Let be nothing what no level that is used depends on; libraries keep it, and some compute it, too."""
    device = next(encoder.parameters()).device
    features = encoder.eval()(torch.zeros(1, 1, PROBE, PROBE, device=device))
    torch.stack([feature.sum() for feature in features[1:]]).sum().backward()
    _replace_without_gradient(encoder)
    encoder.train().zero_grad(set_to_none=True)


def _replace_without_gradient(module: nn.Module) -> None:
    for name, child in list(module.named_children()):
        numbers = list(child.parameters())
        if numbers and all(number.grad is None for number in numbers):
            setattr(module, name, nn.Identity())
        else:
            _replace_without_gradient(child)


def _look_at_every_pixel(encoder: nn.Module) -> None:
    """Let the first convolution have stride 1; all that follows has twice the height and width."""
    stem = next(module for module in encoder.modules() if isinstance(module, nn.Conv2d))
    if stem.stride != (2, 2):
        raise BadInput(f"stride1=true: the encoder's first convolution has stride {stem.stride[0]}, expected one of 2")
    stem.stride = (1, 1)


def _quicken(network: nn.Module) -> None:
    """Let depthwise convolutions, few channels' batch norm and the way up take faster ways; their state stays."""
    from segmentation_models_pytorch.decoders.unet.decoder import UnetDecoderBlock
    from timm.layers import Conv2dSame

    from core.segment.up_block import UpBlock

    for module in network.modules():
        if isinstance(module, nn.Conv2d) and module.groups == module.in_channels == module.out_channels > 1:
            same = isinstance(module, Conv2dSame)
            module.__class__ = Depthwise
            setattr(module, "same", same)  # noqa: B010
        elif isinstance(module, UnetDecoderBlock):
            module.__class__ = UpBlock
        elif type(module) is nn.BatchNorm2d:  # timm's own ones do more
            module.__class__ = BatchNorm
        elif isinstance(module, nn.ReLU | nn.ReLU6):
            module.inplace = False  # on a CPU it is the slower way
