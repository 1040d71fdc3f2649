"""Decisions that were acknowledged are there, whatever happens to the process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core.review.store import ReviewStore

ROOT = Path(__file__).parents[3]
DECIDE = """
import sys
from core.review.store import ReviewStore
store = ReviewStore(sys.argv[1])
for item in map(int, sys.argv[3:]):
    store.decide(item, "accept", sys.argv[2])
    print(item, flush=True)
"""


def start(url: str, reviewer: str, items: list[int]) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", DECIDE, url, reviewer, *map(str, items)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def check_that_a_kill_loses_nothing(store: ReviewStore, url: str, acknowledged: int) -> None:
    """Kill a deciding process after some acknowledgements; all of them must be in the store."""
    items = [int(item) for item in store.queue()["id"]]
    process = start(url, "ann", items)
    assert process.stdout is not None
    told = [int(process.stdout.readline()) for _ in range(acknowledged)]
    process.kill()
    told += [int(line) for line in process.stdout.read().split("\n")[:-1]]
    process.wait()
    process.stdout.close()
    decided = store.queue().dropna(subset="verdict")
    assert set(told) <= set(decided["id"])
    assert len(decided) <= len(told) + 1


@pytest.mark.parametrize("acknowledged", [1, 4, 9])
def test_a_kill_loses_no_acknowledged_decision(store: ReviewStore, url: str, acknowledged: int) -> None:
    check_that_a_kill_loses_nothing(store, url, acknowledged)


@pytest.mark.soak
@pytest.mark.parametrize("number", range(50))
def test_a_kill_loses_no_acknowledged_decision_ever(store: ReviewStore, url: str, number: int) -> None:
    check_that_a_kill_loses_nothing(store, url, 1 + number % 9)


def test_reviewers_at_once_lose_nothing(store: ReviewStore, url: str) -> None:
    items = [int(item) for item in store.queue()["id"]]
    processes = [start(url, f"reviewer {number}", items) for number in range(4)]
    for process in processes:
        output, _ = process.communicate(timeout=60)
        assert [int(line) for line in output.split()] == items
    assert store.counts()["decided"] == 10
    for number in range(4):
        assert [store.undo(f"reviewer {number}") for _ in items] == [[item] for item in reversed(items)]
    assert store.counts()["open"] == 10
