"""The page Quality."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import actions, jobs
from core.dataset.tiles import TileStore, write_store
from core.errors import Busy
from core.explore.mosaic import break_link, mosaic_of
from core.explore.quality import load
from core.review.store import ReviewStore
from core.review.tables import LABELS
from core.workspace import Workspace

Open = Callable[..., AppTest]


@pytest.fixture
def faulty(opened: Open, workspace: Workspace) -> Open:
    """The page over the same tiles, some with labels that have obvious faults."""
    small = TileStore.open(workspace.dataset("small"))
    masks = small.masks.copy()
    striped, holed, tiny = np.flatnonzero(small.index["has_mask"] & (small.index["std"] > 0))[:3]
    masks[[striped, holed, tiny]] = 0
    masks[striped, :, 40:] = masks[tiny, 50, 50:53] = masks[holed, 20:80, 10:90] = 1
    masks[holed, 40:44, 40:44] = 0
    index = small.index[["id", "split", "z", "has_mask"]]
    workspace.dataset("faulty").mkdir()
    write_store(workspace.dataset("faulty"), index, small.tiles, masks, {"checksum": "faulty"})
    return lambda **query: opened("quality", dataset="faulty", **query)


@pytest.fixture
def checked(faulty: Open, workspace: Workspace) -> Open:
    actions.check_labels(workspace, "faulty")
    return faulty


def table(page: AppTest) -> set[tuple[str, str]]:
    assert not page.exception
    assert not page.error
    found = page.dataframe[0].value
    return set(zip(found["id"], found["reason"], strict=True))


def all_findings(workspace: Workspace) -> set[tuple[str, str]]:
    kept = load(workspace, TileStore.open(workspace.dataset("faulty")))
    assert kept is not None
    return set(zip(kept.findings["id"], kept.findings["reason"], strict=True))


def test_nothing_is_checked_until_somebody_asks(faulty: Open, workspace: Workspace) -> None:
    page = faulty()
    assert not page.exception
    assert "not checked yet" in page.subheader[0].value
    page.button(key="check_labels").click().run()
    [job] = workspace.all_jobs()
    assert jobs.wait(job, 60).state is jobs.State.FINISHED, job.log.read_text()
    assert table(page.run()) == all_findings(workspace)


def test_all_findings_with_the_words_for_what_is_missing(checked: Open, workspace: Workspace) -> None:
    page = checked()
    found = all_findings(workspace)
    assert {"vertical_stripes", "hole", "tiny_area", "constant_tile"} <= {reason for _, reason in found}
    assert table(page) == found
    assert any("no model has predicted" in words.value for words in page.markdown)


def test_rules_severity_and_the_shared_filter_stand_in_the_link(checked: Open, workspace: Workspace) -> None:
    found = all_findings(workspace)
    reason = "hole"
    page = checked(rule=reason)
    assert table(page) == {one for one in found if one[1] == reason}
    tile = next(tile for tile, reason in found if reason == "hole")
    assert table(checked(ids=tile)) == {one for one in found if one[0] == tile}
    severe = checked(severity="0.5").dataframe[0].value["severity"]
    assert severe.min() >= 0.5
    assert "leave" in checked(severity="1").info[0].value


def test_nonsense_in_a_link_is_passed_over(checked: Open, workspace: Workspace) -> None:
    page = checked(rule="splendid", severity="much", tile="nobody")
    assert table(page) == all_findings(workspace)


def busy(*given: object) -> int:
    raise Busy("another process writes")


def test_a_tile_and_all_that_is_shown_can_be_sent_to_review(checked: Open, workspace: Workspace) -> None:
    store = ReviewStore(workspace.database_url)
    page = checked()
    first = page.dataframe[0].value.iloc[0]
    assert not any("in review" in one.value for one in page.caption)
    page.button(key="send_tile").click().run()
    assert any("Review of its label: in review" in one.value for one in page.caption)
    assert store.queue(LABELS, "faulty")["tile"].tolist() == [first["id"]]
    with pytest.MonkeyPatch.context() as other:
        other.setattr("core.review.labels.send", busy)
        page.button(key="send_all").click().run()
    assert [one.value for one in page.toast] == ["another process writes"] and page.dataframe
    page.button(key="send_all").click().run()
    labelled = TileStore.open(workspace.dataset("faulty")).index.query("has_mask")["id"]
    wanted = {tile for tile, _ in all_findings(workspace)} & set(labelled)
    assert set(store.queue(LABELS, "faulty")["tile"]) == wanted


def test_what_changed_since_the_check_is_told(checked: Open, workspace: Workspace) -> None:
    assert not any(button.label == "Check again" for button in checked().button)
    store = TileStore.open(workspace.dataset("faulty"))
    pair = mosaic_of(workspace, store).pairs.iloc[0]
    ids = store.index["id"]
    break_link(workspace, store, ids[pair["first"]], ids[pair["second"]], pair["where"])
    page = checked()
    assert any("Other tiles of the mosaic touch now" in words.value for words in page.caption)
    page.button(key="check_labels").click().run()
    assert jobs.wait(workspace.all_jobs()[0], 60).state is jobs.State.FINISHED
    assert not any(button.label == "Check again" for button in page.run().button)


def test_the_tiles_of_a_rule_open_in_explore(checked: Open) -> None:
    page = checked(rule="hole")
    page.button(key="explore_found").click().run()
    assert not page.exception
    assert page.title[0].value == "Explore"
    assert "hole" in page.query_params["finding"]


def test_the_shared_filter_leaves_the_tiles_of_a_rule(checked: Open, workspace: Workspace) -> None:
    tiles = {tile for tile, reason in all_findings(workspace) if reason == "hole"}
    assert {tile for tile, _ in table(checked(finding="hole"))} == tiles
