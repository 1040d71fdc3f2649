"""Saved views: names for what a link holds (filter, run, order), kept per data set in the workspace.

views.json: {"views": {name: query}}, in the order in which they were made. Who changes it holds the lock of a file
beside it, so that two people who save at once lose nothing.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core import atomic
from core.errors import BadInput, BadName, NotFound, WorkspaceError, in_words
from core.workspace import Workspace

MOST = 200  # views of a data set
LONGEST_NAME = 60  # characters
LONGEST_QUERY = 20_000  # characters, all parameters together

Query = dict[str, str]


def saved(workspace: Workspace, dataset: str) -> dict[str, Query]:
    """All views of a data set by name, as query parameters. Raises `BadInput` for a damaged file."""
    return _read(_path(workspace, dataset))


def save(workspace: Workspace, dataset: str, name: str, query: Mapping[str, str]) -> None:
    """Save a view under a name, in place of one that is called the same. Raises `BadName` or `BadInput`."""
    name = check_name(name)
    if sum(len(key) + len(value) for key, value in query.items()) > LONGEST_QUERY:
        raise BadInput("this view holds too many tiles to be saved; filter by a range rather than tile by tile")
    with _changing(workspace, dataset) as views:
        views[name] = dict(query)
        if len(views) > MOST:
            raise BadInput(f"there are {MOST} views of {dataset} already; delete one first")


def rename(workspace: Workspace, dataset: str, name: str, new: str) -> None:
    """Give a view another name; it keeps its place. Raises `NotFound`, or `BadName` if another is called so."""
    new = check_name(new)
    with _changing(workspace, dataset) as views:
        _expect(views, name)
        if new != name and new in views:
            raise BadName(f"there is a view {new!r} already; choose another name or delete that one")
        renamed = {new if one == name else one: query for one, query in views.items()}
        views.clear()
        views.update(renamed)


def delete(workspace: Workspace, dataset: str, name: str) -> None:
    """Remove a view. Raises `NotFound`."""
    with _changing(workspace, dataset) as views:
        _expect(views, name)
        del views[name]


def check_name(name: str) -> str:
    """`name` without spaces around it. Raises `BadName` for one that can't be read in one line."""
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        shown = repr(name if len(name) <= 40 else name[:37] + "...")
        raise BadName(f"{shown} can't be the name of a view; expected 1 to {LONGEST_NAME} characters in one line")
    return name


def _path(workspace: Workspace, dataset: str) -> Path:
    return workspace.explore(dataset) / "views.json"


def _expect(views: Mapping[str, Query], name: str) -> None:
    if name not in views:
        raise NotFound(f"there is no view {name!r} any more: somebody renamed or deleted it")


def _read(path: Path) -> dict[str, Query]:
    try:
        content: Any = json.loads(path.read_bytes())
        views = content["views"]
        if not all(isinstance(text, str) for query in views.values() for pair in query.items() for text in pair):
            raise TypeError("a value is no text")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise WorkspaceError(in_words(error)) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"{path}: the saved views are damaged ({error}); mend the file or move it away") from error
    return dict(views)


@contextmanager
def _changing(workspace: Workspace, dataset: str) -> Iterator[dict[str, Query]]:
    """The views, to be changed; written when the block ends without an error, by one process at a time."""
    path = _path(workspace, dataset)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            views = _read(path)
            yield views
            atomic.write_json(path, {"views": views})
    except OSError as error:
        raise WorkspaceError(in_words(error)) from error
