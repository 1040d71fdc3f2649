from collections.abc import Callable
from threading import Event, Thread

import pytest

from dashboard.components.outbox import PLACES, Inbox


def message(number: int, event: str = "act", place: str = "here") -> dict[str, object]:
    return {"number": number, "event": event, "value": number, "place": place}


def test_each_message_is_handled_once_and_in_its_order() -> None:
    inbox, handled = Inbox("editor"), []
    inbox.serve("here", {"draft": handled.append, "act": lambda value: handled.append(value) or "done"})
    inbox.take([message(1, "draft")])
    inbox.take([message(1, "draft"), message(2)])
    inbox.take([message(2)])
    assert handled == [1, 2]
    answers = {"draft": None, "act": "done"}
    assert inbox.state == {"name": "editor", "session": inbox.session, "arrived": 2, "answers": answers}


def test_what_is_late_is_handled_where_it_was_meant() -> None:
    """The page shows another data set, or another reviewer has taken the seat, when it comes."""
    inbox, here, there = Inbox("editor"), [], []
    inbox.serve("here", {"act": here.append})
    inbox.serve("there", {"act": there.append})
    inbox.take([message(1), message(2, place="there"), message(3, place="nowhere"), message(4)])
    assert (here, there, inbox.arrived) == ([1, 4], [2], 4)
    assert "was not stored" in inbox.news.failure


def test_places_that_were_drawn_last_are_kept() -> None:
    inbox, handled = Inbox("editor"), []
    for number in range(PLACES + 1):
        inbox.serve(str(number), {"act": handled.append})
        inbox.serve("here", {"act": handled.append})
    inbox.take([message(1, place="0"), message(2), message(3, place=str(PLACES))])
    assert handled == [2, 3]


def test_a_failure_is_no_answer_and_holds_up_nothing() -> None:
    inbox, handled = Inbox("editor"), []
    inbox.serve("here", {"act": lambda value: 1 / 0, "draft": handled.append})
    inbox.answers["act"] = "of the act before"
    both = [message(1), message(2, "draft")]
    with pytest.raises(ZeroDivisionError):
        inbox.take(both)
    assert inbox.state["answers"]["act"] is None
    inbox.take(both)
    assert handled == [2]


def test_one_at_a_time_and_the_state_waits_for_it() -> None:
    """Streamlit may run the page twice at once: nobody is to see half of what a message does."""
    inbox, began, goes_on, handled = Inbox("editor"), Event(), Event(), []

    def slow(value: int) -> None:
        began.set()
        goes_on.wait(10)
        handled.append(value)

    inbox.serve("here", {"act": slow})
    states: list[int] = []
    others: list[Callable[[], None]] = [
        lambda: inbox.take([message(1), message(2)]),
        lambda: states.append(inbox.state["arrived"]),
    ]
    threads = [Thread(target=inbox.take, args=([message(1)],))]
    threads[0].start()
    assert began.wait(10)
    threads += [Thread(target=other) for other in others]
    for thread in threads[1:]:
        thread.start()
    assert not states
    goes_on.set()
    for thread in threads:
        thread.join(10)
    assert handled == [1, 2] and states[0] in (1, 2)
