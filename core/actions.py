"""What a button or a command sets going: the same functions behind both.

The functions that end in `_job` run inside a job's process and are named in its `job.json`.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import jobs
from core.errors import BadInput, Busy, SaltScopeError, Stopped
from core.progress import Progress, silent
from core.segment.tta import DEFAULT_VIEWS
from core.workspace import JobFolder, RunFolder, Workspace

if TYPE_CHECKING:
    from core.explore.quality import Checked
    from core.segment.settings import TrainSettings

TRAIN = "core.segment.train:run"
CROSSVAL = "core.segment.crossval:run"
RECENT = 50  # jobs among which those at work are looked for
OF_FOLDS = ("folds", "fold", "map", "standard_error", "tiles", "by_fold", "leak")  # told of a cross-validation too


def start_training(workspace: Workspace, settings: TrainSettings) -> RunFolder:
    """Start a training in a process of its own. Raises `NotFound` if there is no such data set."""
    run = _new_run(workspace, settings)
    jobs.submit(workspace, run, TRAIN, {"settings": asdict(settings)}, _title(settings))
    return run


def train_here(workspace: Workspace, settings: TrainSettings, progress: Progress = silent) -> RunFolder:
    """Train in this process; every page shows it all the same, and can stop it."""
    run = _new_run(workspace, settings)
    jobs.create(run, TRAIN, {"settings": asdict(settings)}, _title(settings))
    with suppress(Stopped):
        jobs.execute(workspace, run, progress)
    return run


def start_crossval(workspace: Workspace, settings: TrainSettings, *, leak: bool = False) -> RunFolder:
    """Start a cross-validation in a process of its own. Raises `NotFound` if there is no such data set."""
    run = _new_run(workspace, settings, "crossval")
    jobs.submit(workspace, run, CROSSVAL, {"settings": asdict(settings), "leak": leak}, _folds_title(settings))
    return run


def crossval_here(
    workspace: Workspace, settings: TrainSettings, *, leak: bool = False, progress: Progress = silent
) -> RunFolder:
    """Cross-validate in this process; every page shows it all the same, and can stop it."""
    run = _new_run(workspace, settings, "crossval")
    jobs.create(run, CROSSVAL, {"settings": asdict(settings), "leak": leak}, _folds_title(settings))
    with suppress(Stopped):
        jobs.execute(workspace, run, progress)
    return run


def resume_training(workspace: Workspace, run: RunFolder) -> RunFolder:
    """Go on with a training in a process of its own."""
    jobs.resume(workspace, run)
    return run


def resume_here(workspace: Workspace, run: RunFolder, progress: Progress = silent) -> RunFolder:
    """Go on with a training in this process."""
    jobs.requeue(run)
    with suppress(Stopped):
        jobs.execute(workspace, run, progress)
    return run


def run_facts(run: RunFolder) -> dict[str, Any]:
    """run, state, epoch, epochs, best {epoch, map, loss}, seconds, device, error."""
    now = jobs.status(run)
    facts = now.facts | (now.result or {})
    known = {name: facts.get(name) for name in ("epoch", "epochs", "best")}
    known |= {name: facts[name] for name in OF_FOLDS if name in facts}
    return {
        "run": run.id,
        "state": now.state.value,
        **known,
        "seconds": now.seconds,
        "device": facts.get("device"),
        "error": now.error,
    }


def start_prediction(
    workspace: Workspace, run_id: str, dataset: str, split: str, views: str = DEFAULT_VIEWS
) -> JobFolder:
    """Predict in a process of its own; arguments as of `core.segment.predict.predict`."""
    workspace.existing_run(run_id)
    workspace.existing_dataset(dataset)
    arguments = {"run_id": run_id, "dataset": dataset, "split": split, "views": views}
    return _start(
        workspace, "predict", "core.segment.predict:run", arguments, f"Predict {split} tiles of {dataset} by {run_id}"
    )


def job_on(workspace: Workspace, run_id: str) -> jobs.JobStatus | None:
    """What is at work on a run beside its training: it predicts or is tuned. None if nothing is."""
    for folder in workspace.all_jobs()[:RECENT]:
        with suppress(SaltScopeError):  # a damaged one works on nothing
            if jobs.arguments(folder).get("run_id") == run_id and (now := jobs.status(folder)).state.active:
                return now
    return None


def start_tuning(workspace: Workspace, run_id: str) -> JobFolder:
    """Tune the masks and the confidence of a run in a process of its own."""
    workspace.existing_run(run_id)
    target = "core.segment.postprocess:run"
    return _start(workspace, "tune", target, {"run_id": run_id}, f"Tune the masks of {run_id}")


def check_labels(workspace: Workspace, dataset: str, progress: Progress = silent) -> Checked:
    """What is suspicious in a data set; found anew only where something has changed since the last check."""
    from core.dataset.tiles import TileStore
    from core.explore.quality import up_to_date
    from core.segment.out_of_fold import out_of_fold

    store = TileStore.open(workspace.existing_dataset(dataset))
    return up_to_date(workspace, store, out_of_fold(workspace, store), progress)


def start_check(workspace: Workspace, dataset: str) -> JobFolder:
    """Check the labels of a data set in a process of its own."""
    workspace.existing_dataset(dataset)
    target = "core.actions:check_job"
    return _start(workspace, "check", target, {"dataset": dataset}, f"Check the labels of {dataset}")


def check_job(workspace: Workspace, folder: JobFolder, progress: Progress, dataset: str) -> dict[str, Any]:
    """Job: `check_labels`."""
    found = check_labels(workspace, dataset, progress).findings
    return {"dataset": dataset, "findings": len(found), "suspicious": int(found["row"].nunique())}


def start_ledger(workspace: Workspace, dataset: str) -> JobFolder:
    """Predict what the ledger of a data set wants in a process of its own."""
    workspace.existing_dataset(dataset)
    return _start(workspace, "ledger", "core.review.ledger:run", {"dataset": dataset}, f"Measure reviews of {dataset}")


def start_import(workspace: Workspace, source: Path, name: str | None, *, skip_bad: bool = False) -> JobFolder:
    """Import in a process of its own. Raises as `check_import` does."""
    check_import(workspace, source, name)
    arguments = {"source": str(source), "name": name, "skip_bad": skip_bad}
    return _start(workspace, "import", "core.actions:import_job", arguments, f"Import {name or source.name}")


def check_import(workspace: Workspace, source: Path, name: str | None) -> None:
    """Raise `BadInput` where another source would come to lie below what people said and drew of a data set's tiles."""
    from core.dataset.importing import plain_name
    from core.dataset.tiles import made_from

    name = name or plain_name(source)
    before = made_from(workspace.dataset(name))
    if before not in (None, source.expanduser().absolute()) and (reviews := reviews_of(workspace, name)):
        raise BadInput(
            f"data set {name!r} was made from {before}, and people have worked on its tiles ({reviews}); "
            f"import {source} under another name, or, if these are the same tiles, on the command line with --replace"
        )


def reviews_of(workspace: Workspace, dataset: str) -> str:
    """What people said and drew of a data set's tiles, such as "120 decisions, 34 masks, 1 note"; "" for nothing."""
    from core.review.store import ReviewStore

    held = ReviewStore(workspace.database_url).holdings(dataset)
    return ", ".join(f"{count:,} {what if count > 1 else what[:-1]}" for what, count in held.items() if count)


def start_mosaic(workspace: Workspace, dataset: str) -> JobFolder:
    """Find which tiles touch in a process of its own."""
    workspace.existing_dataset(dataset)
    target = "core.actions:mosaic_job"
    return _start(workspace, "mosaic", target, {"dataset": dataset}, f"Find neighbours in {dataset}")


def start_download(workspace: Workspace, competition: str, name: str, *, skip_bad: bool = False) -> JobFolder:
    """Download a competition's files and import them, in a process of its own. Raises `BadInput` or `BadName`."""
    from core.dataset.kaggle.client import check_competition

    check_import(workspace, workspace.sources / name / f"{check_competition(competition)}.zip", name)
    arguments = {"competition": competition, "name": name, "skip_bad": skip_bad}
    return _start(workspace, "download", "core.dataset.kaggle.download:run", arguments, f"Download {competition}")


def start_sending(
    workspace: Workspace, file: Path, competition: str, dataset: str, runs: list[str], message: str
) -> JobFolder:
    """Send a submission and wait for its score, in a process of its own. Raises `BadInput`."""
    from core.segment.submission.sending import check_message

    arguments = {
        "file": str(file),
        "competition": competition,
        "dataset": dataset,
        "runs": runs,
        "message": check_message(message),
    }
    return _start(workspace, "send", "core.segment.submission.sending:run", arguments, f"Submit {file.name}")


def start_demo(workspace: Workspace, name: str = "demo", *, with_run: bool) -> JobFolder:
    """Make the demo data set (and a run on it) in a process of its own."""
    arguments = {"name": name, "tiles": 600, "seed": 0, "with_run": with_run}
    return _start(
        workspace,
        "demo",
        "core.actions:demo_job",
        arguments,
        "Make the demo" + (" and train on it" if with_run else ""),
    )


def make_demo(
    workspace: Workspace, name: str, tiles: int, seed: int, with_run: bool, progress: Progress = silent
) -> dict[str, Any]:
    """The synthetic data set; with a run also a small model, its predictions and the review queue."""
    from core.dataset.synthetic import make_demo as make_dataset

    report = make_dataset(workspace, name, tiles, seed, progress)
    result = {"name": report.name, "tiles": report.tiles, "train": report.train, "test": report.test}
    return result | _demo_run(workspace, report.name, progress) if with_run else result


def delete_dataset(workspace: Workspace, name: str, reviews: bool) -> None:
    """Remove a data set. Raises `NotFound`.

    reviews: also all that people said and drew of its tiles; else it stays, and counts again for tiles with these ids
    once there is a data set of this name.
    """
    from core.review.store import ReviewStore

    workspace.delete_dataset(name)
    if reviews:
        ReviewStore(workspace.database_url).delete_dataset(name)


def delete_run(workspace: Workspace, run_id: str) -> None:
    """Remove a run and its place in the review queue. Raises `Busy` while it works, or a job works on it."""
    from core.review.store import ReviewStore

    run = workspace.existing_run(run_id)
    if jobs.status(run).state.active:
        raise Busy(f"run {run_id} is at work; stop it first")
    if job := job_on(workspace, run_id):
        raise Busy(f"run {run_id} is in use ({job.title}); stop that first")
    workspace.delete_run(run_id)
    ReviewStore(workspace.database_url).delete_run(run_id)


def make_submission(
    workspace: Workspace, runs: list[str], dataset: str | None, out: Path, progress: Progress = silent
) -> dict[str, Any]:
    """Write a submission from what `runs` predicted on `dataset` (None: the first run's own) and check it.

    Gives file, dataset, runs and the figures of `core.segment.submission.check`. Raises `BadInput` or `NotFound`.
    """
    from core.dataset.tiles import TileStore
    from core.segment import submission
    from core.segment.config import dataset_of

    folders = [workspace.existing_run(run) for run in dict.fromkeys(runs)]
    name = dataset or dataset_of(folders[0])
    store = TileStore.open(workspace.existing_dataset(name))
    submission.write(out, submission.make(store, folders, progress))
    checked = submission.check(store, submission.read(out))
    assert not checked.problems and not checked.notes, checked
    return {"file": str(out), "dataset": store.name, "runs": [folder.id for folder in folders], **checked.figures}


def import_job(
    workspace: Workspace,
    folder: JobFolder,
    progress: Progress,
    source: str,
    name: str | None,
    skip_bad: bool = False,
) -> dict[str, Any]:
    """Job: `core.dataset.importing.import_source`."""
    from core.dataset.importing import import_source

    return asdict(import_source(Path(source), workspace, name, skip_bad=skip_bad, progress=progress))


def mosaic_job(workspace: Workspace, folder: JobFolder, progress: Progress, dataset: str) -> dict[str, Any]:
    """Job: `core.explore.mosaic.mosaic_of`, which stays on disk."""
    from core.dataset.tiles import TileStore
    from core.explore.mosaic import mosaic_of
    from core.explore.mosaic.report import totals

    store = TileStore.open(workspace.existing_dataset(dataset))
    return totals(store, mosaic_of(workspace, store, progress))


def demo_job(
    workspace: Workspace, folder: JobFolder, progress: Progress, name: str, tiles: int, seed: int, with_run: bool
) -> dict[str, Any]:
    """Job: `make_demo`."""
    return make_demo(workspace, name, tiles, seed, with_run, progress)


def _demo_run(workspace: Workspace, name: str, progress: Progress) -> dict[str, Any]:
    from core.review.flagging import flag_run
    from core.review.policy import FlagRules
    from core.review.store import ReviewStore
    from core.segment.predict import predict
    from core.segment.settings import TrainSettings

    run = train_here(workspace, TrainSettings.from_pairs([f"dataset={name}"], "demo"), progress)
    predict(workspace, run.id, name, "all", progress=progress)
    flagged = flag_run(workspace, ReviewStore(workspace.database_url), run.id, name, FlagRules())
    return {"run": run.id, "best": run_facts(run)["best"], **flagged}


def _new_run(workspace: Workspace, settings: TrainSettings, kind: str = "") -> RunFolder:
    """A folder for a training whose settings fit its data set. Raises `NotFound` or `BadInput`."""
    dataset = workspace.existing_dataset(settings.dataset)
    run = workspace.run(jobs.new_id(f"{settings.model} {kind}"))
    if settings.labels == "reviewed":
        _keep_reviewed(workspace, run, settings.dataset)
    elif settings.depth:
        from core.dataset.tiles import TileStore
        from core.segment.depths import depths_of

        depths_of(TileStore.open(dataset))
    return run


def _keep_reviewed(workspace: Workspace, run: RunFolder, dataset: str) -> None:
    from core.review.masks import MaskStore
    from core.segment.labels import keep_labels

    reviewed = MaskStore(workspace.database_url).reviewed(dataset)
    if reviewed.empty:
        raise BadInput(
            f"labels=reviewed: nobody has made a mask for data set {dataset!r} yet; "
            "correct some in Review, or train with labels=competition"
        )
    keep_labels(run, reviewed.drop(columns="id").rename(columns={"tile": "id"}).assign(revision=reviewed["id"]))


def _title(settings: TrainSettings) -> str:
    return f"Train {settings.model} on {settings.dataset}"


def _folds_title(settings: TrainSettings) -> str:
    return f"Cross-validate {settings.model} on {settings.dataset} in {settings.folds} folds"


def _start(workspace: Workspace, kind: str, target: str, arguments: dict[str, Any], title: str) -> JobFolder:
    folder = workspace.job(jobs.new_id(kind))
    jobs.submit(workspace, folder, target, arguments, title)
    return folder
