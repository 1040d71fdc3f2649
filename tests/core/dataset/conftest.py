"""Small hand-made sources, and the real tiles imported once."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import imageio.v3 as imageio
import numpy as np
import pytest

from core.dataset.importing import import_source
from core.dataset.tiles import TileStore
from core.workspace import Workspace

IMAGES = {name: np.full((4, 4), 10 * number, np.uint8) for number, name in enumerate("abcde", start=1)}
MASKS = {name: np.zeros((4, 4), np.uint16) for name in "abc"}
MASKS["a"][:, 0] = 65535
MASKS["b"][2:, 3] = 65535
IMAGES["e"][1, 2] = 0


@dataclass(frozen=True)
class Source:
    """A folder that can be imported, and ways to spoil it."""

    root: Path

    def picture(self, path: str, image: np.ndarray) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        imageio.imwrite(target, image)

    def text(self, path: str, text: str, encoding: str = "utf-8") -> None:
        (self.root / path).write_text(text, encoding=encoding)

    def remove(self, *paths: str) -> None:
        for path in paths:
            (self.root / path).unlink()

    def pack(self, folder: str, archive: str, method: int = zipfile.ZIP_STORED) -> None:
        """Move a folder's content into a zip file beside it; '' packs everything there is."""
        root = self.root / folder
        files = [path for path in sorted(root.rglob("*")) if path.is_file()]
        with zipfile.ZipFile(self.root / archive, "w", method) as packed:
            for path in files:
                packed.write(path, path.relative_to(root))
                path.unlink()
        for path in sorted(root.rglob("*"), reverse=True):
            if path.is_dir():
                path.rmdir()
        if folder:
            root.rmdir()


@pytest.fixture
def source(tmp_path: Path) -> Source:
    """Tiles of 4×4 as Kaggle's, unpacked: a, b with salt and c without in train, d and e in test."""
    made = Source(tmp_path / "survey")
    for name, image in IMAGES.items():
        folder = "train" if name in MASKS else "test"
        made.picture(f"{folder}/images/{name}.png", np.stack([image] * 3, axis=2))
    for name, mask in MASKS.items():
        made.picture(f"train/masks/{name}.png", mask if mask.any() else mask.astype(np.uint8))
    made.text("train.csv", "id,rle_mask\na,1 4\nb,15 2\nc,\n")
    made.text("depths.csv", "id,z\na,100\nb,200.5\nc,300\nd,400\ne,\n")
    return made


@pytest.fixture(scope="session")
def real_store(tgs: Path, tmp_path_factory: pytest.TempPathFactory) -> TileStore:
    """The real tiles, imported once."""
    workspace = Workspace.open(tmp_path_factory.mktemp("real"))
    import_source(tgs, workspace, "tgs")
    return TileStore.open(workspace.dataset("tgs"))
