"""Commands about runs: train, crossval, runs, compare, status, stop, resume, evaluate, predict, tune."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.options import JsonOption, WorkspaceOption, answer, facts, table
from core.progress import terminal
from core.segment.tta import DEFAULT_VIEWS, WORDS
from core.workspace import RunFolder, Workspace

if TYPE_CHECKING:
    from core.segment.settings import TrainSettings

RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="Id of a run, as `runs` lists it.")]

SetOption = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change one setting; may be repeated.")
]
BackgroundOption = Annotated[bool, typer.Option("--background", help="Return at once; `status` tells how it goes.")]

WithOption = Annotated[
    list[str] | None, typer.Option("--with", metavar="RUN", help="Average with another run; may be repeated.")
]
ViewsOption = Annotated[
    str, typer.Option(metavar="|".join(WORDS), help="; ".join(f"{name}: {words}" for name, words in WORDS.items()))
]


def register(app: typer.Typer) -> None:
    """Add this module's commands to `app`."""
    for command in (train, crossval, runs, compare, status, stop, resume, evaluate, predict, tune):
        app.command()(command)


def train(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Data set to train on.")],
    preset: Annotated[str, typer.Option(help="Settings to start from.")] = "unet",
    set_: SetOption = None,
    background: BackgroundOption = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Train a model."""
    from core import actions

    opened = Workspace.open(workspace)
    settings = _settings(opened, name, preset, set_ or [])
    start = partial(actions.start_training if background else actions.train_here, opened, settings)
    _show(_begun(start, background), json)


def crossval(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Data set to train on.")],
    preset: Annotated[str, typer.Option(help="Settings to start from.")] = "unet",
    set_: SetOption = None,
    leak: Annotated[
        bool,
        typer.Option("--leak", help="Also train one fold of a split that tears sections apart: what neighbours tell."),
    ] = False,
    background: BackgroundOption = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Train a model for each fold: a prediction and a score of every labelled tile by one that did not learn it."""
    from core import actions

    opened = Workspace.open(workspace)
    settings = _settings(opened, name, preset, set_ or [])
    begin = actions.start_crossval if background else actions.crossval_here
    _show(_begun(partial(begin, opened, settings, leak=leak), background), json)


def runs(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """List the runs, the newest first."""
    rows = [_facts(folder) for folder in Workspace.open(workspace).all_runs()]
    shown = [row | {"map": (row["best"] or {}).get("map")} for row in rows]
    columns = ["run", "state", "epoch", "epochs", "map", "seconds", "device"]
    answer(json, {"runs": rows}, table(shown, columns) if rows else "no run yet: python -m core train NAME")


def compare(
    runs: Annotated[list[str], typer.Argument(metavar="RUN RUN…", help="The others are held against the first.")],
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Settings that differ, scores, and the difference on the tiles that both kept aside."""
    from core.segment.comparison import compare as hold_against
    from core.segment.profile import Profile

    opened = Workspace.open(workspace)
    found = hold_against([Profile.of(opened.existing_run(run)) for run in runs])
    answer(json, found.to_dict(), found.in_words)


def status(run: RunArgument, workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """How a run goes."""
    _show(Workspace.open(workspace).existing_run(run), json)


def stop(run: RunArgument, workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Ask a run to stop; it does within one batch."""
    from core.jobs import request_stop

    folder = Workspace.open(workspace).existing_run(run)
    request_stop(folder)
    _show(folder, json)


def resume(
    run: RunArgument,
    background: BackgroundOption = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Go on from the last finished epoch."""
    from core import actions

    opened = Workspace.open(workspace)
    start = partial(actions.resume_training if background else actions.resume_here, opened, opened.existing_run(run))
    _show(_begun(start, background), json)


def evaluate(
    run: RunArgument,
    dataset: Annotated[str, typer.Option(help="Its own data set: the validation tiles; another: all labelled tiles.")],
    with_: WithOption = None,
    views: ViewsOption = DEFAULT_VIEWS,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """The competition's score of a run, or of several averaged."""
    opened = _with_all(workspace, [run, *(with_ or [])], dataset)
    from core.segment.predict import evaluate as evaluate_run  # torch, once it is known that there is something to do

    with terminal() as progress:
        result = evaluate_run(opened, run, dataset, others=with_ or [], views=views, progress=progress)
    answer(json, result, facts(result))


def predict(
    run: RunArgument,
    dataset: Annotated[str | None, typer.Option(help="[default: the run's own]")] = None,
    split: Annotated[str, typer.Option(help="train, test or all")] = "test",
    with_: WithOption = None,
    views: ViewsOption = DEFAULT_VIEWS,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Probability maps and figures of every tile; what was interrupted goes on where it was."""
    opened = _with_all(workspace, [run, *(with_ or [])], dataset)
    from core.segment.predict import predict as predict_run  # torch, once it is known that there is something to do

    with terminal() as progress:
        result = predict_run(opened, run, dataset, split, others=with_ or [], views=views, progress=progress)
    answer(json, result, facts(result))


def tune(
    run: RunArgument,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="Choose yourself: level, holes, area, inside, sure, head or black."
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Choose how masks are made, and calibrate their confidence, on tiles that the run did not learn from."""
    from core.segment import postprocess
    from core.segment.treatment import Treatment

    opened = Workspace.open(workspace)
    opened.existing_run(run)
    with terminal() as progress:
        if set_:
            result = postprocess.treat_run(opened, run, Treatment.from_pairs(set_), progress)
        else:
            result = postprocess.tune_run(opened, run, progress)
    tuning = result["tuning"] or {}
    shown = {name: tuning.get(name) for name in ("plain", "treated", "gain")} if not set_ else None
    answer(json, result, facts(result | {"tuning": shown}))


def _settings(workspace: Workspace, name: str, preset: str, pairs: list[str]) -> TrainSettings:
    from core.segment.settings import TrainSettings

    workspace.existing_dataset(name)
    return TrainSettings.from_pairs([*pairs, f"dataset={name}"], preset)


def _begun(start: Callable[..., RunFolder], background: bool) -> RunFolder:
    """The run that `start` sets going; not in the background it takes a progress, and returns at the end."""
    if background:
        return start()
    with terminal() as progress:
        return start(progress=progress)


def _show(folder: RunFolder, as_json: bool) -> None:
    value = _facts(folder)
    answer(as_json, value, facts(value))


def _facts(folder: RunFolder) -> dict[str, Any]:
    from core.actions import run_facts

    return run_facts(folder)


def _with_all(workspace: Path | None, runs: list[str], dataset: str | None) -> Workspace:
    """The workspace, if it has these runs and the data set; raises `NotFound` or `BadInput` before torch is loaded."""
    opened = Workspace.open(workspace)
    for name in runs:
        opened.existing_run(name)
    if dataset is not None:
        opened.existing_dataset(dataset)
    return opened
