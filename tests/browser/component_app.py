"""A page for the tests of the components: `?show=gallery`, `tile` or `chart`; what was done stands below as text.

Six tiles of 16×16, grey level 40·number, t1 a ramp of 100…115; label: the left half; prediction: the upper half.
"""

import time
from pathlib import Path

import numpy as np
import streamlit as st

from core.dataset import rle
from core.explore import colours, thumbnails
from dashboard.components.gallery import GalleryEvent, GalleryTile, clear_selection, gallery
from dashboard.components.live_chart import Panel, Series, ensure_plotly_js, live_chart
from dashboard.components.tile_view import FactGroup, PredictionRow, PredictionRows, TileViewEvent, tile_view

SHAPE = (16, 16)
LABEL, PREDICTION = np.zeros(SHAPE, np.uint8), np.zeros(SHAPE, np.uint8)
LABEL[:, :8] = PREDICTION[:8] = 1
RAMP = np.tile(np.arange(100, 116, dtype=np.uint8), (16, 1))

ensure_plotly_js(Path(__file__).parent / "static")
done = st.session_state.setdefault("done", [])


def tile(number: int) -> GalleryTile:
    grey = np.full(SHAPE, 40 * number, np.uint8) if number != 1 else RAMP
    mask, prediction = rle.encode(LABEL), rle.encode(PREDICTION)
    picture = thumbnails.png_url(grey)
    return GalleryTile(f"t{number}", SHAPE, picture, mask, prediction, probability=thumbnails.png_url(255 * PREDICTION))


def show_gallery() -> None:
    first = st.session_state.setdefault("first", 0)

    def act(event: GalleryEvent) -> None:
        if event.turned:
            st.session_state["first"] = (first + 3 * event.turned) % 6
            done.append(f"turned {event.turned}")
        if event.opened:
            done.append(f"opened {event.opened}")
        if event.acted:
            done.append(f"acted on {' '.join(event.selected)}")
            clear_selection("gallery")

    tiles = [tile(number) for number in range(first, first + 3)]
    position = f"{first + 1}–{first + 3} of 6"
    event = gallery(
        tiles,
        key="gallery",
        position=position,
        previous=first > 0,
        following=first < 3,
        action="Act",
        on_event=act,
    )
    st.text(f"selected: {' '.join(event.selected)}")


def show_tile() -> None:
    def act(event: TileViewEvent) -> None:
        acts = {"closed": event.closed, "alike": event.alike, f"run {event.chosen}": event.chosen}
        done.extend([name for name, happened in acts.items() if happened] or [f"turned {event.turned}"])

    rows = (PredictionRow("new", rle.encode(PREDICTION), ("50 %",)), PredictionRow("old", "", ("0 %",)))
    tile_view(
        tile(3),
        key="tile",
        facts=[("Depth", "412 ft")],
        groups=[FactGroup("Prediction", [("Score", "0.500")], colours.PREDICTION)],
        predictions=PredictionRows(("Predicted salt",), rows, "new"),
        alike=True,
        explain=True,
        position="3 of 6",
        following=True,
        close="All",
        on_event=act,
    )


@st.fragment(run_every=0.5)
def show_chart() -> None:
    started = st.session_state.setdefault("started", time.monotonic())
    steps = np.arange(10 + 20 * (time.monotonic() - started)) / 10
    loss = Series("train", steps, np.exp(-steps), colours.ACCENT)
    speed = Series("speed", steps, np.where(steps > 1, 50.0, np.nan), colours.NEUTRAL)
    live_chart([Panel("Loss", [loss]), Panel("Speed", [speed], range=(0, 100))], key="chart", revision="run")


{"gallery": show_gallery, "tile": show_tile, "chart": show_chart}[st.query_params["show"]]()
st.text(f"done: {', '.join(done)}")
