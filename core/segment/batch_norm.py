"""Batch norm that is fast for few channels on the CPU, too. Imports torch.

Torch's channels-last kernel lets each thread add up its gradients in a row of as many floats as there are
channels. With fewer than 16 the rows of two threads share a cache line, and a whole training step takes twice as
long (8 channels, two cores). Here neighbouring pixels are taken together until there are 16.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

LANES = 16  # floats in a cache line


class BatchNorm(nn.BatchNorm2d):
    """`nn.BatchNorm2d` with the same parameters, state and results; images: (N, C, H, W)."""

    def forward(self, images: Tensor) -> Tensor:
        if not self.training or not _gains(images):
            return super().forward(images)
        output, mean, variance = _Folded.apply(images, self.weight, self.bias, self.eps)
        self._remember(mean, variance, images.numel() // images.shape[1])
        return output

    @torch.no_grad()
    def _remember(self, mean: Tensor, variance: Tensor, count: int) -> None:
        assert self.running_mean is not None and self.running_var is not None and self.momentum is not None
        assert self.num_batches_tracked is not None
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(variance * (count / (count - 1)), self.momentum)
        self.num_batches_tracked += 1


def _gains(images: Tensor) -> bool:
    channels, width = images.shape[1], images.shape[3]
    narrow = channels < LANES and LANES % channels == 0 and width % (LANES // channels) == 0
    return narrow and images.device.type == "cpu" and images.is_contiguous(memory_format=torch.channels_last)


def _fold(images: Tensor) -> Tensor:
    """(N, C, H, W) to (N, 16, H, W·C/16): the same memory, channels last."""
    count, channels, height, width = images.shape
    rows = images.permute(0, 2, 3, 1).reshape(count, height, width * channels // LANES, LANES)
    return rows.permute(0, 3, 1, 2)


def _unfold(images: Tensor, shape: torch.Size) -> Tensor:
    count, channels, height, width = shape
    return images.permute(0, 2, 3, 1).reshape(count, height, width, channels).permute(0, 3, 1, 2)


def _rows(images: Tensor) -> Tensor:
    """(N, C, H, W) to (N·H, W·C): the same memory, channels last."""
    return images.permute(0, 2, 3, 1).reshape(images.shape[0] * images.shape[2], -1)


class _Folded(torch.autograd.Function):
    """Output, mean and variance of a batch; the sums of 16 lanes are put together to those of C channels."""

    @staticmethod
    def forward(ctx: Any, images: Tensor, weight: Tensor, bias: Tensor, eps: float) -> tuple[Tensor, Tensor, Tensor]:
        folds = LANES // len(weight)
        x = _fold(images)
        unused = weight.new_zeros(LANES)  # running statistics; their type is that of the result
        means, variances = torch.ops.aten.batch_norm_update_stats(x, unused, unused.clone(), 0.0)
        means, variances = means.view(folds, -1), variances.view(folds, -1)
        mean = means.mean(dim=0)
        variance = (variances + (means - mean) ** 2).mean(dim=0)
        output = torch.empty_like(images)
        torch.ops.aten.native_batch_norm.out(
            x,
            *(part.repeat(folds) for part in (weight, bias, mean, variance)),
            False,
            0.0,
            eps,
            out=_fold(output),
            save_mean=weight.new_empty(0),
            save_invstd=weight.new_empty(0),
        )
        ctx.save_for_backward(images, weight, mean, variance)
        ctx.eps = eps
        ctx.mark_non_differentiable(mean, variance)
        return output, mean, variance

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        images, weight, mean, variance = ctx.saved_tensors
        folds, count = LANES // len(weight), images.numel() // len(weight)
        x = _fold(images)
        lanes = [part.repeat(folds) for part in (weight, mean, variance)]
        # First as if mean and variance did not depend on the images …
        d_x, d_weight, d_bias = torch.ops.aten.native_batch_norm_backward(
            _fold(gradients[0]), x, *lanes, None, None, False, ctx.eps, [True, True, True]
        )
        d_weight, d_bias = d_weight.view(folds, -1).sum(dim=0), d_bias.view(folds, -1).sum(dim=0)
        # … then what follows from that they do: -w·i/n · (Σg + x̂·Σg·x̂), x̂ = (x - mean)·i (Ioffe and Szegedy 2015).
        inverse = (variance + ctx.eps).rsqrt()
        slope = -weight * inverse * inverse * d_weight / count
        shift = -weight * inverse * d_bias / count - slope * mean
        d_images = _unfold(d_x, images.shape)
        wide = images.shape[3]  # whole rows of pixels: a short row of numbers would be added slowly
        _rows(d_images).addcmul_(_rows(images), slope.repeat(wide).to(images.dtype))
        _rows(d_images).add_(shift.repeat(wide).to(images.dtype))
        return d_images, d_weight, d_bias, None
