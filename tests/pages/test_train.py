"""The page Train before anything is started."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.segment import device, first_weights
from core.segment.settings import TrainSettings

Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def _known_device() -> None:
    device.look().result()


def test_weights_that_are_missing_are_told_before_the_start(opened: Open) -> None:
    app = opened("train", dataset="small")
    app.selectbox("setting_quick_model").set_value("unet").run()
    assert not app.exception and not app.warning
    for model in ("efficientnet_lite0", "resnet34"):
        app.selectbox("setting_quick_model").set_value(model).run()
        assert not app.exception
        told = [one.value for one in app.warning]
        assert len(told) == first_weights.missing(TrainSettings("small", model=model))
        assert all(f"no ImageNet weights for {model} are installed here" in words for words in told)


def typed(app: AppTest, model: str) -> None:
    """Choose a word that is none of the choices, which the test's own selectbox knows nothing of."""
    box = app.selectbox("setting_quick_model")
    box.options.append(model)
    box.set_value(model).run()


def test_any_encoder_of_timm_may_be_typed(opened: Open) -> None:
    app = opened("train", dataset="small", view="Models")
    typed(app, "tu-test_resnet")
    assert not app.exception and not app.error
    assert "tu-test_resnet" in set(app.dataframe[0].value["Model"])
    told = [one.value for one in app.warning]
    assert len(told) == first_weights.missing(TrainSettings("small", model="tu-test_resnet"))
    assert all("timm's hub is asked at the start" in words for words in told)
    typed(app, "tu-test_resnets")
    assert not app.exception
    assert any("did you mean tu-test\\_resnet" in one.value for one in app.error)


def test_the_page_does_not_wait_for_the_device(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    looking: Future[dict[str, Any]] = Future()
    monkeypatch.setattr(device, "look", lambda name: looking)
    app = opened("train", dataset="small", view="Models")
    assert "Looking at the device…" in [one.value for one in app.caption]
    app.segmented_control("preset").set_value("unet").run()
    assert not app.exception and app.number_input("setting_unet_width").value == 8 and not app.dataframe
    looking.set_result(device.describe("cpu"))
    app.run()
    assert not app.exception and "unet" in set(app.dataframe[0].value["Model"])


def test_what_a_network_does_not_have_can_not_be_set(opened: Open) -> None:
    app = opened("train", dataset="small")
    app.selectbox("setting_quick_model").set_value("unet").run()
    width, scse = app.number_input("setting_quick_width"), app.toggle("setting_quick_scse")
    assert not width.disabled and scse.disabled
    app.selectbox("setting_quick_model").set_value("resnet34").run()
    assert app.number_input("setting_quick_width").disabled and not app.toggle("setting_quick_scse").disabled
