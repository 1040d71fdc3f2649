"""Files of a workspace that somebody handed over, changed by hand or left half-copied: a sentence each, never code."""

from __future__ import annotations

import io
import json
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core import atomic, jobs, parquet
from core.dataset.importing import import_source
from core.dataset.tiles import TileStore
from core.explore import mosaic, quality
from core.review.store import ReviewStore
from core.segment import checkpoint
from core.segment.config import load_config
from core.segment.predict import Predictor
from core.segment.predictions import load_predictions
from core.segment.settings import TrainSettings
from core.tail import JsonLinesTail
from core.workspace import RunFolder, Workspace
from tests.hostile.harness import bounded, refused

JSON = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[1, 2]",
    "a number": b"7",
    "another shape": b'{"version": {"a": []}, "state": ["x"], "target": 1, "dataset": []}',
    "a page": b"<html></html>",
    "bytes": bytes(range(256)),
    "no end of brackets": b"[" * 100_000,
    "a number of 10,000 digits": b"9" * 10_000,
}
EACH = pytest.mark.parametrize("data", JSON.values(), ids=JSON)


@pytest.fixture
def run(workspace: Workspace) -> RunFolder:
    """A run that was made and never started."""
    folder = workspace.run("run")
    jobs.create(folder, "core.segment.train:run", {}, "Train")
    return folder


@pytest.fixture
def trained(run: RunFolder) -> RunFolder:
    """A run with the files of one that has trained, but for its tensors."""
    settings = TrainSettings("small").to_dict()
    facts = {"epoch": 1, "settings": settings, "tile_shape": [101, 101]}
    plan = {"validation_ids": [], "device": {"device": "cpu"}, "precision": "fp32", "micro_batch": 8}
    atomic.write_json(run.config, {"dataset": "small", "settings": settings, **plan})
    atomic.write_json(run.best.with_suffix(".json"), facts)
    run.best.write_bytes(b"")
    return run


@EACH
@pytest.mark.parametrize("name", ["job.json", "status.json"])
def test_the_files_of_a_job(name: str, data: bytes, run: RunFolder) -> None:
    (run.root / name).write_bytes(data)
    with bounded():
        refused(f"{name}|", lambda: jobs.status(run))


@EACH
def test_the_settings_of_a_run(data: bytes, run: RunFolder) -> None:
    run.config.write_bytes(data)
    with bounded():
        refused(r"config\.json", lambda: load_config(run))


@EACH
def test_the_facts_beside_a_checkpoint(data: bytes, trained: RunFolder) -> None:
    trained.best.with_suffix(".json").write_bytes(data)
    with bounded():
        refused(r"best\.json", lambda: Predictor([trained]))


@pytest.mark.parametrize("value", [None, "x", [], {"there is none": 1}], ids=str)
@pytest.mark.parametrize("name", ["epoch", "settings", "tile_shape"])
def test_one_spoiled_fact_beside_a_checkpoint(name: str, value: Any, trained: RunFolder) -> None:
    path = trained.best.with_suffix(".json")
    atomic.write_json(path, atomic.read_object(path) | {name: value})
    with bounded():
        refused(r"best\.json", lambda: Predictor([trained]))


SPOILED = [
    *(("dataset", value) for value in (None, 5, ["small"])),
    *(("settings", value) for value in (None, "x", [])),
    *(("validation_ids", value) for value in (None, "x", {})),
    *(("device", value) for value in (None, "x", {"device": 5}, {})),
    *(("precision", value) for value in (None, "x", 5)),
    *(("micro_batch", value) for value in (None, "x", 0.5)),
]


@pytest.mark.parametrize(("name", "value"), SPOILED, ids=str)
def test_one_spoiled_fact_of_a_run(name: str, value: Any, trained: RunFolder) -> None:
    atomic.write_json(trained.config, atomic.read_object(trained.config) | {name: value})
    with bounded():
        refused(r"config\.json", lambda: Predictor([trained]))


@EACH
def test_what_a_data_set_was_made_from(data: bytes, small: Path) -> None:
    (small / "source.json").write_bytes(data)
    with bounded():
        refused("small", lambda: TileStore.open(small))


@EACH
def test_links_that_were_broken(data: bytes, workspace: Workspace) -> None:
    (workspace.mosaic("small")).mkdir(parents=True)
    (workspace.mosaic("small") / "broken.json").write_bytes(data)
    with bounded():
        refused(r"broken\.json is damaged", lambda: mosaic.broken_links(workspace, "small"))


@pytest.fixture
def small(kaggle_folder: Path, workspace: Workspace) -> Path:
    """The folder of a data set of 32 tiles."""
    import_source(kaggle_folder, workspace, "small")
    return workspace.dataset("small")


class Code:
    """Makes a file when it is unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.touch, (self.target,)


def array_file(array: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


def gigantic() -> bytes:
    """The file of an array that says it is of 100 TB."""
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (10000000000, 100, 100), }"
    header = header.ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header


@pytest.mark.parametrize("name", ["tiles.npy", "masks.npy", "index.parquet"])
@pytest.mark.parametrize("kind", ["nothing", "half", "text", "code", "gigantic"])
def test_the_arrays_of_a_data_set(name: str, kind: str, small: Path, tmp_path: Path) -> None:
    whole = (small / name).read_bytes()
    code = array_file(np.array([Code(tmp_path / "ran")], object))
    data = {"nothing": b"", "half": whole[: len(whole) // 2], "text": b"x" * 99, "code": code, "gigantic": gigantic()}
    (small / name).write_bytes(data[kind])
    with bounded():
        refused("small", lambda: TileStore.open(small))
    assert not (tmp_path / "ran").exists()


def torch_file(state: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()


CHECKPOINTS: dict[str, Callable[[Path], bytes]] = {
    "code": lambda ran: torch_file({"model": Code(ran)}),
    "code as of old": lambda ran: pickle.dumps({"model": Code(ran)}),
    "code beside tensors": lambda ran: torch_file({"model": {"w": torch.zeros(2)}, "note": [Code(ran)]}),
    "a page": lambda ran: b"<html></html>",
    "nothing": lambda ran: b"",
    "half": lambda ran: torch_file({"model": {"w": torch.zeros(500)}})[:900],
    "a tensor alone": lambda ran: torch_file(torch.zeros(2)),
    "no model": lambda ran: torch_file({"optimiser": {}}),
    "a zip of something else": lambda ran: b"PK\5\6" + bytes(18),
}


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
@pytest.mark.parametrize("make", CHECKPOINTS.values(), ids=CHECKPOINTS)
def test_checkpoints(make: Callable[[Path], bytes], run: RunFolder, tmp_path: Path) -> None:
    run.best.write_bytes(make(tmp_path / "ran"))
    with bounded():
        refused(r"best\.pt: this checkpoint", lambda: checkpoint.load(run.best))
    assert not (tmp_path / "ran").exists(), "code in a checkpoint has run"


def test_a_checkpoint_of_another_network(run: RunFolder) -> None:
    run.best.write_bytes(torch_file({"model": {"weight": torch.zeros(7, 3)}}))
    model = torch.nn.Linear(2, 2)
    refused(
        r"best\.pt: the model in this checkpoint does not fit",
        lambda: checkpoint.restore(run.best, checkpoint.load(run.best), model=model),
    )


PREDICTIONS = ["prediction.json", "probabilities.npy", "predictions.parquet"]


@pytest.mark.parametrize("name", PREDICTIONS)
@pytest.mark.parametrize("data", [b"", b"[]", b"x" * 99, gigantic()], ids=["nothing", "a list", "text", "gigantic"])
def test_predictions(name: str, data: bytes, tmp_path: Path, small: Path) -> None:
    folder = tmp_path / "small-all"
    folder.mkdir()
    (folder / "prediction.json").write_text("{}")
    np.save(folder / "probabilities.npy", np.zeros((32, 4, 4), np.uint8))
    shutil.copy(small / "index.parquet", folder / "predictions.parquet")
    load_predictions(folder)
    (folder / name).write_bytes(data)
    with bounded():
        refused("small-all", lambda: load_predictions(folder))


def test_tables_of_which_some_bytes_are_spoiled(tmp_path: Path, small: Path) -> None:
    """Arrow has several kinds of errors for it; who reads sees one."""
    whole, path, damaged = (small / "index.parquet").read_bytes(), tmp_path / "spoiled.parquet", 0
    for place in range(4, len(whole) - 8, max(1, len(whole) // 200)):
        path.write_bytes(whole[:place] + bytes(8) + whole[place + 8 :])
        try:
            parquet.read(path)
        except ValueError:
            damaged += 1
    assert damaged > 50


def test_lines_of_a_curve_that_are_none(tmp_path: Path) -> None:
    """They are passed over: the others still make a curve."""
    path = tmp_path / "metrics.jsonl"
    lines = [b'{"kind": "step", "step": 1}', b"{", b"[1]", b"\xff\xfe", b"[" * 100_000, b'{"kind": "step", "step": 2}']
    path.write_bytes(b"\n".join(lines) + b"\n")
    assert [row["step"] for row in JsonLinesTail(path).read()] == [1, 2]


def test_findings_that_are_none(workspace: Workspace, small: Path) -> None:
    """As if nothing had been checked yet."""
    workspace.quality("small").mkdir(parents=True)
    (workspace.quality("small") / "findings.parquet").write_bytes(b"PAR1 of another kind PAR1")
    assert quality.load(workspace, TileStore.open(small)) is None


@pytest.mark.parametrize("data", [b"I am no database", os.urandom(5000)], ids=["text", "bytes"])
def test_a_review_store_that_is_none(data: bytes, workspace: Workspace) -> None:
    (workspace.root / "saltscope.db").write_bytes(data)
    refused("saltscope.db|database", lambda: ReviewStore(workspace.database_url))


def test_a_job_that_names_something_else_to_run(workspace: Workspace) -> None:
    for target in ("os:system", "core.jobs.states:State.x", "builtins:eval", "core.nowhere:run", "core.errors:errno"):
        folder = workspace.job(f"job-{abs(hash(target))}")
        jobs.create(folder, target, {}, "Do")
        refused(f"a job can't run '{target}'", lambda folder=folder: jobs.execute(workspace, folder))
        assert json.loads(folder.status.read_bytes())["state"] == "failed"
