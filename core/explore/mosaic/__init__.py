"""Mosaic: which tiles touch, and the sections that they were cut from.

`mosaic_of` is the mosaic of a data set; `find_pairs` and `assemble` are its two steps.
"""

from core.explore.mosaic.assembly import ALONE, Link, Mosaic, assemble
from core.explore.mosaic.corrections import BrokenLink, break_link, broken_links, mend_link
from core.explore.mosaic.neighbours import closed, find_pairs, squares
from core.explore.mosaic.picture import match_brightness, section_picture
from core.explore.mosaic.saved import is_ready, kept_mosaic, mosaic_of

__all__ = [
    "ALONE",
    "BrokenLink",
    "Link",
    "Mosaic",
    "assemble",
    "break_link",
    "broken_links",
    "closed",
    "find_pairs",
    "is_ready",
    "kept_mosaic",
    "match_brightness",
    "mend_link",
    "mosaic_of",
    "section_picture",
    "squares",
]
