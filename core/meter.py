"""How fast work goes and when it will be done."""

from __future__ import annotations

import math

MEMORY_SECONDS = 10.0  # what was measured this long ago counts 1/e of what is measured now


class Meter:
    """A rate over the recent past, and the time left that follows from it.

    Only changes are measured, so that work of many steps a second and of one step a minute both
    show a calm figure. A smaller `done` or another `total` starts a new phase.
    """

    def __init__(self) -> None:
        self._begun = False

    def _begin(self, now: float, done: int, total: int | None) -> None:
        self._time, self._done, self._total = now, done, total
        self._steps = self._seconds = 0.0
        self._begun = True

    def update(self, now: float, done: int, total: int | None) -> None:
        """Take in that `done` of `total` was reached; `now` in seconds of any steady clock."""
        if not self._begun or done < self._done or total != self._total:
            self._begin(now, done, total)
        elif done > self._done and now > self._time:
            passed = now - self._time
            fade = math.exp(-passed / MEMORY_SECONDS)
            self._steps = self._steps * fade + (done - self._done)
            self._seconds = self._seconds * fade + passed
            self._time, self._done = now, done

    @property
    def rate(self) -> float | None:
        """Steps a second; None before there are two points to tell from."""
        return self._steps / self._seconds if self._begun and self._seconds else None

    def seconds_left(self, now: float) -> float | None:
        """Time until `done` reaches `total`; None where one of the figures is not known."""
        if not self.rate or self._total is None:
            return None
        return max(0.0, (self._total - self._done) / self.rate - (now - self._time))


def rate_in_words(rate: float | None, tiles_per_second: float | None = None) -> str:
    """'160 tiles/s' of a training, '31/s' of what else is counted; "" where neither is known."""
    if tiles_per_second:
        return f"{tiles_per_second:.0f} tiles/s"
    if not rate:
        return ""
    return f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s"
