"""A competition's files as one zip: fetched, resumed, checked, imported.

Nothing is ever unpacked: the import reads the zip, with the limits of `core.dataset.zip_directory`.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core import atomic
from core.dataset.importing import ImportReport, import_source
from core.dataset.kaggle.client import ask, check_competition
from core.errors import BadInput, Busy, WorkspaceError, in_words
from core.progress import Progress, silent
from core.workspace import JobFolder, Workspace

TGS = "tgs-salt-identification-challenge"
PIECE = 1 << 22  # bytes that are checked at once


def run(
    workspace: Workspace, folder: JobFolder, progress: Progress, competition: str, name: str, skip_bad: bool
) -> dict[str, Any]:
    """Job: `download`."""
    return asdict(download(workspace, competition, name, skip_bad=skip_bad, progress=progress))


def download(
    workspace: Workspace, competition: str, name: str, *, skip_bad: bool = False, progress: Progress = silent
) -> ImportReport:
    """Make data set `name` from what Kaggle has for `competition`.

    What came before a break stays in `workspace.sources / name`, and the next call goes on from there. Raises
    `KaggleError`, `BadInput`, `BadName`, `Busy`, `WorkspaceError`, and `Stopped` from `progress`.
    """
    check_competition(competition)
    workspace.dataset(name)
    target = workspace.sources / name / f"{competition}.zip"
    with _alone(target.parent):
        ask("download", competition, str(target), progress=_in_kilobytes(progress), what="Downloading kB")
        _check(target, progress)
        return import_source(target, workspace, name, skip_bad=skip_bad, progress=progress)


def _in_kilobytes(progress: Progress) -> Progress:
    def told(done: int, total: int | None, what: str, **facts: Any) -> None:
        progress(done // 1000, None if total is None else total // 1000, what, **facts)

    return told


def _check(path: Path, progress: Progress) -> None:
    """Raise `BadInput` if a byte of the zip is wrong; it is then removed, so that the next download begins anew."""
    try:
        with zipfile.ZipFile(path) as archive:
            total, done = sum(entry.compress_size for entry in archive.infolist()), 0
            for entry in archive.infolist():
                progress(done, total, "Checking the zip file")
                _read_through(archive, entry)
                done += entry.compress_size
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        path.unlink(missing_ok=True)
        raise BadInput(f"what Kaggle sent is damaged ({error}); download it again, it was removed") from error


def _read_through(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    with archive.open(entry) as member:
        while member.read(PIECE):
            pass


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else downloads into `folder` meanwhile. Raises `Busy`."""
    with ExitStack() as held:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            held.enter_context(atomic.lock(folder, wait=False))
        except BlockingIOError as error:
            raise Busy(f"somebody downloads into {folder} already; wait for the end or choose another name") from error
        except OSError as error:
            raise WorkspaceError(in_words(error)) from error
        yield
