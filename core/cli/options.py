"""Options that every command has, and how a command answers."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace", help="Folder with data sets, runs and reviews [default: $SALTSCOPE_WORKSPACE or ./workspace]"
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]


def answer(as_json: bool, value: dict[str, Any], text: str) -> None:
    """Print `value` as one JSON object, or `text` for people."""
    print(json.dumps(value, default=str, allow_nan=False) if as_json else text)


def warn(message: str) -> None:
    """A line on stderr."""
    print(f"warning: {message}", file=sys.stderr)


def table(rows: list[dict[str, Any]], columns: list[str]) -> str:
    """Rows as aligned text, `columns` first to last."""
    cells = [columns, *([_in_words(row.get(name)) for name in columns] for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(columns))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells
    )


def facts(value: dict[str, Any]) -> str:
    """A dictionary as aligned lines; what is in another one, or in a list of them, goes by both names and a dot."""
    flat = dict(_flatten(value))
    width = max((len(key) for key in flat), default=0)
    return "\n".join(f"{key.ljust(width)}  {_in_words(item)}" for key, item in flat.items())


def _flatten(value: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, item in value.items():
        if isinstance(item, list) and item and all(isinstance(one, dict) for one in item):
            item = dict(enumerate(item))
        if isinstance(item, dict):
            yield from _flatten(item, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", item


def _in_words(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.4f}" if isinstance(value, float) else str(value)
