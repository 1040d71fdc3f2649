"""How busy training keeps the device: `python -m tests.benchmarks.training [--models unet] [--rounds 2] [--watcher]`.

(a) this engine, a whole `train` on a data set of its own: its second epoch, with the pictures and checkpoints of the
    first, validation left out; epochs are as long as with four fifths of the sample's tiles
(b) the loop most people write: DataLoader with its best number of workers, each tile augmented on the CPU by
    itself, fp32, channels first, torch's own layers, the loss fetched in every step; the same network and batch; in a
    process of its own, so that it has the memory allocation that a plain script has
(c) the ceiling: forward, backward and step of (a) alone, on one batch that lies on the device

`--watcher` instead measures whether a page that follows the charts slows a training of 50 steps a second or more: the
steps/s without and with it, and how much of the processors it takes, which other programs' load does not change.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

sys.path.insert(0, str(Path(__file__).parents[2]))

from core import atomic
from core.dataset.tiles import TGSSaltDataset, write_store
from core.segment.augment import augment, draw
from core.segment.batch_norm import BatchNorm
from core.segment.config import load_config
from core.segment.convolutions import Depthwise, Upsampling
from core.segment.device import describe
from core.segment.engine import TrainingStep, open_fabric, set_up, wait_for
from core.segment.losses import bce_dice
from core.segment.models import build, normalised
from core.segment.settings import TrainSettings
from core.segment.train import train
from core.segment.up_block import UpBlock
from core.workspace import RunFolder, Workspace

ROOT = Path(__file__).parents[2]
SHAPE = (101, 101)  # padded to 128×128
EPOCH = 2_470  # tiles of an epoch of (a)
STEPS = {"unet": 12, "resnet34": 6, "efficientnet_lite0": 6}  # of (b) and (c), in which all are alike
WATCHED = TrainSettings(dataset="made", width=2, batch_size=2, epochs=2, folds=10, precision="fp32", augment=False)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", choices=STEPS, default=list(STEPS))
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--watcher", action="store_true")
    options = parser.parse_args()
    load = f"load {os.getloadavg()[0]:.1f}"  # of other programs; what is measured below has them beside it
    print(f"{describe()['name']}, torch {torch.__version__}, batches of {options.batch} tiles, {load}", flush=True)
    if options.watcher:
        watched(options.rounds)
        return
    print(f"\n{'tiles/s, median of ' + str(options.rounds):<34}{'(a)':>8}{'(b)':>8}{'(c)':>8}{'a/b':>8}{'a/c':>8}")
    with ProcessPoolExecutor(1, get_context("spawn")) as other:
        for model in options.models:
            settings = TrainSettings(
                dataset="made",
                model=model,
                batch_size=options.batch,
                epochs=2,
                folds=10,
                pretrained=False,
                varied=True,
            )
            compare(settings, options.rounds, other)


def compare(settings: TrainSettings, rounds: int, other: ProcessPoolExecutor) -> None:
    """One line of the table. other: a process for (b)."""
    steps = STEPS[settings.model]
    engine, plain, ceiling = [], [], []
    with made_workspace(EPOCH) as workspace:
        workers, trials = other.submit(best_workers, workspace, settings, max(2, steps // 3)).result()
        for turn in range(rounds):  # in turns, so that another program's load meets all
            run = workspace.run(f"run{turn}")
            engine.append(engine_speed(workspace, run, settings))
            settings = replace(settings, precision=load_config(run)["precision"])
            ceiling.append(ceiling_speed(settings, steps))
            plain.append(other.submit(plain_speed, workspace, settings, steps, workers).result())
    a, b, c = (statistics.median(speeds) for speeds in (engine, plain, ceiling))
    name = f"{settings.model}, {settings.precision}, (b) {workers} workers"
    print(f"{name:<34}{a:>8.1f}{b:>8.1f}{c:>8.1f}{a / b:>7.2f}×{a / c:>8.1%}")
    print("    (b) by workers: " + ", ".join(f"{count}: {speed:.1f}" for count, speed in trials.items()), flush=True)


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
    """(a): from the last step of the first epoch, in which libraries set themselves up, to that of the second."""
    run.root.mkdir(parents=True)
    train(workspace, run, settings)
    lines = [json.loads(line) for line in run.metrics.read_text().splitlines()]
    steps = [[line["time"] for line in lines if line["kind"] == "step" and line["epoch"] == one] for one in (1, 2)]
    tiles = len(steps[1]) * settings.batch_size
    first = next(line for line in lines if line["kind"] == "epoch")
    validation = first["seconds"] - tiles / first["tiles_per_second"]
    return tiles / (steps[1][-1] - steps[0][-1] - validation)


def ceiling_speed(settings: TrainSettings, steps: int) -> float:
    """(c)"""
    fabric = open_fabric(settings.device, settings.precision)
    model, optimizer = set_up(fabric, settings)
    learn = TrainingStep(fabric, model.train(), optimizer, settings.batch_size)
    images = torch.randn(settings.batch_size, 1, *SHAPE, device=fabric.device)
    masks = (images > 0).float()
    for step in range(2 + steps):
        if step == 2:
            wait_for(fabric.device)
            begun = time.perf_counter()
        learn(images, masks)
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


def best_workers(workspace: Workspace, settings: TrainSettings, steps: int) -> tuple[int, dict[int, float]]:
    """The number of workers, 0…2 for each core, with which (b) is fastest, and the tiles/s of each."""
    cores = torch.get_num_threads()
    trials = sorted({0, 1, cores, 2 * cores})
    speeds = {workers: plain_speed(workspace, settings, steps, workers) for workers in trials}
    return max(speeds, key=lambda workers: speeds[workers]), speeds


def plain_speed(workspace: Workspace, settings: TrainSettings, steps: int, workers: int) -> float:
    """(b)"""
    device = torch.device(describe(settings.device)["device"])
    model = plain(build(settings)).to(device, memory_format=torch.contiguous_format)
    optimizer = torch.optim.Adam(model.parameters(), settings.learning_rate)
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


def plain(model: nn.Module) -> nn.Module:
    """`model` with torch's own layers."""
    from segmentation_models_pytorch.decoders.unet.decoder import UnetDecoderBlock
    from timm.layers import Conv2dSame

    theirs = {BatchNorm: nn.BatchNorm2d, Upsampling: nn.ConvTranspose2d, UpBlock: UnetDecoderBlock}
    for module in model.modules():
        if isinstance(module, Depthwise):
            module.__class__ = Conv2dSame if module.same else nn.Conv2d
        elif isinstance(module, nn.ReLU | nn.ReLU6):
            module.inplace = True
        else:
            module.__class__ = theirs.get(type(module), type(module))
    return model


WATCHER = """
import sys, time
from pathlib import Path
from core.segment.curves import CurvesTail
from dashboard.components import live_chart, training_charts

tail = CurvesTail(Path(sys.argv[1]))
while True:
    if curves := tail.read():
        for panel in training_charts.panels(curves, float(sys.argv[2])):
            for series in panel.series:
                live_chart._sent(series)
    time.sleep(1)
"""


def watched(rounds: int) -> None:
    """Steps/s with and without a process that reads the metrics and makes the charts' data once a second."""
    steps = 600
    speeds: dict[bool, list[float]] = {False: [], True: []}
    shares = []
    with made_workspace(steps * WATCHED.batch_size) as workspace:
        for turn in range(2 * rounds):
            run, seen = workspace.run(f"run{turn}"), turn % 2 == 1
            command = [sys.executable, "-c", WATCHER, str(run.metrics), str(steps)]
            watcher = psutil.Popen(command, cwd=ROOT) if seen else None
            time.sleep(3)  # its imports
            begun, before = time.perf_counter(), watcher and watcher.cpu_times()
            speeds[seen].append(engine_speed(workspace, run, WATCHED) / WATCHED.batch_size)
            if watcher is not None:
                taken = sum(watcher.cpu_times()[:2]) - sum(before[:2])
                shares.append(taken / (time.perf_counter() - begun) / torch.get_num_threads())
                watcher.kill()
                watcher.wait()
    alone, beside = (statistics.median(speeds[seen]) for seen in (False, True))
    print(f"steps/s, median of {rounds}: {alone:.1f} alone, {beside:.1f} watched, {beside / alone - 1:+.2%}")
    print(f"    alone {sorted(map(round, speeds[False]))}, watched {sorted(map(round, speeds[True]))}")
    print(f"    the watcher took {statistics.median(shares):.2%} of the processors' time")


if __name__ == "__main__":
    main()
