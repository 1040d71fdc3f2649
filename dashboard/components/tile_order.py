"""The order in which tiles are shown: a column, its direction, or likeness to one tile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import streamlit as st

from core.errors import SaltScopeError
from core.explore import columns
from core.explore.order import Order
from core.explore.tile_table import TileTable
from dashboard import state
from dashboard.guard import tell

LIKE = "like"
TOLD = ("z", "salt_proportion")  # stand under every thumbnail


def show(table: TileTable, chosen: Order, changed: Callable[[], None]) -> None:
    """Draw the choice; `changed` is called after a change."""
    offered = ["", *([LIKE] if chosen.like else []), *table.columns()]
    key = "tile_order"
    st.session_state[key] = LIKE if chosen.like else chosen.by

    def write(order: Order) -> None:
        state.select(order=order)
        changed()

    st.selectbox(
        "Order",
        offered if st.session_state[key] in offered else [*offered, chosen.by],
        key=key,
        format_func=lambda name: _words(name, chosen),
        on_change=lambda: write(chosen if st.session_state[key] == LIKE else Order(st.session_state[key], chosen.down)),
        width=160,
    )
    if chosen.by:
        icon, help = ("downward", "The largest first") if chosen.down else ("upward", "The smallest first")
        turned = replace(chosen, down=not chosen.down)
        st.button(f":material/arrow_{icon}:", key="tile_order_down", help=help, on_click=write, args=(turned,))


def applied(rows: np.ndarray, table: TileTable, chosen: Order) -> np.ndarray:
    """`rows` (k,) in that order; where it can't be applied, say why, offer to remove it, and stop."""
    try:
        return chosen.apply(rows, table)
    except SaltScopeError as error:
        tell(error)
        help = "Show the tiles as in the data set"
        words = f"{chosen.in_words()} ✕"
        st.button(words, key="order_chip", help=help, on_click=state.select, kwargs={"order": Order()})
        st.stop()
        return rows[:0]


def captions(table: TileTable, chosen: Order, rows: np.ndarray) -> list[tuple[str, ...]] | None:
    """Name and value of the column that the tiles in `rows` (k,) are ordered by; None where captions tell it anyway."""
    if not chosen.by or chosen.by in TOLD:
        return None
    column = columns.column(chosen.by)
    return [(column.label, column.show(value)) for value in table.numbers(chosen.by)[rows]]


def _words(name: str, chosen: Order) -> str:
    return {"": "as in the data set", LIKE: chosen.in_words()}.get(name) or columns.column(name).label
