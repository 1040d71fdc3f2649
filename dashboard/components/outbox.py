"""What a person did, on its way from the browser: the messages of `outbox.js`, each handled once and in their order.

Streamlit ends a run at its next `st.` call when another one was asked for, also within a callback, and may begin the
other one meanwhile. So handlers have all that they need and change plain objects: they call nothing of `st`. What was
sent from one place (a data set, a queue, a reviewer) is handled as it was meant there, wherever the page is by then.

What has not arrived lives in the browser's tab and ends with a reload, but for notes, which their field keeps. A server
that was killed may have handled what is sent to the next one again: handlers can bear that.

Session key: KEY_inbox, the `Inbox` of the component KEY.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import streamlit as st

Handlers = Mapping[str, Callable[[Any], Any]]
PLACES = 32  # whose handlers are kept, those that were drawn last
UNKNOWN = "What was done before the server was started anew, on another tile or by another name, was not stored."


@dataclass
class News:
    """What handlers have to say, once and when the page is drawn next: why something failed, or what is done."""

    failure: str = ""
    done: str = ""

    def tell(self) -> None:
        """Say it."""
        if self.failure:
            st.error(self.failure)
        if self.done:
            st.toast(self.done)
        self.failure = self.done = ""


@dataclass
class Inbox:
    """How far the messages of a component have come.

    session: tells it from the one of a server before. arrived: number of the newest message that was handled.
    answers: what the handler of an event answered last, for the browser. news: of what nobody could handle.
    """

    name: str
    session: str = field(default_factory=lambda: uuid.uuid4().hex)
    arrived: int = 0
    answers: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Handlers] = field(default_factory=dict, repr=False)
    news: News = field(default_factory=News, repr=False)
    lock: Lock = field(default_factory=Lock, repr=False)

    def serve(self, place: str, handlers: Handlers) -> None:
        """From now on, what is sent from `place` goes to its event's handler among these."""
        with self.lock:
            self.places.pop(place, None)
            self.places[place] = handlers
            while len(self.places) > PLACES:
                del self.places[next(iter(self.places))]

    def take(self, messages: Sequence[Mapping[str, Any]]) -> None:
        """Handle what is new, one at a time; what fails is not tried again."""
        with self.lock:
            for message in messages:
                if message["number"] <= self.arrived:
                    continue
                event, handlers = message["event"], self.places.get(message["place"])
                self.arrived, self.answers[event] = message["number"], None
                if handlers is None:
                    self.news.failure = UNKNOWN
                    continue
                self.answers[event] = handlers[event](message["value"])

    @property
    def state(self) -> dict[str, Any]:
        """What the browser is to know, once what is being handled is done."""
        with self.lock:
            answers = dict(self.answers)
            return {"name": self.name, "session": self.session, "arrived": self.arrived, "answers": answers}


def inbox(key: str) -> Inbox:
    """That of the component `key` in this session."""
    kept: Inbox = st.session_state.setdefault(f"{key}_inbox", Inbox(key))
    return kept


def address(key: str, place: str, known: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the browser's outbox is made of. known: the state of the inbox, None: as it is now."""
    return {**(known or inbox(key).state), "place": place}


def receiver(key: str, place: str, handlers: Handlers) -> Callable[[], None]:
    """The callback for the trigger `sent` of the component `key`, which stands at `place` now."""
    kept = inbox(key)
    kept.news.tell()
    kept.serve(place, handlers)
    return lambda: kept.take(st.session_state.get(key, {}).get("sent") or [])
