"""First weights into an encoder, from a file that `first_weights` has found. Imports torch."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from core.errors import BadInput
from core.segment.encoder_layers import LITE
from core.segment.encoders import NAMES, EncoderUNet
from core.segment.models import LEVELS_A_UNIT
from core.segment.timm_encoders import PREFIX, is_timm

HEAD = 8  # last entries of EfficientNet-lite that only its classifier needs
# The scale of the grey levels 0…255 that the weights were trained with, one a channel.
SCALES = {"resnet34": (0.229 * 255, 0.224 * 255, 0.225 * 255)} | dict.fromkeys(LITE, (128.0, 128.0, 128.0))


def load(network: EncoderUNet, model: str, path: Path) -> None:
    """Put the weights in `path` into the encoder of `network`. Raises `BadInput` where they don't fit."""
    encoder = network.network.encoder
    if is_timm(model):
        target, (state, stem, scales) = encoder.model, _of_timm(model, path)
    elif model in LITE:
        target, stem, scales = encoder.model, "conv_stem.weight", SCALES[model]
        state = _by_order(path, _whole(model))
    else:
        target, state, stem, scales = encoder, _read(path), "conv1.weight", SCALES[model]
    state[stem] = _grey(state[stem], scales)
    wanted = target.state_dict().keys()  # fewer where the network leaves out the deepest levels
    try:
        target.load_state_dict({name: tensor for name, tensor in state.items() if name in wanted})
    except RuntimeError as error:
        raise BadInput(f"{path}: these weights do not fit {model} ({str(error).splitlines()[-1].strip()})") from error


def _of_timm(model: str, path: Path) -> tuple[dict[str, Tensor], str, tuple[float, ...]]:
    """The weights in `path` as timm puts them into an encoder, the name of its stem, the scale of its grey levels."""
    from segmentation_models_pytorch.encoders import get_encoder
    from timm.models import get_pretrained_cfg

    told = get_pretrained_cfg(model.removeprefix(PREFIX))
    assert told is not None
    try:
        donor = get_encoder(model, in_channels=3, weights=True, pretrained_cfg_overlay={"file": str(path)})
    except (RuntimeError, OSError, ValueError) as error:
        raise BadInput(f"{path}: these weights do not fit {model} ({str(error).splitlines()[-1].strip()})") from error
    state: dict[str, Tensor] = donor.model.state_dict()
    stem = next(name for name, tensor in state.items() if tensor.ndim == 4 and tensor.shape[1] == len(told.std))
    return state, stem, tuple(255 * one for one in told.std)


def _whole(model: str) -> dict[str, Tensor]:
    """The state of an EfficientNet-lite with all its levels and one channel in, without numbers."""
    from segmentation_models_pytorch.encoders import get_encoder

    with torch.device("meta"):
        state: dict[str, Tensor] = get_encoder(NAMES[model], in_channels=1, weights=None).model.state_dict()
    return state


def _by_order(path: Path, wanted: dict[str, Tensor]) -> dict[str, Tensor]:
    """The entries of `path` under the names of `wanted`, which has the same ones in the same order but for the head."""
    given = list(_read(path).items())
    if len(given) != len(wanted) + HEAD:
        raise BadInput(f"{path}: {len(given)} entries; expected {len(wanted) + HEAD}")
    for (theirs, tensor), (ours, other) in zip(given[1:], list(wanted.items())[1:], strict=False):
        if tensor.shape != other.shape:
            raise BadInput(f"{path}: {theirs} is {tuple(tensor.shape)}; expected {tuple(other.shape)}, as {ours}")
    return {name: tensor for name, (_, tensor) in zip(wanted, given, strict=False)}


def _grey(stem: Tensor, scales: tuple[float, ...]) -> Tensor:
    """A stem (C, 1, k, k) for images from `models.normalised`, from one (C, 3, k, k) for three equal channels."""
    if stem.ndim != 4 or stem.shape[1] != len(scales):
        raise BadInput(f"the first layer's weights are {tuple(stem.shape)}; expected those of three channels")
    factors = LEVELS_A_UNIT / torch.tensor(scales, dtype=stem.dtype)
    return (stem * factors[:, None, None]).sum(dim=1, keepdim=True)


def _read(path: Path) -> dict[str, Tensor]:
    if path.suffix == ".safetensors":
        from safetensors.torch import load_file

        return load_file(path)
    return dict(torch.load(path, map_location="cpu", weights_only=True))
