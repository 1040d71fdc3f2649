"""What a person did, on its way from the browser: the messages of `outbox.js`, each handled once and in their order.

Streamlit ends a run at its next `st.` call when another one was asked for, also within a callback, and may begin the
other one meanwhile. So handlers have what they need and change plain objects: they call nothing of `st`. A message
whose handling was ended all the same, or failed, comes again.

Session key: KEY_inbox, the `Inbox` of the component KEY.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import streamlit as st

Handlers = Mapping[str, Callable[[Any], Any]]


@dataclass
class Inbox:
    """How far the messages of a component have come.

    session: tells it from the one of a server before. arrived: number of the newest message that was handled.
    answers: what the handler of an event answered last, for the browser.
    """

    session: str = field(default_factory=lambda: uuid.uuid4().hex)
    arrived: int = 0
    answers: dict[str, Any] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock, repr=False)

    def take(self, messages: list[dict[str, Any]], handlers: Handlers) -> None:
        """Handle what is new, one at a time."""
        with self.lock:
            for message in messages:
                if message["number"] > self.arrived:
                    self.answers[message["event"]] = handlers[message["event"]](message["value"])
                    self.arrived = message["number"]

    @property
    def state(self) -> dict[str, Any]:
        """What the browser is to know."""
        return {"session": self.session, "arrived": self.arrived, "answers": self.answers}


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


def inbox(key: str) -> Inbox:
    """That of the component `key` in this session."""
    kept: Inbox = st.session_state.setdefault(f"{key}_inbox", Inbox())
    return kept


def receiver(key: str, handlers: Handlers) -> Callable[[], None]:
    """The callback for the trigger `sent` of the component `key`."""
    kept = inbox(key)
    return lambda: kept.take(st.session_state[key]["sent"], handlers)
