"""metrics.jsonl: complete, cut back at a resume, and no loss that is no number."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from core.errors import TrainingFailed
from core.segment.metrics_log import MetricsLog, cut_back


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def write_epochs(path: Path, first: int, last: int) -> None:
    with MetricsLog(path, first - 1, 4) as log:
        for epoch in range(first, last + 1):
            for step in (2 * epoch - 1, 2 * epoch):
                log.step(step, epoch, 0.1, torch.tensor(1.0 / step))
            log.epoch({"epoch": epoch, "map": 0.5})


def test_every_step_and_epoch_has_its_line_in_order(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    write_epochs(path, 1, 2)
    found = lines(path)
    assert [(line["kind"], line["epoch"]) for line in found] == [("step", 1)] * 2 + [("epoch", 1)] + [
        ("step", 2)
    ] * 2 + [("epoch", 2)]
    assert [line["loss"] for line in found if line["kind"] == "step"] == pytest.approx([1, 1 / 2, 1 / 3, 1 / 4])
    assert set(found[0]) == {"kind", "step", "epoch", "loss", "learning_rate", "tiles_per_second", "time"}
    assert all(line["tiles_per_second"] > 0 for line in found if line["kind"] == "step")


def test_a_resumed_training_repeats_no_step(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    write_epochs(path, 1, 3)
    with path.open("a") as file:
        file.write('{"kind": "step", "step": 7, "epo')  # the writer was killed here
    write_epochs(path, 3, 4)
    assert [line["step"] for line in lines(path) if line["kind"] == "step"] == list(range(1, 9))
    cut_back(path, 0)
    assert path.read_text() == ""


def test_a_loss_that_is_no_number_ends_the_training_in_words(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    words = r"the loss became nan in step 2 \(epoch 1\); try a learning_rate under 0.5"
    with pytest.raises(TrainingFailed, match=words), MetricsLog(path, 0, 4) as log:
        log.step(1, 1, 0.5, torch.tensor(1.0))
        log.step(2, 1, 0.5, torch.tensor(float("nan")))
        log.flush()
    assert [line["step"] for line in lines(path)] == [1]


def test_the_latest_loss_is_told(tmp_path: Path) -> None:
    with MetricsLog(tmp_path / "metrics.jsonl", 0, 4) as log:
        assert log.loss is None
        log.step(1, 1, 0.1, torch.tensor(0.25))
        log.flush()
        assert log.loss == 0.25
