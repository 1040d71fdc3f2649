"""Augmentation: seeded, the same for image and mask, masks stay masks."""

from __future__ import annotations

import torch

from core.segment.augment import augment, draw

STILL = torch.tensor([[1.0, 0, 0, 0, 1, 0, 1, 0]])


def test_what_a_tile_goes_through_depends_on_seed_and_epoch() -> None:
    assert torch.equal(draw(10, 1, 2), draw(10, 1, 2))
    assert not torch.equal(draw(10, 1, 2), draw(10, 1, 3))
    assert not torch.equal(draw(10, 1, 2), draw(10, 2, 2))


def test_nothing_changes_without_parameters() -> None:
    images, masks = torch.randn(1, 1, 7, 9), (torch.rand(1, 1, 7, 9) > 0.5).float()
    new_images, new_masks = augment(images, masks, STILL)
    torch.testing.assert_close(new_images, images)
    assert torch.equal(new_masks, masks)


def test_a_flip_mirrors_image_and_mask_and_the_levels_follow() -> None:
    images, masks = torch.randn(1, 1, 6, 8), (torch.rand(1, 1, 6, 8) > 0.5).float()
    flip = STILL.clone()
    flip[0, 0], flip[0, 6], flip[0, 7] = -1, 2, 0.5
    new_images, new_masks = augment(images, masks, flip)
    torch.testing.assert_close(new_images, images.flip(-1) * 2 + 0.5)
    assert torch.equal(new_masks, masks.flip(-1))


def test_image_and_mask_move_together() -> None:
    """A bright square is the mask: after any change, bright pixels are still the mask."""
    masks = torch.zeros(64, 1, 40, 40)
    masks[:, :, 10:25, 12:30] = 1
    parameters = draw(64, 0, 1)
    parameters[:, 6:] = torch.tensor([1.0, 0.0])
    images, new = augment(masks.clone(), masks, parameters)
    assert torch.equal(new, (images >= 0.5).float())
    assert set(new.unique().tolist()) == {0.0, 1.0}
    areas = new.sum(dim=(1, 2, 3)) / masks.sum(dim=(1, 2, 3))
    assert 0.6 < areas.min() < 0.95 and 1.05 < areas.max() < 1.6


def test_about_half_of_the_tiles_are_mirrored() -> None:
    mirrored = (draw(1000, 3, 1)[:, 0] < 0).float().mean()
    assert 0.44 < mirrored < 0.56


def test_a_crop_is_the_middle_of_the_tile_and_no_larger_than_it() -> None:
    images, masks = torch.randn(1, 1, 10, 12), (torch.rand(1, 1, 10, 12) > 0.5).float()
    new_images, new_masks = augment(images, masks, STILL, crop=6)
    torch.testing.assert_close(new_images, images[..., 2:8, 3:9])
    assert torch.equal(new_masks, masks[..., 2:8, 3:9])
    assert augment(images, masks, STILL, crop=11)[0].shape == (1, 1, 10, 11)
