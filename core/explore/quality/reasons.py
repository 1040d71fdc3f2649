"""Why a tile or its label is suspicious: the reasons, what each means, and the limits from which they hold."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum

from core.errors import BadInput


class Reason(StrEnum):
    """The name of a finding's reason, as it stands in files and in JSON."""

    CONSTANT = "constant_tile"
    DUPLICATE = "duplicate"
    NEAR_DUPLICATE = "near_duplicate"
    VERTICAL_STRIPES = "vertical_stripes"
    HORIZONTAL_STRIPES = "horizontal_stripes"
    VERTICAL_EDGE = "straight_vertical_edge"
    HORIZONTAL_EDGE = "straight_horizontal_edge"
    HOLE = "hole"
    FRAGMENT = "fragment"
    TINY = "tiny_area"
    SMALL = "small_area"
    ALMOST_FULL = "almost_full"
    TWO_LABELS = "two_labels"
    PREDICTION = "prediction_disagrees"
    SEAM = "seam"
    EMPTY_BELOW_SALT = "empty_below_salt"

    @property
    def words(self) -> str:
        """Its name as it is read: `straight vertical edge`."""
        return self.replace("_", " ")

    @property
    def meaning(self) -> str:
        """What it tells about the tile, in a sentence or two."""
        return _MEANINGS[self]


_MEANINGS = {
    Reason.CONSTANT: "Every pixel has the same grey level: there is nothing to see, and nothing to learn.",
    Reason.DUPLICATE: "Another tile has exactly these pixels. Across splits it leaks, with another label one is wrong.",
    Reason.NEAR_DUPLICATE: "Another tile shows almost the same picture, as parallel lines of one survey do. "
    "Keep both in one fold; where their labels differ, compare them.",
    Reason.VERTICAL_STRIPES: "The mask is vertical stripes from top to bottom: labelled by columns, not along salt.",
    Reason.HORIZONTAL_STRIPES: "The mask is horizontal stripes from side to side: labelled by rows, not along salt.",
    Reason.VERTICAL_EDGE: "Salt does not end along a ruler: the label was cut off at a column.",
    Reason.HORIZONTAL_EDGE: "The label ends along a ruler: cut off at a row, unless the top of the salt is as flat.",
    Reason.HOLE: "Pixels without salt inside of salt: mostly a slip of the pen, seldom an inclusion.",
    Reason.FRAGMENT: "A few pixels of salt apart from the rest: mostly a slip of the pen.",
    Reason.TINY: "So few pixels that the competition's score is all or nothing, whatever a model sees.",
    Reason.SMALL: "Few pixels of salt: often the corner of a body that lies in the next tile.",
    Reason.ALMOST_FULL: "All but a few pixels are salt: all of it is meant, or they are a corner of what lies beside.",
    Reason.TWO_LABELS: "The mask file and train.csv hold different masks for this tile.",
    Reason.PREDICTION: "A model that did not learn from this tile is sure of something else than its label.",
    Reason.SEAM: "Tiles that touch carry labels that do not go on across their shared edge. "
    "Where the pictures do not go on either, the tiles do not touch: break their link in the mosaic.",
    Reason.EMPTY_BELOW_SALT: "Labelled empty, although the tile above is salt along its whole bottom row.",
}


@dataclass(frozen=True)
class Limits:
    """From where on something is a finding. Pixels are those of the tile. Raises `BadInput` for limits below 0."""

    straight_edge: int = 30  # pixels
    fragment: int = 12  # pixels; smaller regions beside a larger one are fragments
    tiny: int = 10  # pixels of salt, at most
    small: int = 100  # pixels of salt, at most
    almost_full: float = 0.99  # share of salt, more than that but not 1
    near_duplicate: float = 0.7  # correlation of two pictures, pixel by pixel
    same_label: float = 0.5  # IoU; labels of near duplicates that overlap less contradict each other
    seam: int = 5  # pixels along an edge; the boundary of real salt moves by 1 or 2 from tile to tile
    label_quality: float = 0.1  # softmin score of 0…1, less than that

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not value >= 0:
                raise BadInput(f"limit {field.name} is {value}; expected a number of at least 0")


DEFAULT = Limits()
