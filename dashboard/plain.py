"""Words of people and files, where Streamlit would read Markdown."""

from __future__ import annotations

import re

_MARKS = re.compile(r"([\\`*_\[\]$~<>])")


def plain(text: str) -> str:
    """`text` in such a way that it is shown as it is."""
    return _MARKS.sub(r"\\\1", text)
