"""The pages Data and Submit, and what people may upload."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core import atomic, jobs
from core.dataset.kaggle import credentials
from core.dataset.tiles import TileStore
from core.jobs import record
from core.segment.submission import Sent, SentLog
from core.workspace import Workspace

SECRET = "0123456789abcdef-secret"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without credentials, and nobody who answers where Kaggle would."""
    for name in ("KAGGLE_API_TOKEN", "KAGGLE_USERNAME", "KAGGLE_KEY", "KAGGLE_CONFIG_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_without_credentials_the_page_says_how_to_get_them(opened: Callable[..., AppTest]) -> None:
    page = opened("data")
    assert not page.exception and not page.error
    assert any("Create Legacy API Key" in words.value for words in page.markdown)
    assert [button.disabled for button in page.button if button.label == "Download"] == [True]


def test_a_spoiled_file_of_credentials_is_named(opened: Callable[..., AppTest]) -> None:
    path = credentials.save({"username": "x", "key": SECRET})
    path.write_text('{"username": "x"}')
    page = opened("data")
    assert [str(path) in words.value for words in page.warning] == [True]


UPLOADS = {
    "nothing": b"",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(99),
    "a list": b"[]",
    "no end of brackets": b"[" * 9000,
    "too long": b'{"username": "' + b"x" * 500_000 + b'", "key": "y"}',
    "no key": json.dumps({"username": SECRET}).encode(),
    "a key of two lines": json.dumps({"username": "x", "key": f"{SECRET}\nX-Evil: 1"}).encode(),
    "a key that is an object": json.dumps({"username": "x", "key": {"secret": SECRET}}).encode(),
}


@pytest.mark.parametrize("data", UPLOADS.values(), ids=UPLOADS)
def test_uploads_that_are_no_login(data: bytes, opened: Callable[..., AppTest]) -> None:
    page = opened("data")
    page.file_uploader[0].upload("kaggle.json", data, "application/json").run()
    assert not page.exception
    assert len(page.error) == 1 and "kaggle.json" in page.error[0].value
    assert SECRET not in page.error[0].value
    assert "UploadedFile(" not in repr(page.session_state)
    assert credentials.found() is None


def test_with_credentials_a_download_can_start(opened: Callable[..., AppTest]) -> None:
    credentials.save({"username": "x", "key": SECRET})
    page = opened("data")
    assert any("Credentials are found in" in words.value for words in page.success)
    download = next(button for button in page.button if button.label == "Download")
    assert not download.disabled
    page.text_input[0].set_value("../x")
    download.click().run()
    assert "is no name of a competition" in page.error[0].value and not page.exception


@pytest.fixture
def submitting(opened: Callable[..., AppTest], workspace: Workspace) -> Callable[..., AppTest]:
    """Opens Submit for a run that has predicted every tile of `small`."""
    store = TileStore.open(workspace.dataset("small"))
    run = workspace.run("20260101-000000-run")
    jobs.create(run, "core.segment.train:run", {}, "Train")
    record.write(run, {"state": "finished", "queued": record.now()})
    folder = run.predictions("small", "all")
    folder.mkdir(parents=True)
    np.save(folder / "probabilities.npy", np.zeros(store.tiles.shape, np.uint8))
    pd.DataFrame({"id": store.index["id"]}).to_parquet(folder / "predictions.parquet")
    atomic.write_json(folder / "prediction.json", {"checksum": store.source["checksum"]})
    return lambda: opened("submit", dataset="small", run=run.id)


def test_a_file_is_made_and_proved(submitting: Callable[[], AppTest], workspace: Workspace) -> None:
    page = submitting()
    assert not page.exception and not page.error
    next(one for one in page.button if one.label == "Make the file").click().run()
    assert not page.exception and not page.error
    [made] = workspace.submissions.glob("*.csv")
    assert len(made.read_text().splitlines()) == 1 + len(TileStore.open(workspace.dataset("small")).submission_order())
    assert any("Every test tile once" in words.value for words in page.success)
    assert {metric.label: metric.value for metric in page.metric}["Without salt"] == "100 %"


def test_a_spoiled_file_is_explained_and_not_sent(submitting: Callable[[], AppTest], workspace: Workspace) -> None:
    credentials.save({"username": "x", "key": SECRET})
    page = submitting()
    next(one for one in page.button if one.label == "Make the file").click().run()
    [made] = workspace.submissions.glob("*.csv")
    for text, words in (("id,rle_mask\nx,1 4\n", "no row for"), ("<html>", "not a csv file")):
        made.write_text(text)
        page = submitting()
        assert not page.exception and any(words in error.value for error in page.error)
    send = [one for one in page.button if one.label == "Send to Kaggle"]
    assert all(one.disabled for one in send)


def test_what_was_sent_is_listed_with_its_score(submitting: Callable[[], AppTest], workspace: Workspace) -> None:
    log = SentLog(workspace.submissions)
    log.add(Sent(7, "tgs", "small", ["a", "b"], "both", "ab.csv", "2026-01-01T10:00:00+00:00"))
    log.update(7, status="complete", public_score=0.81234)
    table = submitting().dataframe[-1].value
    assert table[["Runs", "Message", "Status", "Public score", "Private score"]].to_numpy().tolist() == [
        ["a, b", "both", "complete", "0.812", "–"]
    ]
