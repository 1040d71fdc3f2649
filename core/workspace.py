"""Every path on disk, in one class.

datasets/<name>/   tiles.npy · masks.npy · index.parquet · source.json
sources/<name>/    files that the program fetched or made, before their import
runs/<id>/         one training: a job folder with checkpoints, samples and predictions
jobs/<id>/         any other long work: import, demo, prediction
mosaics/<name>/    which tiles of a data set touch (links.parquet), and links that a person broke (broken.json)
submissions/       files for Kaggle (.csv, .json: made from what), and what was sent and scored (sent.jsonl)
quality/<name>/    suspicious tiles and labels of a data set, as the last check found them (findings.parquet)
explore/<name>/    views of a data set that were saved under a name, and how its tiles look
saltscope.db       review store: items, flags, decisions, drawn masks and drafts
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from core import atomic
from core.errors import BadName, NotFound, WorkspaceError, in_words

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


def check_name(name: str, what: str = "name") -> str:
    """Return `name` if it is a plain file name, else raise `BadName`."""
    if not NAME.fullmatch(name) or ".." in name:
        shown = repr(name if len(name) <= 60 else name[:57] + "...")
        raise BadName(
            f"{shown} can't be used as a {what}: expected 1 to 100 letters, digits, '-', '_' or single '.', "
            "starting with a letter or digit"
        )
    return name


@dataclass(frozen=True)
class JobFolder:
    """The paths of one job. A training's folder (a run) is one, with more files in it."""

    root: Path

    @property
    def id(self) -> str:
        return self.root.name

    @property
    def job(self) -> Path:
        return self.root / "job.json"

    @property
    def status(self) -> Path:
        return self.root / "status.json"

    @property
    def heartbeat(self) -> Path:
        return self.root / "heartbeat"

    @property
    def stop_request(self) -> Path:
        return self.root / "stop"

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    @property
    def log(self) -> Path:
        return self.root / "log.txt"


@dataclass(frozen=True)
class RunFolder(JobFolder):
    """The paths of one run."""

    @property
    def config(self) -> Path:
        return self.root / "config.json"

    @property
    def metrics(self) -> Path:
        return self.root / "metrics.jsonl"

    @property
    def best(self) -> Path:
        return self.root / "best.pt"

    @property
    def last(self) -> Path:
        return self.root / "last.pt"

    @property
    def labels(self) -> Path:
        return self.root / "labels.parquet"

    @property
    def postprocess(self) -> Path:
        return self.root / "postprocess.json"

    @property
    def held_out(self) -> Path:
        return self.root / "held-out.parquet"

    @property
    def samples(self) -> Path:
        return self.root / "samples"

    @property
    def folds(self) -> Path:
        return self.root / "folds"

    @property
    def split(self) -> Path:
        return self.root / "folds.parquet"

    @property
    def scores(self) -> Path:
        return self.root / "scores.parquet"

    @property
    def validation(self) -> Path:
        return self.root / "validation.json"

    @property
    def result(self) -> Path:
        return self.root / "result.json"

    @property
    def random_fold(self) -> RunFolder:
        return RunFolder(self.folds / "random")

    def fold(self, number: int) -> RunFolder:
        """Folder of one fold of a cross-validation, which need not exist yet."""
        return RunFolder(self.folds / f"fold-{number}")

    def all_folds(self) -> list[RunFolder]:
        """The folds of a cross-validation that have begun, in order; none for a single training."""
        found = [RunFolder(path.parent) for path in self.folds.glob("fold-*/config.json")]
        return sorted(found, key=lambda fold: int(fold.id.removeprefix("fold-")))

    def networks(self) -> list[RunFolder]:
        """The folders whose best.pt predict together: the run itself, or its folds that have one."""
        return [fold for fold in self.all_folds() if fold.best.exists()] or [self]

    def predictions(self, dataset: str, split: str) -> Path:
        """Folder of the predictions for `split` (train, test or all) of `dataset`."""
        return self.root / "predictions" / f"{check_name(dataset, 'data set name')}-{check_name(split, 'split')}"

    def all_predictions(self) -> list[Path]:
        """Folders of finished predictions, the newest first."""
        found = [path.parent for path in self.root.glob("predictions/*/predictions.parquet")]
        return sorted(found, key=lambda folder: folder.stat().st_mtime, reverse=True)

    def predictions_of(self, dataset: str) -> list[Path]:
        """Folders of finished predictions for `dataset`, the newest first."""
        return [folder for folder in self.all_predictions() if folder.name.rpartition("-")[0] == dataset]


@dataclass(frozen=True)
class Workspace:
    """One folder that holds data sets, runs, jobs and the review store."""

    root: Path

    @classmethod
    def open(cls, root: str | Path | None = None) -> Workspace:
        """The workspace at `root`, else at $SALTSCOPE_WORKSPACE, else at ./workspace; made if missing.

        Raises `WorkspaceError` when the folder can't be made or is none.
        """
        path = Path(root or os.environ.get("SALTSCOPE_WORKSPACE") or "workspace").expanduser().absolute()
        workspace = cls(path)
        try:
            for folder in (workspace.datasets, workspace.runs, workspace.jobs):
                folder.mkdir(parents=True, exist_ok=True)
            for folder in (workspace.datasets, workspace.runs):
                atomic.sweep(folder)
        except (NotADirectoryError, FileExistsError) as error:
            raise WorkspaceError(
                f"{path}: a file stands where the workspace folder should be; choose another --workspace"
            ) from error
        except OSError as error:
            raise WorkspaceError(in_words(error)) from error
        return workspace

    @property
    def datasets(self) -> Path:
        return self.root / "datasets"

    @property
    def sources(self) -> Path:
        return self.root / "sources"

    @property
    def submissions(self) -> Path:
        return self.root / "submissions"

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def jobs(self) -> Path:
        return self.root / "jobs"

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL of the review store."""
        return os.environ.get("SALTSCOPE_DATABASE_URL") or f"sqlite:///{self.root / 'saltscope.db'}"

    @property
    def has_database(self) -> bool:
        """Whether there is a review store already; one on another machine counts as there."""
        return "SALTSCOPE_DATABASE_URL" in os.environ or (self.root / "saltscope.db").exists()

    def dataset(self, name: str) -> Path:
        """Folder of data set `name`, which need not exist yet. Raises `BadName`."""
        return self.datasets / check_name(name, "data set name")

    def existing_dataset(self, name: str) -> Path:
        """Folder of data set `name`. Raises `BadName` or `NotFound`."""
        folder = self.dataset(name)
        if not (folder / "index.parquet").is_file():
            known = ", ".join(self.dataset_names()) or "none yet"
            raise NotFound(f"there is no data set {name!r} in {self.root}; there is: {known}")
        return folder

    def mosaic(self, name: str) -> Path:
        """Folder of the mosaic of data set `name`, which need not exist yet. Raises `BadName`."""
        return self.root / "mosaics" / check_name(name, "data set name")

    def quality(self, name: str) -> Path:
        """Folder of what a check of data set `name` found, which need not exist yet. Raises `BadName`."""
        return self.root / "quality" / check_name(name, "data set name")

    def explore(self, name: str) -> Path:
        """Folder of saved views and figures of data set `name`, which need not exist yet. Raises `BadName`."""
        return self.root / "explore" / check_name(name, "data set name")

    def dataset_names(self) -> list[str]:
        """Names of all imported data sets, sorted."""
        return sorted(
            path.parent.name for path in self.datasets.glob("*/index.parquet") if NAME.fullmatch(path.parent.name)
        )

    def run(self, run_id: str) -> RunFolder:
        """Folder of run `run_id`, which need not exist yet. Raises `BadName`."""
        return RunFolder(self.runs / check_name(run_id, "run id"))

    def existing_run(self, run_id: str) -> RunFolder:
        """Folder of run `run_id`. Raises `BadName` or `NotFound`."""
        folder = self.run(run_id)
        if not folder.job.is_file():
            known = ", ".join(run.id for run in self.all_runs()[:5]) or "none yet"
            raise NotFound(f"there is no run {run_id!r} in {self.root}; the latest: {known}")
        return folder

    def all_runs(self) -> list[RunFolder]:
        """All runs, the newest first."""
        found = (RunFolder(path.parent) for path in self.runs.glob("*/job.json") if NAME.fullmatch(path.parent.name))
        return sorted(found, key=_made, reverse=True)

    def job(self, job_id: str) -> JobFolder:
        """Folder of job `job_id`, which need not exist yet. Raises `BadName`."""
        return JobFolder(self.jobs / check_name(job_id, "job id"))

    def all_jobs(self) -> list[JobFolder]:
        """All jobs that are no runs, the newest first."""
        found = (JobFolder(path.parent) for path in self.jobs.glob("*/job.json") if NAME.fullmatch(path.parent.name))
        return sorted(found, key=lambda job: job.id, reverse=True)

    def delete_dataset(self, name: str) -> None:
        """Remove a data set with its mosaic, findings, views and the source files made for it. Raises `NotFound`."""
        self._remove(self.existing_dataset(name))
        for made in (self.mosaic(name), self.quality(name), self.explore(name), self.sources / name):
            shutil.rmtree(made, ignore_errors=True)

    def delete_run(self, run_id: str) -> None:
        """Remove a run with its checkpoints and predictions. Raises `NotFound`."""
        self._remove(self.existing_run(run_id).root)

    def _remove(self, folder: Path) -> None:
        try:
            atomic.remove_folder(folder)
        except OSError as error:
            raise WorkspaceError(in_words(error)) from error


def _made(run: RunFolder) -> str:
    """When it was made, with its id: that begins with the time unless a person has chosen it."""
    if re.match(r"\d{8}-\d{6}-", run.id):
        return run.id
    return f"{datetime.fromtimestamp(run.job.stat().st_mtime, UTC):%Y%m%d-%H%M%S}-{run.id}"
