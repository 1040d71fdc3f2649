"""What a source is: which pictures and tables lie in a folder or zip file, in any of the layouts that occur.

    train.zip, test.zip, *.csv              as Kaggle delivers them, in a folder or in one outer zip
    train/{images,masks}, test/images       the same unpacked
    images/, masks/ beside the csvs         unpacked in one place: what has no label is a test tile
    images/ alone, or bare pictures         to be predicted

Everything else in there (flamingo.zip, competition_data.zip) is left alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from core.dataset.archives import Container, open_container
from core.dataset.pictures import SUFFIXES
from core.dataset.tiles import LONGEST_ID
from core.errors import BadInput

TABLES = ("train.csv", "depths.csv", "sections.csv", "sample_submission.csv")


class Member(NamedTuple):
    """One file of a source."""

    container: Container
    path: str

    def read(self) -> bytes:
        """Its bytes. Raises `BadInput`."""
        return self.container.read(self.path)

    @property
    def where(self) -> str:
        """How an error names it."""
        return self.container.where(self.path)

    @property
    def stamp(self) -> str:
        """Changes when the content does."""
        return self.container.stamp(self.path)


@dataclass(frozen=True)
class Source:
    """What was found, nothing decoded yet. Pictures by tile id, tables by file name.

    mixed: train and test tiles lie in one folder (`train` holds all of them), so only a label tells which is which.
    notes: what is there and not used, in words.
    """

    path: Path
    train: dict[str, Member]
    masks: dict[str, Member]
    test: dict[str, Member]
    tables: dict[str, Member]
    mixed: bool
    notes: list[str]

    def checksum(self) -> str:
        """SHA-1 over the names and stamps of all members that are used.

        A member of a zip is stamped by size and CRC (from the directory, so no picture is read), a file in a
        folder by size and time of last change: whoever rewrites a file and puts its old time back is not noticed.
        """
        digest = hashlib.sha1(usedforsecurity=False)
        groups = {"train": self.train, "masks": self.masks, "test": self.test, "tables": self.tables}
        for group, members in groups.items():
            for name in sorted(members):
                digest.update(f"{group}\0{name}\0{members[name].stamp}\n".encode())
        return digest.hexdigest()


class _Part(NamedTuple):
    """A place with images/ and masks/ in it, or with bare pictures."""

    container: Container
    folder: str


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """The source at `path`, a folder or zip file, open for reading. Raises `BadInput` if it is none of the layouts."""
    with ExitStack() as stack:
        yield _find(path, open_container(path, stack))


def bare_pictures(path: Path, stack: ExitStack) -> dict[str, Member]:
    """The pictures in the folder or zip file at `path`, by tile id: those in masks/ if that is there, else bare ones.

    They are open until `stack` closes. Raises `BadInput` where there are none.
    """
    top = open_container(path, stack)
    folders = top.folders()
    base = folders[0] if len(folders) == 1 and not any(map(_is_picture, top.files())) else ""
    found = _pictures(_Part(top, base), "masks", [], bare=True)
    if not found:
        raise BadInput(f"{path}: no pictures here; expected <id>.png for each tile, right in it or in masks/")
    return found


def _find(path: Path, top: Container) -> Source:
    notes: list[str] = []
    base = _Part(top, _base(top))
    train, test = _part(base, "train", notes), _part(base, "test", notes)
    mixed = train is None
    if train is None:
        train = base
    elif _has_pictures(base):
        notes.append(f"{top.where(_join(base.folder, 'images'))} is not used: the tiles in train.zip or train/ are")
    images = _pictures(train, "images", notes, bare=True)
    masks = _pictures(train, "masks", notes)
    tests = _pictures(test, "images", notes, bare=True) if test else {}
    if not images and not tests:
        raise BadInput(_nothing_found(path, base))
    _check_once(images, tests)
    return Source(path, images, masks, tests, _tables(base), mixed, notes)


def _base(top: Container) -> str:
    """The folder that everything lies in: the top one, or the only one in it if that knows more."""
    folders = top.folders()
    if len(folders) == 1 and not _known(_Part(top, "")) and _known(_Part(top, folders[0])):
        return folders[0]
    return ""


def _known(part: _Part) -> bool:
    files, folders = part.container.files(part.folder), part.container.folders(part.folder)
    named = {"train.zip", "test.zip", "train", "test", "images"}
    return not named.isdisjoint(_lower(files) | _lower(folders)) or any(map(_is_picture, files))


def _part(base: _Part, name: str, notes: list[str]) -> _Part | None:
    """`name`.zip if it is there (whole, and its CRCs are checked), else the folder `name` if pictures are in it."""
    folder = _lower(base.container.folders(base.folder)).get(name)
    archive = _lower(base.container.files(base.folder)).get(f"{name}.zip")
    if archive:
        path = _join(base.folder, archive)
        if base.container.stamp(path).startswith("0 "):
            notes.append(f"{base.container.where(path)} is an empty file")
        else:
            if folder:
                notes.append(f"{base.container.where(_join(base.folder, folder))}/ is not used: {archive} beside it is")
            inner = base.container.inner(path)
            return _Part(inner, _base(inner) or (name if name in inner.folders() else ""))
    part = _Part(base.container, _join(base.folder, folder or ""))
    return part if folder and _has_pictures(part, bare=True) else None


def _pictures(part: _Part, kind: str, notes: list[str], bare: bool = False) -> dict[str, Member]:
    """Pictures by id in the folder `kind` of a part; with `bare` also those that lie in the part itself."""
    container = part.container
    folder = _lower(container.folders(part.folder)).get(kind)
    if folder is None and not bare:
        return {}
    place = part.folder if folder is None else _join(part.folder, folder)
    found: dict[str, Member] = {}
    others = []
    for name in container.files(place):
        if not _is_picture(name):
            others.append(name)
            continue
        member, tile = Member(container, _join(place, name)), name.rpartition(".")[0]
        if tile in found:
            raise BadInput(f"{member.where}: the picture of tile {tile!r} is there twice, also as {found[tile].path}")
        if not tile.isprintable() or len(tile) > LONGEST_ID:
            raise BadInput(f"{member.where!r}: the name can't be used as a tile id; rename the file")
        found[tile] = member
    if others and folder is not None:
        notes.append(
            f"{len(others)} files that are no pictures were left out of {container.where(place)} ({others[0]})"
        )
    return found


def _tables(base: _Part) -> dict[str, Member]:
    files = _lower(base.container.files(base.folder))
    return {name: Member(base.container, _join(base.folder, files[name])) for name in TABLES if name in files}


def _check_once(train: dict[str, Member], test: dict[str, Member]) -> None:
    both = sorted(train.keys() & test.keys())
    if both:
        tile, more = both[0], f", and so are {len(both) - 1} other tiles" if len(both) > 1 else ""
        raise BadInput(f"tile {tile!r} is there twice: {train[tile].where} and {test[tile].where}{more}")


def _nothing_found(path: Path, base: _Part) -> str:
    container = base.container
    names = [f"{name}/" for name in container.folders(base.folder)] + container.files(base.folder)
    found = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    looked = "train.zip, test.zip, train/images/, test/images/, images/ or pictures right in it"
    return f"{path}: no tiles here; looked for {looked}, found {found or 'nothing'}"


def _has_pictures(part: _Part, bare: bool = False) -> bool:
    """Whether there are pictures in images/; with `bare` those in the part itself count too."""
    container = part.container
    folder = _lower(container.folders(part.folder)).get("images")
    places = ([part.folder] if bare else []) + ([_join(part.folder, folder)] if folder else [])
    return any(_is_picture(name) for place in places for name in container.files(place))


def _is_picture(name: str) -> bool:
    return name.lower().endswith(SUFFIXES)


def _lower(names: list[str]) -> dict[str, str]:
    """Names by their lower case: capitals do not count."""
    return {name.lower(): name for name in names}


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
