"""SIGTERM and Ctrl-C ask for a stop first, and kill the second time."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

ASKING = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def stopping(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` on the first signal; the second does what it did before. Only the main thread can listen."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    owner = os.getpid()
    before = {number: signal.getsignal(number) for number in ASKING}

    def ask(number: int, frame: FrameType | None) -> None:
        signal.signal(number, before[signal.Signals(number)])
        if os.getpid() == owner:
            stop()
        else:  # a forked child, such as a data loader's worker, inherits the handler but is not the job
            os.kill(os.getpid(), number)

    for number in ASKING:
        signal.signal(number, ask)
    try:
        yield
    finally:
        for number in ASKING:
            signal.signal(number, before[number])
