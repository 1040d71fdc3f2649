"""What models predicted for tiles that they did not learn from: what labels may be held against. Torch-free."""

from __future__ import annotations

import numpy as np

from core.dataset.tiles import TileStore
from core.errors import BadInput, NotFound
from core.explore import quality
from core.segment.predictions import Predictions, load_predictions
from core.workspace import Workspace


def out_of_fold(workspace: Workspace, store: TileStore) -> list[quality.Predictions]:
    """Predictions of all runs for validation tiles of `store`; of several for one tile, the newest run's.

    Those for an older state of the data set are passed over, and damaged ones too: the runs' own page tells of them.
    """
    free = store.index["has_mask"].to_numpy(bool).copy()  # labelled, and not yet predicted
    found = []
    for predictions in _all(workspace, store):
        rows = predictions.frame["row"].to_numpy(np.int64)
        places = np.flatnonzero(predictions.frame["validation"].to_numpy(bool) & free[rows])
        if len(places):
            free[rows[places]] = False
            found.append(quality.Predictions(rows[places], predictions.probabilities, places, _name(predictions)))
    return found


def _name(predictions: Predictions) -> str:
    """Run, data set and split, and the epoch of the checkpoint, which a resumed training may change."""
    folder = predictions.folder
    return f"{folder.parents[1].name}/{folder.name}, epoch {predictions.facts.get('epoch')}"


def _all(workspace: Workspace, store: TileStore) -> list[Predictions]:
    """Whole predictions of this very data set, the newest run's first."""
    found = []
    for folder in (folder for run in workspace.all_runs() for folder in run.all_predictions()):
        try:
            predictions = load_predictions(folder)
        except (BadInput, NotFound):
            continue
        facts = predictions.facts
        if (facts["dataset"], facts["checksum"]) == (store.name, store.source.get("checksum")):
            found.append(predictions)
    return found
