"""What a change of a recipe brings in the same processor time: `python -m tests.benchmarks.recipes tgs CHANGES...`.

CHANGES: the settings of one training that differ from the preset, in one word, such as "decoder_width=8 crop=96"; "" is
the preset itself, and the first one is what the others are compared with. Each is a training by the engine on one core,
`--at-once` of them side by side; its time limit counts the processor's seconds, so that other programs on the machine
make it last longer and change nothing else. Scores are those of the tiles that it kept aside (fold 1, as fold 0 is for
reporting; the best epoch is chosen by them, too), with their paired difference and its 95 % interval from a
bootstrap. The trainings stay as runs.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import numpy as np

from core import actions, atomic
from core.progress import silent
from core.segment.bootstrap import means
from core.segment.settings import TrainSettings
from core.workspace import Workspace

VIEWS = ("flips", "scales")
DRAWS = 10_000


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset")
    parser.add_argument("changes", nargs="+", metavar="CHANGES")
    parser.add_argument("--minutes", type=float, default=20.0, help="of one core, for each training")
    parser.add_argument("--fold", type=int, default=1)
    parser.add_argument("--preset", default="best")
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--workspace")
    options = parser.parse_args()
    common = [f"dataset={options.dataset}", f"minutes={options.minutes}", f"fold={options.fold}"]
    recipes = [[*common, *changes.split()] for changes in options.changes]
    for pairs in recipes:
        TrainSettings.from_pairs(pairs, options.preset)  # a wrong one is named before hours of work
    print("| changed | epochs | flips | all views | difference | seconds of a core |")
    print("|---|---|---|---|---|---|")
    with ThreadPoolExecutor(options.at_once) as pool:
        jobs = [pool.submit(_in_a_process, options.workspace, options.preset, pairs) for pairs in recipes]
        for changes, job in zip(options.changes, jobs, strict=True):
            one = job.result()
            shown = [changes or options.preset, str(one["epochs"]), *(f"{np.mean(one[views]):.3f}" for views in VIEWS)]
            difference = _difference(one, jobs[0].result())
            print(f"| {' | '.join(shown)} | {difference} | {one['seconds']:.0f} |", flush=True)


def _difference(one: dict[str, Any], base: dict[str, Any]) -> str:
    """Of the same tiles; another division keeps others aside."""
    if one is base or one["ids"] != base["ids"]:
        return "–"
    by_tile = np.array(one["scales"]) - base["scales"]
    low, high = np.percentile(means(by_tile, DRAWS), (2.5, 97.5))
    return f"{by_tile.mean():+.3f} [{low:+.3f}, {high:+.3f}]"


def _in_a_process(workspace: str | None, preset: str, pairs: list[str]) -> dict[str, Any]:
    call = f"from tests.benchmarks.recipes import learn; learn({workspace!r}, {preset!r}, {pairs!r})"
    one_core = os.environ | {"OMP_NUM_THREADS": "1"}
    answer = subprocess.run([sys.executable, "-c", call], env=one_core, stdout=subprocess.PIPE, check=True)
    result: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return result


def learn(folder: str | None, preset: str, pairs: list[str]) -> None:
    """Train, and print epochs, seconds, and the score and id of each tile that was kept aside, by views."""
    from core.dataset.tiles import TileStore
    from core.segment import metrics, train
    from core.segment.predict import Predictor

    workspace = Workspace.open(folder)
    settings = TrainSettings.from_pairs(pairs, preset)
    with patch.object(train, "time", SimpleNamespace(perf_counter=time.process_time)):
        run = actions.train_here(workspace, settings)
    store = TileStore.open(workspace.existing_dataset(settings.dataset))
    last = atomic.read_object(run.last.with_suffix(".json"))
    found: dict[str, Any] = {"epochs": last["epoch"], "seconds": last["seconds"]}
    for views in VIEWS:
        predictor = Predictor([run], views)
        rows = np.flatnonzero(predictor.kept_aside(store))
        found["ids"] = store.index["id"].iloc[rows].tolist()
        maps = np.concatenate([some for some, _ in predictor.maps(store, rows, silent)])
        found[views] = metrics.competition_score(store.masks[rows], (maps >= 128).astype(np.uint8)).tolist()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
