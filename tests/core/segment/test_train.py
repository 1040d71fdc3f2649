"""Training on a tiny data set: files, curve, stop, kill, resume, failures in words."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import imageio.v3 as imageio
import numpy as np
import pytest
import torch

from core import atomic
from core.dataset.tiles import TileStore, write_store
from core.errors import BadInput, NotFound, Stopped, TrainingFailed, WorkspaceError
from core.segment import checkpoint, plan, trials
from core.segment.device import describe
from core.segment.plan import keep_micro_batch
from core.segment.predict import predict
from core.segment.settings import TrainSettings
from core.segment.train import State, run, train
from core.segment.validation import Scores
from core.workspace import RunFolder, Workspace

Make = Callable[..., TrainSettings]
NewRun = Callable[[str], RunFolder]


def curve(folder: RunFolder) -> list[dict[str, Any]]:
    """The lines of metrics.jsonl without what depends on the clock."""
    clock = {"time", "tiles_per_second", "seconds", "memory_mb"}
    lines = [json.loads(line) for line in folder.metrics.read_text().splitlines()]
    return [{key: value for key, value in line.items() if key not in clock} for line in lines]


def assert_same_curve(one: RunFolder, other: RunFolder) -> None:
    assert len(curve(one)) == len(curve(other))
    for a, b in zip(curve(one), curve(other), strict=True):
        words = ("kind", "stage")
        assert [a.pop(word, None) for word in words] == [b.pop(word, None) for word in words]
        assert a == pytest.approx(b, rel=1e-4, abs=1e-6)


class Told:
    """A progress that keeps what it was told, and raises `Stopped` at step `stop`."""

    def __init__(self, stop: int | None = None) -> None:
        self.calls: list[tuple[int, int | None, str, dict[str, Any]]] = []
        self.stop = stop

    def __call__(self, done: int, total: int | None, what: str, **facts: Any) -> None:
        self.calls.append((done, total, what, facts))
        if done == self.stop:
            raise Stopped("asked")


def test_a_training_leaves_what_pages_and_predictions_need(
    workspace: Workspace, tiny: TileStore, settings: Make, new_run: NewRun
) -> None:
    folder, told = new_run("a"), Told()
    facts = run(workspace, folder, told, settings().to_dict())
    assert (facts["epoch"], facts["epochs"], facts["early"], facts["precision"]) == (3, 3, False, "fp32")
    assert set(facts["best"]) == {"epoch", "map", "loss"} and facts["device"]

    config = json.loads(folder.config.read_text())
    assert (config["dataset"], config["tile_shape"], config["speeds"]) == ("tiny", [24, 40], {})
    assert config["train_tiles"] + config["validation_tiles"] == 12 and len(config["validation_ids"]) == 3
    assert config["settings"] == settings().to_dict()

    lines = curve(folder)
    steps, epochs = ([line for line in lines if line["kind"] == kind] for kind in ("step", "epoch"))
    assert [line["step"] for line in steps] == list(range(1, 7))
    assert [line["epoch"] for line in epochs] == [1, 2, 3]
    scores = {"loss", "validation_loss", "iou", "dice", "map"}
    assert set(epochs[0]) == {"kind", "epoch", *scores, "learning_rate", "stage", "crop"}
    assert (epochs[0]["stage"], epochs[0]["crop"]) == ("bce_dice", 0)
    assert facts["best"]["map"] == max(line["map"] for line in epochs)

    best = json.loads(folder.best.with_suffix(".json").read_text())
    assert best["epoch"] == facts["best"]["epoch"] and best["settings"]["width"] == 2
    assert checkpoint.load(folder.best).keys() == {"model"}
    picture = imageio.imread(folder.samples / "epoch-0003.png")
    assert picture.shape == (3 * 24 + 2 * 3, 3 * 40 + 2 * 3)

    done = [call[0] for call in told.calls if call[2].startswith("epoch")]
    assert done == list(range(1, 7)) and told.calls[-1][:2] == (6, 6)
    told_while_learning = next(facts for _, _, what, facts in told.calls if what.startswith("epoch 1"))
    assert {"epoch", "epochs", "best", "device", "precision", "loss"} <= told_while_learning.keys()


def test_a_network_learns_bright_salt(workspace: Workspace, tiny: TileStore, settings: Make, new_run: NewRun) -> None:
    facts = train(workspace, new_run("a"), settings(epochs=40, width=4, augment=False, learning_rate=1e-2))
    assert facts["best"]["map"] >= 0.8


def test_the_same_seed_gives_the_same_curve_and_another_one_another(
    workspace: Workspace, tiny: TileStore, settings: Make, new_run: NewRun
) -> None:
    folders = [new_run(name) for name in "abc"]
    for folder, seed in zip(folders, (1, 1, 2), strict=True):
        train(workspace, folder, settings(epochs=1, seed=seed))
    assert_same_curve(folders[0], folders[1])
    assert curve(folders[0]) != curve(folders[2])


@pytest.mark.parametrize("stop", [1, 4, 5])
def test_a_stopped_training_goes_on_as_if_nothing_had_happened(
    workspace: Workspace, tiny: TileStore, settings: Make, new_run: NewRun, stop: int
) -> None:
    whole, parted = new_run("whole"), new_run("parted")
    expected = train(workspace, whole, settings())
    with pytest.raises(Stopped):
        train(workspace, parted, settings(), Told(stop))
    facts = train(workspace, parted, settings())
    assert_same_curve(whole, parted)
    assert facts["best"] == pytest.approx(expected["best"], rel=1e-4)


@pytest.mark.parametrize("more", [{}, {"enlarge": 1.5, "varied": True}, {"networks": 2}], ids=str)
def test_a_recipe_is_resumed_in_any_of_its_phases(
    workspace: Workspace, tiny: TileStore, settings: Make, new_run: NewRun, more: dict[str, float]
) -> None:
    """Stopped among crops with the first loss, then among crops with the second one, then among whole tiles."""
    whole, parted = new_run("whole"), new_run("parted")
    recipe = {"ema": 0.8, "loss": "staged", "crop": 16, "schedule": "cyclic", "weight_decay": 0.1, "epochs": 8, **more}
    expected = train(workspace, whole, settings(**recipe))
    for stop in (3, 11, 15):
        with pytest.raises(Stopped):
            train(workspace, parted, settings(**recipe), Told(stop))
    facts = train(workspace, parted, settings(**recipe))
    assert_same_curve(whole, parted)
    assert facts["best"] == pytest.approx(expected["best"], rel=1e-4)
    assert facts["best"]["epoch"] > 6, "only the last quarter learns whole tiles, with the second loss"
    kept, last = (checkpoint.load(path) for path in (whole.best, whole.last))
    assert last["average"].keys() == last["model"].keys() == kept["model"].keys()
    name = next(name for name in kept["model"] if name.endswith("steps.0.0.weight"))
    assert not torch.equal(last["average"][name], last["model"][name])


def test_a_time_limit_ends_a_training_with_its_schedule(
    workspace: Workspace, tiny: TileStore, settings: Make, new_run: NewRun
) -> None:
    told = settings(minutes=6 / 60, epochs=100_000, patience=100_000)
    folder, calls, expected, told_of = new_run("a"), count(1), {}, []

    def stop_once(done: int, total: int | None, what: str, **facts: Any) -> None:
        expected.setdefault(facts.get("epoch"), facts.get("epochs"))
        if "epoch" in what:
            told_of.append((done, total, facts.get("tiles_per_second")))
        if next(calls) == 30:
            raise Stopped("asked")

    with suppress(Stopped):  # on a machine with much else to do it may be over before
        train(workspace, folder, told, stop_once)
    assert expected[1] is None, "how many epochs the time allows is not known before the first one is over"
    done, total, speed = zip(*told_of, strict=True)
    assert set(total) == {6} and list(done) == sorted(done) and done[-1] <= 6, "it is told in seconds"
    assert any(speed), "and how fast tiles are learned"
    facts = train(workspace, folder, told)
    rates = [line["learning_rate"] for line in curve(folder) if line["kind"] == "step"]
    assert not facts["early"] and facts["epochs"] == facts["epoch"] < 100_000
    assert rates[-1] < 0.2 * told.learning_rate
    assert train(workspace, folder, told) == facts


KILLED = """
    import sys, time
    from core.segment.settings import TrainSettings
    from core.segment.train import train
    from core.workspace import Workspace

    def progress(done, total, what, **facts):
        if done == 4:  # the last step of the second epoch
            print("here", flush=True)
            time.sleep(120)

    workspace = Workspace.open(sys.argv[1])
    settings = TrainSettings(dataset="tiny", width=2, epochs=3, batch_size=4, device="cpu", precision="fp32")
    train(workspace, workspace.run("killed"), settings, progress)
"""


def test_a_killed_training_goes_on_as_if_nothing_had_happened(
    workspace: Workspace, tiny: TileStore, settings: Make, new_run: NewRun
) -> None:
    whole, killed = new_run("whole"), new_run("killed")
    train(workspace, whole, settings())
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(workspace.root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]) as process:
        assert process.stdout is not None and process.stdout.readline() == "here\n"
        while not killed.last.with_suffix(".json").exists():  # a thread writes it
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert checkpoint.load_facts(killed.last)["epoch"] == 1
    train(workspace, killed, settings())
    assert_same_curve(whole, killed)


def test_a_run_from_before_some_settings_goes_on_and_predicts(
    workspace: Workspace, tiny: TileStore, settings: Make, new_run: NewRun
) -> None:
    whole, old = new_run("whole"), new_run("old")
    train(workspace, whole, settings())
    with pytest.raises(Stopped):
        train(workspace, old, settings(), Told(5))
    later = {"stride1", "depth", "salt_head", "depths", "decoder_width", "levels", "enlarge"}
    for path in (old.config, old.best.with_suffix(".json"), old.last.with_suffix(".json")):
        facts = json.loads(path.read_text())
        facts["settings"] = {key: value for key, value in facts["settings"].items() if key not in later}
        atomic.write_json(path, {key: value for key, value in facts.items() if key not in later})
    train(workspace, old, TrainSettings.from_dict(json.loads(old.config.read_text())["settings"]))
    assert_same_curve(whole, old)
    assert predict(workspace, "old")["tiles"] == 4


def test_a_finished_training_has_nothing_to_resume(
    workspace: Workspace, tiny: TileStore, settings: Make, new_run: NewRun
) -> None:
    folder = new_run("a")
    facts = train(workspace, folder, settings(epochs=1))
    before = folder.metrics.read_bytes()
    assert train(workspace, folder, settings(epochs=1)) == facts
    assert folder.metrics.read_bytes() == before


def test_a_score_that_no_longer_rises_ends_the_training_early(
    workspace: Workspace, tiny: TileStore, settings: Make, new_run: NewRun
) -> None:
    facts = train(workspace, new_run("a"), settings(epochs=30, patience=1))
    assert facts["early"] and facts["epoch"] == facts["best"]["epoch"] + 1 < 30


def test_the_best_epoch_has_the_highest_score_then_the_lowest_loss() -> None:
    state = State()
    for score, loss in ((0.5, 1.0), (0.5, 0.9), (0.4, 0.1), (0.5, 0.95)):
        state = state.after(Scores(loss, 0, 0, score), seconds=2)
    assert state.best == {"epoch": 2, "map": 0.5, "loss": 0.9}
    assert state.epoch == 4 and state.seconds == 8 and not state.is_best
    assert state.given_up(2) and not state.given_up(3)


def test_an_epoch_that_learned_as_the_last_ones_do_is_better_than_any_before() -> None:
    state, bests = State(), []
    for score, settled in ((0.6, False), (0.7, False), (0.5, True), (0.4, True), (0.55, True)):
        state = state.after(Scores(1.0, 0, 0, score), seconds=2, settled=settled)
        assert state.best is not None
        bests.append(state.best["epoch"])
    assert bests == [1, 2, 3, 3, 5]


def test_a_run_from_before_phases_were_noted_keeps_its_best_epoch() -> None:
    state = State(epoch=2, best={"epoch": 1, "map": 0.7, "loss": 0.5}, seconds=4.0)
    state = state.after(Scores(1.0, 0, 0, 0.6), seconds=2)
    assert state.best is not None and state.best["epoch"] == 1
    assert state.after(Scores(1.0, 0, 0, 0.8), seconds=2).is_best


def test_the_number_format_is_measured_once_and_kept(
    workspace: Workspace, tiny: TileStore, settings: Make, new_run: NewRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "describe", lambda device: describe(device) | {"bf16": True})
    folder = new_run("a")
    with pytest.raises(Stopped):
        train(workspace, folder, settings(precision="auto"), Told(stop=1))
    before = folder.config.read_bytes()
    config = json.loads(before)
    assert set(config["speeds"]) == {"fp32", "bf16"} and config["precision"] in config["speeds"]
    assert config["launch"] == "eager"
    train(workspace, folder, settings(precision="auto"))
    assert folder.config.read_bytes() == before


def test_going_on_in_bf16_where_it_is_only_imitated_is_said(
    workspace: Workspace,
    tiny: TileStore,
    settings: Make,
    new_run: NewRun,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    folder = new_run("a")
    with pytest.raises(Stopped):
        train(workspace, folder, settings(precision="bf16"), Told(stop=1))
    config = json.loads(folder.config.read_text())
    atomic.write_json(folder.config, config | {"device": config["device"] | {"bf16": True}})
    for has_it, warned in ((True, 0), (False, 1)):
        monkeypatch.setattr(plan, "describe", lambda device, has_it=has_it: describe(device) | {"bf16": has_it})
        with pytest.raises(Stopped):
            train(workspace, folder, settings(precision="bf16"), Told(stop=2))
        assert caplog.text.count("only imitates") == warned


def test_sections_are_not_split(workspace: Workspace, tiny: TileStore, settings: Make, new_run: NewRun) -> None:
    index = tiny.index.assign(section=[f"s{i % 4}" for i in range(16)], row=0, col=0)
    with atomic.replacing_folder(workspace.dataset("mosaic")) as part:
        write_store(part, index, tiny.tiles, tiny.masks)
    folder = new_run("a")
    with pytest.raises(Stopped):
        train(workspace, folder, settings(dataset="mosaic"), Told(stop=1))
    kept = set(json.loads(folder.config.read_text())["validation_ids"])
    sections = index["section"][:12].groupby(index["id"].isin(kept)[:12]).agg(set)
    assert not sections[False] & sections[True]


def test_faults_are_told_in_words(workspace: Workspace, tiny: TileStore, settings: Make, new_run: NewRun) -> None:
    with pytest.raises(NotFound, match="no data set 'other'"):
        train(workspace, new_run("a"), settings(dataset="other"))
    if not torch.cuda.is_available():
        with pytest.raises(BadInput, match="device=cuda: there is none here"):
            train(workspace, new_run("b"), settings(device="cuda"))
    few = tiny.index.assign(has_mask=[True] + [False] * 15)
    with atomic.replacing_folder(workspace.dataset("few")) as part:
        write_store(part, few, tiny.tiles, tiny.masks)
    with pytest.raises(TrainingFailed, match="'few' has 1 labelled tile; a training needs at least 2"):
        train(workspace, new_run("c"), settings(dataset="few"))


def test_a_replaced_data_set_is_noticed(workspace: Workspace, tiny: TileStore, settings: Make, new_run: NewRun) -> None:
    folder = new_run("a")
    train(workspace, folder, settings(epochs=1))
    with atomic.replacing_folder(workspace.dataset("tiny")) as part:
        write_store(part, tiny.index, np.array(tiny.tiles), np.array(tiny.masks), {"checksum": "2"})
    with pytest.raises(TrainingFailed, match="'tiny' was replaced since run a began; start a new run"):
        train(workspace, folder, settings(epochs=1))


def test_weights_that_are_no_numbers_fail_in_words(
    workspace: Workspace, tiny: TileStore, settings: Make, new_run: NewRun
) -> None:
    folder = new_run("a")
    with pytest.raises(Stopped):
        train(workspace, folder, settings(), Told(stop=3))
    state = checkpoint.load(folder.last)
    state["model"]["steps.0.0.weight"].fill_(float("nan"))
    checkpoint.save(folder.last, state, checkpoint.load_facts(folder.last))
    with pytest.raises(TrainingFailed, match=r"the loss became nan in step 3 \(epoch 2\)"):
        train(workspace, folder, settings())


def test_a_disk_that_takes_nothing_fails_in_words(
    workspace: Workspace, tiny: TileStore, settings: Make, new_run: NewRun
) -> None:
    folder = new_run("a")
    folder.samples.touch()  # a file where the folder should be
    with pytest.raises(WorkspaceError, match="samples"):
        train(workspace, folder, settings())


HUNGRY = """
    import resource, sys
    from pathlib import Path
    import torch
    from core.errors import TrainingFailed
    from core.segment.settings import TrainSettings
    from core.segment.train import train
    from core.workspace import Workspace

    workspace = Workspace.open(sys.argv[1])
    small = TrainSettings(dataset="tiny", width=2, epochs=1, batch_size=2, device="cpu", precision="fp32")
    train(workspace, workspace.run("small"), small)  # so that threads and libraries have what they need
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + (64 << 20),) * 2)
    large = TrainSettings(dataset="tiny", width=200, epochs=1, batch_size=8, device="cpu", precision="fp32")
    try:
        train(workspace, workspace.run("large"), large)
    except TrainingFailed as error:
        print(error)
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory can only be limited on Linux")
def test_too_little_memory_fails_with_a_remedy(workspace: Workspace, tiny: TileStore, new_run: NewRun) -> None:
    for name in ("small", "large"):
        new_run(name)
    command = [sys.executable, "-c", textwrap.dedent(HUNGRY), str(workspace.root)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    root = Path(__file__).parents[3]
    answer = subprocess.run(command, capture_output=True, text=True, cwd=root, env=environment, check=True)
    assert (
        answer.stdout == "out of memory with model=unet and width=200; close other programs or take a smaller network\n"
    )


def test_parts_of_a_batch_stay_as_small_as_memory_asked_for(
    workspace: Workspace, tiny: TileStore, settings: Make, new_run: NewRun
) -> None:
    folder = new_run("a")
    with pytest.raises(Stopped):
        train(workspace, folder, settings(), Told(stop=3))
    assert json.loads(folder.config.read_text())["micro_batch"] == 4
    keep_micro_batch(folder, 2)
    assert train(workspace, folder, settings())["micro_batch"] == 2
    assert [line["step"] for line in curve(folder) if line["kind"] == "step"] == list(range(1, 7))


@pytest.mark.parametrize(("model", "levels"), [("resnet34", 5), ("efficientnet_lite0", 4)])
def test_a_network_with_an_encoder_is_trained_and_resumed(
    workspace: Workspace,
    tiny: TileStore,
    settings: Make,
    new_run: NewRun,
    model: str,
    levels: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    whole, parted = new_run("whole"), new_run("parted")
    told = settings(model=model, levels=levels, epochs=2, learning_rate=1e-3)
    train(workspace, whole, told)
    with pytest.raises(Stopped):
        train(workspace, parted, told, Told(3))
    train(workspace, parted, told)
    assert_same_curve(whole, parted)
    assert predict(workspace, "whole")["tiles"] == 4
    words = json.loads(whole.config.read_text())["first_weights"]
    assert ("first weights: random" in caplog.text) == words.startswith("random")
    if model == "efficientnet_lite0":
        assert words.startswith("ImageNet")


def test_the_same_curve_with_deterministic_operations(
    workspace: Workspace, tiny: TileStore, settings: Make, new_run: NewRun
) -> None:
    folders = [new_run(name) for name in "ab"]
    for folder in folders:
        train(workspace, folder, settings(epochs=2, deterministic=True))
    assert curve(folders[0]) == curve(folders[1])
    train(workspace, new_run("c"), settings(epochs=1))
    assert not torch.are_deterministic_algorithms_enabled()


@pytest.mark.real
def test_real_tiles_are_learned(workspace: Workspace, tgs: Path, settings: Make, new_run: NewRun) -> None:
    from core.dataset.importing import import_source

    import_source(tgs, workspace, "tgs")
    folder = new_run("a")
    with pytest.raises(Stopped):
        train(workspace, folder, settings(dataset="tgs", width=8, batch_size=16, precision="auto"), Told(stop=12))
    config = json.loads(folder.config.read_text())
    assert config["train_tiles"] + config["validation_tiles"] == 3088
    assert config["validation_tiles"] == pytest.approx(618, abs=3)
