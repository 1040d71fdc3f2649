"""One verdict on many items: 4×4 tiles whose masks are written out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core import atomic
from core.dataset import rle
from core.dataset.tiles import TileStore, write_store
from core.errors import BadInput
from core.review.bulk import judge_many
from core.review.masks import MaskStore
from core.review.policy import FlagRules, tile_flags
from core.review.store import ReviewStore
from core.review.tables import Verdict
from core.workspace import Workspace

LEFT = np.tile(np.array([1, 0, 0, 0], np.uint8), (4, 1))
NOTHING, FULL = np.zeros((4, 4), np.uint8), np.ones((4, 4), np.uint8)
PREDICTED = {"a": LEFT, "b": LEFT, "c": NOTHING, "d": FULL}


@pytest.fixture
def tiles(workspace: Workspace) -> TileStore:
    """Four tiles; a is labelled as it is predicted, b is empty, c and d have no label."""
    index = pd.DataFrame({"id": list("abcd"), "split": "train", "has_mask": [True, True, False, False]})
    masks = np.stack([LEFT, NOTHING, NOTHING, NOTHING])
    images = np.arange(64, dtype=np.uint8).reshape(4, 4, 4)
    with atomic.replacing_folder(workspace.dataset("four")) as part:
        write_store(part, index, images, masks, {"checksum": "one"})
    return TileStore.open(workspace.dataset("four"))


@pytest.fixture
def reviews(url: str) -> ReviewStore:
    opened = ReviewStore(url)
    seen = pd.DataFrame({"id": list("abcd"), "salt_proportion": 0.0, "confidence": 0.5, "constant": False})
    opened.flag("r", "four", tile_flags(seen, FlagRules()))
    return opened


def judge(reviews: ReviewStore, tiles: TileStore, url: str, verdict: Verdict, of_labels: bool = False) -> list[int]:
    predict = (lambda tile: None) if of_labels else PREDICTED.__getitem__
    return judge_many(reviews, MaskStore(url), tiles, reviews.queue("r", "four"), verdict, "ann", predict)


def made(url: str) -> dict[str, list[list[int]]]:
    reviewed = MaskStore(url).reviewed("four")
    return {str(one.tile): rle.decode(str(one.mask), (4, 4)).tolist() for one in reviewed.itertuples()}


def test_accepted_predictions_become_the_labels_where_they_differ(
    reviews: ReviewStore, tiles: TileStore, url: str
) -> None:
    assert len(judge(reviews, tiles, url, Verdict.ACCEPT)) == 4
    expected = {"b": LEFT.tolist(), "c": NOTHING.tolist(), "d": FULL.tolist()}
    assert made(url) == expected, "a is labelled so already"
    assert len(reviews.undo("ann")) == 4, "one undo takes it back"
    assert made(url) == {}


def test_a_mask_that_somebody_made_is_what_is_accepted(reviews: ReviewStore, tiles: TileStore, url: str) -> None:
    MaskStore(url).save("four", "d", LEFT, "bob", base=None)
    judge(reviews, tiles, url, Verdict.ACCEPT)
    assert made(url)["d"] == LEFT.tolist()
    assert len(MaskStore(url).history("four", "d")) == 1


@pytest.mark.parametrize(("verdict", "mask"), [(Verdict.NO_SALT, NOTHING), (Verdict.ALL_SALT, FULL)])
def test_all_or_nothing_is_salt(
    reviews: ReviewStore, tiles: TileStore, url: str, verdict: Verdict, mask: np.ndarray
) -> None:
    judge(reviews, tiles, url, verdict)
    stand = {tile: mask.tolist() for tile in "abcd" if tile != "b" or verdict is Verdict.ALL_SALT}
    assert made(url) == stand
    assert set(reviews.queue("r", "four")["verdict"]) == {verdict}


def test_unsure_and_accepted_labels_change_no_mask(reviews: ReviewStore, tiles: TileStore, url: str) -> None:
    judge(reviews, tiles, url, Verdict.UNSURE)
    assert made(url) == {}
    reviews.undo("ann")
    judge(reviews, tiles, url, Verdict.ACCEPT, of_labels=True)
    assert made(url) == {}


def test_what_is_decided_or_on_a_desk_is_passed_over(reviews: ReviewStore, tiles: TileStore, url: str) -> None:
    items = reviews.queue("r", "four")
    ids = dict(zip(items["tile"], items["id"], strict=True))
    reviews.decide(ids["a"], Verdict.UNSURE, "bob")
    reviews.claim([ids["b"]], "bob")
    reviews.claim([ids["c"]], "ann")
    decided = judge_many(reviews, MaskStore(url), tiles, items, Verdict.NO_SALT, "ann", PREDICTED.__getitem__)
    assert set(decided) == {ids["c"], ids["d"]}
    assert set(made(url)) == {"c", "d"}
    verdicts = reviews.queue("r", "four").set_index("tile")["verdict"]
    assert (verdicts["a"], verdicts["b"]) == ("unsure", None)


def test_corrected_needs_eyes(reviews: ReviewStore, tiles: TileStore, url: str) -> None:
    with pytest.raises(BadInput, match="corrected"):
        judge(reviews, tiles, url, Verdict.CORRECTED)
