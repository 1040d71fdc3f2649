"""Links of the mosaic that a person broke, by tile id, so that they outlive a new import of the data set.

broken.json: {"broken": [{"first": id, "second": id, "where": "right" or "below"}, …]}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from core import atomic
from core.dataset.tiles import TileStore
from core.errors import BadInput, NotFound, WorkspaceError, in_words
from core.explore.mosaic.assembly import Link
from core.explore.mosaic.edges import SIDES
from core.workspace import Workspace


class BrokenLink(NamedTuple):
    """Two tiles, by id, that do not touch: the second does not lie right of the first, or below it."""

    first: str
    second: str
    where: str


def broken_links(workspace: Workspace, dataset: str) -> list[BrokenLink]:
    """The links of data set `dataset` that were broken, the oldest first. Raises `BadInput` for a damaged file."""
    path = workspace.mosaic(dataset) / "broken.json"
    try:
        broken = atomic.read_object(path)["broken"]
        return [BrokenLink(one["first"], one["second"], one["where"]) for one in broken]
    except FileNotFoundError:
        return []
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{path} is damaged ({error}); mend or delete it, and break the wrong links again") from error


def break_link(workspace: Workspace, store: TileStore, first: str, second: str, where: str) -> None:
    """Remember that these tiles do not touch so. Raises `NotFound` for unknown ids, `BadInput` for another `where`."""
    store.rows([first, second])
    if where not in SIDES:
        raise BadInput(f"a link was to be broken {where!r}; expected right or below")
    with _alone(workspace, store.name):
        links = broken_links(workspace, store.name)
        if BrokenLink(first, second, where) not in links:
            _write(workspace, store.name, [*links, BrokenLink(first, second, where)])


def mend_link(workspace: Workspace, dataset: str, first: str, second: str, where: str) -> None:
    """Forget that this link was broken. Raises `NotFound` if it was not."""
    with _alone(workspace, dataset):
        links = broken_links(workspace, dataset)
        if BrokenLink(first, second, where) not in links:
            raise NotFound(f"the link of {first!r} and {second!r} ({where}) of data set {dataset!r} is not broken")
        _write(workspace, dataset, [link for link in links if link != BrokenLink(first, second, where)])


def links_of(store: TileStore, broken: Iterable[BrokenLink]) -> list[Link]:
    """The same by row number; links with a tile that is no longer in the data set are left out."""
    row_of = dict(zip(store.index["id"], range(len(store)), strict=True))
    return [
        Link(row_of[link.first], row_of[link.second], link.where)
        for link in broken
        if link.first in row_of and link.second in row_of
    ]


@contextmanager
def _alone(workspace: Workspace, dataset: str) -> Iterator[None]:
    """Two people at once come one after the other, so that neither's change is lost."""
    folder = workspace.mosaic(dataset)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with atomic.lock(folder):
            yield
    except OSError as error:
        raise WorkspaceError(in_words(error)) from error


def _write(workspace: Workspace, dataset: str, links: list[BrokenLink]) -> None:
    value = {"broken": [link._asdict() for link in links]}
    atomic.write_json(workspace.mosaic(dataset) / "broken.json", value)
