"""A training's curve: metrics.jsonl, one line a step and one an epoch. Imports torch.

The device is never waited for: losses stay where they are computed, a few times a second all new ones
are copied at once, and they are written when that copy has arrived.
"""

from __future__ import annotations

import json
import math
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import torch
from torch import Tensor

from core import atomic
from core.errors import TrainingFailed

FETCH_SECONDS = 0.2


@dataclass(frozen=True)
class _Step:
    step: int
    epoch: int
    learning_rate: float
    loss: Tensor


@dataclass(frozen=True)
class _Fetch:
    """Losses on their way from the device."""

    steps: list[_Step]
    losses: Tensor
    arrived: torch.cuda.Event | None

    @classmethod
    def start(cls, steps: list[_Step]) -> _Fetch:
        losses = torch.stack([step.loss for step in steps])
        if losses.device.type != "cuda":
            return cls(steps, losses.cpu(), None)
        host = torch.empty(losses.shape, dtype=losses.dtype, pin_memory=True)
        host.copy_(losses, non_blocking=True)
        arrived = torch.cuda.Event()
        arrived.record()
        return cls(steps, host, arrived)

    @property
    def ready(self) -> bool:
        return self.arrived is None or self.arrived.query()


class MetricsLog:
    """Writes metrics.jsonl. Use as a context: on the way out every line is there, unless an error leads out.

    path: the file; lines after epoch `epoch` are cut off first, so that a resumed training does not
    repeat a step · batch_size: tiles a step. `loss` is the latest one that has arrived, `tiles_per_second` the speed
    of the steps up to it.
    """

    def __init__(self, path: Path, epoch: int, batch_size: int) -> None:
        cut_back(path, epoch)
        self._file = path.open("a", encoding="utf-8")
        self._batch_size = batch_size
        self._steps: list[_Step] = []
        self._fetches: deque[_Fetch] = deque()
        self._begun = self._counted = time.perf_counter()
        self.loss: float | None = None
        self.tiles_per_second: float | None = None

    def __enter__(self) -> MetricsLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.flush()
        finally:
            self._file.close()

    def begin_epoch(self) -> None:
        """Start the clock that the speed of the next steps is measured with."""
        self._begun = self._counted = time.perf_counter()

    def step(self, step: int, epoch: int, learning_rate: float, loss: Tensor) -> None:
        """Note a step; loss: scalar on the device. Raises `TrainingFailed` when an earlier loss was no number."""
        self._steps.append(_Step(step, epoch, learning_rate, loss.detach()))
        if not self._fetches and time.perf_counter() - self._begun >= FETCH_SECONDS:
            self._fetch()
        while self._fetches and self._fetches[0].ready:
            self._write(self._fetches.popleft())

    def flush(self) -> None:
        """Write every step noted so far; this does wait for the device."""
        if self._steps:
            self._fetch()
        while self._fetches:
            fetch = self._fetches.popleft()
            if fetch.arrived is not None:
                fetch.arrived.synchronize()
            self._write(fetch)

    def epoch(self, facts: dict[str, Any]) -> None:
        """Write the line of an epoch, after its steps."""
        self.flush()
        self._file.write(_line({"kind": "epoch", **facts}))
        self._file.flush()

    def _fetch(self) -> None:
        self._fetches.append(_Fetch.start(self._steps))
        self._steps = []
        self._begun = time.perf_counter()

    def _write(self, fetch: _Fetch) -> None:
        now = time.perf_counter()
        rate = len(fetch.steps) * self._batch_size / max(now - self._counted, 1e-9)
        self._counted = now
        measured = {"tiles_per_second": round(rate, 2), "time": round(time.time(), 3)}
        losses = fetch.losses.tolist()
        good = next((i for i, loss in enumerate(losses) if not math.isfinite(loss)), len(losses))
        for step, loss in zip(fetch.steps[:good], losses, strict=False):
            self.loss, self.tiles_per_second = loss, measured["tiles_per_second"]
            facts = {"step": step.step, "epoch": step.epoch, "loss": loss, "learning_rate": step.learning_rate}
            self._file.write(_line({"kind": "step", **facts, **measured}))
        self._file.flush()
        if good < len(losses):
            raise _no_number(fetch.steps[good], losses[good])


def cut_back(path: Path, epoch: int) -> None:
    """Remove the lines of later epochs than `epoch`, and a half-written last line; the file need not exist."""
    if not path.exists():
        return
    kept = []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if not line.endswith("\n") or json.loads(line)["epoch"] > epoch:
                break
            kept.append(line)
    atomic.write_bytes(path, "".join(kept).encode())


def _no_number(step: _Step, loss: float) -> TrainingFailed:
    return TrainingFailed(
        f"the loss became {loss} in step {step.step} (epoch {step.epoch}); "
        f"try a learning_rate under {step.learning_rate:.2g}, or precision=fp32"
    )


def _line(facts: dict[str, Any]) -> str:
    return json.dumps(facts) + "\n"
