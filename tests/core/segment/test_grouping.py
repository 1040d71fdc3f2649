"""Groups of tiles that stay on one side of the split: of a mosaic, of the data set's own sections, or none."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from core import atomic
from core.dataset.synthetic import simulate
from core.dataset.tiles import TileStore, write_store
from core.errors import Stopped
from core.explore.mosaic import break_link, is_ready, mosaic_of
from core.segment.grouping import Grouping, grouping, in_words
from core.segment.settings import TrainSettings
from core.segment.train import train
from core.workspace import RunFolder, Workspace

Make = Callable[..., TrainSettings]
NewRun = Callable[[str], RunFolder]
SURVEY = simulate(tiles=60, seed=3)


def stop(done: int, total: int | None, what: str, **facts: object) -> None:
    if what.startswith("epoch"):
        raise Stopped


@pytest.fixture
def survey(workspace: Workspace) -> TileStore:
    """Sixty labelled tiles of a few sections, without a word of which."""
    index = pd.DataFrame({"id": SURVEY.ids, "split": "train"})
    with atomic.replacing_folder(workspace.dataset("survey")) as part:
        write_store(part, index, SURVEY.images, SURVEY.masks, {"checksum": "one"})
    return TileStore.open(workspace.dataset("survey"))


def kept_aside(run: RunFolder) -> list[str]:
    ids: list[str] = json.loads(run.config.read_text())["validation_ids"]
    return ids


def begun(workspace: Workspace, run: RunFolder, settings: TrainSettings) -> RunFolder:
    with pytest.raises(Stopped):
        train(workspace, run, settings, stop)
    return run


def test_a_training_finds_the_mosaic_and_keeps_its_sections_together(
    workspace: Workspace, survey: TileStore, settings: Make, new_run: NewRun
) -> None:
    run = begun(workspace, new_run("a"), settings(dataset="survey"))
    assert is_ready(workspace, survey)
    groups = mosaic_of(workspace, survey).groups
    assert np.bincount(groups).max() > 3
    validation = survey.index["id"].isin(kept_aside(run)).to_numpy()
    assert validation.any() and not set(groups[validation]) & set(groups[~validation])
    config = json.loads(run.config.read_text())
    assert config["groups"]["method"] == "mosaic"
    assert config["groups"]["groups"] == len(set(groups))
    assert config["groups"]["validation_groups"] == len(set(groups[validation]))
    assert in_words(run).endswith("tiles of one section stay on one side.")


def test_without_groups_sections_are_cut(
    workspace: Workspace, survey: TileStore, settings: Make, new_run: NewRun
) -> None:
    run = begun(workspace, new_run("a"), settings(dataset="survey", groups="none"))
    assert not is_ready(workspace, survey)
    assert json.loads(run.config.read_text())["groups"] == {"method": "none", "groups": 60, "validation_groups": 12}
    assert in_words(run) == "48 tiles to learn from, 12 kept aside, each tile for itself."


def test_a_run_keeps_its_validation_tiles_when_a_link_is_broken(
    workspace: Workspace, survey: TileStore, settings: Make, new_run: NewRun
) -> None:
    run = begun(workspace, new_run("a"), settings(dataset="survey", epochs=1))
    before = run.config.read_bytes()
    mosaic = mosaic_of(workspace, survey)
    ids = survey.index["id"].to_numpy()
    for first, second, where in mosaic.links[["first", "second", "where"]].itertuples(index=False):
        break_link(workspace, survey, ids[first], ids[second], where)
    assert len(mosaic_of(workspace, survey).sizes) == 0
    train(workspace, run, settings(dataset="survey", epochs=1))
    assert run.config.read_bytes() == before
    assert set(kept_aside(begun(workspace, new_run("b"), settings(dataset="survey")))) != set(kept_aside(run))


def test_what_the_data_set_says_of_its_sections_comes_first(workspace: Workspace, survey: TileStore) -> None:
    sections = ["north", "north", None, None, *["south"] * 56]
    with atomic.replacing_folder(workspace.dataset("named")) as part:
        write_store(part, survey.index.assign(section=sections, row=0, col=0), survey.tiles, survey.masks)
    found = grouping(workspace, TileStore.open(workspace.dataset("named")), "mosaic")
    assert found.method == "sections"
    assert len(set(found.numbers[4:])) == 1 and len(set(found.numbers)) == 4


def test_tiles_too_small_to_compare_stand_for_themselves(workspace: Workspace) -> None:
    tiles = np.random.default_rng(0).integers(0, 255, (6, 4, 4)).astype(np.uint8)
    with atomic.replacing_folder(workspace.dataset("small")) as part:
        write_store(part, pd.DataFrame({"id": list("abcdef"), "split": "train"}), tiles, tiles)
    assert grouping(workspace, TileStore.open(workspace.dataset("small")), "mosaic").method == "none"


@pytest.mark.parametrize(
    ("numbers", "expected"), [([1, 1, 2], [1, 1, 2]), ([1, 2, 3], None), ([4, 4, 4], None)], ids=str
)
def test_groups_that_say_nothing_are_no_groups(numbers: list[int], expected: list[int] | None) -> None:
    found = Grouping("mosaic", np.array(numbers)).among(np.arange(3))
    assert (found is None) if expected is None else found is not None and found.tolist() == expected
