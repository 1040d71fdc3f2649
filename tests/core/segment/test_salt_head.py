"""The head that says whether there is any salt: learned, predicted, kept, and used to empty masks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from core import actions
from core.dataset import rle
from core.dataset.tiles import TileStore
from core.errors import BadInput
from core.segment import submission
from core.segment.losses import HEAD, bce_dice, bce_lovasz, loss_at
from core.segment.models import build
from core.segment.postprocess import treat_run, tune_run
from core.segment.predict import evaluate, predict
from core.segment.predictions import load_predictions
from core.segment.settings import TrainSettings
from core.segment.train import train
from core.segment.treatment import Treatment
from core.workspace import RunFolder, Workspace
from tests.runs import train_and_stop

Make = Callable[..., TrainSettings]
NewRun = Callable[[str], RunFolder]


@pytest.fixture
def trained(workspace: Workspace, tiny: TileStore, settings: Make, new_run: NewRun) -> RunFolder:
    """A run with a salt head; it was stopped and went on."""
    told = settings(salt_head=True, epochs=12, width=4, learning_rate=1e-2, ema=0.5, loss="staged", augment=False)
    run = new_run("a")
    train_and_stop(workspace, run, told)
    train(workspace, run, told)
    return run


def test_the_head_learns_beside_the_masks() -> None:
    logits = torch.randn(3, 2, 4, 4)
    logits[:, 1] = torch.tensor([3.0, -2.0, 0.5])[:, None, None]
    masks = torch.zeros(3, 1, 4, 4)
    masks[0, 0, 1, 1] = 1
    head = binary_cross_entropy_with_logits(torch.tensor([3.0, -2.0, 0.5]), torch.tensor([1.0, 0.0, 0.0]))
    expected = bce_dice(logits[:, :1], masks) + HEAD * head
    torch.testing.assert_close(loss_at("staged", 0.1, salt_head=True)(logits, masks), expected)
    assert loss_at("staged", 0.9) is bce_lovasz
    assert loss_at("staged", 0.8, True) is loss_at("staged", 0.9, True), "no new phase of the training"


@pytest.mark.parametrize("model", ["unet", "efficientnet_lite0"])
def test_the_answer_stands_beside_the_logits(model: str) -> None:
    network = build(TrainSettings("a", model=model, width=2, salt_head=True)).eval()
    with torch.no_grad():
        found = network(torch.rand(2, 1, 24, 40))
    assert found.shape == (2, 2, 24, 40)
    assert all(len(one.unique()) == 1 for one in found[:, 1])


def test_its_answer_is_kept_and_empties_masks(
    workspace: Workspace, tiny: TileStore, trained: RunFolder, settings: Make, new_run: NewRun
) -> None:
    predict(workspace, "a", split="all")
    found = load_predictions(trained.predictions("tiny", "all"))
    says = found.frame["any_salt"].to_numpy()
    assert says.dtype == np.float32 and says.min() >= 0 and says.max() <= 1 and len(np.unique(says)) > 4
    assert not list(found.folder.glob("asides*"))

    train(workspace, new_run("b"), settings(epochs=1, seed=1))
    predict(workspace, "b")
    assert "any_salt" not in load_predictions(workspace.run("b").predictions("tiny", "test")).frame
    predict(workspace, "b", split="all", others=["a"])
    both = load_predictions(workspace.run("b").predictions("tiny", "all")).frame["any_salt"]
    np.testing.assert_allclose(both, says, atol=1e-5)


def test_tuning_may_use_it_and_everything_follows(workspace: Workspace, tiny: TileStore, settings: Make) -> None:
    run = actions.crossval_here(workspace, settings(folds=3, epochs=6, width=4, learning_rate=1e-2, salt_head=True))
    assert {one["setting"] for one in tune_run(workspace, run.id)["tuning"]["sweeps"]} >= {"sure", "head"}
    predict(workspace, run.id, split="test")
    frames = {split: load_predictions(run.predictions("tiny", split)).frame for split in ("train", "test")}
    says = frames["test"]["any_salt"].to_numpy()
    head = round(float(says.min() + says.max()) / 2 * 255)
    treat_run(workspace, run.id, Treatment(level=1, head=head))
    doubted = says * 255 < head
    assert 0 < doubted.sum() < len(doubted)
    found = load_predictions(run.predictions("tiny", "test"))
    assert found.masks(np.arange(4)).any(axis=(1, 2)).tolist() == (~doubted).tolist()
    assert (found.frame["salt_proportion"] > 0).tolist() == (~doubted).tolist()
    made = submission.make(tiny, [run])
    assert made["rle_mask"].map(bool).tolist() == (~doubted).tolist()
    assert rle.decode_many(made["rle_mask"].tolist(), (24, 40), made["id"].tolist()).shape == (4, 24, 40)
    expected = load_predictions(run.predictions("tiny", "train")).frame["map"].mean()
    assert evaluate(workspace, run.id)["map"] == pytest.approx(expected, abs=0.02)


def test_a_run_without_a_head_can_not_be_told_to_use_it(workspace: Workspace, tiny: TileStore, settings: Make) -> None:
    run = actions.crossval_here(workspace, settings(folds=2, epochs=1))
    with pytest.raises(BadInput, match=f"head=100: run {run.id} has no salt head; train one with salt_head=true"):
        treat_run(workspace, run.id, Treatment(head=100))
