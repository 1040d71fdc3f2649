"""How well and how fast neighbours are found: `python tests/benchmarks/mosaic.py [--tiles 600 4000 22000] [--noise 2]`.

Synthetic surveys, whose truth is known, with their constant tiles left out of it. Dense: all tiles of each section;
sparse: about a quarter of them, as in the TGS data, where most edges have no neighbour. Precision and recall are those
of all pairs that touch in the assembled sections. Each comparison runs in a process of its own on tiles in a memory
map, so that its peak memory (resident, with the program and the tiles it read) is its own.
Obvious way: edges carried on in a straight way, each held against all others in a loop; what is each other's nearest by
a margin is a pair (the known way of the TGS tiles).

With SALTSCOPE_TGS set, real tiles too. Their truth is not known, but two things tell of it: how many 2×2 squares of
pairs close, each strong enough on its own; and decoys, the same search with every second edge turned end for end, which
finds as many pairs as chance makes (target and decoy: Elias & Gygi, Nature Methods 2007).
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import psutil

sys.path.insert(0, str(Path(__file__).parents[2]))

from core.dataset.importing import import_source
from core.dataset.synthetic import simulate
from core.dataset.tiles import TileStore
from core.explore.mosaic import assemble, closed, find_pairs, squares
from core.explore.mosaic.edges import SIDES
from core.explore.mosaic.matches import mutual, strength
from core.explore.mosaic.neighbours import CUT, all_described, changing
from core.workspace import Workspace

OBVIOUS_TILES = 4000
MARGIN = 0.25  # by which the nearest edge is nearer than the second, in the obvious way
KEPT = 0.28  # of the tiles in a sparse survey: as many pairs a tile as in the TGS data
HEADER = f"{'survey':<22}{'tiles':>8}{'pairs':>8}{'precision':>11}{'recall':>8}{'seconds':>9}{'MB':>7}"
Truth = set[tuple[int, int, str]]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tiles", type=int, nargs="+", default=[600, 4000, 22000])
    parser.add_argument("--sparse", type=int, default=6000, help="tiles of the sparse survey; 0: none")
    parser.add_argument("--noise", type=float, default=2, help="grey levels of the noise in the noisy survey")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tiles.npy"
        print(HEADER)
        for count in options.tiles:
            show("dense", file, *dense(count, seed=0))
        show(f"dense, noise {options.noise:g}", file, *noisy(*dense(options.tiles[0], seed=0), options.noise))
        if options.sparse:
            tiles, places = sparse(options.sparse)
            show("sparse", file, tiles, places)
            show(f"sparse, noise {options.noise:g}", file, *noisy(tiles, places, options.noise))
        compare_with_obvious(file)
        if os.environ.get("SALTSCOPE_TGS"):
            show_real(Path(os.environ["SALTSCOPE_TGS"]), Path(folder))


def dense(count: int, seed: int) -> tuple[np.ndarray, pd.DataFrame]:
    """Tiles of whole sections and their places."""
    survey = simulate(tiles=count, seed=seed)
    return survey.images, survey.sections


def noisy(images: np.ndarray, places: pd.DataFrame, noise: float) -> tuple[np.ndarray, pd.DataFrame]:
    """The same with white noise and another stretch of brightness in every tile that is not constant."""
    rng, out = np.random.default_rng(0), images.copy()
    for number in changing(images):
        grey = images[number] + rng.normal(0, noise, images[number].shape)
        out[number] = (grey * rng.uniform(0.5, 0.8) + rng.uniform(0, 50)).clip(0, 255).round()
    return out, places


def sparse(count: int) -> tuple[np.ndarray, pd.DataFrame]:
    """`count` tiles, each chosen with probability `KEPT` from large surveys."""
    rng, images, places = np.random.default_rng(0), [], []
    while sum(map(len, images)) < count:
        every, where = dense(8000, seed=100 + len(images))
        chosen = rng.random(len(every)) < KEPT
        images.append(every[chosen])
        places.append(where[chosen].assign(section=where["section"] + f"-{len(places)}"))
    return np.concatenate(images)[:count], pd.concat(places, ignore_index=True)[:count]


def truth(images: np.ndarray, places: pd.DataFrame) -> Truth:
    """All pairs that touch, but those with a constant tile."""
    rows = zip(places["section"], places["row"], places["col"], strict=True)
    at = {place: tile for tile, place in enumerate(rows) if np.ptp(images[tile])}
    right = {(tile, at.get((s, row, col + 1)), "right") for (s, row, col), tile in at.items()}
    below = {(tile, at.get((s, row + 1, col)), "below") for (s, row, col), tile in at.items()}
    return {pair for pair in right | below if pair[1] is not None}  # type: ignore[misc]


def show(name: str, file: Path, images: np.ndarray, places: pd.DataFrame) -> float:
    """One line of the table; returns the seconds."""
    np.save(file, images)
    pairs, seconds, megabytes = alone(file)
    line(name, pairs, images, places, seconds, f"{megabytes:>7.0f}")
    return seconds


def line(
    name: str, pairs: pd.DataFrame, images: np.ndarray, places: pd.DataFrame, seconds: float, memory: str = ""
) -> None:
    """Print how right the mosaic of `pairs` is."""
    touching = assemble(pairs, len(images)).pairs
    found, known = (
        set(zip(touching["first"], touching["second"], touching["where"], strict=True)),
        truth(images, places),
    )
    hits = len(found & known)
    print(
        f"{name:<22}{len(images):>8,}{len(found):>8,}{hits / len(found):>11.4f}{hits / len(known):>8.4f}"
        f"{seconds:>9.1f}{memory}",
        flush=True,
    )


def alone(file: Path) -> tuple[pd.DataFrame, float, float]:
    """Pairs, seconds and peak megabytes of a comparison in a process of its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measure, file).result()


def measure(file: Path) -> tuple[pd.DataFrame, float, float]:
    """What `alone` asks its process for."""
    process, peak = psutil.Process(), 0

    def look(done: int, total: int | None, what: str, **facts: object) -> None:
        nonlocal peak
        peak = max(peak, process.memory_info().rss)

    begun = time.perf_counter()
    pairs = find_pairs(np.load(file, mmap_mode="r"), progress=look)
    return pairs, time.perf_counter() - begun, peak / 2**20


def compare_with_obvious(file: Path) -> None:
    """Both ways for the same tiles."""
    images, places = dense(OBVIOUS_TILES, seed=1)
    ours = show("ours", file, images, places)
    begun = time.perf_counter()
    pairs = obvious(images)
    theirs = time.perf_counter() - begun
    line("a loop over edges", pairs, images, places, theirs)
    print(f"\nratio: {theirs / ours:.1f}×")


def obvious(images: np.ndarray) -> pd.DataFrame:
    """Every edge held against every other, one at a time."""
    tiles = images.astype(np.float32)
    meeting = {
        "right": (2 * tiles[:, :, -1] - tiles[:, :, -2], 2 * tiles[:, :, 0] - tiles[:, :, 1]),
        "below": (2 * tiles[:, -1] - tiles[:, -2], 2 * tiles[:, 0] - tiles[:, 1]),
    }
    rows = []
    for where, edges in meeting.items():
        near, far = ((some - some.mean(1, keepdims=True)) / (some.std(1, keepdims=True) + 0.1) for some in edges)
        there, back = two_nearest(near, far), two_nearest(far, near)
        for first, (second, margin) in enumerate(there):
            if back[second][0] == first:
                rows.append((first, second, where, min(margin, back[second][1]), False))
    pairs = pd.DataFrame(rows, columns=["first", "second", "where", "strength", "square"])
    return pairs[pairs["strength"] > MARGIN]


def two_nearest(near: np.ndarray, far: np.ndarray) -> list[tuple[int, float]]:
    """Of each edge the nearest, and how much nearer it is than the second nearest."""
    found = []
    for number, edge in enumerate(near):
        distance = np.linalg.norm(far - edge, axis=1)
        distance[number] = np.inf
        first, second = np.argsort(distance)[:2]
        found.append((int(first), float(1 - distance[first] / max(distance[second], 1e-6))))
    return found


def show_real(source: Path, folder: Path) -> None:
    """Figures of the real tiles."""
    workspace = Workspace.open(folder / "workspace")
    import_source(source, workspace, "real")
    store = TileStore.open(workspace.dataset("real"))
    pairs, seconds, megabytes = alone(workspace.dataset("real") / "tiles.npy")
    mosaic, strong = assemble(pairs, len(store)), pairs[pairs["strength"] > CUT].reset_index(drop=True)
    blocks = squares(strong)
    print(
        f"\nreal: {len(store):,} tiles, {len(mosaic.pairs):,} pairs ({len(strong):,} strong, {pairs['square'].sum():,} "
        f"in closed squares, {(mosaic.pairs['found'] == 'place').sum()} by place), {len(mosaic.sizes)} sections, the "
        f"largest of {mosaic.sizes.max()} tiles, {closed(strong, blocks).sum()} of {len(blocks)} squares close, "
        f"{seconds:.1f} s, {megabytes:.0f} MB"
    )
    show_decoys(store.tiles, strong)


def show_decoys(tiles: np.ndarray, strong: pd.DataFrame) -> None:
    """How many strong pairs chance makes."""
    rows, strengths = changing(tiles), []
    for sides in SIDES.values():
        (near, near_errors), (far, far_errors) = (
            all_described(tiles, rows, side, lambda count: None) for side in sides
        )
        matches = mutual(near, np.ascontiguousarray(far[:, ::-1]), lambda count: None)
        strengths.append(strength(matches, near_errors[matches.first] + far_errors[matches.second]))
    false = (np.concatenate(strengths) > CUT).sum()
    free = 1 - len(strong) / (2 * len(rows))  # edges with a true partner are not there for a false one
    right = 1 - false * free / len(strong)
    print(f"decoys: {false} in {2 * len(rows):,} edges, so {right:.3f} of the strong pairs are right")


if __name__ == "__main__":
    main()
