from streamlit.testing.v1 import AppTest

from core.explore.filters import TileFilter


def app() -> None:
    """A page with nothing but the controls, over four tiles; the second page of the URL shows that it was left."""
    import pandas as pd
    import streamlit as st

    from dashboard import state
    from dashboard.components import tile_filters

    if "bare" in st.query_params:
        index = pd.DataFrame({"id": ["a"], "split": ["test"], "z": [float("nan")], "has_mask": [False]})
    else:
        splits, labelled = ["train", "train", "test", "test"], [True, True, False, False]
        index = pd.DataFrame({"id": list("abcd"), "split": splits, "z": [50, 400, 95.5, 958.2], "has_mask": labelled})
    state.synchronise()
    tile_filters.show(index, changed=lambda: st.session_state.update(changes=st.session_state.get("changes", 0) + 1))


def started(**query: str) -> AppTest:
    page = AppTest.from_function(app)
    for name, value in query.items():
        page.query_params[name] = value
    return page.run()


def chosen(page: AppTest) -> TileFilter:
    assert not page.exception
    return page.session_state["selection"].filter


def test_nothing_chosen() -> None:
    page = started()
    assert chosen(page) == TileFilter()
    assert page.slider(key="filter_salt").value == (0, 100)
    assert page.slider(key="filter_depth").value == (50, 959)


def test_each_control_writes_its_own_field() -> None:
    page = started()
    page.slider(key="filter_salt").set_value((5, 40)).run()
    page.slider(key="filter_depth").set_value((100, 959)).run()
    page.text_input(key="filter_text").set_value(" Ab ").run()
    assert chosen(page) == TileFilter(salt=(0.05, 0.4), depth=(100.0, 959.0), text="Ab")
    assert page.session_state["changes"] == 3
    assert page.query_params["salt"] in ("0.05..0.4", ["0.05..0.4"])


def test_a_range_over_everything_is_no_filter() -> None:
    page = started(salt="0.1..0.2", depth="60..70")
    page.slider(key="filter_salt").set_value((0, 100)).run()
    page.slider(key="filter_depth").set_value((50, 959)).run()
    assert chosen(page) == TileFilter()


def test_controls_show_a_filter_from_a_link_and_keep_its_precision() -> None:
    page = started(split="test", salt="0.123..0.5", depth="10.5..300", text="a")
    assert page.slider(key="filter_salt").value == (12, 50)
    assert page.slider(key="filter_depth").value == (50, 300)
    assert page.text_input(key="filter_text").value == "a"
    page.text_input(key="filter_text").set_value("").run()
    assert chosen(page) == TileFilter(split="test", salt=(0.123, 0.5), depth=(10.5, 300.0))


def test_controls_that_could_not_change_anything_are_left_out() -> None:
    page = started(bare="1")
    assert not page.slider and len(page.text_input) == 1
