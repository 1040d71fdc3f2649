"""Augmentation: seeded, the same for image and mask, masks stay masks."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.segment.architecture import padded
from core.segment.augment import PART, SCALE, SHEAR, ZOOMED, augment, draw, learned_shape
from core.segment.settings import TrainSettings

STILL = torch.tensor([[1.0, 0, 0, 0, 1, 0, 1, 0, 0.5, 0.5]])


def tile(height: int, width: int) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.randn(1, 1, height, width), (torch.rand(1, 1, height, width) > 0.5).float()


def mirrored(picture: torch.Tensor, before: tuple[int, int], after: tuple[int, int]) -> torch.Tensor:
    """`picture` with so many rows and columns of its reflection around it."""
    border = ((0, 0), (0, 0), *zip(before, after, strict=True))
    return torch.from_numpy(np.pad(picture.numpy(), border, mode="symmetric"))


def test_what_a_tile_goes_through_depends_on_seed_and_epoch() -> None:
    assert torch.equal(draw(10, 1, 2), draw(10, 1, 2))
    assert not torch.equal(draw(10, 1, 2), draw(10, 1, 3))
    assert not torch.equal(draw(10, 1, 2), draw(10, 2, 2))


def test_nothing_changes_without_parameters() -> None:
    images, masks = tile(32, 64)
    new_images, new_masks = augment(images, masks, STILL)
    torch.testing.assert_close(new_images, images)
    assert torch.equal(new_masks, masks)


@pytest.mark.parametrize(("place", "left", "above"), [((0.0, 0.0), 0, 0), ((0.5, 0.999), 4, 4), ((0.999, 0.2), 7, 1)])
def test_a_tile_lies_anywhere_among_its_reflections(place: tuple[float, float], left: int, above: int) -> None:
    images, masks = tile(28, 25)
    there = STILL.clone()
    there[0, 8:] = torch.tensor(place)
    new_images, new_masks = augment(images, masks, there, (32, 32))
    around = ((above, left), (4 - above, 7 - left))
    torch.testing.assert_close(new_images, mirrored(images, *around), atol=1e-4, rtol=0)
    assert torch.equal(new_masks, mirrored(masks, *around))


def test_a_flip_mirrors_image_and_mask_and_the_levels_follow() -> None:
    images, masks = tile(32, 32)
    flip = STILL.clone()
    flip[0, 0], flip[0, 6], flip[0, 7] = -1, 2, 0.5
    new_images, new_masks = augment(images, masks, flip)
    torch.testing.assert_close(new_images, images.flip(-1) * 2 + 0.5)
    assert torch.equal(new_masks, masks.flip(-1))


def test_image_and_mask_move_together() -> None:
    """A bright square is the mask: after any change, bright pixels are still the mask."""
    masks = torch.zeros(64, 1, 32, 32)
    masks[:, :, 9:22, 8:24] = 1
    parameters = draw(64, 0, 1)
    parameters[:, 6:8] = torch.tensor([1.0, 0.0])
    images, new = augment(masks.clone(), masks, parameters)
    assert torch.equal(new, (images >= 0.5).float())
    assert set(new.unique().tolist()) == {0.0, 1.0}
    areas = new.sum(dim=(1, 2, 3)) / masks.sum(dim=(1, 2, 3))
    assert 0.6 < areas.min() < 0.95 and 1.05 < areas.max() < 2.6


def test_about_half_of_the_tiles_are_mirrored() -> None:
    mirrored = (draw(1000, 3, 1)[:, 0] < 0).float().mean()
    assert 0.44 < mirrored < 0.56


def test_some_tiles_are_a_part_of_the_old_one_that_is_enlarged_and_does_not_leave_it(monkeypatch) -> None:
    for still in ("ROTATION", "SCALE", "SHEAR", "SHIFT"):
        monkeypatch.setattr(f"core.segment.augment.{still}", 0)
    across = draw(2000, 3, 1)[:, [0, 2]]
    part, middle = across[:, 0].abs(), across[:, 1].abs()
    assert (part < 1).float().mean() == pytest.approx(ZOOMED, abs=0.04)
    assert PART <= part.min() < PART + 0.02
    assert (part + middle).max() <= 1.0001 and middle.max() > 0.9 * (1 - PART)


def test_without_variety_tiles_keep_their_size_and_place() -> None:
    plain = draw(500, 3, 1, varied=False)
    assert (plain[:, 8:] == 0.5).all()
    assert torch.equal(plain[:, 6:8], draw(500, 3, 1)[:, 6:8])
    stretched = torch.linalg.det(plain[:, [0, 1, 3, 4]].view(-1, 2, 2)).abs()
    assert stretched.min() >= np.exp(-2 * SCALE) - SHEAR
    images, masks = tile(28, 25)
    new_images, new_masks = augment(images, masks, STILL)
    torch.testing.assert_close(new_images, images)
    assert torch.equal(new_masks, masks)


@pytest.mark.parametrize(("place", "left", "above"), [((0.5, 0.5), 3, 2), ((0.0, 0.999), 0, 4)])
def test_a_crop_is_cut_out_anywhere_and_no_larger_than_the_tile(
    place: tuple[float, float], left: int, above: int
) -> None:
    images, masks = tile(10, 12)
    there = STILL.clone()
    there[0, 8:] = torch.tensor(place)
    new_images, new_masks = augment(images, masks, there, (6, 6))
    torch.testing.assert_close(new_images, images[..., above : above + 6, left : left + 6], atol=1e-4, rtol=0)
    assert torch.equal(new_masks, masks[..., above : above + 6, left : left + 6])
    assert learned_shape((10, 12), TrainSettings("a", crop=11), 11) == (10, 11)
    assert learned_shape((10, 12), TrainSettings("a", crop=11), 0) == (10, 12)


@pytest.mark.parametrize(("enlarge", "side"), [(1.0, 128), (1.25, 102), (2.0, 112), (1.3, 123), (1.2713, 101)])
def test_a_tile_that_the_network_enlarges_gets_as_much_around_it_as_fills_a_multiple_of_32(
    enlarge: float, side: int
) -> None:
    shape = learned_shape((101, 101), TrainSettings("a", varied=True, enlarge=enlarge), 0)
    images, masks = augment(*tile(101, 101), STILL, shape)
    assert images.shape == masks.shape == (1, 1, side, side)
    assert padded((side, side), enlarge) == padded((101, 101), enlarge)
