"""What all tests share."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.workspace import Workspace

# Threads of small networks spin while they wait for each other: 30 times as long where other work holds a core.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(autouse=True)
def _main_module() -> Iterator[None]:
    """Streamlit's tests of pages leave the page as `__main__`, which processes that are spawned later would run."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty workspace."""
    return Workspace.open(tmp_path / "workspace")


@pytest.fixture(scope="session")
def tgs() -> Path:
    """The folder with real tiles; skips where there is none."""
    folder = os.environ.get("SALTSCOPE_TGS")
    if not folder:
        pytest.skip("SALTSCOPE_TGS names no folder with real tiles")
    return Path(folder)


@pytest.fixture(scope="session")
def kaggle_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Synthetic tiles as Kaggle delivers its own: train.zip, test.zip and the csv files."""
    from core.dataset.synthetic import simulate, write_kaggle

    folder = tmp_path_factory.mktemp("kaggle")
    write_kaggle(simulate(tiles=32, seed=1), folder)
    return folder
