"""What every hostile file and request is held to: a clear error or a named tolerance, nothing half-written, bounds.

A cause is a function that spoils a sound source. `Causes` collects those of one kind for a parametrised test.
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from core.dataset.importing import ImportReport, import_source
from core.errors import SaltScopeError
from core.workspace import Workspace

MEGABYTES, SECONDS = 150, 5.0  # of memory beyond what was there, of processor time

Spoil = Callable[[Path], Path | None]


class Cause(NamedTuple):
    """One way to spoil a source: `words` that the error must hold, or None where the import goes on as `spoil` says."""

    spoil: Spoil
    words: str | None


class Causes(dict[str, Cause]):
    """Causes by name, collected by decorators."""

    def refused(self, words: str) -> Callable[[Spoil], Spoil]:
        """The import ends with an error that holds `words` (a regular expression)."""
        return lambda spoil: self._add(spoil, words)

    def tolerated(self, spoil: Spoil) -> Spoil:
        """The import goes on; the function's docstring says what becomes of it."""
        assert spoil.__doc__
        return self._add(spoil, None)

    def _add(self, spoil: Spoil, words: str | None) -> Spoil:
        name = spoil.__name__.replace("_", " ").strip()
        assert name not in self
        self[name] = Cause(spoil, words)
        return spoil

    @property
    def parametrised(self) -> pytest.MarkDecorator:
        """The decorator of a test that takes each `cause`."""
        return pytest.mark.parametrize("cause", self.values(), ids=list(self))


def put_to_the_test(cause: Cause, source: Path, workspace: Workspace) -> ImportReport | None:
    """Spoil `source`, import it and see that the cause has the effect that it should have."""
    place = cause.spoil(source) or source
    before = snapshot(workspace.root)
    with bounded():
        if cause.words is None:
            report = import_source(place, workspace, "x")
            assert report.tiles
            assert not any(".part-" in path for path in snapshot(workspace.root))
            return report
        refused(cause.words, lambda: import_source(place, workspace, "x"))
    assert snapshot(workspace.root) == before
    return None


def refused(words: str, act: Callable[[], object]) -> None:
    """`act` raises an error for people: one short line that holds `words` (a regular expression)."""
    with pytest.raises(SaltScopeError) as caught:
        act()
    message = str(caught.value)
    assert re.search(words, message), message
    assert "\n" not in message and len(message) < 1500, message


@contextmanager
def bounded(megabytes: float = MEGABYTES, seconds: float = SECONDS) -> Iterator[None]:
    """What happens inside needs no more memory than that beyond what was there, and no more processor time."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts again at what is in use now
    before, begun = _peak(), time.process_time()
    yield
    assert time.process_time() - begun < seconds
    assert _peak() - before < megabytes


def _peak() -> float:
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


def snapshot(root: Path) -> dict[str, str]:
    """Every file below `root` with its content, every folder with none."""
    return {
        str(path.relative_to(root)): hashlib.sha1(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in root.rglob("*")
    }


def png_chunk(kind: bytes, body: bytes) -> bytes:
    """A chunk of a PNG file with its CRC."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_file(width: int, height: int, rows: bytes, *, bits: int = 8, colour: int = 0, extra: bytes = b"") -> bytes:
    """A PNG file of filtered rows, sound or not."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    body = png_chunk(b"IHDR", header) + extra + png_chunk(b"IDAT", zlib.compress(rows, 9)) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def zeros(count: int) -> bytes:
    """`count` zeros, deflated without ever being there at once (raw)."""
    packer, out, block = zlib.compressobj(9, wbits=-15), io.BytesIO(), bytes(1 << 20)
    for start in range(0, count, len(block)):
        out.write(packer.compress(block[: count - start]))
    out.write(packer.flush())
    return out.getvalue()
