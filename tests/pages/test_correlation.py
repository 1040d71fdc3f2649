"""The page Correlation."""

from __future__ import annotations

import json
from collections.abc import Callable

from streamlit.testing.v1 import AppTest


def test_the_joined_table_and_the_relation_in_words(opened: Callable[..., AppTest]) -> None:
    page = opened("correlation")
    assert not page.exception
    coefficients, table = (frame.value for frame in page.dataframe)
    assert list(coefficients["Of"]) == ["All tiles", "Tiles with salt"]
    assert list(table.columns) == ["id", "rle_mask", "salt_proportion", "z", "split"]
    assert any("of the variance of the salt proportion" in words.value for words in page.markdown)
    [chart] = page.get("plotly_chart")
    drawn = [trace for trace in json.loads(chart.proto.spec)["data"] if "customdata" in trace]
    assert sorted(id for trace in drawn for id in trace["customdata"]) == sorted(table["id"])


def test_any_two_numbers(opened: Callable[..., AppTest]) -> None:
    page = opened("correlation", up="Grey spread")
    assert not page.exception
    assert page.selectbox(key="up").options == ["Salt proportion", "Depth", "Grey mean", "Grey spread"]
    assert list(page.dataframe[1].value.columns) == ["id", "split", "z", "std"]
    assert len(page.dataframe[1].value) == 32
    page.selectbox(key="across").set_value("salt_proportion").run()
    assert not page.exception
    assert list(page.dataframe[1].value.columns) == ["id", "rle_mask", "salt_proportion", "z", "split", "std"]


def test_a_filter_leaves_fewer_tiles(opened: Callable[..., AppTest]) -> None:
    page = opened("correlation", salt="0..0")
    assert not page.exception
    assert set(page.dataframe[1].value["salt_proportion"]) == {0}
    assert any("differ in depth and in salt" in words.value for words in page.markdown)


def test_tiles_without_mask(opened: Callable[..., AppTest]) -> None:
    page = opened("correlation", split="test")
    assert not page.exception
    assert len(page.dataframe[1].value) == 0
