"""What is kept of a check: findings until the data set changes, with what they were made from."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import pytest

from core import atomic
from core.dataset.synthetic import simulate
from core.dataset.tiles import TileStore, write_store
from core.errors import Stopped
from core.explore.mosaic import break_link, mosaic_of
from core.explore.quality import Predictions, check, findings, load, saved, up_to_date
from core.workspace import Workspace

SURVEY = simulate(tiles=18, seed=1)


def written(workspace: Workspace, checksum: str = "one", side: int = 101) -> TileStore:
    labelled = SURVEY.split == "train"
    index = pd.DataFrame({"id": SURVEY.ids, "split": SURVEY.split, "has_mask": labelled})
    masks = SURVEY.masks[:, :side, :side].copy()
    masks[np.flatnonzero(labelled)[0]] = 0
    masks[np.flatnonzero(labelled)[0], 4, 4] = 1
    with atomic.replacing_folder(workspace.dataset("small")) as part:
        write_store(part, index, SURVEY.images[:, :side, :side], masks, {"checksum": checksum})
    return TileStore.open(workspace.dataset("small"))


def predicted(store: TileStore, source: str = "a run") -> Predictions:
    """A model that is sure of the contrary."""
    row = np.flatnonzero(store.index["has_mask"])[:1]
    return Predictions(row, (1 - store.masks[row]) * np.uint8(255), np.zeros(1, int), source)


def never(done: int, total: int | None, what: str, **facts: object) -> None:
    raise Stopped


def test_a_check_is_kept(workspace: Workspace) -> None:
    store = written(workspace)
    assert load(workspace, store) is None
    checked = check(workspace, store, [predicted(store)])
    pairs = mosaic_of(workspace, store).pairs
    pd.testing.assert_frame_equal(checked.findings, findings(store, pairs, [predicted(store)]))
    assert {"prediction_disagrees", "tiny_area"} <= set(checked.findings["reason"])
    assert checked.left_out == []
    kept = load(workspace, store)
    assert kept is not None
    pd.testing.assert_frame_equal(kept.findings, checked.findings)
    assert kept.made_from == checked.made_from


def test_nothing_found_is_kept_too(workspace: Workspace, tmp_path) -> None:  # type: ignore[no-untyped-def]
    folder = workspace.dataset("clean")
    folder.mkdir()
    tiles = np.random.default_rng(0).integers(0, 256, (3, 9, 9)).astype(np.uint8)
    write_store(folder, pd.DataFrame({"id": list("abc"), "split": "test"}), tiles, None, {"checksum": "one"})
    store = TileStore.open(folder)
    checked = check(workspace, store)
    assert checked.findings.empty
    kept = load(workspace, store)
    assert kept is not None
    pd.testing.assert_frame_equal(kept.findings, checked.findings)


def test_a_check_is_not_repeated_for_nothing(workspace: Workspace) -> None:
    store = written(workspace)
    first = up_to_date(workspace, store, [predicted(store)])
    again = up_to_date(workspace, store, [predicted(store)], progress=never)
    pd.testing.assert_frame_equal(again.findings, first.findings)
    with pytest.raises(Stopped):
        up_to_date(workspace, store, [], progress=never)


def test_what_changed_since_is_told(workspace: Workspace) -> None:
    store = written(workspace)
    checked = check(workspace, store)
    assert "No model" in checked.left_out[0] or "no model" in checked.left_out[0]
    assert checked.outdated(workspace, store, []) == []
    [words] = checked.outdated(workspace, store, [predicted(store)])
    assert "predictions" in words
    pair = mosaic_of(workspace, store).pairs.iloc[0]
    ids = store.index["id"]
    break_link(workspace, store, ids[pair["first"]], ids[pair["second"]], pair["where"])
    assert len(checked.outdated(workspace, store, [predicted(store, "another run")])) == 2
    assert up_to_date(workspace, store).outdated(workspace, store, []) == []


def test_findings_of_another_state_are_none(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    check(workspace, written(workspace))
    assert load(workspace, written(workspace)) is not None
    assert load(workspace, written(workspace, checksum="two")) is None
    monkeypatch.setattr(saved, "METHOD", saved.METHOD + 1)
    assert load(workspace, written(workspace)) is None


def test_a_damaged_file_is_none_and_remains_are_swept(workspace: Workspace) -> None:
    store = written(workspace)
    folder = workspace.quality("small")
    folder.mkdir(parents=True)
    (folder / "findings.parquet").write_bytes(b"no table")
    (folder / f"{atomic.PREFIX}killed").write_bytes(b"")
    assert load(workspace, store) is None
    check(workspace, store)
    assert load(workspace, store) is not None
    assert os.listdir(folder) == ["findings.parquet"]


def test_tiles_too_small_for_a_mosaic_are_checked_without_neighbours(workspace: Workspace) -> None:
    checked = check(workspace, written(workspace, side=7))
    assert "7×7" in checked.left_out[-1]
    assert "tiny_area" in set(checked.findings["reason"])


def test_a_stop_leaves_what_was_kept(workspace: Workspace) -> None:
    store = written(workspace)
    check(workspace, store)
    with pytest.raises(Stopped):
        check(workspace, store, progress=never)
    assert load(workspace, store) is not None


def test_a_deleted_data_set_takes_its_findings_along(workspace: Workspace) -> None:
    check(workspace, written(workspace))
    workspace.delete_dataset("small")
    assert not workspace.quality("small").exists()
