"""The tiny data set, its settings, and folders for its runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import torch

from core import atomic
from core.dataset.tiles import TileStore
from core.segment.settings import TrainSettings
from core.workspace import RunFolder, Workspace
from tests.tiny import short_training, write_tiny


@pytest.fixture
def tiny(workspace: Workspace) -> TileStore:
    """The tiny data set in the workspace."""
    return write_tiny(workspace)


@pytest.fixture
def settings() -> Callable[..., TrainSettings]:
    """Makes settings for a short training on it, with changes."""
    return short_training


@pytest.fixture
def new_run(workspace: Workspace) -> Callable[[str], RunFolder]:
    """Makes the folder of a run, as a job does."""

    def make(name: str) -> RunFolder:
        run = workspace.run(name)
        run.root.mkdir(parents=True)
        atomic.write_json(run.job, {})
        return run

    return make


@pytest.fixture
def two_threads() -> Iterator[None]:
    """Torch with two threads, whatever the machine has."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)
