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

Border = tuple[int, int, int, int]  # columns left and right, rows above and below


class Depthwise(nn.Conv2d):
    """`nn.Conv2d` of one filter a channel, with the same parameters, state and results; images: (N, C, H, W).

    same: pad below and right as TensorFlow does, so that a stride of s gives ⌈H / s⌉ rows, instead of `padding`.
    """

    same = False

    def forward(self, images: Tensor) -> Tensor:
        padding = self.padding
        assert not isinstance(padding, str)
        border = (padding[1], padding[1], padding[0], padding[0])
        if self.same:
            border = same_border(images, self.weight.shape[-1], self.stride[0])
        if not _gains(images, self.weight, self.stride[0]):
            if self.same:
                images, padding = pad(images, border), (0, 0)
            return conv2d(images, self.weight, self.bias, self.stride, padding, 1, self.groups)
        images, weight = _cast(images, self.weight)
        found: Tensor = _Depthwise.apply(images, weight, self.stride[0], border)
        return found if self.bias is None else found + self.bias.to(found.dtype)[:, None, None]


class Upsampling(nn.ConvTranspose2d):
    """`nn.ConvTranspose2d` without padding, with the same parameters, state and results; images: (N, C, H, W)."""

    def forward(self, images: Tensor, output_size: list[int] | None = None) -> Tensor:
        if images.device.type != "cpu" or self.bias is None or output_size is not None or any(self.padding):
            return super().forward(images, output_size)
        return _Upsampling.apply(*_cast(images, self.weight, self.bias), self.stride[0])


def same_border(images: Tensor, kernel: int, stride: int) -> Border:
    """What TensorFlow's SAME pads `images` (N, C, H, W) with for a square kernel."""
    height, width = (max(0, (-(-side // stride) - 1) * stride + kernel - side) for side in images.shape[-2:])
    return width // 2, width - width // 2, height // 2, height - height // 2


def _gains(images: Tensor, weight: Tensor, stride: int) -> bool:
    coarse = images.dtype == torch.bfloat16 or torch.is_autocast_enabled("cpu")
    slow = weight.shape[-1] > WIDEST or (stride > 1 and coarse)
    return slow and images.device.type == "cpu" and torch.is_grad_enabled()


def _cast(*tensors: Tensor) -> tuple[Tensor, ...]:
    if not torch.is_autocast_enabled("cpu"):
        return tensors
    return tuple(tensor.to(torch.get_autocast_dtype("cpu")) for tensor in tensors)


class _Depthwise(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, images: Tensor, weight: Tensor, stride: int, border: Border) -> Tensor:
        padded = pad(images, border) if any(border) else images
        ctx.save_for_backward(padded, weight)
        ctx.stride, ctx.corner, ctx.shape = stride, (border[2], border[0]), images.shape
        return conv2d(padded, weight, None, stride, 0, 1, len(weight))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None, None, None]:
        padded, weight = ctx.saved_tensors
        upstream, (wanted, learned, *_) = gradients[0], ctx.needs_input_grad
        d_images = _image_gradient(upstream, weight, ctx.stride, ctx.corner, ctx.shape) if wanted else None
        d_weight = _weight_gradient(upstream, padded, weight, ctx.stride) if learned else None
        return d_images, d_weight, None, None


def _image_gradient(
    upstream: Tensor, weight: Tensor, stride: int, corner: tuple[int, int], shape: torch.Size
) -> Tensor:
    """A convolution with the kernel turned round, of the gradients `stride` pixels apart with zeros between.

    corner: rows and columns of padding above and left of the images · shape: of the images.
    """
    reach = weight.shape[-1] - 1
    count, channels, height, width = shape
    size = (count, channels, height + reach, width + reach)
    spread = torch.empty(size, dtype=upstream.dtype, memory_format=torch.channels_last).zero_()
    top, left = (reach - side for side in corner)
    spread[..., top::stride, left::stride][..., : upstream.shape[-2], : upstream.shape[-1]] = upstream
    return conv2d(spread, weight.flip(2, 3), None, 1, 0, 1, len(weight))


def _weight_gradient(upstream: Tensor, padded: Tensor, weight: Tensor, stride: int) -> Tensor:
    """A few columns of the kernel at a time: what they see is a part of the padded images."""
    rows, across = ((side - 1) * stride for side in upstream.shape[-2:])
    parts = []
    for first in range(0, weight.shape[-1], WIDEST):
        piece = weight[..., first : first + WIDEST].contiguous()
        height, width = piece.shape[-2:]
        seen = padded[..., : rows + height, first : first + across + width]
        gradient = torch.ops.aten.convolution_backward(
            upstream,
            seen.contiguous(memory_format=torch.channels_last),
            piece,
            None,
            [stride, stride],
            [0, 0],
            [1, 1],
            False,
            [0, 0],
            len(weight),
            [False, True, False],
        )
        parts.append(gradient[1])
    return torch.cat(parts, dim=-1)


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
