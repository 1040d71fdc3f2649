"""Many reviewers at one queue, each a process of its own: `python -m tests.benchmarks.judging [--reviewers 20]`.

Each claims an item, thinks, and decides it with a mask of 101×101, until none is left; timed are `claim` and `decide`
together. Without time to think they share all that the machine can do; with some they show what a person waits for.
The table also says what one turn of the disk takes, as no decision can be acknowledged in less.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.review.store import ReviewStore
from tests.core.review.conftest import flags

ROOT = Path(__file__).resolve().parents[2]
THINKING = (0.0, 1.0)  # s
JUDGE = """
import random, sys, time
import numpy as np
from core.review.masks import NewMask
from core.review.store import ReviewStore
url, name, thinking = sys.argv[1], sys.argv[2], float(sys.argv[3])
store = ReviewStore(url)
mask = np.zeros((101, 101), np.uint8)
mask[40:60, 20:80] = 1
def waiting():
    queue = store.queue("r", "d")
    return [int(item) for item in queue["id"][queue["verdict"].isna()]]
items = waiting()
print("ready", flush=True)
sys.stdin.readline()
time.sleep(random.random() * thinking)
while items:
    begun = time.perf_counter()
    claimed = store.claim(items, name)
    took = time.perf_counter() - begun
    if not claimed:
        items = waiting()
        continue
    time.sleep(random.uniform(0.5, 1.5) * thinking)
    begun = time.perf_counter()
    store.decide(claimed, "corrected", name, masks={claimed[0]: NewMask("d", str(claimed[0]), mask, None)}, first=True)
    took += time.perf_counter() - begun
    print(claimed[0], took, flush=True)
    items = items[items.index(claimed[0]) + 1 :] or waiting()
"""


@dataclass(frozen=True)
class Judged:
    """items: by reviewer, in order · seconds: claim and decision of each · wall: s from the start to the end."""

    items: tuple[int, ...]
    seconds: tuple[float, ...]
    wall: float

    def percentile(self, share: float) -> float:
        """ms within which this share of them was done."""
        return 1000 * float(np.quantile(self.seconds, share))


def judge(url: str, reviewers: int, thinking: float = 0.0) -> Judged:
    """Let them all begin at once and wait until nothing is left."""
    command = [sys.executable, "-c", JUDGE, url]
    people = [
        subprocess.Popen(
            [*command, f"reviewer {number}", str(thinking)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(reviewers)
    ]
    for person in people:
        assert person.stdout is not None
        person.stdout.readline()
    begun = time.perf_counter()
    for person in people:
        assert person.stdin is not None
        person.stdin.write("go\n")
        person.stdin.flush()
    told = [line.split() for person in people for line in person.communicate(timeout=600)[0].splitlines()]
    wall = time.perf_counter() - begun
    return Judged(tuple(int(item) for item, _ in told), tuple(float(seconds) for _, seconds in told), wall)


def disk_turn(folder: Path, rounds: int = 200) -> float:
    """Median ms until 4 kB are on the disk."""
    file = os.open(folder / "turns", os.O_RDWR | os.O_CREAT)
    times = []
    for number in range(rounds):
        os.pwrite(file, os.urandom(4096), 4096 * number)
        begun = time.perf_counter()
        os.fsync(file)
        times.append(time.perf_counter() - begun)
    os.close(file)
    return 1000 * float(np.median(times))


def print_table(folder: Path, items: int, reviewers: Sequence[int]) -> None:
    """One line for each number of reviewers and time to think."""
    print(f"{items:,} items; a turn of the disk takes {disk_turn(folder):.1f} ms")
    print(f"{'reviewers':>9}{'thinking':>10}{'decisions/s':>13}{'median':>8}{'p95':>8}{'p99':>8}{'longest':>9}")
    for number, thinking in [(number, thinking) for thinking in THINKING for number in reviewers]:
        url = f"sqlite:///{folder / f'{number}-{thinking}.db'}"
        wanted = items if not thinking else min(items, 20 * number)
        ReviewStore(url).flag("r", "d", flags(wanted))
        found = judge(url, number, thinking)
        assert len(set(found.items)) == len(found.items) == wanted
        median, most, nearly, longest = (found.percentile(share) for share in (0.5, 0.95, 0.99, 1))
        print(
            f"{number:>9}{thinking:>8} s{wanted / found.wall:>13.0f}"
            f"{median:>8.0f}{most:>8.0f}{nearly:>8.0f}{longest:>6.0f} ms",
            flush=True,
        )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=2000)
    parser.add_argument("--reviewers", type=int, nargs="+", default=[1, 20])
    parser.add_argument("--folder", type=Path, help="on the disk that is to be measured")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        print_table(Path(folder), options.items, options.reviewers)


if __name__ == "__main__":
    main()
