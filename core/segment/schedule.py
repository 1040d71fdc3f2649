"""The learning rate over a training, and how much of a training is over. Torch-free."""

from __future__ import annotations

import math
from dataclasses import dataclass

WARM_UP = 0.1  # share of all steps in which the learning rate rises
CROPPED = 0.75  # share of the training after which whole tiles are learned instead of crops
CYCLES = 4  # of `cyclic`
LATER = 0.5  # the peak of each later cycle, as a share of the first one


@dataclass(frozen=True)
class Budget:
    """What a training may take.

    steps: most of them · seconds: of work, None: as many as the steps take.
    """

    steps: int
    seconds: float | None = None

    def done(self, steps: float, seconds: float) -> float:
        """Share of the training, 0…1, that is over after so many steps and seconds: the larger one of both."""
        share = steps / self.steps
        if self.seconds is not None:
            share = max(share, seconds / self.seconds if self.seconds > 0 else 1.0)
        return min(share, 1.0)


def learning_rate(done: float, highest: float, schedule: str = "one_cycle") -> float:
    """The rate when a share `done` of the training, 0…1, is over.

    one_cycle (Smith 2018, arXiv:1803.09820): up in a line for the first tenth, then down along a cosine to 0 ·
    cyclic (Huang et al. 2017, arXiv:1704.00109): as often as `CYCLES` says, the later times from half the height.
    """
    if done < WARM_UP:
        return highest * done / WARM_UP
    place = (done - WARM_UP) / (1 - WARM_UP)
    if schedule == "cyclic" and place < 1:
        cycle, place = divmod(place * CYCLES, 1)
        highest *= LATER if cycle else 1
    return highest * 0.5 * (1 + math.cos(math.pi * place))
