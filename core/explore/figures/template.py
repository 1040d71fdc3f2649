"""One look for every figure, light and dark: the dashboard's font, quiet axes, room for labels."""

from __future__ import annotations

import plotly.graph_objects as go

from core.explore import colours

FONT = '"Source Sans", "Source Sans Pro", sans-serif'  # Streamlit's own
TEXT_SIZE = 14  # pixels


def template(dark: bool = False) -> go.layout.Template:
    """The template of all figures; show them with `theme=None`, or Streamlit lays its own over it."""
    ink = colours.ink(dark)
    axis = {
        "gridcolor": ink.grid,
        "linecolor": ink.muted,
        "tickcolor": ink.muted,
        "tickfont": {"color": ink.muted, "size": TEXT_SIZE - 1},
        "title": {"font": {"color": ink.text, "size": TEXT_SIZE}, "standoff": 8},
        "showline": True,
        "zeroline": False,
        "ticks": "outside",
        "ticklen": 4,
        "automargin": True,
    }
    return go.layout.Template(
        layout={
            "font": {"family": FONT, "color": ink.text, "size": TEXT_SIZE},
            "title": {
                "font": {"size": TEXT_SIZE + 2},
                "x": 0,
                "xref": "container",
                "y": 1,
                "yanchor": "top",
                "pad": {"t": 10},
            },
            "colorway": [colours.ACCENT, colours.LABEL, colours.AGREEMENT, colours.CORRECTION, colours.FLAG],
            "colorscale": {"sequential": colours.PROBABILITY_SCALE},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "xaxis": axis | {"showgrid": False},
            "yaxis": axis,
            "legend": {
                "orientation": "h",
                "x": 0,
                "xanchor": "left",
                "yref": "container",
                "y": 0,
                "yanchor": "bottom",
                "traceorder": "normal",
            },
            "hoverlabel": {
                "bgcolor": ink.surface,
                "bordercolor": ink.muted,
                "font": {"color": ink.text, "family": FONT},
            },
            "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": ink.muted, "activecolor": ink.text},
            "margin": {"l": 8, "r": 24, "t": 44, "b": 8},
            "bargap": 0.04,
        }
    )


def blank(dark: bool, height: int, words: str = "") -> go.Figure:
    """A figure in our template without traces; `words` stand in its middle, where there is nothing to draw."""
    figure = go.Figure(layout={"template": template(dark), "height": height})
    if words:
        figure.add_annotation(text=words, x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False)
        figure.update_layout(xaxis_visible=False, yaxis_visible=False)
    return figure


def colour_bar(title: str, **more: object) -> dict[str, object]:
    """The scale beside a heat map."""
    named = {"text": title, "side": "right", "font": {"size": TEXT_SIZE}}
    return {"title": named, "thickness": 14, "outlinewidth": 0, "x": 1.0, "xpad": 8} | more
