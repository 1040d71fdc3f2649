"""Whatever comes, an import ends in a data set or in one sentence, and never in anything else."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dataset import rle
from core.dataset.importing import import_source
from core.errors import BadInput, SaltScopeError
from core.workspace import Workspace
from tests import sources
from tests.hostile.harness import png_file, snapshot

ROOT = Path(__file__).resolve().parents[2]
CELL = st.one_of(st.sampled_from(["aaa", "bbb", "1 4", "1e400", "", "=1", '"', "\0", "\ufeff", "-inf", "٣"]), st.text())
TABLE = st.lists(st.lists(CELL, max_size=3).map(",".join), max_size=6).map("\n".join)
FILE = st.one_of(TABLE.map(lambda text: text.encode("utf-8", "surrogatepass")), st.binary(max_size=200))


@given(st.sampled_from(["train.csv", "depths.csv", "sections.csv"]), st.booleans(), FILE, st.booleans())
@settings(deadline=None, max_examples=60)
def test_any_table(name: str, with_names: bool, data: bytes, skip_bad: bool) -> None:
    names = {"train.csv": b"id,rle_mask\n", "depths.csv": b"id,z\n", "sections.csv": b"id,section,row,col\n"}[name]
    with tempfile.TemporaryDirectory() as folder:
        source = sources.write(Path(folder) / "source", sources.kaggle(), unpacked=True)
        (source / name).write_bytes(names + data if with_names else data)
        workspace = Workspace.open(Path(folder) / "workspace")
        before = snapshot(workspace.root)
        try:
            report = import_source(source, workspace, "x", skip_bad=skip_bad)
        except SaltScopeError:
            assert snapshot(workspace.root) == before and not skip_bad
        else:
            assert report.tiles == 5


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_any_spoiled_zip(data: st.DataObject) -> None:
    sound = sources.zipped({f"images/{name}.png": sources.png(sources.image(1)) for name in "ab"})
    spoiled = bytearray(sound)
    for _ in range(data.draw(st.integers(1, 4))):
        spoiled[data.draw(st.integers(0, len(sound) - 1))] = data.draw(st.integers(0, 255))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "x.zip").write_bytes(spoiled[: data.draw(st.integers(len(sound) // 2, len(sound)))])
        workspace = Workspace.open(Path(folder) / "workspace")
        before = snapshot(workspace.root)
        try:
            import_source(Path(folder) / "x.zip", workspace, "x")
        except SaltScopeError:
            assert snapshot(workspace.root) == before


@given(st.one_of(st.text(), st.lists(st.integers(-5, 30), max_size=8).map(lambda ints: " ".join(map(str, ints)))))
@settings(deadline=None, max_examples=300)
def test_any_code(text: str) -> None:
    try:
        mask = rle.decode(text, (4, 5))
    except BadInput:
        return
    assert np.array_equal(rle.decode(rle.encode(mask), (4, 5)), mask)


@pytest.mark.parametrize("rows", [bytes(9), bytes(4001 * 4000)], ids=["a lie", "the truth"])
def test_the_largest_picture_fits_into_the_memory_of_a_small_machine(rows: bytes, tmp_path: Path) -> None:
    """A real process with a limit on its memory: an error or a data set, and not the end of the process."""
    (tmp_path / "tiles").mkdir()
    (tmp_path / "tiles" / "a.png").write_bytes(png_file(4000, 4000, rows))
    command = [sys.executable, "-m", "core", "import", str(tmp_path / "tiles"), "--workspace", str(tmp_path / "space")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, preexec_fn=_little_memory)
    assert done.returncode == (0 if len(rows) > 9 else 1), done.stderr
    assert "Traceback" not in done.stderr
    assert len(rows) > 9 or "a.png: the PNG file is damaged" in done.stderr


def _little_memory() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (1 << 30, 1 << 30))
