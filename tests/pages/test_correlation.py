"""The page Correlation."""

from __future__ import annotations

import json
from collections.abc import Callable

from streamlit.testing.v1 import AppTest


def test_the_joined_table_and_the_relation_in_words(opened: Callable[..., AppTest]) -> None:
    page = opened("correlation")
    assert not page.exception
    table = page.dataframe[0].value
    assert list(table.columns) == ["id", "rle_mask", "salt_proportion", "z", "split"]
    assert any("of the variance of the salt proportion" in words.value for words in page.markdown)
    [chart] = page.get("plotly_chart")
    drawn = [trace for trace in json.loads(chart.proto.spec)["data"] if "customdata" in trace]
    assert sorted(id for trace in drawn for id in trace["customdata"]) == sorted(table["id"])


def test_a_filter_leaves_fewer_tiles(opened: Callable[..., AppTest]) -> None:
    page = opened("correlation", salt="0..0")
    assert not page.exception
    assert set(page.dataframe[0].value["salt_proportion"]) == {0}
    assert any("differ in depth and in salt" in words.value for words in page.markdown)


def test_tiles_without_mask(opened: Callable[..., AppTest]) -> None:
    page = opened("correlation", split="test")
    assert not page.exception
    assert len(page.dataframe[0].value) == 0
