"""Steps that are compiled or recorded learn what others learn; where that does not work, training goes on without."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import torch

from core.segment.launch import pays, worth_compiling

ROOT = Path(__file__).parents[3]
LEARN = """
import sys
import torch
from core.segment.engine import TrainingStep, open_fabric

kind, launch = sys.argv[1:]
torch.manual_seed(0)
network = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3, padding=1), torch.nn.ReLU(), torch.nn.Conv2d(4, 1, 1))
fabric = open_fabric(kind, "fp32")
network = network.to(fabric.device)
model, optimizer = fabric.setup(network, torch.optim.Adam(network.parameters(), fused=True))
step = TrainingStep(fabric, model, optimizer, micro_batch=3, launch=launch)
for turn in range(8):
    images = torch.randn(6, 1, 8, 8, generator=torch.Generator().manual_seed(turn)).to(fabric.device)
    for group in optimizer.param_groups:
        group["lr"] = 0.01 * (turn + 1)
    print(float(step(images, (images > 0).float())))
"""


@cache
def learned(launch: str, kind: str = "cpu", **environment: str) -> tuple[list[float], str]:
    """The losses of eight steps in a process of their own, and what it said beside."""
    command = [sys.executable, "-c", LEARN, kind, launch]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=True, timeout=300
    )
    return [float(line) for line in done.stdout.splitlines()], done.stderr


@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs a compiler")
def test_compiled_steps_learn_the_same() -> None:
    losses, said = learned("compiled")
    assert losses == pytest.approx(learned("eager")[0], rel=1e-4) and len(set(losses)) == 8
    assert "going on without" not in said


def test_without_a_compiler_training_goes_on_and_says_so(tmp_path: Path) -> None:
    losses, said = learned("compiled", CXX=str(tmp_path / "none"), TORCHINDUCTOR_CACHE_DIR=str(tmp_path))
    assert losses == pytest.approx(learned("eager")[0], rel=1e-6)
    assert said.count("torch.compile does not work here") == 1


def test_there_is_nothing_to_record_on_a_cpu() -> None:
    assert learned("graph") == learned("eager")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")
@pytest.mark.parametrize("launch", ["graph", "compiled"])
def test_recorded_steps_learn_the_same(launch: str) -> None:
    losses, said = learned(launch, "cuda")
    assert losses == pytest.approx(learned("eager", "cuda")[0], rel=1e-3)
    assert "can't be recorded" not in said


def test_compiling_is_tried_for_long_trainings_and_kept_where_it_saves_more_than_it_costs() -> None:
    assert worth_compiling(steps=10_000, seconds=0.1) and not worth_compiling(steps=100, seconds=0.1)
    assert pays(steps=10_000, before=0.1, after=0.08, cost=90)
    assert not pays(steps=1_000, before=0.1, after=0.08, cost=90)
    assert not pays(steps=10_000, before=0.1, after=0.11, cost=0)
