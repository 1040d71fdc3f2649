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


@pytest.mark.parametrize("query", [{"split": "test"}, {"text": "no such tile"}])
def test_tiles_without_mask_and_no_tiles_at_all(opened: Callable[..., AppTest], query: dict[str, str]) -> None:
    page = opened("distributions", **query)
    assert not page.exception
    assert len(page.get("plotly_chart")) == 2


def test_a_filter_leaves_fewer_tiles(opened: Callable[..., AppTest]) -> None:
    page = opened("distributions", split="train")
    assert titles(page)[0] != "Depth of 32 tiles"
