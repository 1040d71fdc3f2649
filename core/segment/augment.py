"""Random changes of whole batches, on the device, the same for image and mask.

What each tile of an epoch goes through is drawn beforehand from (seed, epoch) on the CPU, so that a
resumed training sees what an uninterrupted one would have seen, on any device.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

ROTATION = 0.15  # largest turn, radians
SCALE = 0.18  # largest stretch, as a natural logarithm
SHEAR = 0.1
SHIFT = 0.1  # of the tile's half side
CONTRAST = 0.15  # largest factor on the grey levels, as a natural logarithm
BRIGHTNESS = 0.15  # in units of `models.normalised`: about 10 grey levels


def draw(count: int, seed: int, epoch: int) -> Tensor:
    """Parameters for the `count` tiles of an epoch: (count, 8) float32, one row a tile, as `augment` takes them.

    Columns: the six numbers of an affine map from the new tile to the old one, a factor, a summand.
    """
    generator = torch.Generator().manual_seed(seed * 1_000_003 + epoch)
    uniform = torch.rand(8, count, generator=generator) * 2 - 1
    flip = torch.where(uniform[0] < 0, -1.0, 1.0)
    turn, stretch, shear = uniform[1] * ROTATION, torch.exp(uniform[2] * SCALE), uniform[3] * SHEAR
    across, down = uniform[4] * SHIFT, uniform[5] * SHIFT
    columns = [
        flip * stretch * turn.cos(),
        -stretch * turn.sin() + shear,
        across,
        flip * stretch * turn.sin(),
        stretch * turn.cos(),
        down,
        torch.exp(uniform[6] * CONTRAST),
        uniform[7] * BRIGHTNESS,
    ]
    return torch.stack(columns, dim=1)


def augment(images: Tensor, masks: Tensor, parameters: Tensor, crop: int = 0) -> tuple[Tensor, Tensor]:
    """Images and masks, both (N, 1, H, W) float, after the changes in `parameters` (N, 8); masks stay in {0, 1}.

    What lies outside of a tile is its reflection, as in the padding. crop: the side of the square that is cut out of
    the middle, which the shifts have moved; 0: the whole tile.
    """
    shape, maps = images.shape, parameters[:, :6].view(-1, 2, 3)
    if crop:
        height, width = (min(crop, side) for side in shape[-2:])
        part = torch.tensor([width / shape[-1], height / shape[-2], 1], device=maps.device)
        shape, maps = torch.Size((*shape[:-2], height, width)), maps * part
    grid = affine_grid(maps, list(shape), align_corners=False)
    both = torch.cat((images, masks), dim=1)
    both = grid_sample(both, grid, mode="bilinear", padding_mode="reflection", align_corners=False)
    factor, summand = parameters[:, 6, None, None, None], parameters[:, 7, None, None, None]
    return both[:, :1] * factor + summand, (both[:, 1:] >= 0.5).float()
