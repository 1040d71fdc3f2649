"""Options that every command has, and how a command answers."""

from __future__ import annotations

import json
import sys
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
    """Rows as aligned text, `columns` first to last; '–' where a value is missing."""
    cells = [columns] + [["–" if row.get(name) is None else str(row[name]) for name in columns] for row in rows]
    widths = [max(len(line[i]) for line in cells) for i in range(len(columns))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells
    )


def facts(value: dict[str, Any]) -> str:
    """A dictionary as aligned lines, nested ones indented by a dot."""
    flat = dict(_flatten(value))
    width = max((len(key) for key in flat), default=0)
    return "\n".join(f"{key.ljust(width)}  {item}" for key, item in flat.items())


def _flatten(value: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    lines: list[tuple[str, Any]] = []
    for key, item in value.items():
        if isinstance(item, dict):
            lines += _flatten(item, f"{prefix}{key}.")
        else:
            lines.append((prefix + key, f"{item:.4f}" if isinstance(item, float) else "–" if item is None else item))
    return lines
