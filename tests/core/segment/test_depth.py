"""The depth of each tile as something the network is told."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest
import torch

from core import actions, atomic
from core.dataset.tiles import TileStore, write_store
from core.errors import BadInput
from core.segment import checkpoint
from core.segment.batches import DeviceTiles
from core.segment.bottleneck import Depth
from core.segment.models import build, standardise_depths
from core.segment.predict import evaluate, predict
from core.segment.predictions import load_predictions
from core.segment.settings import TrainSettings
from core.segment.train import train
from core.workspace import RunFolder, Workspace
from tests.runs import train_and_stop

Make = Callable[..., TrainSettings]
NewRun = Callable[[str], RunFolder]


@pytest.fixture
def deep(workspace: Workspace, tiny: TileStore) -> TileStore:
    """The tiny data set with depths by which alone salt can be told: every tile is noise; t02's depth is missing."""
    noise = np.random.default_rng(1).integers(100, 140, tiny.tiles.shape, np.uint8)
    masks = np.zeros(tiny.masks.shape, np.uint8)
    masks[::2] = 1
    index = tiny.index[["id", "split", "has_mask"]].assign(z=[900.0, 100.0] * 8)
    index.loc[2, "z"] = np.nan
    with atomic.replacing_folder(workspace.dataset("deep")) as part:
        write_store(part, index, noise, masks, {"checksum": "1"})
    return TileStore.open(workspace.dataset("deep"))


def test_depths_are_standardised_and_what_is_missing_is_the_mean() -> None:
    joined = Depth(3)
    joined.mean.fill_(500)
    joined.spread.fill_(200)
    features = torch.randn(5, 3, 2, 2)
    depths = torch.tensor([500.0, 900.0, torch.nan, torch.inf, -torch.inf])
    weight, bias = joined.embedding.weight[:, 0], joined.embedding.bias
    added = (joined(features, depths) - features)[:, :, 0, 0]
    expected = torch.stack([bias, bias + 2 * weight, bias, bias, bias])
    torch.testing.assert_close(added, expected)
    torch.testing.assert_close(joined(features, None) - features, bias[:, None, None].expand(5, 3, 2, 2))


@pytest.mark.parametrize("model", ["unet", "efficientnet_lite0"])
def test_a_network_hears_the_depth_or_passes_it_over(model: str, deep: TileStore) -> None:
    tiles = DeviceTiles.load(deep, torch.device("cpu"), depth=True)
    images = tiles.images(tiles.rows(np.array([0, 1, 2])))
    assert images.shape == (3, 2, 24, 40) and images[1, 1].unique().tolist() == [100.0]
    images = torch.cat((images[:1, :1].expand(3, -1, -1, -1), images[:, 1:]), dim=1)  # the same picture thrice
    with torch.no_grad():
        told = build(TrainSettings("a", model=model, width=8, depth=True)).eval()
        standardise_depths(told, 500, 400)
        deaf = build(TrainSettings("a", model=model, width=2)).eval()
        one, other, unknown = told(images)
        assert one.shape == (1, 24, 40) and not torch.equal(one, other) and not torch.equal(one, unknown)
        torch.testing.assert_close(told(images[:, :1])[2], unknown)
        torch.testing.assert_close(deaf(images), deaf(images[:, :1]))


def test_what_only_the_depth_tells_is_learned_kept_resumed_and_predicted(
    workspace: Workspace, deep: TileStore, settings: Make, new_run: NewRun
) -> None:
    told = settings(dataset="deep", depth=True, epochs=20, width=4, learning_rate=2e-2, ema=0.5, groups="none")
    run = new_run("a")
    train_and_stop(workspace, run, told)
    assert train(workspace, run, told)["best"]["map"] > 0.9
    known = deep.index["z"][:12].dropna()
    kept = json.loads(run.config.read_text())["depths"]
    assert kept == pytest.approx({"mean": known.mean(), "spread": known.std(ddof=0)})
    assert checkpoint.load(run.best)["model"]["steps.12.mean"] == pytest.approx(known.mean())
    deaf = train(workspace, new_run("b"), settings(dataset="deep", epochs=2, width=2, groups="none"))
    assert deaf["best"]["map"] < 0.9
    facts = predict(workspace, "a", split="all")
    assert facts["without_depth"] == 1
    seen = load_predictions(run.predictions("deep", "all"))
    rows = np.arange(16) != 2
    assert (seen.frame["salt_proportion"][rows].round().to_numpy() == (np.arange(16) % 2 == 0)[rows]).all()
    assert evaluate(workspace, "a")["map"] > 0.9


def test_runs_with_and_without_predict_together(
    workspace: Workspace, deep: TileStore, settings: Make, new_run: NewRun
) -> None:
    maps = []
    for name, depth in (("a", True), ("b", False)):
        train(workspace, new_run(name), settings(dataset="deep", depth=depth, epochs=2))
        predict(workspace, name)
        maps.append(np.array(load_predictions(workspace.run(name).predictions("deep", "test")).probabilities, float))
    predict(workspace, "b", others=["a"])
    both = load_predictions(workspace.run("b").predictions("deep", "test")).probabilities
    assert np.abs(both - (maps[0] + maps[1]) / 2).max() <= 1


def test_data_without_depths_are_refused_in_training_and_told_of_in_prediction(
    workspace: Workspace,
    tiny: TileStore,
    deep: TileStore,
    settings: Make,
    new_run: NewRun,
    caplog: pytest.LogCaptureFixture,
) -> None:
    refused = "depth=true: no labelled tile of data set 'tiny' has a depth; import it"
    with pytest.raises(BadInput, match=refused):
        actions.start_training(workspace, settings(depth=True))
    assert not workspace.all_runs(), "said before anything is begun"
    with pytest.raises(BadInput, match=refused):
        train(workspace, new_run("a"), settings(depth=True))
    train(workspace, new_run("b"), settings(dataset="deep", depth=True, epochs=1))
    facts = predict(workspace, "b", "tiny", "test")
    assert facts["without_depth"] == 4
    assert "4 of 4 tiles of tiny have no depth" in caplog.text
    assert "without_depth" not in predict(workspace, "b", "deep", "test")
