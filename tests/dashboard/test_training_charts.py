from core.segment.curves import Curves
from dashboard.components.training_charts import panels, steps_per_epoch


def test_epochs_without_steps_are_drawn() -> None:
    rows = [{"kind": "epoch", "epoch": epoch, "map": epoch / 10} for epoch in (1, 2)]
    curves = Curves.of([{"epoch": 3}, *rows], "run")
    loss, score, *_ = panels(curves, curves.steps_per_epoch)
    assert score.series[0].x == [1, 2]
    assert score.series[0].y == [0.1, 0.2]
    assert [len(series.x) for series in loss.series] == [0, 2, 2]


def test_what_changes_is_marked_where_it_does() -> None:
    """Before the first epoch of the new loss; runs of an older version tell nothing of it."""
    learned = [("bce_dice", 96), ("bce_dice", 96), ("bce_lovasz", 96), ("bce_lovasz", 0)]
    told = [
        {"kind": "epoch", "epoch": epoch + 1, "stage": stage, "crop": crop}
        for epoch, (stage, crop) in enumerate(learned)
    ]
    loss, *others = panels(Curves.of(told, "run"), 1)
    assert loss.marks == [(2, "loss: bce_lovasz"), (3, "whole tiles")]
    assert not any(panel.marks for panel in others)
    older = [{"kind": "epoch", "epoch": epoch} for epoch in (-1, 0)]
    assert not panels(Curves.of(older, "run"), 1)[0].marks
    assert panels(Curves.of(older + told, "run"), 1)[0].marks == loss.marks, "one that was resumed by this version"


def test_steps_stand_at_fractions_of_an_epoch() -> None:
    curves = Curves.of([{"kind": "step", "step": step, "epoch": 1, "loss": 1.0} for step in (1, 2, 4)], "run")
    assert list(panels(curves, 8)[0].series[0].x) == [0.125, 0.25, 0.5]


def test_before_an_epoch_is_whole_the_job_knows_its_steps_and_then_the_curves_do() -> None:
    steps = [{"kind": "step", "step": step, "epoch": 1} for step in range(1, 78)]
    assert steps_per_epoch(Curves.of(steps[:5], "run"), 77) == 77
    whole = Curves.of([*steps, {"kind": "epoch", "epoch": 1}], "run")
    assert steps_per_epoch(whole, None) == steps_per_epoch(whole, 5) == 77
