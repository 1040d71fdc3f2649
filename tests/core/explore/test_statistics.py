"""The figures of a data set against numpy, scipy and counting by hand."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from core.dataset.tiles import TileStore
from core.explore.quantities import known, measured
from core.explore.statistics import counts, joined, summary
from core.explore.tile_table import TileTable

ROOT = Path(__file__).resolve().parents[3]


def test_summary_counts(store: TileStore) -> None:
    found = counts(store)
    salt = np.array([0, 0, 1, 8, 16]) / 16
    assert found == {
        "tiles": 7,
        "train": 5,
        "test": 2,
        "tile_shape": [4, 4],
        "empty_masks": 2,
        "full_masks": 1,
        "constant_tiles": 2,
        "salt_proportion": {
            "mean": pytest.approx(salt.mean()),
            "quantiles": {str(q): pytest.approx(np.quantile(salt, q)) for q in (0.05, 0.25, 0.5, 0.75, 0.95)},
        },
        "depth": {"min": 50.0, "max": 900.0, "missing": 1},
    }


def test_summary_holds_the_counts_and_the_tests(store: TileStore) -> None:
    found = summary(store)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert {key: found[key] for key in counts(store)} == counts(store)
    depth, salt = [100, 150, 300, 420], [0, 0, 1 / 16, 8 / 16]
    relation = found["correlation"]
    assert relation["n"] == 4
    assert relation["pearson"] == pytest.approx(np.corrcoef(depth, salt)[0, 1])
    assert relation["spearman"] == pytest.approx(scipy.stats.spearmanr(depth, salt)[0])
    assert relation["pearson_interval"][0] < relation["pearson"] < relation["pearson_interval"][1]
    assert found["correlation_with_salt"]["n"] == 2
    assert list(found["coverage"].values()) == [2, 1, 1, 0, 0, 1]
    assert sum(found["coverage"].values()) == 5
    assert found["grey"]["mean"] == pytest.approx(store.index["mean"].mean())
    depths = found["train_against_test"]["z"]
    assert (depths["train"], depths["test"], depths["p"]) == (4, 2, None)
    assert depths["distance"] == scipy.stats.ks_2samp(depth, [50, 900]).statistic


def test_summary_of_bare_tiles_is_json_too(bare: TileStore) -> None:
    found = json.loads(json.dumps(summary(bare), allow_nan=False))
    assert (found["tiles"], found["train"], found["test"], found["tile_shape"]) == (3, 0, 3, [2, 3])
    assert (found["empty_masks"], found["full_masks"]) == (0, 0)
    assert found["salt_proportion"]["mean"] is None
    assert set(found["salt_proportion"]["quantiles"].values()) == {None}
    assert found["depth"] == {"min": None, "max": None, "missing": 3}
    assert found["correlation"]["n"] == 0
    assert found["correlation"]["pearson"] is None
    assert (found["coverage"], found["train_against_test"]) == ({}, {})


def test_the_counts_of_the_first_page_take_no_scipy(store: TileStore) -> None:
    script = (
        "import sys; from pathlib import Path; from core.dataset.tiles import TileStore; "
        "from core.explore.statistics import counts; counts(TileStore.open(Path(sys.argv[1]))); "
        "sys.exit('scipy' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script, str(store.root)], check=True, cwd=ROOT)


@pytest.mark.real
def test_summary_of_the_real_sample(tgs: Path, tmp_path: Path) -> None:
    from core.dataset.importing import import_source
    from core.workspace import Workspace

    workspace = Workspace.open(tmp_path)
    import_source(tgs, workspace, "tgs")
    found = summary(TileStore.open(workspace.dataset("tgs")))
    assert (found["train"], found["test"], found["empty_masks"], found["full_masks"]) == (3088, 2000, 1227, 0)
    assert found["salt_proportion"]["mean"] == pytest.approx(0.2449, abs=5e-5)
    assert found["correlation"]["pearson"] == pytest.approx(0.107, abs=5e-4)
    assert found["correlation"]["spearman"] == pytest.approx(0.112, abs=5e-4)
    assert (found["correlation"]["n"], found["depth"]["missing"]) == (3088, 0)
    assert list(found["coverage"].values()) == [1227, 742, 410, 346, 320, 43]
    assert found["correlation_with_salt"]["n"] == 1861


def test_joined_holds_the_labelled_tiles(store: TileStore) -> None:
    frame = joined(store)
    assert list(frame.columns) == ["id", "rle_mask", "salt_proportion", "z", "split"]
    assert list(frame["id"]) == ["a0", "a1", "b2", "b3", "c4"]
    assert list(frame["rle_mask"]) == ["", "", "16 1", "1 8", "1 16"]
    assert list(frame["salt_proportion"]) == [0, 0, 1 / 16, 0.5, 1]
    assert list(joined(store, np.array([3, 6]))["id"]) == ["b3"]


def test_joined_of_bare_tiles_is_empty(bare: TileStore) -> None:
    assert list(joined(bare).columns) == ["id", "rle_mask", "salt_proportion", "z", "split"]
    assert len(joined(bare)) == 0


def test_what_a_run_predicted_stands_beside_the_index(store: TileStore) -> None:
    predicted = pd.DataFrame(
        {"row": [4, 2], "salt_proportion": [0.9, 0.2], "confidence": [0.8, 0.5], "map": [1.0, np.nan], "iou": 0.5}
    )
    frame = measured(TileTable(store.index, lambda: predicted))
    assert list(frame["id"]) == list(store.index["id"])
    assert list(frame["predicted_salt"][[2, 4]]) == [0.2, 0.9]
    assert (frame["predicted_salt"].notna().sum(), frame["score"].notna().sum()) == (2, 1)
    assert list(measured(TileTable(store.index)).columns) == list(store.index.columns)
    assert [quantity.column for quantity in known(frame)][-3:] == ["predicted_salt", "confidence", "score"]
