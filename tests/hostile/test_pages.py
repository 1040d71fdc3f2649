"""Pages over a workspace in which one file is spoiled: a sentence at most, and the other pages go on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core import atomic, jobs
from core.dataset.tiles import TileStore
from core.explore import quality
from core.explore.mosaic import mosaic_of
from core.jobs import record
from core.workspace import Workspace
from tests import sources

RUN = "20260101-000000-run"
ARGUMENTS = {"dataset": "small", "run": RUN}
FILES = {
    f"runs/{RUN}/job.json": ["overview", "predictions", "runs"],
    f"runs/{RUN}/status.json": ["overview", "explore", "runs"],
    f"runs/{RUN}/config.json": ["train", "predictions", "review", "runs"],
    f"runs/{RUN}/metrics.jsonl": ["train"],
    f"runs/{RUN}/best.json": ["predictions"],
    f"runs/{RUN}/last.json": ["runs"],
    f"runs/{RUN}/samples/epoch-001.png": ["train"],
    f"runs/{RUN}/predictions/small-all/prediction.json": ["predictions", "review", "runs"],
    f"runs/{RUN}/predictions/small-all/predictions.parquet": ["predictions", "review", "overview", "runs"],
    f"runs/{RUN}/predictions/small-all/probabilities.npy": ["predictions"],
    "datasets/small/source.json": ["overview", "explore"],
    "datasets/small/index.parquet": ["explore", "distributions", "correlation"],
    "datasets/small/tiles.npy": ["explore"],
    "mosaics/small/links.parquet": ["explore"],
    "quality/small/findings.parquet": ["overview"],
    "jobs/20260101-000000-import-0/status.json": ["overview", "distributions"],
}
JUNK = {"nothing": b"", "a list": b"[]\n", "another shape": b'{"epoch": "?", "state": "flying", "version": null}\n'}


@pytest.fixture(scope="module")
def worked_in(shown: Workspace) -> Workspace:
    """A workspace in which somebody has trained, predicted and checked."""
    store = TileStore.open(shown.dataset("small"))
    run = shown.run(RUN)
    jobs.create(run, "core.segment.train:run", {}, "Train")
    result = {"epoch": 1, "epochs": 1, "best": {"epoch": 1, "map": 0.5, "loss": 0.5}}
    record.write(run, {"state": "finished", "queued": record.now(), "facts": result})
    atomic.write_json(run.config, {"dataset": "small", "settings": {}, "train_tiles": 1, "validation_tiles": 1})
    row = b'{"kind": "step", "step": 1, "epoch": 1, "loss": 0.5, "learning_rate": 0.1, "tiles_per_second": 1}\n'
    run.metrics.write_bytes(row)
    run.best.write_bytes(b"")
    run.best.with_suffix(".json").write_text("{}")
    run.last.with_suffix(".json").write_text('{"seconds": 1.5}')
    run.samples.mkdir()
    (run.samples / "epoch-001.png").write_bytes(sources.png(sources.image(1)))
    folder = run.predictions("small", "all")
    folder.mkdir(parents=True)
    atomic.write_json(folder / "prediction.json", {"run": run.id, "dataset": "small", "split": "all", "epoch": 1})
    np.save(folder / "probabilities.npy", np.zeros(store.tiles.shape, np.uint8))
    figures = {"salt_proportion": 0.0, "confidence": 0.9, "map": 1.0, "iou": 1.0, "constant": False}
    frame = pd.DataFrame({"id": store.index["id"], "row": np.arange(len(store)), **figures, "validation": True})
    frame.to_parquet(folder / "predictions.parquet")
    mosaic_of(shown, store)
    quality.check(shown, store)
    job = shown.job("20260101-000000-import-0")
    jobs.create(job, "core.actions:import_job", {}, "Import")
    record.write(job, {"state": "stopped", "queued": record.now()})
    return shown


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK)
@pytest.mark.parametrize("name", FILES)
def test_one_spoiled_file(name: str, junk: bytes, worked_in: Workspace, page: Callable[..., AppTest]) -> None:
    path = worked_in.root / name
    sound = path.read_bytes()
    path.write_bytes(junk)
    try:
        for stem in FILES[name]:
            page(stem, **ARGUMENTS)
    finally:
        path.write_bytes(sound)


@pytest.mark.parametrize("stem", sorted({stem for stems in FILES.values() for stem in stems}))
def test_all_is_well_before_that(stem: str, worked_in: Workspace, page: Callable[..., AppTest]) -> None:
    assert not page(stem, **ARGUMENTS).error


def test_a_damaged_run_stands_in_nobody_elses_way(worked_in: Workspace, page: Callable[..., AppTest]) -> None:
    path: Path = worked_in.run(RUN).status
    sound = path.read_bytes()
    path.write_bytes(b"[]")
    try:
        for stem in ("explore", "distributions", "correlation"):
            assert not page(stem, dataset="small").error
    finally:
        path.write_bytes(sound)
