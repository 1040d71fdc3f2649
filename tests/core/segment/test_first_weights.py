"""Where the first weights come from, and who is told that there are none."""

from __future__ import annotations

from collections.abc import Callable

from core import atomic
from core.segment import first_weights
from core.segment.settings import TrainSettings
from core.workspace import RunFolder


def test_only_an_encoder_that_wants_weights_can_lack_them() -> None:
    assert not first_weights.missing(TrainSettings("a"))
    assert not first_weights.missing(TrainSettings("a", model="efficientnet_lite0"))
    wanting = TrainSettings("a", model="resnet34")
    assert first_weights.missing(wanting) == (first_weights.find(wanting) is None)
    assert not first_weights.missing(TrainSettings("a", model="resnet34", pretrained=False))


def test_a_run_tells_whether_it_lacked_them(new_run: Callable[[str], RunFolder]) -> None:
    run = new_run("a")
    assert first_weights.warning(run) == ""
    for words, warned in [("ImageNet (a.pth)", False), ("random", False), ("random: none are here", True)]:
        atomic.write_json(run.config, {"first_weights": words})
        assert first_weights.warning(run) == words * warned
