import pytest

from dashboard.components.outbox import Inbox

DRAFT, ACT = ({"number": number, "event": event, "value": event * 2} for number, event in ((1, "draft"), (2, "act")))


def test_each_message_is_handled_once_and_in_its_order() -> None:
    inbox, handled = Inbox(), []
    handlers = {"draft": handled.append, "act": lambda value: handled.append(value) or "done"}
    inbox.take([DRAFT], handlers)
    inbox.take([DRAFT, ACT], handlers)
    inbox.take([ACT], handlers)
    assert handled == ["draftdraft", "actact"]
    assert inbox.state == {"session": inbox.session, "arrived": 2, "answers": {"draft": None, "act": "done"}}


class Stopped(BaseException):
    """What Streamlit raises where a run is ended."""


@pytest.mark.parametrize("error", [Stopped, OSError])
def test_what_was_not_handled_to_its_end_is_taken_when_it_comes_again(error: type[BaseException]) -> None:
    inbox, handled = Inbox(), []

    def fail(value: str) -> None:
        raise error

    with pytest.raises(error):
        inbox.take([DRAFT, ACT], {"draft": handled.append, "act": fail})
    assert inbox.arrived == 1
    inbox.take([DRAFT, ACT], {"draft": handled.append, "act": handled.append})
    assert handled == ["draftdraft", "actact"]


def test_two_inboxes_are_told_apart() -> None:
    assert Inbox().session != Inbox().session
