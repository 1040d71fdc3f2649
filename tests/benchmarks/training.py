"""How busy training keeps the device: `python tests/benchmarks/training.py [--width 16] [--steps 12]`.

(a) this engine, a whole `train` on a data set of its own, validation left out
(b) the loop most people write: DataLoader with its best number of workers, each tile augmented on the CPU by
    itself, fp32, channels first, the loss fetched in every step; the same network and batch
(c) the ceiling: forward, backward and step of (a) alone, on one batch that lies on the device
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch.utils.data import DataLoader, Dataset

sys.path.insert(0, str(Path(__file__).parents[2]))

from core import atomic
from core.dataset.tiles import TGSSaltDataset, write_store
from core.segment.augment import augment, draw
from core.segment.device import describe
from core.segment.engine import open_fabric, set_up, training_step, wait_for
from core.segment.losses import bce_dice
from core.segment.models import UNet, normalised
from core.segment.plan import load_config
from core.segment.settings import TrainSettings
from core.segment.train import train
from core.workspace import RunFolder, Workspace

SHAPE = (101, 101)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--width", type=int, default=TrainSettings(dataset="made").width)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--steps", type=int, default=12, help="measured at a time")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    settings = TrainSettings(dataset="made", width=options.width, batch_size=options.batch, epochs=2, validation=0.1)
    with made_workspace(options.steps * options.batch) as workspace:
        print(
            f"{describe()['name']}, torch {torch.__version__}, batches of {options.batch} tiles, width {options.width}"
        )
        workers = best_workers(workspace, settings, options.steps)
        engine, plain, ceiling = [], [], []
        for turn in range(options.rounds):  # in turns, so that another program's load meets all
            run = workspace.run(f"run{turn}")
            engine.append(engine_speed(workspace, run, settings))
            precision = load_config(run)["precision"]
            ceiling.append(ceiling_speed(settings, precision, options.steps))
            plain.append(plain_speed(workspace, settings, options.steps, workers))
    a, b, c = (statistics.median(speeds) for speeds in (engine, plain, ceiling))
    print(f"\n{'median of ' + str(options.rounds):<52}{'tiles/s':>9}{'ratio':>9}{'of (c)':>9}")
    for words, speed in (
        (f"(a) this engine, {precision}, channels last", a),
        (f"(b) DataLoader with {workers} workers, fp32", b),
        ("(c) one resident batch, as (a)", c),
    ):
        print(f"{words:<52}{speed:>9.1f}{speed / b:>8.2f}×{speed / c:>8.1%}")


@contextmanager
def made_workspace(tiles: int) -> Iterator[Workspace]:
    """A workspace with a data set of noise, `tiles` tiles to learn and some to measure on."""
    generator = np.random.default_rng(0)
    count = int(tiles / 0.9) + 1
    images = generator.integers(0, 256, (count, *SHAPE), dtype=np.uint8)
    masks = np.zeros_like(images)
    masks[::2, 30:70, 20:80] = 1
    index = pd.DataFrame({"id": [f"{i:06d}" for i in range(count)], "split": "train"})
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace.open(Path(folder) / "workspace")
        with atomic.replacing_folder(workspace.dataset("made")) as part:
            write_store(part, index, images, masks)
        yield workspace


def engine_speed(workspace: Workspace, run: RunFolder, settings: TrainSettings) -> float:
    """(a): of the second epoch; in the first one libraries set themselves up."""
    run.root.mkdir(parents=True)
    train(workspace, run, settings)
    lines = [json.loads(line) for line in run.metrics.read_text().splitlines()]
    return float(lines[-1]["tiles_per_second"])


def ceiling_speed(settings: TrainSettings, precision: str, steps: int) -> float:
    """(c)"""
    fabric = open_fabric(settings.device, precision)
    model, optimizer = set_up(fabric, settings)
    images = torch.randn(settings.batch_size, 1, *SHAPE, device=fabric.device)
    masks = (images > 0).float()
    for step in range(2 + steps):
        if step == 2:
            wait_for(fabric.device)
            begun = time.perf_counter()
        training_step(fabric, model, optimizer, images, masks)
    wait_for(fabric.device)
    return steps * settings.batch_size / (time.perf_counter() - begun)


class AugmentedTiles(Dataset[tuple[torch.Tensor, torch.Tensor]]):
    """Tile by tile: normalised and changed on the CPU."""

    def __init__(self, workspace: Workspace) -> None:
        self.tiles = TGSSaltDataset(workspace.dataset("made"))
        self.changes = draw(len(self.tiles), 0, 1)

    def __len__(self) -> int:
        return len(self.tiles)

    def __getitem__(self, i: int) -> tuple[torch.Tensor, torch.Tensor]:
        image, mask = self.tiles[i]
        images, masks = normalised(torch.from_numpy(image)[None]), torch.from_numpy(mask)[None, None].float()
        images, masks = augment(images, masks, self.changes[i : i + 1])
        return images[0], masks[0]


def best_workers(workspace: Workspace, settings: TrainSettings, steps: int) -> int:
    """The number of workers, 0…2 for each core, with which (b) is fastest."""
    cores = torch.get_num_threads()
    trials = sorted({0, 1, cores, 2 * cores})
    speeds = {workers: plain_speed(workspace, settings, max(3, steps // 3), workers) for workers in trials}
    print("(b) by workers: " + ", ".join(f"{workers}: {speed:.1f}" for workers, speed in speeds.items()) + " tiles/s")
    return max(speeds, key=lambda workers: speeds[workers])


def plain_speed(workspace: Workspace, settings: TrainSettings, steps: int, workers: int) -> float:
    """(b)"""
    device = torch.device(describe(settings.device)["device"])
    model = UNet(settings.width).to(device)
    optimizer = torch.optim.Adam(model.parameters(), settings.learning_rate)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "This DataLoader will create")  # more workers than cores are tried, too
        loader = DataLoader(
            AugmentedTiles(workspace),
            settings.batch_size,
            shuffle=True,
            drop_last=True,
            num_workers=workers,
            pin_memory=device.type == "cuda",
            persistent_workers=workers > 0,
        )
    done, begun = -2, time.perf_counter()
    while True:
        for images, masks in loader:
            if done == 0:  # the first two steps set things up
                begun = time.perf_counter()
            loss = bce_dice(model(images.to(device)), masks.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            loss.item()
            done += 1
            if done == steps:
                return steps * settings.batch_size / (time.perf_counter() - begun)


if __name__ == "__main__":
    main()
