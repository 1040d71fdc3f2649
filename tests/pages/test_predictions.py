"""Predictions: how masks are made and what confidence is worth, over a run that was tuned and one that was not."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest
from scipy import ndimage
from streamlit.testing.v1 import AppTest

from core.dataset.tiles import TileStore
from core.segment.masking import Masking
from core.segment.postprocess import tune_run
from core.workspace import RunFolder, Workspace
from tests.runs import write_run

Open = Callable[..., AppTest]


@pytest.fixture
def run(opened: Open, workspace: Workspace) -> RunFolder:
    """A run that predicted the train tiles, none of which it learned, blurred and with noise."""
    store = TileStore.open(workspace.existing_dataset("small"))
    rows = np.flatnonzero(store.index["has_mask"].to_numpy())
    noise = np.random.default_rng(0).normal(0, 60, (len(rows), *store.tile_shape))
    maps = ndimage.gaussian_filter(store.masks[rows] * 255.0, (0, 3, 3)) + ndimage.gaussian_filter(noise, (0, 1, 1))
    made = write_run(workspace, "20260101-000000-unet-aaaa", store, rows, maps.clip(0, 255).astype(np.uint8), "train")
    made.config.write_text(json.dumps({"dataset": "small", "settings": {"groups": "none"}}))
    facts = made.predictions("small", "train") / "prediction.json"
    facts.write_text(json.dumps(json.loads(facts.read_text()) | {"checksum": store.source["checksum"]}))
    return made


def view(opened: Open, run: RunFolder, name: str) -> AppTest:
    page = opened("predictions", dataset="small", run=run.id)
    return page.segmented_control(key="prediction_view").set_value(name).run()


def words(page: AppTest) -> str:
    return " ".join(one.value for one in [*page.markdown, *page.subheader, *page.caption])


@pytest.mark.parametrize("name", ["Masks", "Confidence"])
def test_before_tuning_a_button_offers_it(opened: Open, run: RunFolder, name: str) -> None:
    page = view(opened, run, name)
    assert not page.exception
    assert "Tune masks and confidence" in [button.label for button in page.button]
    assert not page.get("plotly_chart")


def test_after_tuning_its_sweeps_and_the_confidence_are_drawn(
    opened: Open, run: RunFolder, workspace: Workspace
) -> None:
    tune_run(workspace, run.id)
    page = view(opened, run, "Masks")
    assert not page.exception and len(page.get("plotly_chart")) == 5  # of level, holes, area, inside, sure
    assert "without its fold" in words(page)
    page = view(opened, run, "Confidence")
    assert not page.exception and len(page.get("plotly_chart")) == 2
    assert page.dataframe[0].value["order"].tolist()[-1] == "least salt first"


def test_settings_of_ones_own_are_used_at_once(opened: Open, run: RunFolder) -> None:
    page = view(opened, run, "Masks")
    next(one for one in page.number_input if "Remove patches" in one.label).set_value(40)
    next(one for one in page.button if one.label == "Use these").click().run()
    assert not page.exception and not page.error
    assert Masking.of(run).treatment.area == 40
    assert "patches under **40 px** removed" in words(page)
