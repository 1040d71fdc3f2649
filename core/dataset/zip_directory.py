"""What is in a zip file and where: the directory at its end, read by `zipfile`."""

from __future__ import annotations

import errno
import io
import os
import stat
import struct
import zipfile
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO, NamedTuple

from core.errors import BadInput

_DEEPEST = 16  # folders around a file; layouts know of three
_TAIL = 1 << 17  # bytes that the last records of a zip lie in: a comment has at most 65,535
_LARGEST = 1 << 27  # bytes of a directory


@dataclass(frozen=True)
class Window:
    """A part of an open file that any thread may read."""

    file: BinaryIO
    start: int
    length: int

    def read(self, offset: int, count: int) -> bytes:
        count = min(count, self.length - offset)
        return os.pread(self.file.fileno(), count, self.start + offset) if count > 0 else b""


class Entry(NamedTuple):
    """Where a member lies in a zip file."""

    offset: int  # of its local header
    packed: int  # bytes in the file
    size: int  # bytes unpacked
    crc: int
    method: int
    encrypted: bool


def read_directory(window: Window, label: str) -> dict[str, Entry]:
    """All files in a zip by path, but for hidden ones.

    Files that lie deeper than any that is looked for are left out too. Raises `BadInput` for what is no zip, for links
    and names that lead out of it, for names that are there twice, and for members that share their bytes.
    """
    infos = _infos(window, label)
    _check_overlap(infos, label)
    entries: dict[str, Entry] = {}
    for info in infos:
        path = info.filename.replace("\\", "/")
        if path.startswith("/") or path[1:2] == ":" or (".." in path and ".." in path.split("/")):
            raise BadInput(f"{label}: member {path!r} would lie outside the zip file; such an archive is not opened")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise BadInput(f"{label}: {path} is a link; such an archive is not opened")
        if path.endswith("/") or path.startswith((".", "__MACOSX/")) or "/." in path or path.count("/") > _DEEPEST:
            continue
        if path in entries:
            raise BadInput(f"{label}: {path} is there twice; pack it again with each file once")
        entries[path] = Entry(
            info.header_offset, info.compress_size, info.file_size, info.CRC, info.compress_type, info.flag_bits & 1 > 0
        )
    return entries


def _check_overlap(infos: list[zipfile.ZipInfo], label: str) -> None:
    """Raise `BadInput` if members share bytes, as in a small file that unpacks to petabytes (Fifield, 2019)."""
    infos = sorted(infos, key=lambda info: info.header_offset)
    if any(one.header_offset + one.compress_size > other.header_offset for one, other in pairwise(infos)):
        raise BadInput(f"{label}: its members overlap; such an archive is not opened")


def _check_directory(window: Window, label: str) -> None:
    """Raise `BadInput` for a directory of so many members that it would fill the memory."""
    tail = window.read(max(0, window.length - _TAIL), _TAIL)
    size = _number(tail, tail.rfind(b"PK\5\6"), 12, "<I")
    if size == 0xFFFFFFFF:
        size = _number(tail, tail.rfind(b"PK\6\6"), 40, "<Q")
    if size > _LARGEST:
        raise BadInput(
            f"{label}: a directory of {size / 1e6:.0f} MB is too large; expected at most {_LARGEST / 1e6:.0f} MB, "
            "some two million members"
        )


def _number(tail: bytes, record: int, offset: int, form: str) -> int:
    """A field of a record that begins at `record`; 0 where there is none."""
    whole = record >= 0 and len(tail) >= record + offset + struct.calcsize(form)
    return int(struct.unpack_from(form, tail, record + offset)[0]) if whole else 0


def _infos(window: Window, label: str) -> list[zipfile.ZipInfo]:
    _check_directory(window, label)
    try:
        with zipfile.ZipFile(io.BufferedReader(_File(window))) as directory:
            return directory.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error, EOFError) as error:
        raise BadInput(f"{label}: not a zip file that can be read ({error}); copy or download it again") from error


class _File(io.RawIOBase):
    """A window as a file, for `zipfile`."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._window.length}[whence]
        if base + offset < 0:
            raise OSError(errno.EINVAL, "negative position")  # as a file says it; `zipfile` tries and listens
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._window.read(self._at, len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
