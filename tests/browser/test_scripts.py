"""What all components are built on, by itself: the one instance for each place, and the way of messages to Python."""

from typing import Any

import pytest
from playwright.sync_api import Page

from dashboard.components import assets

pytestmark = pytest.mark.browser

KIND = """
class Kind {
  constructor(root) { this.root = root; made.push(this); }
  update(data) { this.data = data; }
  remove() { this.gone = true; }
}
const made = window.made = [];
export default mountedAs(Kind);
"""
IMPORT = """async (text) => {
  const module = new Blob([text], { type: "text/javascript" });
  window.script = await import(URL.createObjectURL(module));
}"""


def load(page: Page, *scripts: str) -> None:
    """Put the module of `scripts` into an empty page, as window.script."""
    page.goto("about:blank")
    page.evaluate(IMPORT, "\n".join(scripts))


def test_an_instance_stays_as_long_as_its_place(browser_page: Page) -> None:
    """When data follow each other quickly, Streamlit calls the first clean-up while the component is still there."""
    load(browser_page, assets.text("mounted.js"), KIND)
    made = browser_page.evaluate(
        """() => {
          const host = document.createElement("div");
          const parentElement = host.attachShadow({ mode: "open" });
          parentElement.innerHTML = '<div class="saltscope"></div>';
          document.body.append(host);
          const draw = (data) => window.script.default({ parentElement, data });
          draw("first")();
          const last = draw("second");
          const before = window.made.map(({ data, gone }) => [data, Boolean(gone)]);
          host.remove();
          last();
          return [before, window.made.map(({ gone }) => gone)];
        }"""
    )
    assert made == [[["second", False]], [True]]


@pytest.fixture
def outbox(browser_page: Page) -> Page:
    """A page with window.outbox; window.sent is what was triggered: events and values, message by message."""
    browser_page.clock.install(time=1000)
    load(browser_page, assets.text("outbox.js"), "export default Outbox;")
    browser_page.evaluate(
        """() => {
          window.sent = [];
          window.outbox = new window.script.default((event, messages) => window.sent.push([event, messages]));
        }"""
    )
    return browser_page


def sent(page: Page) -> list[list[tuple[str, Any]]]:
    told = page.evaluate("window.sent.splice(0)")
    assert {event for event, _ in told} <= {"sent"}
    return [[(message["event"], message["value"]) for message in messages] for _, messages in told]


def test_what_is_not_known_to_have_arrived_goes_along(outbox: Page) -> None:
    outbox.evaluate("outbox.send('act', 1); outbox.send('draft', 2)")
    assert sent(outbox) == [[("act", 1)], [("act", 1), ("draft", 2)]]
    outbox.evaluate("outbox.update({ arrived: outbox.messages[0].number }); outbox.send('draft', 3)")
    assert sent(outbox) == [[("draft", 2), ("draft", 3)]]
    outbox.evaluate("outbox.drop(({ value }) => value === 2); outbox.send('act', 4)")
    assert sent(outbox) == [[("draft", 3), ("act", 4)]]


def test_it_goes_again_until_it_has_arrived(outbox: Page) -> None:
    outbox.evaluate("outbox.send('act', 1)")
    outbox.clock.fast_forward(8000)
    outbox.clock.fast_forward(8000)
    assert sent(outbox) == [[("act", 1)]] * 3
    outbox.evaluate("outbox.update({ arrived: 0 })")
    outbox.clock.fast_forward(1000)
    assert sent(outbox) == [[("act", 1)]], "Python has drawn, but had not had it"
    outbox.evaluate("outbox.update({ arrived: outbox.newest })")
    outbox.clock.fast_forward(8000)
    assert sent(outbox) == []


def test_numbers_grow_though_the_clock_was_set_back(outbox: Page) -> None:
    """An outbox after a reload goes on from what has arrived, whatever the time is."""
    outbox.evaluate("outbox.update({ arrived: 5e12 }); outbox.send('act', 1); outbox.send('act', 2)")
    assert outbox.evaluate("outbox.messages.map(({ number }) => number)") == [5e12 + 1, 5e12 + 2]
