"""The front page where Streamlit keeps another one than was expected; the real one is opened in tests/browser."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request

from dashboard import front


def test_a_streamlit_that_keeps_its_page_elsewhere_serves_it_itself(tmp_path: Path) -> None:
    assert front.routes(["explore"], tmp_path / "index.html") == []


def test_a_page_that_looks_otherwise_is_left_as_it_is(tmp_path: Path) -> None:
    page = "<html lang='en'><body>…</body></html>"
    (tmp_path / "index.html").write_text(page, encoding="utf-8")
    routes = front.routes(["explore"], tmp_path / "index.html")
    assert [route.path for route in routes] == ["/", "/explore"]
    answers = [route.endpoint(Request({"type": "http"})) for route in routes]
    assert [answer.body.decode() for answer in answers] == [page, page]
