"""The curves of a training, from the lines of its metrics.jsonl."""

from __future__ import annotations

from core.explore import colours
from core.segment.curves import Curves, values
from dashboard.components.live_chart import Panel, Series


def steps_per_epoch(curves: Curves, told: int | None) -> float:
    """As the curves tell; before an epoch is whole as the job has `told`."""
    return curves.steps_per_epoch if curves.epochs or not told else told


def panels(curves: Curves, per_epoch: float) -> list[Panel]:
    """Loss, scores, learning rate and speed against epochs; steps are drawn at fractions of an epoch."""
    epochs = curves.epochs
    at_step = curves.of_steps("step") / per_epoch
    at_epoch = [row["epoch"] for row in epochs]

    def by_step(name: str, key: str, colour: str, faint: bool = False) -> Series:
        return Series(name, at_step, curves.of_steps(key), colour, faint=faint)

    def by_epoch(name: str, key: str, colour: str) -> Series:
        return Series(name, at_epoch, values(epochs, key), colour)

    return [
        Panel(
            "Loss",
            [
                by_step("train, each step", "loss", colours.ACCENT, faint=True),
                by_epoch("train", "loss", colours.ACCENT),
                by_epoch("validation", "validation_loss", colours.LABEL),
            ],
            marks=curves.changes,
        ),
        Panel(
            "Score on validation tiles",
            [
                by_epoch("score", "map", colours.AGREEMENT),
                by_epoch("IoU", "iou", colours.PREDICTION),
                by_epoch("Dice", "dice", colours.CORRECTION),
            ],
            range=(0.0, 1.0),
        ),
        Panel("Learning rate", [by_step("learning rate", "learning_rate", colours.NEUTRAL)]),
        Panel("Speed", [by_step("tiles a second", "tiles_per_second", colours.NEUTRAL)], y_title="tiles/s"),
    ]
