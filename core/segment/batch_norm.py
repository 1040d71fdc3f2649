"""Batch norm that is fast for few channels on the CPU, too. Imports torch.

Torch's channels-last kernel lets each thread add up its gradients in a row of as many floats as there are channels.
With fewer than 16 the rows of two threads share a cache line, and a whole training step takes twice as long (8
channels, two cores); and fewer than fill a vector are computed one by one. Here neighbouring pixels are taken together
until their channels fill one: 16 in fp32, 32 in bf16.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

VECTOR_BYTES = 64  # of AVX-512, and of a cache line


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
    (channels, width), lanes = images.shape[1::2], VECTOR_BYTES // images.element_size()
    narrow = channels < lanes and lanes % channels == 0 and width % (lanes // channels) == 0
    return narrow and images.device.type == "cpu" and images.is_contiguous(memory_format=torch.channels_last)


def _fold(images: Tensor, folds: int) -> Tensor:
    """(N, C, H, W) to (N, C·folds, H, W/folds): the same memory, channels last."""
    count, channels, height, width = images.shape
    rows = images.permute(0, 2, 3, 1).reshape(count, height, width // folds, channels * folds)
    return rows.permute(0, 3, 1, 2)


def _rows(images: Tensor) -> Tensor:
    """(N, C, H, W) to (N·H, W·C): the same memory, channels last."""
    return images.permute(0, 2, 3, 1).reshape(images.shape[0] * images.shape[2], -1)


def _scaled(images: Tensor, factor: Tensor, summand: Tensor, folds: int) -> Tensor:
    """images · factor + summand, both (C,), by the kernel that is the fastest: batch norm with given statistics."""
    output = torch.empty_like(images)
    none, zero, one = factor.new_empty(0), torch.zeros_like(factor), torch.ones_like(factor)
    lanes = [part.repeat(folds) for part in (factor, summand, zero, one)]
    torch.ops.aten.native_batch_norm.out(
        _fold(images, folds), *lanes, False, 0.0, 0.0, out=_fold(output, folds), save_mean=none, save_invstd=none
    )
    return output


class _Folded(torch.autograd.Function):
    """Output, mean and variance of a batch; the sums of all lanes are put together to those of C channels."""

    @staticmethod
    def forward(ctx: Any, images: Tensor, weight: Tensor, bias: Tensor, eps: float) -> tuple[Tensor, Tensor, Tensor]:
        folds = VECTOR_BYTES // images.element_size() // len(weight)
        unused = weight.new_zeros(len(weight) * folds)  # running statistics; their type is that of the result
        means, variances = torch.ops.aten.batch_norm_update_stats(_fold(images, folds), unused, unused.clone(), 0.0)
        means, variances = means.view(folds, -1), variances.view(folds, -1)
        mean = means.mean(dim=0)
        variance = (variances + (means - mean) ** 2).mean(dim=0)
        factor = weight * (variance + eps).rsqrt()
        ctx.save_for_backward(images, weight, mean, variance)
        ctx.eps, ctx.folds = eps, folds
        ctx.mark_non_differentiable(mean, variance)
        return _scaled(images, factor, bias - mean * factor, folds), mean, variance

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        images, weight, mean, variance = ctx.saved_tensors
        folds, count = ctx.folds, images.numel() // len(weight)
        upstream = gradients[0].contiguous(memory_format=torch.channels_last)
        lanes = [part.repeat(folds) for part in (weight, mean, variance)]
        _, d_weight, d_bias = torch.ops.aten.native_batch_norm_backward(
            _fold(upstream, folds), _fold(images, folds), *lanes, None, None, False, ctx.eps, [False, True, True]
        )
        d_weight, d_bias = d_weight.view(folds, -1).sum(dim=0), d_bias.view(folds, -1).sum(dim=0)
        # w·i·g - w·i/n · (Σg + x̂·Σg·x̂), x̂ = (x - mean)·i (Ioffe and Szegedy 2015)
        inverse = (variance + ctx.eps).rsqrt()
        slope = -weight * inverse * inverse * d_weight / count
        shift = -weight * inverse * d_bias / count - slope * mean
        partial = _scaled(upstream, weight * inverse, shift, folds)
        wide = slope.repeat(images.shape[3]).to(images.dtype)  # whole rows: a short row would be added slowly
        d_images = torch.addcmul(_rows(partial), _rows(images), wide)
        count, channels, height, width = images.shape
        return d_images.view(count, height, width, channels).permute(0, 3, 1, 2), d_weight, d_bias, None
