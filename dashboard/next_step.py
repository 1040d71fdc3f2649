"""What a person would do next, from what the workspace holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core import actions, jobs
from core.workspace import Workspace
from dashboard import cache, navigation, state


@dataclass(frozen=True)
class Step:
    """A sentence, the label of its button and what the button does; other: a second choice beside it."""

    sentence: str
    label: str
    act: Callable[[], object]
    other: tuple[str, Callable[[], object]] | None = None


def next_step(workspace: Workspace, dataset: str | None) -> Step:
    """The first thing that is still missing on the way from tiles to reviewed labels."""
    if dataset is None:
        return Step(
            "Nothing is here yet. The demo makes 600 synthetic tiles, trains a small model on them and fills the "
            "review queue, in about a minute.",
            "Make the demo",
            lambda: actions.start_demo(workspace, with_run=True),
            ("Only its tiles", lambda: actions.start_demo(workspace, with_run=False)),
        )
    runs = workspace.all_runs()
    if not runs and dataset == "demo":
        return Step(
            "Train a small model on the demo, predict every tile and fill the review queue, in about a minute.",
            "Train on the demo",
            lambda: actions.start_demo(workspace, with_run=True),
        )
    if not runs:
        return Step("Train a first model on these tiles.", "Train", lambda: navigation.open_page("train"))
    run = next((one for one in runs if one.id == state.selection().run), runs[0])
    if jobs.status(run).state.active:
        return Step("A model is training.", "Watch it", lambda: navigation.open_page("train", run=run.id))
    if not any(run.all_predictions()):
        return Step("The model has predicted nothing yet.", "Predict", lambda: navigation.open_page("predictions"))
    waiting = cache.review_store().counts(run.id)["open"]
    if waiting:
        return Step(
            f"{waiting:,} tiles wait for your eyes.", "Review", lambda: navigation.open_page("review", run=run.id)
        )
    return Step("See what the model predicts.", "Predictions", lambda: navigation.open_page("predictions"))
