"""What is in a zip file and where: the directory at its end, read by `zipfile`."""

from __future__ import annotations

import errno
import io
import os
import struct
import zipfile
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from core.errors import BadInput


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

    Raises `BadInput` for what is no zip, for names that lead out of it, and for names that are there twice.
    """
    entries: dict[str, Entry] = {}
    for info in _infos(window, label):
        path = info.filename.replace("\\", "/")
        if path.startswith("/") or path[1:2] == ":" or (".." in path and ".." in path.split("/")):
            raise BadInput(f"{label}: member {path!r} would lie outside the zip file; such an archive is not opened")
        if path.endswith("/") or path.startswith((".", "__MACOSX/")) or "/." in path:
            continue
        if path in entries:
            raise BadInput(f"{label}: {path} is there twice; pack it again with each file once")
        entries[path] = Entry(
            info.header_offset, info.compress_size, info.file_size, info.CRC, info.compress_type, info.flag_bits & 1 > 0
        )
    return entries


def _infos(window: Window, label: str) -> list[zipfile.ZipInfo]:
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
