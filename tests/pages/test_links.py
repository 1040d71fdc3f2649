"""Links that lead nowhere: a sentence, and a way out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

BAD = {
    "another folder": ({"dataset": "../etc"}, "'../etc' can't be used as a data set name"),
    "no such data set": ({"dataset": "gone"}, "there is no data set 'gone'"),
    "no such tile": ({"dataset": "small", "tile": "nope"}, "has no tile 'nope'"),
    "no such run": ({"dataset": "small", "run": "gone"}, "there is no run 'gone'"),
    "no tile by that name at all": ({"dataset": "small", "tile": "_*x*_"}, r"has no tile '\_\*x\*\_'"),
    "range turned round": ({"dataset": "small", "salt": "9..1"}, "salt is 9..1"),
}


@pytest.mark.parametrize(("query", "words"), BAD.values(), ids=BAD)
def test_a_bad_link_is_explained_and_left_by_a_button(
    opened: Callable[..., AppTest], query: dict[str, str], words: str
) -> None:
    page = opened("explore", **query)
    assert [words in error.value for error in page.error] == [True]
    page.button[-1].click().run()
    assert not page.error and not page.exception
    assert page.query_params["dataset"] == "small"


def test_an_empty_choice_is_none(opened: Callable[..., AppTest]) -> None:
    page = opened("explore", dataset="", run="", seed="9" * 5000)
    assert not page.error and not page.exception
    assert page.query_params["dataset"] == "small"
