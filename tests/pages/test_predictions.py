"""Predictions: how masks are made and what confidence is worth, over a run that was tuned and one that was not."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest
from scipy import ndimage
from streamlit.testing.v1 import AppTest

from core.dataset.tiles import TileStore
from core.segment.features import features
from core.segment.masking import Masking
from core.segment.postprocess import treat_run, tune_run
from core.segment.treatment import Treatment
from core.workspace import RunFolder, Workspace
from dashboard.components import confidence_report
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


@pytest.fixture
def calibrated(run: RunFolder, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """The run after tuning, its confidence learned from fewer tiles than it would be otherwise."""
    monkeypatch.setattr("core.segment.calibration.FEWEST", 10)
    tune_run(workspace, run.id)
    return run


def test_what_the_confidence_goes_by_is_drawn(opened: Open, calibrated: RunFolder) -> None:
    page = view(opened, calibrated, "Confidence")
    calibration = Masking.of(calibrated).calibration
    assert calibration is not None and calibration.curves.keys() <= confidence_report.FEATURES.keys()
    assert not page.exception and len(page.get("plotly_chart")) == 2 + confidence_report.CURVES
    assert f"The 8 of {len(calibration.curves)} things" in words(page)


def test_all_that_is_told_of_a_tile_has_words() -> None:
    nothing = np.zeros((1, 4, 4), np.uint8)
    told = {*features(nothing, nothing, nothing), "expected_empty", "empty"}
    assert confidence_report.FEATURES.keys() == told


def test_a_confidence_of_another_version_is_calibrated_again_for_the_same_masks(
    opened: Open, calibrated: RunFolder, workspace: Workspace
) -> None:
    treat_run(workspace, calibrated.id, Treatment(area=20))
    kept = json.loads(calibrated.postprocess.read_text())
    calibrated.postprocess.write_text(json.dumps(kept | {"calibration": {"names": ["salt"], "weights": [1.0]}}))
    page = view(opened, calibrated, "Confidence")
    assert "calibrated by another version" in page.warning[0].value and len(page.get("plotly_chart")) == 2
    next(one for one in page.button if one.label == "Calibrate again").click().run()
    assert not page.exception and not page.warning
    assert Masking.of(calibrated).calibration and Masking.of(calibrated).treatment == Treatment(area=20)


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"runs": ["20260101-000000-unet-aaaa", "another"]}, "predicted together with others"),
        ({"epochs": [3]}, "predicted by an earlier epoch"),
        ({"epochs": [7]}, "predicted · score"),
    ],
)
def test_by_which_networks_is_told(opened: Open, run: RunFolder, facts: dict[str, object], told: str) -> None:
    run.best.with_suffix(".json").write_text(json.dumps({"epoch": 7}))
    path = run.predictions("small", "train") / "prediction.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | facts))
    page = opened("predictions", dataset="small", run=run.id)
    assert not page.exception and told in words(page)


def test_settings_of_ones_own_are_used_at_once(opened: Open, run: RunFolder) -> None:
    page = view(opened, run, "Masks")
    next(one for one in page.number_input if "Remove patches" in one.label).set_value(40)
    next(one for one in page.button if one.label == "Use these").click().run()
    assert not page.exception and not page.error
    assert Masking.of(run).treatment.area == 40
    assert "patches under **40 px** removed" in words(page)
