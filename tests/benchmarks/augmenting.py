"""Augmentation by libraries and by `grid_sample`: `python -m tests.benchmarks.augmenting`.

Flip, rotation, scale, shear, shift, brightness and contrast of a batch of tiles with their masks, on the device that is
there. `pip install kornia` to have it measured; it is no dependency.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torchvision import tv_tensors
from torchvision.transforms import v2

from core.segment.augment import augment, draw
from core.segment.device import describe
from core.segment.engine import wait_for

BATCH = 32
SHAPE = (101, 101)
ROUNDS = 15
AFFINE = {"degrees": 8.6, "translate": (0.05, 0.05), "scale": (0.83, 1.2)}
Way = Callable[[Tensor, Tensor], object]


def main() -> None:
    """Print the table."""
    about = describe()
    device = torch.device(about["device"])
    images = torch.randn(BATCH, 1, *SHAPE, device=device)
    masks = (images > 0).float()
    ways = {
        "grid_sample, the whole batch (core)": _core,
        "grid_sample, tile by tile": _core_by_tile,
        "torchvision v2, tile by tile": _torchvision,
    } | _kornia()
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):  # in turns, so that another program's load meets all
        for name, way in ways.items():
            wait_for(device)
            begun = time.perf_counter()
            way(images, masks)
            wait_for(device)
            seconds[name].append(time.perf_counter() - begun)
    first = min(seconds["grid_sample, the whole batch (core)"])
    print(f"{about['name']}, torch {torch.__version__}, {BATCH} tiles of {SHAPE[0]}×{SHAPE[1]}, best of {ROUNDS}\n")
    print(f"{'way':<40}{'ms':>8}{'tiles/s':>10}{'ratio':>8}")
    for name, taken in seconds.items():
        best = min(taken)
        print(f"{name:<40}{best * 1000:>8.1f}{BATCH / best:>10,.0f}{best / first:>7.1f}×")


def _core(images: Tensor, masks: Tensor) -> object:
    return augment(images, masks, draw(len(images), 0, 1).to(images.device))


def _core_by_tile(images: Tensor, masks: Tensor) -> object:
    changes = draw(len(images), 0, 1).to(images.device)
    parts = [slice(i, i + 1) for i in range(len(images))]
    return [augment(images[one], masks[one], changes[one]) for one in parts]


def _torchvision(images: Tensor, masks: Tensor) -> object:
    """It draws once for all that it is given, so that each tile has to be given by itself; outside is black."""
    spatial = v2.Compose([v2.RandomHorizontalFlip(), v2.RandomAffine(**AFFINE, shear=5.7)])
    levels = v2.ColorJitter(brightness=0.15, contrast=0.15)
    found = []
    for image, mask in zip(images, masks, strict=True):
        new, truth = spatial(tv_tensors.Image(image), tv_tensors.Mask(mask))
        found.append((levels(new), truth))
    return found


def _kornia() -> dict[str, Way]:
    try:
        from kornia import augmentation
    except ImportError:
        return {}
    changes: nn.Module = augmentation.AugmentationSequential(
        augmentation.RandomHorizontalFlip(),
        augmentation.RandomAffine(**AFFINE, shear=5.7, p=1.0, padding_mode="reflection"),
        augmentation.RandomBrightness((0.85, 1.15), p=1.0, clip_output=False),
        augmentation.RandomContrast((0.85, 1.15), p=1.0, clip_output=False),
        data_keys=["input", "mask"],
    )
    return {"kornia, the whole batch": changes}


if __name__ == "__main__":
    main()
