"""Pictures of validation tiles."""

from __future__ import annotations

from pathlib import Path

import imageio.v3 as imageio
import numpy as np

from core.segment import samples


def test_a_picture_has_a_column_a_tile(tmp_path: Path) -> None:
    images = np.full((2, 4, 5), 10, np.uint8)
    truths = np.zeros((2, 4, 5), np.uint8)
    truths[1] = 1
    probabilities = np.full((2, 4, 5), 200, np.uint8)
    samples.write(tmp_path, 7, images, truths, probabilities)
    picture = imageio.imread(samples.sample_path(tmp_path, 7))
    gap = samples.GAP
    assert picture.shape == (3 * 4 + 2 * gap, 2 * 5 + gap)
    middle = picture[4 + gap : 8 + gap]
    assert (middle[:, :5] == 0).all() and (middle[:, 5 + gap :] == 255).all()
    assert (picture[:4, :5] == 10).all() and (picture[-4:, -5:] == 200).all()
    assert (picture[4 : 4 + gap] == samples.GAP_GREY).all()


def test_the_tiles_shown_go_from_little_to_much_salt() -> None:
    salt = np.array([0.5, 0.0, 0.9, 0.1, 0.0, 0.3, 0.7, 0.0, 0.2, 0.6])
    chosen = salt[samples.choose(salt)]
    assert len(chosen) == 6 and chosen.tolist() == sorted(chosen)
    assert chosen[0] == 0 and chosen[-1] == 0.9
    assert samples.choose(np.array([0.4])).tolist() == [0]
