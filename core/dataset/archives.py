"""Folders and zip files behind one face: what is in them, and the bytes of each member, from any thread.

Members of a zip are read straight from the file (`zipfile` reads the directory only), so that threads do not
wait for one another; length and CRC of each are checked. Nothing is ever unpacked under a member's name.
"""

from __future__ import annotations

import os
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from core.dataset.zip_directory import Entry, Window, read_directory
from core.errors import BadInput

_LOCAL_HEADER = 30  # bytes, before name and extra field
_HEADER_GUESS = _LOCAL_HEADER + 64  # with an extra field, without the name
_PIECE = 1 << 20  # bytes of an inner zip that are unpacked at once
_RATIO = 200  # of an inner zip to its packed form; pictures and tables stay far below


LARGEST = 1 << 28  # bytes of one picture or table: what is larger is none, or unpacks to fill the memory


def check_length(count: int, where: str) -> None:
    """Raise `BadInput` for a file that is too large to be a picture or a table."""
    if count > LARGEST:
        raise BadInput(f"{where}: {_in_words(count)} in one file; expected at most {_in_words(LARGEST)}")


def _in_words(count: int) -> str:
    return f"{count / 1e9:.3g} GB" if count >= 1e9 else f"{count / 1e6:.3g} MB"


class Container(Protocol):
    """A folder or a zip file. Names of members are paths with '/', folders are named without one at the end."""

    def folders(self, folder: str = "") -> list[str]:
        """Names (not paths) of the folders in `folder`, sorted."""

    def files(self, folder: str = "") -> list[str]:
        """Names (not paths) of the files in `folder`, sorted."""

    def read(self, member: str) -> bytes:
        """The bytes of a member. Raises `BadInput`. Any thread may call it."""

    def stamp(self, member: str) -> str:
        """A text that changes when the member's content does."""

    def where(self, member: str) -> str:
        """How an error names the member."""

    def inner(self, member: str) -> Zip:
        """The zip file that the member is; open as long as this container. Raises `BadInput`."""


class Folder:
    """A folder on disk. What starts with '.' is not there, as in a shell."""

    def __init__(self, root: Path, stack: ExitStack) -> None:
        self._root = str(root)
        self._stack = stack
        self._seen: dict[str, list[os.DirEntry[str]]] = {}

    def folders(self, folder: str = "") -> list[str]:
        return [entry.name for entry in self._entries(folder) if _is(entry.is_dir)]

    def files(self, folder: str = "") -> list[str]:
        return [entry.name for entry in self._entries(folder) if _is(entry.is_file)]

    def read(self, member: str) -> bytes:
        path = self.where(member)
        with _explained(path), open(path, "rb", buffering=0) as file:  # noqa: PTH123 - called for every tile
            check_length(os.fstat(file.fileno()).st_size, path)
            return file.read()

    def stamp(self, member: str) -> str:
        """Size and time of the last change: content is not read."""
        with _explained(self.where(member)):
            facts = os.stat(self.where(member))  # noqa: PTH116 - called for every tile
        return f"{facts.st_size} {facts.st_mtime_ns}"

    def where(self, member: str) -> str:
        return f"{self._root}/{member}"

    def inner(self, member: str) -> Zip:
        return open_zip(Path(self.where(member)), self._stack)

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        if folder not in self._seen:
            with _explained(self.where(folder)), os.scandir(self.where(folder)) as found:
                shown = (entry for entry in found if not entry.name.startswith("."))
                self._seen[folder] = sorted(shown, key=lambda entry: entry.name)
        return self._seen[folder]


class Zip:
    """A zip file, or one that lies in another."""

    def __init__(self, window: Window, label: str, stack: ExitStack) -> None:
        self._window = window
        self._label = label
        self._stack = stack
        self._entries = read_directory(window, label)
        self._folders: dict[str, set[str]] = {"": set()}
        self._files: dict[str, list[str]] = {"": []}
        for path in sorted(self._entries):
            self._place(path)

    def folders(self, folder: str = "") -> list[str]:
        return sorted(self._folders.get(folder, ()))

    def files(self, folder: str = "") -> list[str]:
        return self._files.get(folder, [])

    def read(self, member: str) -> bytes:
        entry = self._entries[member]
        check_length(max(entry.size, entry.packed), self.where(member))
        raw = self._raw(member, entry)
        try:
            stored = entry.method == zipfile.ZIP_STORED
            data = raw if stored else zlib.decompressobj(-15).decompress(raw, entry.size + 1)
        except zlib.error as error:
            raise self._damaged(member) from error
        if len(data) != entry.size or zlib.crc32(data) != entry.crc:
            raise self._damaged(member)
        return data

    def stamp(self, member: str) -> str:
        """Size and CRC, as the directory of the zip file gives them."""
        entry = self._entries[member]
        return f"{entry.size} {entry.crc:08x}"

    def where(self, member: str) -> str:
        return f"{self._label}: {member}"

    def inner(self, member: str) -> Zip:
        """A stored member is read where it lies; a packed one is unpacked into a file without a name."""
        entry = self._entries[member]
        if entry.method == zipfile.ZIP_STORED:
            start = self._start(member, entry)
            return Zip(
                Window(self._window.file, self._window.start + start, entry.size), self.where(member), self._stack
            )
        if entry.size > max(LARGEST // 16, _RATIO * entry.packed):
            ratio = f"{entry.size / max(1, entry.packed):,.0f}"
            raise BadInput(
                f"{self.where(member)} would unpack to {ratio} times its size; such an archive is not opened"
            )
        file = self._stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
        self._unpack(member, entry, file)
        return Zip(Window(file, 0, entry.size), self.where(member), self._stack)

    def _place(self, path: str) -> None:
        folder, _, name = path.rpartition("/")
        if folder not in self._files:
            self._place_folder(folder)
        self._files[folder].append(name)

    def _place_folder(self, folder: str) -> None:
        self._files[folder], self._folders[folder] = [], set()
        parent, _, name = folder.rpartition("/")
        if parent not in self._files:
            self._place_folder(parent)
        self._folders[parent].add(name)

    def _raw(self, member: str, entry: Entry) -> bytes:
        """The member's bytes as they lie in the file, in one read if the local header is of the usual length."""
        self._check_method(member, entry)
        try:
            found = self._window.read(entry.offset, _HEADER_GUESS + len(member) + entry.packed)
            start = self._header_length(member, found)
            if len(found) < start + entry.packed:
                return self._window.read(entry.offset + start, entry.packed)
        except OSError as error:
            raise BadInput(f"{self._label}: {error.strerror or error}") from error
        return found[start : start + entry.packed]

    def _start(self, member: str, entry: Entry) -> int:
        """Where the member's bytes begin."""
        self._check_method(member, entry)
        with _explained(self._label):
            return entry.offset + self._header_length(member, self._window.read(entry.offset, _LOCAL_HEADER))

    def _header_length(self, member: str, header: bytes) -> int:
        """Bytes before the member's own: its local header may be longer than the directory says."""
        if len(header) < _LOCAL_HEADER or not header.startswith(b"PK\3\4"):
            raise self._damaged(member)
        name, extra = struct.unpack_from("<HH", header, 26)
        return int(_LOCAL_HEADER + name + extra)

    def _check_method(self, member: str, entry: Entry) -> None:
        if entry.encrypted:
            raise BadInput(f"{self.where(member)} is encrypted; unpack it and import the folder")
        if entry.method not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise BadInput(f"{self.where(member)} is packed by method {entry.method}; expected stored or deflated")

    def _unpack(self, member: str, entry: Entry, file: BinaryIO) -> None:
        crc = 0
        try:
            for piece in self._pieces(self._start(member, entry), entry.packed):
                crc = zlib.crc32(piece, crc)
                file.write(piece)
                if file.tell() > entry.size:
                    break
        except zlib.error as error:
            raise self._damaged(member) from error
        file.flush()  # it is read past this handle's buffer
        if file.tell() != entry.size or crc != entry.crc:
            raise self._damaged(member)

    def _pieces(self, start: int, packed: int) -> Iterator[bytes]:
        """What is packed there, unpacked, in pieces of bounded length."""
        unpacker = zlib.decompressobj(-15)
        for offset in range(0, packed, _PIECE):
            waiting = self._window.read(start + offset, min(_PIECE, packed - offset))
            while waiting and not unpacker.eof:
                yield unpacker.decompress(waiting, _PIECE)
                waiting = unpacker.unconsumed_tail
        yield unpacker.flush()

    def _damaged(self, member: str) -> BadInput:
        return BadInput(f"{self.where(member)} is damaged in the zip file; copy or download it again")


def open_container(path: Path, stack: ExitStack) -> Container:
    """The folder or zip file at `path`, open until `stack` closes. Raises `BadInput`."""
    if path.is_dir():
        return Folder(path, stack)
    if not path.exists():
        raise BadInput(f"{path}: there is no such file or folder")
    return open_zip(path, stack)


def open_zip(path: Path, stack: ExitStack) -> Zip:
    """The zip file at `path`, open until `stack` closes. Raises `BadInput`."""
    with _explained(str(path)):
        file: BinaryIO = stack.enter_context(path.open("rb"))
        return Zip(Window(file, 0, os.fstat(file.fileno()).st_size), str(path), stack)


def _is(kind: Callable[[], bool]) -> bool:
    """What `os.DirEntry` says of an entry; one that can't be followed is nothing."""
    try:
        return kind()
    except OSError:
        return False


@contextmanager
def _explained(where: str) -> Iterator[None]:
    """An error of the operating system while a source is read, as `BadInput`."""
    try:
        yield
    except OSError as error:
        raise BadInput(f"{where}: {error.strerror or error}") from error
