"""Names that could leave their folder, and links to pages that were never made."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import BadName
from core.workspace import Workspace
from tests.hostile.harness import bounded, refused, snapshot

NAMES = {
    "nothing": "",
    "here": ".",
    "one up": "..",
    "one up and down again": "../x",
    "far away": "/etc/passwd",
    "on another drive": "C:\\windows",
    "one up on Windows": "..\\x",
    "hidden": ".x",
    "an option": "--yes",
    "a zero byte": "x\0y",
    "a line more": "x\ny",
    "a line at its end": "x\n",
    "dots of full width": "．．／x",
    "reads backwards": "x\u202ey",
    "two ways to write a letter": "e\u0301",
    "a letter that looks like another": "dеmo",  # a Cyrillic е
    "an address": "file:///etc/passwd",
    "written for an address": "%2e%2e%2fx",
    "a shell's": "$(touch x)",
    "a pattern": "*",
    "10,000 characters": "x" * 10_000,
    "ten characters of ten bytes": "👨‍👩‍👧‍👦" * 10,
}
EACH = pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)


@EACH
def test_no_name_leaves_its_folder(name: str, workspace: Workspace) -> None:
    before = snapshot(workspace.root)
    for use in (workspace.dataset, workspace.run, workspace.job, workspace.mosaic, workspace.quality):
        refused("can't be used as a ", lambda use=use: use(name))
    for use in (workspace.existing_dataset, workspace.existing_run, workspace.delete_dataset, workspace.delete_run):
        refused("can't be used as a ", lambda use=use: use(name))
    with pytest.raises(BadName):
        workspace.run("x").predictions(name, "all")
    with pytest.raises(BadName):
        workspace.run("x").predictions("x", name)
    assert snapshot(workspace.root) == before


@EACH
def test_links_with_such_names(name: str, page: Callable[..., AppTest]) -> None:
    app = page("explore", **{field: name for field in ("dataset", "run", "tile", "text", "ids") if name})
    assert bool(app.error) == bool(name)


LINKS = {
    "numbers as words": {"salt": "some..more"},
    "not numbers": {"salt": "nan..nan"},
    "endless": {"depth": "-inf..inf"},
    "turned round": {"depth": "9..1"},
    "one too many": {"salt": "0..1..2"},
    "a number of 10,000 digits": {"depth": "0.." + "9" * 10_000},
    "an unknown split": {"split": "holdout"},
    "more ids than fit": {"ids": "/".join(map(str, range(5_000)))},
    "10,000 separators": {"ids": "/" * 10_000},
    "a script": {"text": "<script>alert(1)</script>"},
    "a pattern that never ends": {"text": "(a+)+$" * 20},
    "control characters": {"text": "\x1b[2J\x07"},
    "columns without a range": {"where": "mean/std~/~1..2"},
}


@pytest.mark.parametrize("query", LINKS.values(), ids=LINKS)
def test_links_that_nobody_meant(query: dict[str, str], page: Callable[..., AppTest]) -> None:
    with bounded():
        page("explore", dataset="small", **query)
