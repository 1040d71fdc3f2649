"""The synthetic survey: what its tiles are like, that they touch, and its way through Kaggle's files."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import imageio.v3 as imageio
import numpy as np
import pandas as pd
import pytest

from core.dataset import rle
from core.dataset.synthetic import Survey, make_demo, simulate, write_kaggle
from core.dataset.synthetic.labels import labelled
from core.dataset.tiles import TileStore
from core.errors import BadInput, BadName, Stopped
from core.workspace import Workspace


@pytest.fixture(scope="module")
def survey() -> Survey:
    return simulate(600, seed=0)


def test_the_same_seed_gives_the_same_survey_and_another_seed_another() -> None:
    first, again, other = simulate(24, seed=3), simulate(24, seed=3), simulate(24, seed=4)
    for name in ("ids", "images", "masks", "depths", "split"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    pd.testing.assert_frame_equal(first.sections, again.sections)
    assert not np.array_equal(first.images, other.images)
    assert not set(first.ids) & set(other.ids)


@pytest.mark.parametrize("shape", [(101, 101), (64, 80)])
def test_arrays_have_the_promised_shapes_types_and_ranges(shape: tuple[int, int]) -> None:
    survey = simulate(32, seed=2, tile_shape=shape)
    assert survey.images.shape == survey.masks.shape == (32, *shape)
    assert survey.images.dtype == survey.masks.dtype == np.uint8
    assert set(np.unique(survey.masks)) == {0, 1}
    assert len(set(survey.ids)) == 32 and all(len(id) == 10 and int(id, 16) >= 0 for id in survey.ids)
    assert list(survey.sections.columns) == ["id", "section", "row", "col"]
    assert not survey.sections.duplicated(["section", "row", "col"]).any()


def test_a_small_survey_has_tiles_with_and_without_salt_in_both_splits() -> None:
    for seed in range(5):
        survey = simulate(32, seed=seed)
        salt = survey.masks.any(axis=(1, 2))
        assert 4 <= salt.sum() <= 28
        assert 4 <= (survey.split == "test").sum() <= 12


def test_the_split_is_by_whole_sections_about_a_fifth(survey: Survey) -> None:
    assert 0.17 < (survey.split == "test").mean() < 0.23
    assert (survey.sections.assign(split=survey.split).groupby("section")["split"].nunique() == 1).all()


def test_salt_depth_black_tiles_and_stretch_are_like_the_real_ones(survey: Survey) -> None:
    proportion = survey.masks.mean(axis=(1, 2))
    black = survey.images.std(axis=(1, 2)) == 0
    assert (proportion == 0).mean() == pytest.approx(0.3905, abs=0.03)
    assert proportion.mean() == pytest.approx(0.248, abs=0.03)
    assert black.mean() == pytest.approx(0.02, abs=0.007)
    assert not survey.images[black].any() and not survey.masks[black].any()
    low, high = survey.images.min(axis=(1, 2)), survey.images.max(axis=(1, 2))
    assert ((low == 0) & (high == 255)).mean() == pytest.approx(0.94, abs=0.03)
    assert np.array_equal(survey.depths, survey.depths.round())
    assert survey.depths.min() >= 50 and survey.depths.max() <= 959


def test_depth_is_weakly_related_to_salt() -> None:
    survey = simulate(4000, seed=0, tile_shape=(24, 24))
    assert 0.04 < np.corrcoef(survey.depths, survey.masks.mean(axis=(1, 2)))[0, 1] < 0.17


def pairs(survey: Survey) -> dict[str, np.ndarray]:
    """Rows of tiles that touch: "right" (n, 2) and "below" (n, 2)."""
    place = {(s, r, c): row for row, (s, r, c) in enumerate(survey.sections[["section", "row", "col"]].to_numpy())}
    found: dict[str, list[tuple[int, int]]] = {"right": [], "below": []}
    for (section, row, col), first in place.items():
        for where, next_place in (("right", (section, row, col + 1)), ("below", (section, row + 1, col))):
            if next_place in place:
                found[where].append((first, place[next_place]))
    return {where: np.array(rows) for where, rows in found.items()}


def edges(images: np.ndarray, rows: np.ndarray, where: str) -> tuple[np.ndarray, np.ndarray]:
    """The two lines of pixels (n, length) that lie beside each other."""
    first, second = images[rows[:, 0]], images[rows[:, 1]]
    return (first[:, :, -1], second[:, :, 0]) if where == "right" else (first[:, -1], second[:, 0])


def correlations(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    one, other = (line - line.mean(axis=1, keepdims=True) for line in (one.astype(float), other.astype(float)))
    return (one * other).sum(axis=1) / np.sqrt((one**2).sum(axis=1) * (other**2).sum(axis=1) + 1e-9)


@pytest.mark.parametrize("where", ["right", "below"])
def test_pictures_go_on_in_the_tile_that_touches(survey: Survey, where: str) -> None:
    black = survey.images.std(axis=(1, 2)) == 0
    touching = pairs(survey)[where]
    touching = touching[~black[touching].any(axis=1)]
    strangers = np.column_stack([touching[:, 0], np.roll(touching[:, 1], 37)])
    assert len(touching) > 200
    assert np.median(correlations(*edges(survey.images, touching, where))) > 0.8
    assert abs(np.median(correlations(*edges(survey.images, strangers, where)))) < 0.2


@pytest.mark.parametrize("where", ["right", "below"])
def test_masks_go_on_but_for_tiles_that_are_labelled_empty(survey: Survey, where: str) -> None:
    touching = pairs(survey)[where]
    touching = touching[survey.masks[touching].any(axis=(2, 3)).all(axis=1)]
    one, other = edges(survey.masks, touching, where)
    assert len(touching) > 50
    assert (one != other).mean() < 0.03


def test_a_tile_below_a_full_bottom_row_is_labelled_empty() -> None:
    salt = np.zeros((8, 8), bool)
    salt[3:, :4] = salt[5:, 4:6] = True
    masks = labelled(salt, (4, 4), stripes_from=1.0)
    assert masks[0].sum() == 4 and not masks[1].any()
    assert not masks[2].any()  # below a full row
    np.testing.assert_array_equal(masks[3], salt[4:, 4:])


def test_stripes_go_on_unchanged_to_the_bottom() -> None:
    salt = np.zeros((8, 4), bool)
    salt[3, 1:3] = salt[6] = True
    masks = labelled(salt, (4, 4), stripes_from=0.5)
    np.testing.assert_array_equal(masks[1], np.tile([0, 1, 1, 0], (4, 1)))


def test_kaggle_files_are_as_kaggle_delivers_them(kaggle_folder: Path) -> None:
    survey = simulate(tiles=32, seed=1)
    tables = {name: pd.read_csv(kaggle_folder / f"{name}.csv", dtype={"id": str}) for name in ("train", "depths")}
    submission = pd.read_csv(kaggle_folder / "sample_submission.csv")
    train = survey.split == "train"
    assert list(tables["train"]["id"]) == list(survey.ids[train])
    assert list(tables["depths"]["z"]) == list(survey.depths)
    assert set(submission["rle_mask"]) == {"1 1"} and set(submission["id"]) == set(survey.ids[~train])
    masks = rle.decode_many(tables["train"]["rle_mask"].tolist(), (101, 101))
    np.testing.assert_array_equal(masks, survey.masks[train])
    with zipfile.ZipFile(kaggle_folder / "test.zip") as archive:
        assert set(archive.namelist()) == {f"images/{id}.png" for id in survey.ids[~train]}


def test_pictures_are_rgb_and_masks_have_16_bits_where_there_is_salt(kaggle_folder: Path) -> None:
    survey = simulate(tiles=32, seed=1)
    kinds = set()
    with zipfile.ZipFile(kaggle_folder / "train.zip") as archive:
        for row in np.flatnonzero(survey.split == "train"):
            image, mask = (
                imageio.imread(io.BytesIO(archive.read(f"{folder}/{survey.ids[row]}.png")))
                for folder in ("images", "masks")
            )
            np.testing.assert_array_equal(image, np.repeat(survey.images[row][:, :, None], 3, axis=2))
            np.testing.assert_array_equal(mask > 0, survey.masks[row])
            kinds.add((mask.dtype.name, int(mask.max())))
    assert kinds == {("uint8", 0), ("uint16", 65535)}


def test_the_demo_holds_what_was_simulated(workspace: Workspace) -> None:
    report = make_demo(workspace, "made", tiles=40, seed=5)
    survey, store = simulate(40, seed=5), TileStore.open(workspace.datasets / "made")
    assert (report.name, report.tiles, report.warnings) == ("made", 40, [])
    assert (report.train, report.test) == ((survey.split == "train").sum(), (survey.split == "test").sum())
    rows = store.rows(survey.ids.tolist())
    np.testing.assert_array_equal(store.tiles[rows], survey.images)
    index = store.index.iloc[rows].reset_index(drop=True)
    train = survey.split == "train"
    np.testing.assert_array_equal(store.masks[rows[train]], survey.masks[train])
    assert list(index["split"]) == survey.split.tolist() and list(index["z"]) == survey.depths.tolist()
    for name in ("section", "row", "col"):
        assert index[name].tolist() == survey.sections[name].tolist()


def test_a_stopped_demo_leaves_nothing(workspace: Workspace) -> None:
    def stop(done: int, total: int | None, what: str, **facts: object) -> None:
        if what == "Writing pictures" and done:
            raise Stopped

    with pytest.raises(Stopped):
        make_demo(workspace, tiles=16, progress=stop)
    assert not workspace.dataset_names()
    assert not list(workspace.sources.iterdir())


def test_what_cannot_be_made_is_refused(workspace: Workspace) -> None:
    with pytest.raises(BadInput, match="0 tiles"):
        simulate(0)
    with pytest.raises(BadInput, match="16×16"):
        simulate(4, tile_shape=(8, 101))
    with pytest.raises(BadName):
        make_demo(workspace, "../elsewhere")


def test_progress_ends_at_the_number_of_tiles(tmp_path: Path) -> None:
    heard: list[tuple[int, int | None, str]] = []
    survey = simulate(20, seed=1, tile_shape=(32, 32), progress=lambda *told: heard.append(told))
    write_kaggle(survey, tmp_path, progress=lambda *told: heard.append(told))
    assert (20, 20, "Simulating sections") in heard and heard[-1] == (20, 20, "Writing pictures")
