import json
import logging
import math
from pathlib import Path

import pytest

from core.segment.curves import Curves, CurvesTail, values

STEP = {"kind": "step", "step": 4, "epoch": 1, "loss": 0.5}
EPOCH = {"kind": "epoch", "epoch": 1, "map": 0.7}


def test_steps_and_epochs_are_told_apart(caplog: pytest.LogCaptureFixture) -> None:
    curves = Curves.of([STEP, EPOCH], "sound")
    assert (curves.steps, curves.epochs) == ([STEP], [EPOCH])
    assert not caplog.records


def test_lines_that_have_no_place_are_passed_over_and_named_once(caplog: pytest.LogCaptureFixture) -> None:
    foreign = [{"epoch": 1}, {"kind": "step", "epoch": 1}, {"kind": "epoch", "epoch": "?"}, {"kind": ["step"]}]
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            assert Curves.of([STEP, *foreign], "half a file").steps == [STEP]
    assert [record.getMessage() for record in caplog.records] == [
        "half a file: 4 lines are neither a step nor an epoch of a training; passed over"
    ]


def test_nothing_to_draw() -> None:
    assert not Curves.of([], "empty")
    assert Curves.of([EPOCH], "imported")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], 1),
        ([EPOCH], 1),
        ([STEP], 4),
        ([STEP, EPOCH, {**STEP, "step": 6, "epoch": 2}], 4),
        ([{**STEP, "step": 0}, EPOCH], 1),
    ],
)
def test_steps_of_an_epoch(rows: list[dict[str, object]], expected: float) -> None:
    assert Curves.of(rows, "some").steps_per_epoch == expected


def test_values_that_are_no_numbers_are_gaps() -> None:
    found = values([{"loss": 1}, {}, {"loss": None}, {"loss": "?"}, {"loss": math.inf}], "loss")
    assert found[0] == 1
    assert all(map(math.isnan, found[1:]))


def test_the_time_of_an_epoch_leaves_out_pauses() -> None:
    epochs = [{**EPOCH, "epoch": epoch, "seconds": seconds} for epoch, seconds in ((1, 10), (2, 20))]
    curves = Curves.of([STEP, *epochs], "some")
    assert curves.seconds_at([0.5, 1, 1.5, 2, 2.5]) == [5, 10, 20, 30, 40]
    assert math.isnan(Curves.of([STEP], "young").seconds_at([0.5])[0])


def test_a_growing_file_is_read_on_and_a_shorter_one_anew(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    tail = CurvesTail(path)
    assert not tail.read()

    def write(*losses: float | None, mode: str = "a") -> None:
        with path.open(mode) as file:
            file.writelines(json.dumps(STEP | {"loss": loss}) + "\n" for loss in losses)

    write(0.5, None)
    assert tail.read().of_steps("loss").tolist()[0] == 0.5 and math.isnan(tail.read().of_steps("loss")[1])
    write(0.25)
    first = tail.read()
    assert first.of_steps("loss").tolist()[::2] == [0.5, 0.25] and first.of_steps("step").tolist() == [4, 4, 4]
    write(0.125)
    assert tail.read().of_steps("loss")[3] == 0.125 and len(first.steps) == 3
    write(0.75, mode="w")
    assert tail.read().of_steps("loss").tolist() == [0.75]


def test_the_mean_of_folds_goes_as_far_as_all_of_them() -> None:
    first = Curves.of([STEP, EPOCH, {**EPOCH, "epoch": 2, "map": 0.9}], "first")
    second = Curves.of([{**EPOCH, "map": 0.5}], "second")
    mean = Curves.mean([first, second])
    assert mean.steps == [STEP]
    assert mean.epochs == [{"kind": "epoch", "epoch": 1, "map": pytest.approx(0.6)}]
    assert not Curves.mean([])
