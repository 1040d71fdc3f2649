"""The page Mosaic without a browser: before there is a mosaic, with one, and its broken links."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from core.dataset.tiles import TileStore
from core.explore.mosaic import break_link, broken_links, is_ready, mosaic_of
from core.jobs import State, status
from core.jobs import wait as wait_for
from core.workspace import Workspace

Open = Callable[..., AppTest]


def small(workspace: Workspace) -> TileStore:
    return TileStore.open(workspace.existing_dataset("small"))


def test_without_a_mosaic_one_button_finds_it(opened: Open, workspace: Workspace) -> None:
    app = opened("mosaic")
    assert not app.exception and not app.dataframe
    next(one for one in app.button if one.label == "Find neighbours").click().run()
    job = workspace.all_jobs()[0]
    assert status(job).title == "Find neighbours in small"
    assert wait_for(job, timeout=60).state is State.FINISHED
    assert is_ready(workspace, small(workspace))
    app.run()
    assert not app.exception
    table = app.dataframe[0].value
    assert table["section"].tolist() == list(range(1, len(table) + 1))
    assert table["tiles"].is_monotonic_decreasing


def test_a_broken_link_is_listed_and_mended(opened: Open, workspace: Workspace) -> None:
    app = opened("mosaic", section="1")
    store = small(workspace)
    mosaic = mosaic_of(workspace, store)
    ids = store.index["id"]
    link = next(mosaic.links[mosaic.section[mosaic.links["first"]] == 0].itertuples(index=False))
    break_link(workspace, store, ids[link.first], ids[link.second], link.where)
    app.run()
    assert any("Broken links (1)" in one.label for one in app.expander)
    next(one for one in app.button if one.label == "Mend").click().run()
    assert not app.exception and not broken_links(workspace, "small")
    assert not any("Broken links" in one.label for one in app.expander)


def test_a_section_becomes_the_filter_of_all_pages_and_ceases_to_be(opened: Open, workspace: Workspace) -> None:
    opened("mosaic")
    store = small(workspace)
    mosaic = mosaic_of(workspace, store)
    app = opened("mosaic", section="1")
    app.button(key="section_filter").click().run()
    assert not app.exception
    beside = app.query_params["beside"]
    assert mosaic.section[store.row(beside if isinstance(beside, str) else beside[0])] == 0
    app.button(key="section_filter").click().run()
    assert "beside" not in app.query_params


def test_a_link_to_a_section_that_is_not_there_shows_the_largest(opened: Open, workspace: Workspace) -> None:
    opened("mosaic")
    mosaic_of(workspace, small(workspace))
    for number in ("999", "0", "none"):
        assert not opened("mosaic", section=number).exception


def test_explore_leads_to_the_section_of_a_tile(opened: Open, workspace: Workspace) -> None:
    opened("mosaic")
    store = small(workspace)
    app = opened("explore", tile=store.index["id"].iat[0])
    assert not app.exception
    assert "find neighbours" in app.get("page_link")[0].label
    mosaic = mosaic_of(workspace, store)
    tile = int((mosaic.section == 0).argmax())
    app = opened("explore", tile=store.index["id"].iat[tile])
    assert not app.exception
    assert app.get("page_link")[0].label == f"In section 1, with {mosaic.sizes[0] - 1} other tiles"
