"""Uploads over the limit: the page says so, and the server itself takes none, whatever a client says of its size."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import Page, Request, expect

from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
PATIENCE = 60_000  # ms, where two cores do everything
LIMIT = 100  # MB, of `server.maxUploadSize`
MEGABYTE = bytes(2**20)


@pytest.fixture
def page(without_credentials: None, server: Server, browser_page: Page) -> Page:
    """The page Data of somebody without credentials."""
    browser_page.goto(f"{server.url}/data")
    expect(browser_page.locator("input[type=file]")).to_be_attached(timeout=PATIENCE)
    return browser_page


def test_the_page_says_what_is_too_large(page: Page, tmp_path: Path) -> None:
    (tmp_path / "kaggle.json").write_bytes(2 * MEGABYTE)
    page.locator("input[type=file]").set_input_files(tmp_path / "kaggle.json")
    expect(page.get_by_text("must be 1.0MB or smaller")).to_be_visible(timeout=PATIENCE)


@pytest.mark.parametrize("told", [True, False], ids=["of a size that is told", "of a size that is not told"])
def test_the_server_takes_no_more_than_its_limit(told: bool, page: Page, server: Server, tmp_path: Path) -> None:
    assert server.process is not None
    upload = _an_upload(page, tmp_path)
    before = psutil.Process(server.process.pid).memory_info().rss
    assert _put(upload, LIMIT + 5, told) == 413
    assert psutil.Process(server.process.pid).memory_info().rss - before < 2 * LIMIT * 2**20


def _an_upload(page: Page, folder: Path) -> Request:
    """The request that brings a small file."""
    (folder / "kaggle.json").write_text("{}")
    with page.expect_request(lambda request: "/upload_file/" in request.url and request.method == "PUT") as sent:
        page.locator("input[type=file]").set_input_files(folder / "kaggle.json")
    return sent.value


def _put(like: Request, megabytes: int, told: bool) -> int:
    """Send a file of zeros as `like` did; the status of the answer."""
    headers = {name: value for name, value in like.all_headers().items() if not name.startswith(":")}
    headers = {name: value for name, value in headers.items() if name not in ("content-length", "host")}
    if told:
        headers["content-length"] = str(megabytes * 2**20)
    address = urlsplit(like.url)
    with closing(http.client.HTTPConnection(address.netloc, timeout=60)) as connection:
        with suppress(BrokenPipeError, ConnectionResetError):  # it answers and hangs up before it has all
            connection.request("PUT", address.path, _body(headers, megabytes), headers, encode_chunked=not told)
        with closing(connection.getresponse()) as answer:
            return answer.status


def _body(headers: dict[str, str], megabytes: int) -> Iterator[bytes]:
    boundary = headers["content-type"].partition("boundary=")[2]
    yield f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="x.json"\r\n\r\n'.encode()
    for _ in range(megabytes):
        yield MEGABYTE
    yield f"\r\n--{boundary}--\r\n".encode()
