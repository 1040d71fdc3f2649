"""Predictions on a tiny data set: maps, figures, scores, whole or not at all."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from core import atomic
from core.dataset.tiles import TileStore, write_store
from core.errors import BadInput, NotFound, Stopped
from core.segment import checkpoint, metrics
from core.segment import predict as predict_module
from core.segment.device import describe
from core.segment.models import UNet, normalised
from core.segment.partial import Partial
from core.segment.predict import Predictor, evaluate, predict, run
from core.segment.predictions import load_predictions
from core.segment.settings import TrainSettings
from core.segment.train import train
from core.workspace import RunFolder, Workspace
from tests import small_disk


@pytest.fixture
def trained(
    workspace: Workspace,
    tiny: TileStore,
    settings: Callable[..., TrainSettings],
    new_run: Callable[[str], RunFolder],
) -> RunFolder:
    """A run that has learned the tiny data set roughly."""
    folder = new_run("a")
    train(workspace, folder, settings(epochs=15, width=4, learning_rate=1e-2))
    return folder


def test_maps_are_those_of_the_best_network(workspace: Workspace, tiny: TileStore, trained: RunFolder) -> None:
    facts = predict(workspace, "a", split="all", views="one")
    found = load_predictions(trained.predictions("tiny", "all"))
    model = UNet(4)
    model.load_state_dict(checkpoint.load(trained.best)["model"])
    model.eval()
    with torch.no_grad():
        expected = model(normalised(torch.from_numpy(np.array(tiny.tiles)))).sigmoid()[:, 0].numpy()
    assert np.abs(found.probabilities - expected * 255).max() <= 1
    assert (found.probabilities.dtype, found.probabilities.shape) == (np.uint8, (16, 24, 40))
    assert found.facts == facts and len(found) == facts["tiles"] == 16
    assert {"run", "dataset", "split", "tiles", "seconds", "epoch", "threshold"} <= facts.keys()


def test_figures_follow_from_the_maps(workspace: Workspace, tiny: TileStore, trained: RunFolder) -> None:
    predict(workspace, "a", split="all")
    found = load_predictions(trained.predictions("tiny", "all"))
    masks = found.probabilities >= 128
    frame = found.frame
    assert frame["id"].tolist() == tiny.index["id"].tolist() and frame["row"].tolist() == list(range(16))
    np.testing.assert_allclose(frame["salt_proportion"], masks.mean(axis=(1, 2)))
    np.testing.assert_array_equal(frame["map"][:12], metrics.competition_score(tiny.masks[:12], masks[:12]))
    assert frame["map"][12:].isna().all() and frame["iou"][12:].isna().all()
    assert frame["constant"].tolist() == [True] + [False] * 15
    kept = json.loads(trained.config.read_text())["validation_ids"]
    assert frame["id"][frame["validation"]].tolist() == sorted(kept)
    assert frame["confidence"].between(0, 1).all()
    np.testing.assert_array_equal(found.mask(found.position("t05")), masks[5])


def test_mirrored_tiles_get_mirrored_maps(workspace: Workspace, tiny: TileStore, trained: RunFolder) -> None:
    with atomic.replacing_folder(workspace.dataset("mirror")) as part:
        write_store(part, tiny.index.assign(has_mask=False), tiny.tiles[:, :, ::-1])
    for name in ("tiny", "mirror"):
        predict(workspace, "a", name, "all")
    one, other = (load_predictions(trained.predictions(name, "all")) for name in ("tiny", "mirror"))
    assert np.abs(one.probabilities.astype(int) - other.probabilities[:, :, ::-1]).max() <= 1
    assert not other.frame["validation"].any() and other.frame["map"].isna().all()


def test_a_split_holds_its_tiles(workspace: Workspace, trained: RunFolder) -> None:
    for split, rows in (("train", range(12)), ("test", range(12, 16))):
        facts = predict(workspace, "a", split=split)
        assert (facts["split"], facts["tiles"]) == (split, len(rows))
        assert load_predictions(trained.predictions("tiny", split)).frame["row"].tolist() == list(rows)


def test_the_score_is_that_of_the_validation_tiles_or_of_all_elsewhere(
    workspace: Workspace, tiny: TileStore, trained: RunFolder
) -> None:
    with atomic.replacing_folder(workspace.dataset("twin")) as part:
        write_store(part, tiny.index, tiny.tiles, tiny.masks)
    predict(workspace, "a", split="train")
    frame = load_predictions(trained.predictions("tiny", "train")).frame
    own, twin = evaluate(workspace, "a"), evaluate(workspace, "a", "twin")
    kept = frame[frame["validation"]]
    assert own["tiles"] == len(kept) == 3 and twin["tiles"] == 12
    assert own["map"] == pytest.approx(kept["map"].mean())
    assert twin["map"] == pytest.approx(frame["map"].mean()) and twin["iou"] == pytest.approx(frame["iou"].mean())
    assert twin["standard_error"] == pytest.approx(frame["map"].std() / np.sqrt(12))
    assert twin["dice"] > twin["iou"] > 0.3 and twin["threshold"] == 0.5


def test_a_stopped_prediction_leaves_what_was_there(workspace: Workspace, trained: RunFolder) -> None:
    folder = trained.predictions("tiny", "test")

    def stop(done: int, total: int | None, what: str, **facts: Any) -> None:
        raise Stopped("asked")

    with pytest.raises(Stopped):
        run(workspace, trained, stop, "a", None, "test")
    assert not folder.exists()
    run(workspace, trained, lambda *told, **facts: None, "a", None, "test")
    before = (folder / "prediction.json").read_bytes()
    with pytest.raises(Stopped):
        predict(workspace, "a", progress=stop)
    assert (folder / "prediction.json").read_bytes() == before
    assert load_predictions(folder).facts["tiles"] == 4
    predict(workspace, "a")
    assert [path.name for path in folder.parent.iterdir()] == ["tiny-test"]


def test_who_waits_for_another_prediction_can_be_stopped(workspace: Workspace, trained: RunFolder) -> None:
    def stop(done: int, total: int | None, what: str) -> None:
        if what.startswith("waiting for another prediction"):
            raise Stopped("asked")

    unfinished = trained.predictions("tiny", "test").parent / ".unfinished-tiny-test"
    unfinished.mkdir(parents=True)
    with atomic.lock(unfinished), pytest.raises(Stopped):
        predict(workspace, "a", progress=stop)
    assert predict(workspace, "a", progress=stop)["tiles"] == 4


KILLED = """
    import sys, time
    from core.segment.predict import predict
    from core.workspace import Workspace

    predict(Workspace.open(sys.argv[1]), "a", "many", "test", progress=lambda *told, **facts: time.sleep(0.8))
"""


def test_a_killed_prediction_goes_on_where_it_was(workspace: Workspace, tiny: TileStore, trained: RunFolder) -> None:
    count = 1000
    index = pd.DataFrame({"id": [f"m{i:03d}" for i in range(count)], "split": "test"})
    generator = np.random.default_rng(1)
    with atomic.replacing_folder(workspace.dataset("many")) as part:
        write_store(part, index, generator.integers(0, 256, (count, 24, 40), np.uint8))
    folder = trained.predictions("many", "test")
    state = folder.parent / ".unfinished-many-test" / "partial.json"
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(workspace.root)]
    with subprocess.Popen(command, cwd=Path(__file__).parents[3]) as process:
        while not state.exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    done, told = json.loads(state.read_text())["done"], []
    assert 0 < done < count and not folder.exists()
    begun = time.perf_counter()
    facts = predict(workspace, "a", "many", progress=lambda done, *rest, **facts: told.append(done))
    assert told[0] == done and told[-1] == count
    assert facts["seconds"] > time.perf_counter() - begun  # what was killed counts, too
    found = load_predictions(folder)
    maps, frame = np.array(found.probabilities), found.frame
    begun = time.perf_counter()
    predict(workspace, "a", "many")
    again = load_predictions(folder)
    assert again.facts["seconds"] < time.perf_counter() - begun
    assert np.abs(maps.astype(int) - again.probabilities).max() <= 1  # batches lie elsewhere
    np.testing.assert_allclose(frame["salt_proportion"], again.frame["salt_proportion"], atol=0.005)


def test_what_another_network_left_unfinished_is_not_used(workspace: Workspace, trained: RunFolder) -> None:
    folder = trained.predictions("tiny", "test")
    expected = (predict(workspace, "a"), np.array(load_predictions(folder).probabilities))
    unfinished = folder.parent / ".unfinished-tiny-test"
    unfinished.mkdir()
    partial = Partial.open(unfinished, 4, (24, 40), {"run": "another"})
    partial.add(np.full((4, 24, 40), 7, np.uint8), np.zeros((4, 1), np.float32))
    predict(workspace, "a")
    np.testing.assert_array_equal(load_predictions(folder).probabilities, expected[1])
    assert not unfinished.exists()


def test_a_disk_with_too_little_space_for_the_maps_is_told_and_left_as_it_was(tmp_path: Path) -> None:
    code = """
        import sys; from pathlib import Path; from core.segment.partial import Partial
        try:
            Partial.open(Path(sys.argv[1]), 100, (101, 101), {})
        except OSError as error:
            print(error.strerror)
    """
    said = small_disk.run(tmp_path / "small", "500k", textwrap.dedent(code), "probabilities.npy")
    assert said == "No space left on device\nended: 0\n"


def test_probabilities_of_several_runs_are_averaged(
    workspace: Workspace,
    tiny: TileStore,
    trained: RunFolder,
    settings: Callable[..., TrainSettings],
    new_run: Callable[[str], RunFolder],
) -> None:
    train(workspace, new_run("b"), settings(epochs=2, seed=1))
    maps, kept = [], []
    for name in "ab":
        predict(workspace, name, split="all")
        found = load_predictions(workspace.run(name).predictions("tiny", "all"))
        maps.append(np.array(found.probabilities, np.float64))
        kept.append(found.frame["validation"].to_numpy())
    facts = predict(workspace, "a", split="all", others=["b"])
    assert facts["runs"] == ["a", "b"] and len(facts["epochs"]) == 2
    found = load_predictions(trained.predictions("tiny", "all"))
    assert np.abs(found.probabilities - (maps[0] + maps[1]) / 2).max() <= 1
    assert np.abs(maps[0] - maps[1]).max() > 5
    assert found.frame["validation"].tolist() == (kept[0] & kept[1]).tolist()
    assert kept[0].tolist() == kept[1].tolist(), "another seed keeps the same tiles aside"
    together = evaluate(workspace, "a", others=["b"])
    scored = found.frame[found.frame["validation"]]
    assert (together["tiles"], together["map"]) == (len(scored), pytest.approx(scored["map"].mean()))


def test_what_is_missing_is_named(
    workspace: Workspace, tiny: TileStore, trained: RunFolder, new_run: Callable[[str], RunFolder]
) -> None:
    with pytest.raises(NotFound, match="no run 'b'"):
        predict(workspace, "b")
    with pytest.raises(NotFound, match="no data set 'other'"):
        predict(workspace, "a", "other")
    with pytest.raises(BadInput, match="split=half: expected train, test, all"):
        predict(workspace, "a", split="half")
    new_run("new")
    with pytest.raises(NotFound, match="run new has not begun to train"):
        predict(workspace, "new")
    with pytest.raises(NotFound, match="no predictions yet"):
        load_predictions(trained.predictions("tiny", "test"))
    with atomic.replacing_folder(workspace.dataset("bare")) as part:
        write_store(part, tiny.index[["id"]].assign(split="train"), tiny.tiles)
    with pytest.raises(BadInput, match="'bare' has no test tiles"):
        predict(workspace, "a", "bare")
    with pytest.raises(BadInput, match="'bare' has no labelled tiles"):
        evaluate(workspace, "a", "bare")


def test_a_number_format_that_this_machine_lacks_is_not_imitated(
    workspace: Workspace, trained: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run of a machine with bf16 predicts on one without it in fp32, as if it had been trained here."""
    expected = evaluate(workspace, "a", "tiny")
    config = json.loads(trained.config.read_text())
    atomic.write_json(trained.config, config | {"precision": "bf16"})
    monkeypatch.setattr(predict_module, "describe", lambda device: describe(device) | {"bf16": False})
    assert Predictor([trained]).precision == "fp32"
    assert evaluate(workspace, "a", "tiny") == expected


def test_damaged_predictions_are_named(workspace: Workspace, trained: RunFolder) -> None:
    predict(workspace, "a")
    folder = trained.predictions("tiny", "test")
    (folder / "probabilities.npy").write_bytes(b"no array")
    with pytest.raises(BadInput, match="tiny-test: the predictions are damaged"):
        load_predictions(folder)
