"""Random changes of whole batches, on the device, the same for image and mask.

What each tile of an epoch goes through is drawn beforehand from (seed, epoch) on the CPU, so that a
resumed training sees what an uninterrupted one would have seen, on any device.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

from core.segment import architecture
from core.segment.settings import TrainSettings

ROTATION = 0.15  # largest turn, radians
SCALE = 0.18  # largest stretch, as a natural logarithm
SHEAR = 0.1
SHIFT = 0.1  # of the tile's half side
ZOOMED = 0.25  # share of the tiles of which a part is cut out and enlarged to a tile
PART = 0.75  # smallest such part, of the tile's side
MIDDLE = 0.5  # the place of a tile that has no other
CONTRAST = 0.15  # largest factor on the grey levels, as a natural logarithm
BRIGHTNESS = 0.15  # in units of `models.normalised`: about 10 grey levels


def draw(count: int, seed: int, epoch: int, varied: bool = True) -> Tensor:
    """Parameters for the `count` tiles of an epoch: (count, 10) float32, one row a tile, as `augment` takes them.

    Columns: the six numbers of an affine map from the new tile to the old one; a factor, a summand; place across and
    down in what is learned, 0…1. varied: enlarge parts of some tiles, and let each have a place of its own.
    """
    generator = torch.Generator().manual_seed(seed * 1_000_003 + epoch)
    drawn = torch.rand(13, count, generator=generator)
    uniform = drawn * 2 - 1
    flip = torch.where(uniform[0] < 0, -1.0, 1.0)
    turn, stretch, shear = uniform[1] * ROTATION, torch.exp(uniform[2] * SCALE), uniform[3] * SHEAR
    linear = torch.stack(
        [
            torch.stack([flip * stretch * turn.cos(), -stretch * turn.sin() + shear], dim=1),
            torch.stack([flip * stretch * turn.sin(), stretch * turn.cos()], dim=1),
        ],
        dim=1,
    )
    part = torch.where(drawn[8] < ZOOMED * varied, PART + (1 - PART) * drawn[9], 1.0)
    place = drawn[11:13] if varied else torch.full((2, count), MIDDLE)
    middle = (linear @ (uniform[10:12] * (1 - part)).T.unsqueeze(2)).squeeze(2) + uniform[4:6].T * SHIFT
    maps = torch.cat((linear * part[:, None, None], middle.unsqueeze(2)), dim=2)
    levels = torch.stack([torch.exp(uniform[6] * CONTRAST), uniform[7] * BRIGHTNESS], dim=1)
    return torch.cat((maps.flatten(1), levels, place.T), dim=1)


def learned_shape(tile_shape: tuple[int, int], settings: TrainSettings, crop: int) -> tuple[int, int]:
    """(height, width) of what is learned of a tile (height, width).

    crop: the side of the square that is cut out of it; 0: none. Then, if `varied`, each tile lies among its reflections
    in the next multiple of pixels that the network goes in, as it is once that has enlarged it; else the network pads.
    """
    if crop:
        height, width = (min(crop, side) for side in tile_shape)
    elif settings.varied:
        padded = architecture.computed_shape(settings, tile_shape)
        height, width = (max(own, int(side / settings.enlarge)) for own, side in zip(tile_shape, padded, strict=True))
    else:
        height, width = tile_shape
    return height, width


def augment(
    images: Tensor, masks: Tensor, parameters: Tensor, shape: tuple[int, int] | None = None
) -> tuple[Tensor, Tensor]:
    """Images and masks, both (N, 1, H, W) float, after the changes in `parameters` (N, 10), as (N, 1, *shape).

    shape: less than (H, W), which is cut out of each tile at its place, or more, and each lies in there at its place,
    among its reflections; None: (H, W). Masks stay in {0, 1}.
    """
    own = (images.shape[-2], images.shape[-1])
    height, width = shape or own
    old = torch.tensor(own[::-1], device=parameters.device)
    more = torch.tensor((width, height), device=parameters.device) - old
    before = (parameters[:, 8:] * (more.abs() + 1)).floor() * more.sign()  # pixels left of and above the tile
    maps = parameters[:, :6].view(-1, 2, 3)
    linear, middle = maps[:, :, :2], maps[:, :, 2:]
    moved = linear @ ((more - 2 * before) / old).unsqueeze(2) + middle
    maps = torch.cat((linear * ((old + more) / old), moved), dim=2)
    grid = affine_grid(maps, [*images.shape[:2], height, width], align_corners=False)
    both = torch.cat((images, masks), dim=1)
    both = grid_sample(both, grid, mode="bilinear", padding_mode="reflection", align_corners=False)
    factor, summand = parameters[:, 6, None, None, None], parameters[:, 7, None, None, None]
    return both[:, :1] * factor + summand, (both[:, 1:] >= 0.5).float()
