"""Convolutions with other ways back on the CPU: equal ones, where oneDNN has no fast kernel. Imports torch.

Measured with oneDNN 3.12 on two cores with AMX, batches of 32: the gradient of depthwise weights that are wider than
three columns (5×5: 22–39 ms instead of 1–3), that of the images of a depthwise convolution with a stride in bf16
(50 ms instead of 1–5), and that of a transposed convolution's bias (5 ms instead of .5).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, conv_transpose2d, pad

WIDEST = 3  # columns of a kernel for which oneDNN has a fast depthwise gradient


class Depthwise(nn.Conv2d):
    """`nn.Conv2d` of one filter a channel, with the same parameters, state and results; images: (N, C, H, W).

    same: pad below and right as TensorFlow does, so that a stride of s gives ⌈H / s⌉ rows, instead of `padding`.
    """

    same = False

    def forward(self, images: Tensor) -> Tensor:
        padding = self.padding
        assert not isinstance(padding, str)
        if self.same:
            images, padding = pad_same(images, self.weight.shape[-1], self.stride[0]), (0, 0)
        if not _gains(images, self.weight, self.stride[0]):
            return conv2d(images, self.weight, self.bias, self.stride, padding, 1, self.groups)
        images, weight = _cast(images, self.weight)
        found: Tensor = _Depthwise.apply(images, weight, self.stride[0], padding[0])
        return found if self.bias is None else found + self.bias.to(found.dtype)[:, None, None]


class Upsampling(nn.ConvTranspose2d):
    """`nn.ConvTranspose2d` without padding, with the same parameters, state and results; images: (N, C, H, W)."""

    def forward(self, images: Tensor, output_size: list[int] | None = None) -> Tensor:
        if images.device.type != "cpu" or self.bias is None or output_size is not None or any(self.padding):
            return super().forward(images, output_size)
        return _Upsampling.apply(*_cast(images, self.weight, self.bias), self.stride[0])


def pad_same(images: Tensor, kernel: int, stride: int) -> Tensor:
    """`images` (N, C, H, W) with zeros around, as TensorFlow's SAME does for a square kernel."""
    height, width = (max(0, (-(-side // stride) - 1) * stride + kernel - side) for side in images.shape[-2:])
    return pad(images, (width // 2, width - width // 2, height // 2, height - height // 2))


def _gains(images: Tensor, weight: Tensor, stride: int) -> bool:
    coarse = images.dtype == torch.bfloat16 or torch.is_autocast_enabled("cpu")
    slow = weight.shape[-1] > WIDEST or (stride > 1 and coarse)
    return slow and images.device.type == "cpu" and torch.is_grad_enabled()


def _cast(*tensors: Tensor) -> tuple[Tensor, ...]:
    if not torch.is_autocast_enabled("cpu"):
        return tensors
    return tuple(tensor.to(torch.get_autocast_dtype("cpu")) for tensor in tensors)


class _Depthwise(torch.autograd.Function):
    """Padding is the same on all sides."""

    @staticmethod
    def forward(ctx: Any, images: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
        ctx.save_for_backward(images, weight)
        ctx.stride, ctx.padding = stride, padding
        return conv2d(images, weight, None, stride, padding, 1, len(weight))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None, None, None]:
        images, weight = ctx.saved_tensors
        upstream, (wanted, learned, *_) = gradients[0], ctx.needs_input_grad
        d_images = _image_gradient(upstream, images, weight, ctx.stride, ctx.padding) if wanted else None
        d_weight = _weight_gradient(upstream, images, weight, ctx.stride, ctx.padding) if learned else None
        return d_images, d_weight, None, None


def _image_gradient(upstream: Tensor, images: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    kind = torch.float32 if stride > 1 else images.dtype
    parts = (upstream.to(kind), images.to(kind), weight.to(kind))
    return _backward(*parts, stride, padding, [True, False, False])[0].to(images.dtype)


def _weight_gradient(upstream: Tensor, images: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
    """A few columns of the kernel at a time: what they see is a part of the padded images."""
    columns, width = weight.shape[-1], images.shape[-1]
    reach = (upstream.shape[-1] - 1) * stride
    parts = []
    for first in range(0, columns, WIDEST):
        count = min(WIDEST, columns - first)
        right = first + reach + count - padding - width  # negative: columns that these never see
        seen = pad(images, (padding - first, right, padding, padding))
        piece = weight[..., first : first + count].contiguous()
        parts.append(_backward(upstream, seen, piece, stride, 0, [False, True, False])[1])
    return torch.cat(parts, dim=-1)


def _backward(
    upstream: Tensor, images: Tensor, weight: Tensor, stride: int, padding: int, wanted: list[bool]
) -> tuple[Tensor, Tensor, Tensor]:
    stride_and_padding = ([stride, stride], [padding, padding])
    return torch.ops.aten.convolution_backward(
        upstream, images, weight, None, *stride_and_padding, [1, 1], False, [0, 0], len(weight), wanted
    )


class _Upsampling(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, images: Tensor, weight: Tensor, bias: Tensor, stride: int) -> Tensor:
        ctx.save_for_backward(images, weight)
        ctx.stride = stride
        return conv_transpose2d(images, weight, bias, stride)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        upstream = gradients[0].contiguous(memory_format=torch.channels_last)
        stride = [ctx.stride, ctx.stride]
        d_images, d_weight, _ = torch.ops.aten.convolution_backward(
            upstream, *ctx.saved_tensors, None, stride, [0, 0], [1, 1], True, [0, 0], 1, [True, True, False]
        )
        return d_images, d_weight, _sum_of_pixels(upstream), None


def _sum_of_pixels(images: Tensor) -> Tensor:
    """(N, C, H, W) to (C,); whole rows are added, since adding short ones is slow."""
    count, channels, height, width = images.shape
    rows = images.permute(0, 2, 3, 1).reshape(count * height, width * channels)
    return rows.sum(dim=0).view(width, channels).sum(dim=0, dtype=torch.float32).to(images.dtype)
