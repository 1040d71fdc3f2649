"""The page Train before anything is started."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from core.segment import first_weights
from core.segment.settings import TrainSettings

Open = Callable[..., AppTest]


def test_weights_that_are_missing_are_told_before_the_start(opened: Open) -> None:
    app = opened("train", dataset="small")
    assert not app.exception and not app.warning
    for model in ("efficientnet_lite0", "resnet34"):
        app.selectbox("setting_unet_model").set_value(model).run()
        assert not app.exception
        told = [one.value for one in app.warning]
        assert len(told) == first_weights.missing(TrainSettings("small", model=model))
        assert all(f"no ImageNet weights for {model} are installed here" in words for words in told)
