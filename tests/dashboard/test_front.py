"""The front page where Streamlit keeps another one than was expected; the real one is opened in tests/browser."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request

from dashboard import front


def test_a_streamlit_that_keeps_its_page_elsewhere_serves_it_itself(tmp_path: Path) -> None:
    assert front.routes(["explore"], tmp_path / "index.html") == []
    assert not front.brings_style(tmp_path / "index.html")


def test_a_page_that_looks_otherwise_is_left_as_it_is(tmp_path: Path) -> None:
    page = "<html lang='en'>…</html>"
    (tmp_path / "index.html").write_text(page, encoding="utf-8")
    routes = front.routes(["explore"], tmp_path / "index.html")
    assert [route.path for route in routes] == ["/", "/explore"]
    answers = [route.endpoint(Request({"type": "http"})) for route in routes]
    assert [answer.body.decode() for answer in answers] == [page, page]
    assert not front.brings_style(tmp_path / "index.html")


def test_the_page_that_is_there_gets_the_style_as_its_last_part() -> None:
    assert front.brings_style()
    [route] = front.routes([])
    page = route.endpoint(Request({"type": "http"})).body.decode()
    assert page.index('id="root"') < page.index(front.STYLE) < page.index("</body>")
