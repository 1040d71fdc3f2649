"""What stands beside the bar of long work."""

from __future__ import annotations

from typing import Any

import pytest

from core.jobs import JobStatus, State
from dashboard.components.job_panel import progress_text


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, "epoch 3 of 50 · 4.2/s · 3 min left"),
        ({"tiles_per_second": 161.4}, "epoch 3 of 50 · 161 tiles/s · 3 min left"),
        ({"tiles_per_second": None}, "epoch 3 of 50 · 4.2/s · 3 min left"),
    ],
)
def test_a_training_tells_its_tiles_a_second(facts: dict[str, Any], words: str) -> None:
    pace = {"rate": 4.2, "eta_seconds": 180.0}
    job = JobStatus("a", State.RUNNING, "Train", "core:f", "", what="epoch 3 of 50", facts=facts, **pace)
    assert progress_text(job) == words
