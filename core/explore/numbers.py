"""How numbers are written for people, the same on every page.

A value that is None, NaN or infinite is written as a dash.
"""

from __future__ import annotations

import math

NOTHING = "–"


def percent(share: float | None) -> str:
    """A share of 0…1: one decimal under 10 %, none above; never 0 or 100 % for what is not quite that."""
    if share is None or not math.isfinite(share):
        return NOTHING
    value = 100 * share
    if 0 < value < 0.05:
        return "< 0.1 %"
    if 99.5 <= value < 100:
        return "> 99 %"
    if round(value, 1) < 10 and value:
        return f"{value:.1f} %"
    return f"{value:.0f} %"


def depth(feet: float | None) -> str:
    """A depth as a whole number of feet."""
    return NOTHING if feet is None or not math.isfinite(feet) else f"{minus(f'{feet:,.0f}')} ft"


def grey(level: float | None) -> str:
    """A grey level of 0…255, or a difference of two, with one decimal."""
    return NOTHING if level is None or not math.isfinite(level) else minus(f"{level:.1f}")


def score(value: float | None, standard_error: float | None = None) -> str:
    """A score or coefficient with three decimals, ± its standard error where that is known."""
    if value is None or not math.isfinite(value):
        return NOTHING
    text = minus(f"{value:.3f}")
    known = standard_error is not None and math.isfinite(standard_error)
    return f"{text} ± {standard_error:.3f}" if known else text


def signed(difference: float) -> str:
    """A difference of scores with three decimals and its sign: `+0.012`, `−0.003`, `0.000`."""
    text = score(difference)
    return f"+{text}" if difference > 0 and text != "0.000" else text


def count(number: int) -> str:
    """A whole number with separators between thousands."""
    return f"{number:,}"


def tiles(number: int) -> str:
    """`1 tile`, `3,088 tiles`."""
    return f"{number:,} tile" if number == 1 else f"{number:,} tiles"


def with_error(value: str, standard_error: str) -> str:
    """`41 % ± 1.2 %`; the value alone where its error is not known."""
    return value if standard_error == NOTHING else f"{value} ± {standard_error}"


def interval(limits: tuple[float, float] | None) -> str:
    """A 95 % interval of a coefficient: `[0.072, 0.142]`; a dash where there is none."""
    return f"[{score(limits[0])}, {score(limits[1])}]" if limits else NOTHING


def p_value(value: float | None) -> str:
    """`p = 0.034`, or `p < 0.001`."""
    alone = p_alone(value)
    return f"p {alone}" if alone == NOTHING or alone.startswith("<") else f"p = {alone}"


def p_alone(value: float | None) -> str:
    """`0.034`, or `< 0.001`: where the p stands beside it."""
    if value is None or not math.isfinite(value):
        return NOTHING
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def duration(seconds: float | None) -> str:
    """A time in words with at most two units: `45 s`, `3 min`, `1 h 20 min`, `2 d 4 h`."""
    if seconds is None or not math.isfinite(seconds):
        return NOTHING
    if seconds < 1:
        return "< 1 s"
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return _two_units(*divmod(minutes, 60), "h", "min")
    return _two_units(*divmod(round(minutes / 60), 24), "d", "h")


def time_left(seconds: float | None) -> str:
    """`3 min left`; a dash where nobody knows."""
    return NOTHING if seconds is None or not math.isfinite(seconds) else f"{duration(seconds)} left"


def minus(text: str) -> str:
    """`text` with a real minus sign in front of a negative number, and none in front of zero."""
    if not text.startswith("-"):
        return text
    return f"−{text[1:]}" if text.strip("-0.,") else text[1:]


def _two_units(large: int, small: int, large_name: str, small_name: str) -> str:
    return f"{large} {large_name} {small} {small_name}" if small else f"{large} {large_name}"
