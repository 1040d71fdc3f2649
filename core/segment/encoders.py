"""U-Nets whose way down is a known encoder. Imports torch, and segmentation-models-pytorch only to build one."""

from __future__ import annotations

from torch import Tensor, nn

from core.segment.bottleneck import Depth, SaltHead, parted, together
from core.segment.convolutions import Depthwise
from core.segment.padding import pad

NAMES = {"resnet34": "resnet34", "efficientnet_lite0": "tu-tf_efficientnet_lite0"}  # a `model` setting in smp's words


class EncoderUNet(nn.Module):
    """The network of `encoder_layers`, with one channel in, and first weights at random.

    Takes images (N, 1, H, W), float, as `normalised` makes them, and gives logits (N, 1, H, W) for the same pixels:
    it pads by reflection to a multiple of 32 and cuts the border off again. A second channel of either
    is the tile's depth and the logit that there is any salt, see `bottleneck`.
    """

    def __init__(self, model: str, scse: bool = False, depth: bool = False, salt_head: bool = False) -> None:
        import segmentation_models_pytorch as smp

        super().__init__()
        self.network = smp.Unet(
            NAMES[model], encoder_weights=None, in_channels=1, decoder_attention_type="scse" if scse else None
        )
        self.network.decoder.blocks[-1].attention1 = nn.Identity()  # never used, as there is no skip
        deepest = self.network.encoder.out_channels[-1]
        self.depth = Depth(deepest) if depth else None
        self.salt_head = SaltHead(deepest) if salt_head else None
        _quicken(self.network)

    def forward(self, images: Tensor) -> Tensor:
        height, width = images.shape[-2:]
        grey, depths = parted(images)
        x, top, left = pad(grey)
        features = self.network.encoder(x)
        if self.depth is not None:
            features[-1] = self.depth(features[-1], depths)
        any_salt = self.salt_head(features[-1]) if self.salt_head is not None else None
        logits = self.network.segmentation_head(self.network.decoder(features))
        return together(logits[..., top : top + height, left : left + width], any_salt)


def _quicken(network: nn.Module) -> None:
    """Let depthwise convolutions and the way up take faster ways; parameters and state stay theirs."""
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
        elif isinstance(module, nn.ReLU | nn.ReLU6):
            module.inplace = False  # on a CPU it is the slower way
