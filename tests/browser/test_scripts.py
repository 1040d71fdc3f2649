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
    """A page with window.outbox; window.sent is what was triggered: event, value and place, message by message."""
    browser_page.clock.install(time=1000)
    browser_page.clock.pause_at(2000)
    load(browser_page, assets.text("outbox.js"), "export default Outbox;")
    browser_page.evaluate(
        """() => {
          window.sent = [];
          window.open = () => ({ trigger: (event, messages) => window.sent.push([event, messages]) });
          window.owner = window.open();
          window.outbox = window.script.default.of({ name: "editor" }, window.owner);
          window.outbox.update({ arrived: 0, place: "here" });
        }"""
    )
    return browser_page


def sent(page: Page) -> list[list[tuple[str, Any, str]]]:
    told = page.evaluate("window.sent.splice(0)")
    assert {event for event, _ in told} <= {"sent"}
    return [[(message["event"], message["value"], message["place"]) for message in messages] for _, messages in told]


ACT = ("act", 1, "here")


def test_what_is_not_known_to_have_arrived_goes_along(outbox: Page) -> None:
    outbox.evaluate("outbox.send('act', 1); outbox.send('draft', 2)")
    assert sent(outbox) == [[ACT], [ACT, ("draft", 2, "here")]]
    outbox.evaluate("outbox.update({ arrived: outbox.messages[0].number, place: 'there' }); outbox.send('draft', 3)")
    assert sent(outbox) == [[("draft", 2, "here"), ("draft", 3, "there")]]
    outbox.evaluate("outbox.drop(({ value }) => value === 2); outbox.send('act', 4, 'here')")
    assert sent(outbox) == [[("draft", 3, "there"), ("act", 4, "here")]]


def test_it_goes_again_until_it_has_arrived(outbox: Page) -> None:
    """After two seconds, four, eight, …"""
    outbox.evaluate("outbox.send('act', 1)")
    for pause in (2000, 4000, 8000, 16_000, 30_000, 30_000):
        assert sent(outbox) == [[ACT]]
        outbox.clock.fast_forward(pause - 10)
        assert sent(outbox) == []
        outbox.clock.fast_forward(10)
    outbox.evaluate("outbox.update({ arrived: outbox.newest, place: 'here' }); window.sent.splice(0)")
    outbox.clock.fast_forward(60_000)
    assert sent(outbox) == []


def test_the_next_instance_takes_over_what_is_left(outbox: Page) -> None:
    outbox.evaluate("outbox.send('act', 1); outbox.leave(owner); window.sent.splice(0)")
    outbox.clock.fast_forward(60_000)
    assert sent(outbox) == [], "there is nobody who could send it"
    outbox.evaluate(
        """() => {
          window.next = window.open();
          window.script.default.of({ name: "editor" }, window.next).update({ arrived: 0, place: "there" });
          window.outbox.leave(window.owner); // the clean-up of the first may come late
        }"""
    )
    assert sent(outbox) == [[ACT]], "at once"


def test_numbers_grow_though_the_clock_was_set_back(outbox: Page) -> None:
    """An outbox after a reload goes on from what has arrived, whatever the time is."""
    outbox.evaluate("outbox.update({ arrived: 5e12 }); outbox.send('act', 1); outbox.send('act', 2)")
    assert outbox.evaluate("outbox.messages.map(({ number }) => number)") == [5e12 + 1, 5e12 + 2]
