"""Checkpoints: tensors and plain values only, loaded with `weights_only=True`, a JSON file beside each.

A model is rebuilt from the JSON, so that no file that somebody hands over can run code here.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any

import torch

from core import atomic
from core.errors import BadInput, NotFound


def save(path: Path, state: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
    """Write `state` (nested dicts and lists of tensors and plain values) to `path` and `facts` as JSON beside it."""
    with atomic.replacing(path) as part, part.open("wb") as file:
        try:
            torch.save(state, file)
        except RuntimeError as error:
            if isinstance(error.__context__, OSError):  # a full disk, which torch hides
                raise error.__context__ from None
            raise
    atomic.write_json(path.with_suffix(".json"), facts)


def load(path: Path) -> dict[str, Any]:
    """The state in a checkpoint, on the CPU. Raises `NotFound`, or `BadInput` for what is no file of tensors."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise NotFound(f"{path}: there is no checkpoint yet; one is written after the first epoch") from error
    except pickle.UnpicklingError as error:
        raise BadInput(
            f"{path}: this checkpoint is damaged or holds code instead of tensors, so it is not opened; train again"
        ) from error
    except (RuntimeError, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"{path}: this checkpoint is damaged; restore it from a backup or train again") from error
    if not isinstance(state, dict) or "model" not in state:
        raise BadInput(f"{path}: this checkpoint holds no model; expected one that a training has written")
    return state


def load_facts(path: Path, **kinds: type) -> dict[str, Any]:
    """The JSON beside checkpoint `path`; `kinds`: what must be in it. Raises `NotFound` or `BadInput`."""
    beside = path.with_suffix(".json")
    try:
        return atomic.read_object(beside, **kinds)
    except FileNotFoundError as error:
        raise NotFound(f"{beside}: there is no checkpoint yet; one is written after the first epoch") from error
    except ValueError as error:
        raise BadInput(f"{beside} is damaged ({error}); restore it from a backup or train again") from error


def restore(path: Path, state: Mapping[str, Any], **parts: Any) -> None:
    """Load `state[name]` into each of `parts` (a model, an optimiser). Raises `BadInput` naming `path`."""
    for name, part in parts.items():
        try:
            part.load_state_dict(state[name])
        except (KeyError, RuntimeError, ValueError, TypeError, AttributeError) as error:
            reason = str(error).splitlines()[0]
            raise BadInput(f"{path}: the {name} in this checkpoint does not fit this run ({reason})") from error


class CheckpointWriter:
    """Writes checkpoints in a thread, from a copy, so that training goes on meanwhile.

    Use as a context: on the way out everything is written. A failed write is raised by the next call.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="checkpoint")
        self._written: Future[None] | None = None

    def __enter__(self) -> CheckpointWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.wait()
        finally:
            self._thread.shutdown()

    def write(self, files: Mapping[Path, tuple[Mapping[str, Any], Mapping[str, Any]]]) -> None:
        """Write several checkpoints, in order: path → (state, facts). The states are copied before this returns."""
        self.wait()
        copied = [(path, _copied(state), dict(facts)) for path, (state, facts) in files.items()]
        self._written = self._thread.submit(_save_all, copied)

    def wait(self) -> None:
        """Return when what was handed over is on disk. Raises `OSError` if it could not be written."""
        if self._written is not None:
            written, self._written = self._written, None
            written.result()


def _save_all(files: list[tuple[Path, Any, dict[str, Any]]]) -> None:
    for path, state, facts in files:
        save(path, state, facts)


def _copied(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.detach().to("cpu", copy=True)
    if isinstance(value, Mapping):
        return {key: _copied(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_copied(item) for item in value]
    return value
