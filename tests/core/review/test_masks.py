"""Masks that people made: nothing is overwritten, and what was acknowledged is there."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.dataset import rle
from core.dataset.tiles import TileStore, write_store
from core.errors import BadInput, Conflict, NotFound
from core.review.masks import MaskStore, Revision
from core.review.reviewed import reviewed_masks
from core.review.tables import Origin

ROOT = Path(__file__).parents[3]
EMPTY = np.zeros((3, 3), np.uint8)
DOT = np.eye(3, dtype=np.uint8)
SAVE = """
import sys
import numpy as np
from core.errors import Conflict
from core.review.masks import MaskStore
store = MaskStore(sys.argv[1])
base = None
for number in range(int(sys.argv[3])):
    while True:
        try:
            saved = store.save("d", "t", np.full((3, 3), number % 2), sys.argv[2], base=base)
            break
        except Conflict:
            base = store.newest("d", "t").id
    base = saved.id
    print(saved.id, flush=True)
"""


@pytest.fixture
def masks(url: str) -> MaskStore:
    return MaskStore(url)


def save(masks: MaskStore, mask: np.ndarray, base: Revision | None, reviewer: str = "ann") -> Revision:
    return masks.save("d", "t", mask, reviewer, base=base.id if base else None)


def test_the_newest_revision_is_the_label_and_the_older_ones_stay(masks: MaskStore) -> None:
    assert masks.newest("d", "t") is None
    first = save(masks, DOT, None)
    second = save(masks, EMPTY, first, "bob")
    assert masks.newest("d", "t") == second == masks.revision(second.id)
    assert (second.mask, second.parent, second.origin) == ("", first.id, "drawn")
    history = masks.history("d", "t")
    assert history["id"].tolist() == [second.id, first.id]
    np.testing.assert_array_equal(rle.decode(history["mask"].iat[1], (3, 3)), DOT)


def test_the_newest_masks_of_some_tiles_come_together(masks: MaskStore) -> None:
    first = save(masks, EMPTY, None)
    save(masks, DOT, first)
    masks.save("d", "u", EMPTY, "ann", base=None)
    masks.save("other", "v", DOT, "ann", base=None)
    assert masks.newest_of("d", ["t", "u", "v", "w"]) == {"t": rle.encode(DOT), "u": ""}
    assert masks.newest_of("d", []) == {}


def test_the_version_changes_with_every_mask_of_the_data_set(masks: MaskStore) -> None:
    versions = [masks.version("d")]
    first = save(masks, DOT, None)
    versions.append(masks.version("d"))
    save(masks, EMPTY, first)
    versions.append(masks.version("d"))
    masks.save("other", "t", DOT, "ann", base=None)
    assert masks.version("d") == versions[-1]
    assert len(set(versions)) == 3


def test_a_save_over_something_newer_is_refused_and_changes_nothing(masks: MaskStore) -> None:
    save(masks, DOT, None)
    with pytest.raises(Conflict, match="'t' has a newer mask, by ann"):
        save(masks, EMPTY, None, "bob")
    assert len(masks.history("d")) == 1


def test_the_reviewed_masks_of_a_moment_stay_what_they_were(masks: MaskStore) -> None:
    first = save(masks, DOT, None)
    masks.save("d", "u", EMPTY, "ann", base=None, origin=Origin.PREDICTION, run="r")
    masks.save("other", "t", EMPTY, "ann", base=None)
    then = masks.reviewed("d")
    save(masks, EMPTY, first)
    assert then["tile"].tolist() == ["t", "u"]
    assert masks.reviewed("d", int(then["id"].max()))["mask"].tolist() == then["mask"].tolist()
    assert masks.reviewed("d")["mask"].tolist() == ["", ""]


def test_a_draft_is_kept_for_each_person_until_it_is_saved(url: str, masks: MaskStore) -> None:
    masks.keep_draft("d", "t", "1 1", "ann", None)
    masks.keep_draft("d", "t", "1 2", " ann ", None)
    masks.keep_draft("d", "t", "5 1", "bob", 7)
    again = MaskStore(url)
    mine, his = again.draft("d", "t", "ann"), again.draft("d", "t", "bob")
    assert mine is not None and his is not None
    assert (mine.mask, mine.base, his.mask, his.base) == ("1 2", None, "5 1", 7)
    save(masks, DOT, None, "ann")
    assert again.draft("d", "t", "ann") is None and again.draft("d", "t", "bob") == his
    again.drop_draft("d", "t", "bob")
    assert again.draft("d", "t", "bob") is None


def test_a_stroke_that_comes_late_changes_nothing(masks: MaskStore) -> None:
    first, second = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    masks.keep_draft("d", "t", "1 2", "ann", None, second)
    masks.keep_draft("d", "t", "1 1", "ann", None, first)
    draft = masks.draft("d", "t", "ann")
    assert draft is not None and (draft.mask, draft.time) == ("1 2", second)


def test_a_refused_save_keeps_the_draft(masks: MaskStore) -> None:
    save(masks, DOT, None)
    masks.keep_draft("d", "t", "1 1", "bob", None)
    with pytest.raises(Conflict):
        save(masks, EMPTY, None, "bob")
    assert masks.draft("d", "t", "bob") is not None


def test_a_mask_needs_a_name_and_a_number_leads_to_one(masks: MaskStore) -> None:
    with pytest.raises(BadInput, match="reviewer"):
        save(masks, DOT, None, "  ")
    with pytest.raises(BadInput, match="reviewer"):
        masks.keep_draft("d", "t", "", "", None)
    with pytest.raises(NotFound, match="revision 7"):
        masks.revision(7)


def start(url: str, reviewer: str, saves: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SAVE, url, reviewer, str(saves)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def test_people_who_save_at_once_never_overwrite_each_other(url: str, masks: MaskStore) -> None:
    processes = [start(url, name, 20) for name in ("ann", "bob", "cat")]
    told = [int(line) for process in processes for line in process.communicate(timeout=60)[0].split()]
    history = masks.history("d", "t")
    assert sorted(told) == sorted(history["id"]) and len(told) == 60
    chain = history.sort_values("id")
    assert chain["parent"].tolist()[1:] == chain["id"].tolist()[:-1], "each was made from the one before"


@pytest.mark.parametrize("acknowledged", [1, 5])
def test_a_kill_loses_no_acknowledged_mask(url: str, masks: MaskStore, acknowledged: int) -> None:
    process = start(url, "ann", 1000)
    assert process.stdout is not None
    told = [int(process.stdout.readline()) for _ in range(acknowledged)]
    process.kill()
    told += [int(line) for line in process.stdout.read().split("\n")[:-1]]
    process.wait()
    process.stdout.close()
    assert set(told) <= set(masks.history("d")["id"])


def test_masks_of_tiles_of_another_size_are_told(tmp_path: Path, masks: MaskStore) -> None:
    (tmp_path / "d").mkdir()
    write_store(tmp_path / "d", pd.DataFrame({"id": ["t"], "split": "train"}), np.zeros((1, 2, 2), np.uint8))
    save(masks, np.ones((3, 3)), None)
    with pytest.raises(BadInput, match=r"do not fit the tiles of data set 'd'.*'1 9' ends at pixel 9.*with --reviews"):
        reviewed_masks(TileStore.open(tmp_path / "d"), masks)
