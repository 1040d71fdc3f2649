"""The page Distributions."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest


def titles(page: AppTest) -> list[str]:
    assert not page.exception
    assert not page.error
    charts = [json.loads(chart.proto.spec) for chart in page.get("plotly_chart")]
    return [chart["layout"]["title"]["text"] for chart in charts]


def test_both_quantities_and_their_table(opened: Callable[..., AppTest]) -> None:
    page = opened("distributions")
    depth, salt = titles(page)
    assert depth == "Depth of 32 tiles"
    assert salt.startswith("Salt proportion of ")
    assert list(page.dataframe[0].value["Quantity"]) == ["Depth", "Salt proportion"]


def test_comparison_and_cumulative_curves(opened: Callable[..., AppTest]) -> None:
    page = opened("distributions")
    page.button_group(key="compare").set_value("split").run()
    assert list(page.dataframe[0].value["Tiles"]) == ["train", "test"] * 2
    page.toggle(key="cumulative").set_value(True).run()
    assert len(titles(page)) == 2


def test_coverage_classes(opened: Callable[..., AppTest]) -> None:
    page = opened("distributions", compare="Coverage classes")
    depth, salt = titles(page)
    assert depth.startswith("Depth of ")
    assert salt.startswith("Salt proportion of ")
    assert "empty" in set(page.dataframe[0].value["Tiles"])


def test_grey_levels(opened: Callable[..., AppTest]) -> None:
    page = opened("distributions", show="Grey levels", compare="Train and test")
    levels, of_tiles = titles(page)
    assert levels == "Grey of all pixels of 32 tiles"
    assert of_tiles == "Grey mean of 32 tiles"
    page.button_group(key="grey_of").set_value("black").run()
    assert titles(page)[1] == "Black pixels of 32 tiles"
    assert set(page.dataframe[0].value["Quantity"]) == {"Grey mean", "Grey spread", "Black pixels", "White pixels"}


def test_mean_tile(opened: Callable[..., AppTest]) -> None:
    page = opened("distributions", show="Mean tile")
    mask, image = titles(page)
    assert mask.startswith("Mean mask of ")
    assert image == "Mean image of 32 tiles"
    assert any("topmost fifth" in words.value for words in page.markdown)
    assert len(page.dataframe[0].value) == 10


def test_train_against_test(opened: Callable[..., AppTest]) -> None:
    page = opened("distributions", show="Train against test")
    assert titles(page) == ["Depth of 32 tiles"] * 2
    assert any(words.value.startswith("Depth: ") for words in page.markdown)
    page.button_group(key="split_of").set_value("std").run()
    assert titles(page) == ["Grey spread of 32 tiles"] * 2
    assert "Grey spread" in list(page.dataframe[0].value["Quantity"])


@pytest.mark.parametrize("view", ["Depth and salt", "Grey levels", "Mean tile", "Train against test"])
@pytest.mark.parametrize("query", [{"split": "test"}, {"text": "no such tile"}])
def test_tiles_without_mask_and_no_tiles_at_all(
    opened: Callable[..., AppTest], query: dict[str, str], view: str
) -> None:
    page = opened("distributions", show=view, compare="Train and test", **query)
    assert not page.exception
    if view == "Train against test":
        assert "one split only" in page.info[0].value
    else:
        assert len(page.get("plotly_chart")) == 2


def test_a_filter_leaves_fewer_tiles(opened: Callable[..., AppTest]) -> None:
    for view in ("Depth and salt", "Grey levels"):
        page = opened("distributions", split="train", show=view)
        assert "32 tiles" not in titles(page)[0]
