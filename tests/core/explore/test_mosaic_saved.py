"""What is kept of a mosaic: pairs until the data set changes, broken links for good."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core import atomic
from core.dataset.synthetic import simulate
from core.dataset.tiles import TileStore, write_store
from core.errors import BadInput, NotFound, Stopped
from core.explore.mosaic import break_link, broken_links, is_ready, mend_link, mosaic_of
from core.workspace import Workspace

ROOT = Path(__file__).resolve().parents[3]
SURVEY = simulate(tiles=18, seed=1)


def written(workspace: Workspace, checksum: str = "one", tiles: int = 18) -> TileStore:
    index = pd.DataFrame({"id": SURVEY.ids[:tiles], "split": SURVEY.split[:tiles]})
    with atomic.replacing_folder(workspace.dataset("small")) as part:
        write_store(part, index, SURVEY.images[:tiles], SURVEY.masks[:tiles], {"checksum": checksum})
    return TileStore.open(workspace.dataset("small"))


def never(done: int, total: int | None, what: str, **facts: object) -> None:
    raise Stopped


def a_link(workspace: Workspace, store: TileStore) -> tuple[str, str, str]:
    """The ids of a pair that touches."""
    pair = mosaic_of(workspace, store).pairs.iloc[0]
    ids = store.index["id"]
    return ids[pair["first"]], ids[pair["second"]], pair["where"]


def touching(workspace: Workspace, store: TileStore) -> set[tuple[str, str, str]]:
    ids = store.index["id"].to_numpy()
    pairs = mosaic_of(workspace, store).pairs
    return set(zip(ids[pairs["first"]], ids[pairs["second"]], pairs["where"], strict=True))


def test_pairs_are_found_once(workspace: Workspace) -> None:
    store = written(workspace)
    assert not is_ready(workspace, store)
    first = mosaic_of(workspace, store)
    assert len(first.pairs) > 5
    assert is_ready(workspace, store)
    again = mosaic_of(workspace, store, progress=never)
    pd.testing.assert_frame_equal(again.pairs, first.pairs)
    np.testing.assert_array_equal(again.section, first.section)


def test_another_source_is_compared_anew(workspace: Workspace) -> None:
    mosaic_of(workspace, written(workspace))
    other = written(workspace, checksum="two", tiles=12)
    assert not is_ready(workspace, other)
    assert len(mosaic_of(workspace, other)) == 12


def test_a_damaged_file_is_made_again(workspace: Workspace) -> None:
    store = written(workspace)
    mosaic_of(workspace, store)
    (workspace.mosaic("small") / "links.parquet").write_bytes(b"PAR1 not really")
    assert len(mosaic_of(workspace, store).pairs) > 5
    assert is_ready(workspace, store)


def test_a_stop_leaves_nothing(workspace: Workspace) -> None:
    store = written(workspace)
    with pytest.raises(Stopped):
        mosaic_of(workspace, store, progress=never)
    assert not workspace.mosaic("small").exists()


def test_a_broken_link_is_remembered_over_an_import(workspace: Workspace) -> None:
    store = written(workspace)
    link = a_link(workspace, store)
    before = touching(workspace, store)
    break_link(workspace, store, *link)
    break_link(workspace, store, *link)
    assert [tuple(one) for one in broken_links(workspace, "small")] == [link]
    assert link not in touching(workspace, store)
    assert link not in touching(workspace, written(workspace, checksum="two"))
    mend_link(workspace, "small", *link)
    assert broken_links(workspace, "small") == []
    assert touching(workspace, store) == before


def test_links_of_tiles_that_are_gone_wait_for_their_return(workspace: Workspace) -> None:
    store = written(workspace)
    last, first = SURVEY.ids[17], SURVEY.ids[0]
    break_link(workspace, store, last, first, "right")
    fewer = written(workspace, checksum="two", tiles=12)
    assert len(mosaic_of(workspace, fewer)) == 12
    assert len(broken_links(workspace, "small")) == 1


def test_what_cannot_be_broken_is_refused(workspace: Workspace) -> None:
    store = written(workspace)
    first, second, _ = a_link(workspace, store)
    with pytest.raises(NotFound, match="nobody"):
        break_link(workspace, store, first, "nobody", "right")
    with pytest.raises(BadInput, match="above"):
        break_link(workspace, store, first, second, "above")
    with pytest.raises(NotFound, match="is not broken"):
        mend_link(workspace, "small", first, second, "right")
    assert broken_links(workspace, "small") == []


@pytest.mark.parametrize("text", ["{", '{"broken": [{"first": "a"}]}', '{"other": 1}', "[]"])
def test_a_damaged_list_of_broken_links_is_named(workspace: Workspace, text: str) -> None:
    store = written(workspace)
    folder = workspace.mosaic("small")
    folder.mkdir(parents=True)
    (folder / "broken.json").write_text(text)
    with pytest.raises(BadInput, match=r"broken\.json"):
        mosaic_of(workspace, store)


BREAKING = """
    import sys
    from core.dataset.tiles import TileStore
    from core.explore.mosaic import break_link, mend_link
    from core.workspace import Workspace

    workspace = Workspace.open(sys.argv[1])
    store = TileStore.open(workspace.existing_dataset("small"))
    for _ in range(4):
        for second in sys.argv[3:]:
            break_link(workspace, store, sys.argv[2], second, "right")
            mend_link(workspace, "small", sys.argv[2], second, "right")
    for second in sys.argv[3:]:
        break_link(workspace, store, sys.argv[2], second, "right")
"""


def test_two_people_who_break_links_at_once_lose_nothing(workspace: Workspace) -> None:
    store = written(workspace)
    ids = store.index["id"].tolist()
    shares = (ids[1:7], ids[7:13])
    command = [sys.executable, "-c", textwrap.dedent(BREAKING), str(workspace.root), ids[0]]
    people = [subprocess.Popen([*command, *share], cwd=ROOT) for share in shares]
    assert [one.wait(timeout=60) for one in people] == [0, 0]
    broken = broken_links(workspace, "small")
    assert sorted(link.second for link in broken) == sorted(shares[0] + shares[1])


def test_the_file_of_broken_links_can_be_read_by_people(workspace: Workspace) -> None:
    store = written(workspace)
    link = a_link(workspace, store)
    break_link(workspace, store, *link)
    value = json.loads((workspace.mosaic("small") / "broken.json").read_bytes())
    assert value == {"broken": [dict(zip(("first", "second", "where"), link, strict=True))]}


def test_deleting_a_data_set_deletes_its_mosaic(workspace: Workspace) -> None:
    mosaic_of(workspace, written(workspace))
    workspace.delete_dataset("small")
    assert os.listdir(workspace.root / "mosaics") == []
