"""Small sources made by hand, in the layouts that an import takes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import imageio.v3 as iio
import numpy as np

from core.dataset import rle

Files = dict[str, bytes]  # content by path

IDS = ["aaa", "bbb", "ccc"]
TEST_IDS = ["ddd", "eee"]


def image(seed: int, shape: tuple[int, int] = (8, 8)) -> np.ndarray:
    """A noisy grey tile (H, W) uint8."""
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def mask(seed: int, shape: tuple[int, int] = (8, 8)) -> np.ndarray:
    """A mask (H, W) uint8 in {0, 1}; that of seed 0 is empty."""
    made = np.zeros(shape, np.uint8)
    made[: seed * 2, seed:] = seed > 0
    return made


def png(pixels: np.ndarray) -> bytes:
    """A PNG file by the reference library."""
    return iio.imwrite("<bytes>", pixels, extension=".png")


def rgb(pixels: np.ndarray) -> np.ndarray:
    """The same grey in three channels."""
    return np.repeat(pixels[:, :, None], 3, axis=2)


def mask_png(pixels: np.ndarray) -> bytes:
    """As Kaggle writes masks: 16-bit with salt, 8-bit without."""
    return png(pixels.astype(np.uint16) * 65535 if pixels.any() else pixels)


def csv(columns: str, rows: Mapping[str, object]) -> bytes:
    """A csv file of two columns."""
    return "\n".join([columns, *(f"{key},{value}" for key, value in rows.items()), ""]).encode()


def kaggle() -> dict[str, Files | bytes]:
    """train.zip and test.zip as their members, and the csv files: three train tiles, two test tiles."""
    return {
        "train.zip": {f"images/{name}.png": png(rgb(image(seed))) for seed, name in enumerate(IDS)}
        | {f"masks/{name}.png": mask_png(mask(seed)) for seed, name in enumerate(IDS)},
        "test.zip": {f"images/{name}.png": png(rgb(image(10 + seed))) for seed, name in enumerate(TEST_IDS)},
        "train.csv": csv("id,rle_mask", {name: rle.encode(mask(seed)) for seed, name in enumerate(IDS)}),
        "depths.csv": csv("id,z", {name: 100 + place for place, name in enumerate(IDS + TEST_IDS)}),
        "sample_submission.csv": csv("id,rle_mask", dict.fromkeys(TEST_IDS, "1 1")),
    }


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip file, its members compressed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def write(folder: Path, files: Mapping[str, Files | bytes], *, unpacked: bool = False) -> Path:
    """Write a source: dictionaries as zip files, or unpacked as folders of the zip's name."""
    for name, content in files.items():
        if isinstance(content, bytes):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        elif unpacked:
            write(folder / Path(name).stem, content)
        else:
            write(folder, {name: zipped(content)})
    return folder
