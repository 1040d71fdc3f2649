"""Writes that are either whole or not there: a temporary name beside the target, fsync, rename.

Whoever writes holds a lock on the unfinished file or folder. A killed writer's lock is gone, so
`sweep` can tell its remains from the work of a living one, on any machine that shares the folder.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

PREFIX = ".part-"  # every unfinished file or folder starts with this
UNFINISHED = ".unfinished-"  # but for a folder that the next attempt goes on with
PAUSE = 0.2  # seconds between two looks whether another process has finished
_HERE, _EXCHANGE = -100, 2  # AT_FDCWD of fcntl.h and RENAME_EXCHANGE of stdio.h


@contextmanager
def replacing(path: Path, mode: int = 0o644) -> Iterator[Path]:
    """Yield a temporary path that only its owner can read; on success it becomes `path`, on any error it is removed.

    mode: of `path`, who may read and write it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(lambda: tempfile.mkstemp(prefix=PREFIX, suffix=path.suffix, dir=path.parent)[1]) as part:
        try:
            yield part
            part.chmod(mode)
            sync(part)
            os.replace(part, path)
            sync(path.parent)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` to `path`, whole or not at all."""
    with replacing(path) as part:
        part.write_bytes(data)


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON to `path`, whole or not at all."""
    write_bytes(path, (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode())


def read_object(path: Path, **kinds: type) -> dict[str, Any]:
    """The object in the JSON file `path`; `kinds`: what must be in it.

    Raises `OSError`, or `ValueError` for what is not one object, or lacks one of `kinds`.
    """
    try:
        value = json.loads(path.read_bytes())
    except RecursionError as error:
        raise ValueError("its brackets are nested too deep") from error
    if not isinstance(value, dict):
        raise ValueError(f"it holds a {type(value).__name__}, not an object")
    for name, kind in kinds.items():
        if not isinstance(value.get(name), kind):
            raise ValueError(f"{name} is {json.dumps(value[name])[:50] if name in value else 'missing'}")
    return value


class Replaced(Exception):
    """Another writer has put something else in the place of what was read."""


@contextmanager
def replacing_folder(path: Path, known: os.stat_result | None = None) -> Iterator[Path]:
    """Yield an empty folder beside `path`; on success it takes the place of `path`.

    known: the folder from which the new one was made. Raises `Replaced` where that is no longer the one at `path`.

    An older folder at `path` changes places with it in one step and is removed last: who reads finds the old one or
    the new one at any moment, and so does who comes after a kill. Where the system can't swap two folders, the old one
    is moved aside, and `recover_folder` puts it back after a kill between the two renames.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with lock(path.parent):
        recover_folder(path)
    with _locked(lambda: tempfile.mkdtemp(prefix=PREFIX, suffix=f"-{path.name}", dir=path.parent)) as part:
        try:
            yield part
            part.chmod(0o755)
            for file in part.rglob("*"):
                sync(file)
            with lock(path.parent):  # two writers of one folder come one after the other; the last one wins
                if known and not (path.exists() and os.path.samestat(known, path.stat())):
                    raise Replaced(path)
                _take_place(part, path)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise


@contextmanager
def resuming_folder(path: Path, waiting: Callable[[], None]) -> Iterator[Path]:
    """Yield a folder beside `path` with what an attempt left that was stopped or killed; on success it is `path`.

    An error leaves it there for the next attempt, and `sweep` too. waiting: called again and again while another
    process works in it; it may raise.
    """
    part = path.parent / f"{UNFINISHED}{path.name}"
    with _kept(part, waiting):
        yield part
        for file in part.rglob("*"):
            sync(file)
        with lock(path.parent):
            recover_folder(path)
            _take_place(part, path)


@contextmanager
def _kept(part: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Holds a lock on the folder `part`, made if missing; also if another holder has just moved it away."""
    while True:
        part.mkdir(parents=True, exist_ok=True)
        handle = os.open(part, os.O_RDONLY)
        with suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if part.exists() and os.path.samestat(os.fstat(handle), part.stat()):
                break
        os.close(handle)
        waiting()
        time.sleep(PAUSE)
    try:
        yield
    finally:
        os.close(handle)


def _take_place(part: Path, path: Path) -> None:
    old = path.parent / f"{PREFIX}old-{path.name}"
    try:
        if path.exists() and _swap(part, path):
            shutil.rmtree(part, ignore_errors=True)
        elif path.exists():
            shutil.rmtree(old, ignore_errors=True)
            with lock(path):
                os.rename(path, old)
                os.rename(part, path)
        else:
            os.rename(part, path)
        sync(path.parent)
        shutil.rmtree(old, ignore_errors=True)
    except BaseException:
        recover_folder(path)
        raise


def _swap(one: Path, other: Path) -> bool:
    """Let two paths change places in one step (renameat2 of Linux); False: not to be had here, nothing was done."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    return rename is not None and rename(_HERE, bytes(one), _HERE, bytes(other), _EXCHANGE) == 0


def recover_folder(path: Path) -> None:
    """Put back the old folder when a kill fell between the two renames of `replacing_folder`."""
    old = path.parent / f"{PREFIX}old-{path.name}"
    if old.exists() and not path.exists():
        os.rename(old, path)


def remove_folder(path: Path) -> None:
    """Remove a folder so that it is gone at once for everybody, even if the removal is killed."""
    gone = Path(tempfile.mkdtemp(prefix=PREFIX, suffix="-gone", dir=path.parent))
    os.rename(path, gone / path.name)
    shutil.rmtree(gone, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove what killed writers left in `folder`; what is being written stays."""
    for part in folder.glob(f"{PREFIX}*"):
        with suppress(OSError), lock(part, wait=False):
            if part.name.startswith(f"{PREFIX}old-"):
                recover_folder(folder / part.name.removeprefix(f"{PREFIX}old-"))
            if part.is_dir():
                shutil.rmtree(part)
            else:
                part.unlink(missing_ok=True)


@contextmanager
def _locked(create: Callable[[], str]) -> Iterator[Path]:
    """The path that `create` made, locked; made again if a `sweep` came between the two steps."""
    while True:
        part = Path(create())
        try:
            handle = os.open(part, os.O_RDONLY)
        except FileNotFoundError:
            continue
        fcntl.flock(handle, fcntl.LOCK_EX)
        if part.exists():
            break
        os.close(handle)
    try:
        yield part
    finally:
        os.close(handle)


@contextmanager
def lock(path: Path, wait: bool = True) -> Iterator[None]:
    """Hold an existing file or folder alone among all processes; raises `BlockingIOError` if that means to wait."""
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def sync(path: Path) -> None:
    """Wait until the disk holds a file, or the names in a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
