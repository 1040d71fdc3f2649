"""Carrying work out and back from the command line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from core.dataset.importing import import_source
from core.dataset.tiles import TileStore
from core.review.masks import MaskStore
from core.workspace import Workspace
from tests.core.test_cli import answer, refusal


def test_labels_and_masks_go_out_and_reviews_come_back(
    tmp_path: Path, workspace: Workspace, kaggle_folder: Path
) -> None:
    import_source(kaggle_folder, workspace, "small")
    tiles = TileStore.open(workspace.existing_dataset("small"))
    assert "no reviews yet" in refusal(workspace.root, "backup", str(tmp_path / "reviews.db"))
    masks = MaskStore(workspace.database_url)
    masks.save("small", tiles.index["id"].iloc[0], np.ones((101, 101)), "ann", base=None)

    out = tmp_path / "labels.csv"
    assert answer(workspace.root, "export", "labels", "small", str(out), "--only-reviewed")["reviewed"] == 1
    assert pd.read_csv(out)["rle_mask"].tolist() == ["1 10201"]
    assert answer(workspace.root, "export", "revisions", "small", str(tmp_path / "r.csv"))["rows"] == 1
    assert answer(workspace.root, "export", "decisions", "small", str(tmp_path / "d.csv"))["rows"] == 0
    assert "no data set 'other'" in refusal(workspace.root, "export", "labels", "other", str(out))
    assert "no run" in refusal(workspace.root, "export", "predictions", "nothing", str(out))

    answer(workspace.root, "backup", str(tmp_path / "reviews.db"))
    masks.save("small", tiles.index["id"].iloc[1], np.ones((101, 101)), "ann", base=None)
    before = answer(workspace.root, "restore", str(tmp_path / "reviews.db"), "--yes")["before"]
    assert len(masks.history("small")) == 1
    answer(workspace.root, "restore", before, "--yes")
    assert len(masks.history("small")) == 2
