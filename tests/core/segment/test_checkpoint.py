"""Checkpoints: a round trip, and no code from a file."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from core.errors import BadInput, NotFound
from core.segment import checkpoint

ROOT = Path(__file__).parents[3]


class _Evil:
    """Pickled, it would create a file when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.path,)


def test_a_round_trip_of_tensors_and_plain_values(tmp_path: Path) -> None:
    path = tmp_path / "best.pt"
    state = {"model": {"a": torch.arange(3.0)}, "best": None, "epoch": 3, "groups": [{"lr": 0.1, "betas": [0.9, 0.99]}]}
    checkpoint.save(path, state, {"epoch": 3})
    loaded = checkpoint.load(path)
    assert torch.equal(loaded["model"].pop("a"), torch.arange(3.0))
    assert loaded == {"model": {}, "best": None, "epoch": 3, "groups": [{"lr": 0.1, "betas": [0.9, 0.99]}]}
    assert checkpoint.load_facts(path) == {"epoch": 3}


def test_a_file_with_code_is_refused_and_the_code_not_run(tmp_path: Path) -> None:
    path, mark = tmp_path / "best.pt", tmp_path / "was-run"
    torch.save({"model": _Evil(mark)}, path)
    with pytest.raises(BadInput, match=r"best\.pt: .* holds code instead of tensors"):
        checkpoint.load(path)
    path.write_bytes(pickle.dumps(_Evil(mark), protocol=2))
    with pytest.raises(BadInput, match=r"best\.pt"):
        checkpoint.load(path)
    assert not mark.exists()


FULL = """
import resource, sys
from pathlib import Path
import torch
from core.segment import checkpoint
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    checkpoint.save(Path(sys.argv[1]), {"model": {"a": torch.zeros(int(sys.argv[2]))}}, {})
except OSError as error:
    print(error)
"""


@pytest.mark.parametrize("numbers", [24_900, 1_000_000])
def test_a_disk_without_room_is_an_error_of_the_system_and_the_old_checkpoint_stays(
    tmp_path: Path, numbers: int
) -> None:
    path = tmp_path / "last.pt"
    checkpoint.save(path, {"model": {"a": torch.ones(3)}}, {})
    command = [sys.executable, "-c", FULL, str(path), str(numbers)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "File too large" in told
    assert torch.equal(checkpoint.load(path)["model"]["a"], torch.ones(3))
    assert sorted(os.listdir(tmp_path)) == ["last.json", "last.pt"]


@pytest.mark.parametrize("keep", [0, 10, 500, -20])
def test_a_damaged_file_is_named(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "last.pt"
    checkpoint.save(path, {"model": {"a": torch.zeros(500)}}, {})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(BadInput, match=r"last\.pt: this checkpoint is damaged"):
        checkpoint.load(path)


def test_what_is_missing_or_no_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"best\.pt: there is no checkpoint yet"):
        checkpoint.load(tmp_path / "best.pt")
    with pytest.raises(NotFound, match=r"best\.json"):
        checkpoint.load_facts(tmp_path / "best.pt")
    torch.save([1, 2], tmp_path / "best.pt")
    with pytest.raises(BadInput, match="holds no model"):
        checkpoint.load(tmp_path / "best.pt")
    (tmp_path / "best.json").write_text("{")
    with pytest.raises(BadInput, match=r"best\.json is damaged"):
        checkpoint.load_facts(tmp_path / "best.pt")


def test_a_checkpoint_of_another_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"x\.pt: the model in this checkpoint does not fit"):
        checkpoint.restore(Path("x.pt"), {"model": nn.Linear(2, 2).state_dict()}, model=nn.Linear(3, 2))


def test_the_writer_copies_before_it_returns_and_reports_failures(tmp_path: Path) -> None:
    weights = torch.zeros(1000)
    with checkpoint.CheckpointWriter() as writer:
        writer.write({tmp_path / "a.pt": ({"model": {"w": weights}}, {"epoch": 1})})
        weights.fill_(7)
    assert checkpoint.load(tmp_path / "a.pt")["model"]["w"].sum() == 0
    (tmp_path / "file").touch()
    with pytest.raises(OSError), checkpoint.CheckpointWriter() as writer:
        writer.write({tmp_path / "file" / "a.pt": ({"model": {}}, {})})
