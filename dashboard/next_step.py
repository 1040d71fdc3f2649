"""What a person would do next, from what the workspace holds."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from core import actions, jobs
from core.dataset.tiles import made_from
from core.errors import SaltScopeError
from core.segment.config import dataset_of
from core.workspace import RunFolder, Workspace
from dashboard import cache, navigation, state
from dashboard.components import settings_form


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
    runs = [run for run in workspace.all_runs() if _is_of(run, dataset)]
    if not runs and made_from(workspace.dataset(dataset)) == workspace.sources / "demo":
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
    if not run.predictions_of(dataset):
        return Step("The model has predicted nothing yet.", "Predict", lambda: navigation.open_page("predictions"))
    queue = cache.review_store().counts(run.id, dataset)
    if queue["open"]:
        return Step(
            f"{queue['open']:,} tiles wait for your eyes.", "Review", lambda: navigation.open_page("review", run=run.id)
        )
    if queue["decided"]:
        return Step(
            "Every flagged tile is decided. Let a model learn the masks as they are now.",
            "Train again",
            settings_form.open_for_reviewed,
            ("Predictions", lambda: navigation.open_page("predictions")),
        )
    return Step("See what the model predicts.", "Predictions", lambda: navigation.open_page("predictions"))


def _is_of(run: RunFolder, dataset: str) -> bool:
    """Whether a run is, or will be, trained on a data set, or has predicted its tiles."""
    with suppress(SaltScopeError):  # a damaged one is of none
        told = jobs.arguments(run).get("settings", {}).get("dataset")
        return bool(run.predictions_of(dataset)) or (told or dataset_of(run)) == dataset
    return False
