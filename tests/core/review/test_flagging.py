from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from core.errors import BadInput, NotFound
from core.review.flagging import flag_run
from core.review.policy import FlagRules
from core.review.store import ReviewStore
from core.workspace import RunFolder, Workspace

RUN = "20260101-000000-unet-abcd"


def predict(run: RunFolder, split: str, salt: dict[str, float]) -> None:
    folder = run.predictions("d", split)
    folder.mkdir(parents=True)
    frame = pd.DataFrame({"id": list(salt), "salt_proportion": list(salt.values())})
    frame = frame.assign(
        confidence=0.5, constant=frame["id"] == "black", row=0, map=np.nan, iou=np.nan, validation=False
    )
    frame.to_parquet(folder / "predictions.parquet")
    np.save(folder / "probabilities.npy", np.zeros((len(frame), 4, 4), np.uint8))
    (folder / "prediction.json").write_text("{}")


@pytest.fixture
def run(workspace: Workspace) -> RunFolder:
    made = workspace.run(RUN)
    made.root.mkdir()
    made.job.write_text("{}")
    made.config.write_text(json.dumps({"dataset": "d"}))
    return made


def test_all_that_was_predicted_is_flagged_once(workspace: Workspace, run: RunFolder) -> None:
    predict(run, "train", {"a": 0.01, "b": 0.5})
    predict(run, "test", {"c": 0.0, "black": 0.0})
    store = ReviewStore(workspace.database_url)
    assert flag_run(workspace, store, RUN) == {
        "run": RUN,
        "dataset": "d",
        "tiles": 4,
        "flagged": 2,
        "by_reason": {"salt_under": 2},
    }
    assert sorted(store.queue()["tile"]) == ["a", "c"]


def test_one_split_only(workspace: Workspace, run: RunFolder) -> None:
    predict(run, "train", {"a": 0.01})
    predict(run, "test", {"c": 0.0})
    store = ReviewStore(workspace.database_url)
    assert flag_run(workspace, store, RUN, "d", FlagRules(), "test")["flagged"] == 1


def test_without_predictions_the_remedy_is_named(workspace: Workspace, run: RunFolder) -> None:
    with pytest.raises(NotFound, match="core predict"):
        flag_run(workspace, ReviewStore(workspace.database_url), RUN)


def test_a_damaged_run_is_named(workspace: Workspace, run: RunFolder) -> None:
    run.config.write_bytes(run.config.read_bytes()[:-5])
    with pytest.raises(BadInput, match=r"config\.json is damaged"):
        flag_run(workspace, ReviewStore(workspace.database_url), RUN)
