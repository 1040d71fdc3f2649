from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.errors import BadName, NotFound, WorkspaceError
from core.workspace import Workspace, check_name


@pytest.mark.parametrize(
    "name", ["", "../x", "a/b", "/etc", "a\0b", "x" * 101, ".hidden", "a..b", "naïve", "a b", "-x", "a\n", "CON/../x"]
)
def test_names_never_leave_their_folder(name: str, workspace: Workspace) -> None:
    for use in (check_name, workspace.dataset, workspace.run, workspace.job):
        with pytest.raises(BadName):
            use(name)


def test_plain_names_are_kept(workspace: Workspace) -> None:
    assert workspace.dataset("tgs-2018.v1_b") == workspace.root / "datasets" / "tgs-2018.v1_b"


def test_unknown_ones_are_named(workspace: Workspace) -> None:
    with pytest.raises(NotFound, match="'tgs'"):
        workspace.existing_dataset("tgs")
    with pytest.raises(NotFound, match="'20261123-run'"):
        workspace.existing_run("20261123-run")


def test_the_folder_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALTSCOPE_WORKSPACE", str(tmp_path / "here"))
    assert Workspace.open().root == tmp_path / "here"
    assert Workspace.open(tmp_path / "there").root == tmp_path / "there"


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkspaceError, match="file"):
        Workspace.open(tmp_path / "file")


def test_half_a_data_set_is_none(workspace: Workspace) -> None:
    (workspace.datasets / "half").mkdir()
    (workspace.datasets / "half" / "tiles.npy").write_bytes(b"")
    assert workspace.dataset_names() == []


def test_runs_come_newest_first(workspace: Workspace) -> None:
    for run_id in ("20260101-000000-unet-aaaa", "20260301-000000-unet-bbbb", "20260201-000000-unet-cccc"):
        folder = workspace.run(run_id)
        folder.root.mkdir()
        folder.job.write_text("{}")
    assert [run.id[:8] for run in workspace.all_runs()] == ["20260301", "20260201", "20260101"]


def test_deleting_a_data_set_takes_its_sources_along(workspace: Workspace) -> None:
    for folder in (workspace.dataset("a"), workspace.sources / "a"):
        folder.mkdir(parents=True)
    (workspace.dataset("a") / "index.parquet").write_bytes(b"")
    workspace.delete_dataset("a")
    assert os.listdir(workspace.datasets) == []
    assert os.listdir(workspace.sources) == []
