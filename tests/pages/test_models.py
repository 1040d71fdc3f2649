"""What can be trained, as the page Train lists it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.segment import device
from core.segment.registry import MODELS
from core.workspace import Workspace
from tests.pages.test_runs import make


@pytest.fixture(autouse=True)
def _known_device() -> None:
    device.look().result()


def test_networks_are_listed_with_size_and_time(opened: Callable[..., AppTest], workspace: Workspace) -> None:
    page = opened("train", dataset="small", view="Models").segmented_control(key="preset").set_value("unet").run()
    assert not page.exception and not page.error
    found = page.dataframe[0].value.set_index("Model")
    assert set(found.index) == set(MODELS)
    assert found.index[0] == "unet", "the smallest first"
    assert found.loc["resnet34", "GFLOP a tile"] == pytest.approx(3.86, abs=0.01)
    assert found["Time"].str.startswith("≈").all(), "nothing was trained here yet"
    make(workspace, "a", 4, 0.4)
    assert not opened("train", dataset="small", view="Layers").exception
