"""What is measured at the start of a training, and what is not."""

from __future__ import annotations

import pytest
import torch

from core.segment import trials
from core.segment.device import describe
from core.segment.settings import TrainSettings
from core.segment.trials import GAIN, choose_launch, choose_precision

SMALL = {"dataset": "a", "width": 2, "batch_size": 2, "device": "cpu"}


def test_the_number_format_is_measured_only_if_it_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_precision(TrainSettings(**SMALL, precision="bf16"), (40, 40)) == ("bf16", {})
    monkeypatch.setattr(trials, "describe", lambda device: describe(device) | {"bf16": True})
    precision, speeds = choose_precision(TrainSettings(**SMALL), (40, 40))
    faster = speeds["bf16"] >= GAIN * speeds["fp32"]
    assert precision == ("bf16" if faster else "fp32")


def test_a_format_that_the_device_only_imitates_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "describe", lambda device: describe(device) | {"bf16": False})
    assert choose_precision(TrainSettings(**SMALL), (40, 40)) == ("fp32", {})


def test_a_cpu_compiles_only_if_it_is_told_to() -> None:
    settings = TrainSettings(**SMALL, precision="fp32")
    assert choose_launch(settings, (40, 40), steps=10**9) == ("eager", {})
    told = TrainSettings(**SMALL, precision="fp32", launch="compiled")
    assert choose_launch(told, (40, 40), steps=1) == ("compiled", {})


@pytest.mark.parametrize(
    ("busy", "batch", "launch"), [(True, 32, "side_by_side"), (True, 31, "eager"), (False, 32, "eager")]
)
def test_parts_go_side_by_side_on_a_cpu_that_others_use(
    monkeypatch: pytest.MonkeyPatch, busy: bool, batch: int, launch: str
) -> None:
    monkeypatch.setattr(trials, "others_at_work", lambda: busy)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    settings = TrainSettings(**SMALL | {"batch_size": batch}, precision="fp32")
    assert choose_launch(settings, (40, 40), steps=10) == (launch, {})


@pytest.mark.parametrize(
    ("networks", "threads", "launch"),
    [(2, 2, "side_by_side"), (4, 2, "side_by_side"), (2, 8, "side_by_side"), (3, 2, "eager"), (2, 1, "eager")],
)
def test_an_ensemble_goes_side_by_side_where_all_cores_have_as_much_to_do(
    monkeypatch: pytest.MonkeyPatch, networks: int, threads: int, launch: str
) -> None:
    monkeypatch.setattr(trials, "others_at_work", lambda: False)
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads)
    settings = TrainSettings(**SMALL | {"batch_size": 32}, networks=networks, precision="fp32")
    assert choose_launch(settings, (40, 40), steps=10) == (launch, {})


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")
def test_a_gpu_tries_the_recorded_step_and_compiles_for_no_short_training() -> None:
    settings = TrainSettings(**SMALL | {"device": "cuda"}, precision="bf16")
    launch, speeds = choose_launch(settings, (40, 40), steps=10)
    assert set(speeds) == {"eager", "graph"} and launch == max(speeds, key=lambda one: speeds[one])
