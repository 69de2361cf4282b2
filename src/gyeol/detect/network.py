"""The whole network: grey pixels in, one logit for every 8x8 cell out.

A small residual network, fully convolutional so that it learns on crops and runs on whole images of any size.
What is unusual is the context: a texture is judged against the rest of its own image. Every feature is also
given as its deviation from the image's mean in units of the image's spread (instance normalisation, Ulyanov et
al. 2016), and the image's mean and spread, which tell what kind of texture it is, modulate the features (FiLM,
Perez et al. 2018). A defect is what does not belong here, whatever "here" looks like.
"""

from __future__ import annotations

import copy

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

STRIDE = 8
"""Side of the square of pixels that one logit speaks for."""


def _conv(inputs: int, outputs: int, kernel: int = 3, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2 * dilation, dilation=dilation, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class Residual(nn.Module):
    """Two 3x3 convolutions around a shortcut (He et al. 2016)."""

    def __init__(self, width: int, dilation: int = 1) -> None:
        super().__init__()
        self.first = _conv(width, width, dilation=dilation)
        self.second = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        norm = nn.BatchNorm2d(width)
        nn.init.zeros_(norm.weight)  # each block starts as the identity, which trains faster
        self.norm: nn.Module = norm

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, C, H, W) to the same shape."""
        return torch.relu(x + self.norm(self.second(self.first(x))))


GRID = 4
"""Cells between the windows that surface statistics are taken over."""


class Context(nn.Module):
    """Give every cell its deviation from the surface around it, and that surface's own statistics.

    "Around" is a square of `window` cells, the size of a training crop, that holds the cell near its middle and lies
    inside the image; there is one every :data:`GRID` cells. On a crop that is all of it, so that whole images are
    judged just as crops were learnt.

    Parameters
    ----------
    width : int
        Channels.
    window : int
        Side of the square in cells, a multiple of :data:`GRID` (else it is a little smaller).
    """

    def __init__(self, width: int, window: int) -> None:
        super().__init__()
        self.window = window
        self.mix = _conv(2 * width, width, kernel=1)
        first, last = nn.Linear(2 * width, width // 2), nn.Linear(width // 2, 2 * width)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.film = nn.Sequential(first, nn.ReLU(inplace=True), last)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, C, H, W) to the same shape."""
        wide = x.float()  # sums over hundreds of cells are too coarse in bfloat16
        middle = wide.mean((2, 3), keepdim=True)  # squares of differences from it lose nothing
        mean, square = self.windows(wide), self.windows((wide - middle) ** 2)
        spread = ((square - (mean - middle) ** 2).clamp(min=0) + 1e-2).sqrt()
        # (B, h, w, 2C), for film takes channels last
        statistics = torch.cat([mean, spread], 1).permute(0, 2, 3, 1)
        modulation = self.film(statistics).permute(0, 3, 1, 2)
        mean, spread, modulation = (self.to_cells(each, x.shape[2:]) for each in (mean, spread, modulation))
        deviation = ((wide - mean) / spread).to(x.dtype)
        mixed = self.mix(torch.cat([x, deviation], 1))
        scale, shift = modulation.chunk(2, 1)
        return torch.relu(mixed * (1 + scale) + shift)

    def windows(self, x: Tensor) -> Tensor:
        """Average each channel over every window: (B, C, H, W) to (B, C, h, w).

        A window begins every :data:`GRID` cells; the last may reach beyond the image and then count what is inside.
        A length that one window holds becomes 1.
        """
        height, width = x.shape[2:]
        if height <= self.window and width <= self.window:
            return x.mean((2, 3), keepdim=True)
        with torch.autocast(x.device.type, enabled=False):  # which would multiply in bfloat16
            return self.weights(height).to(x) @ x.contiguous() @ self.weights(width).to(x).T

    def weights(self, length: int) -> Tensor:
        """Give the weight of every cell of a row in every window along it: (windows, length), rows of sum 1."""
        side = self.window // GRID
        count = max(1, -(-length // GRID) - side + 1)
        start = GRID * torch.arange(count)[:, None]
        inside = (torch.arange(length) >= start) & (torch.arange(length) < start + GRID * side)
        return inside / inside.sum(1, keepdim=True)

    def to_cells(self, x: Tensor, shape: torch.Size) -> Tensor:
        """Give every cell of `shape` (H, W) the window around it, at borders the last that lies inside."""
        for axis, length in zip((2, 3), shape, strict=True):
            if x.shape[axis] > 1:
                start = (torch.arange(length, device=x.device) - self.window // 2 + GRID // 2) // GRID
                x = x.index_select(axis, start.clamp(0, x.shape[axis] - 1))
        return x


def local_contrast(x: Tensor) -> Tensor:
    """Add the deviation from the surroundings in units of their spread: (B, 1, H, W) to (B, 2, H, W).

    Local contrast normalisation (Jarrett et al. 2009) over about 40 pixels: a fine mark in the dark corner of an image
    becomes as plain as one in its bright middle, whatever the light does across the image.
    """
    wide = x.float().contiguous()

    def around(values: Tensor) -> Tensor:
        return F.avg_pool2d(F.avg_pool2d(values, STRIDE), 5, 1, 2, count_include_pad=False)

    def wider(cells: Tensor) -> Tensor:
        return F.interpolate(cells, scale_factor=STRIDE, mode="bilinear", align_corners=False)

    flat = wide - wider(around(wide))
    flat = flat * wider((around(flat**2) + 1e-2).rsqrt())
    return torch.cat([x, flat.to(x.dtype)], 1)


class CellNet(nn.Module):
    """Score every 8x8 cell of a grey image.

    Parameters
    ----------
    widths : tuple of int
        Channels at output strides 2, 4 and 8.
    blocks : tuple of int
        Residual blocks before and after the context at stride 8.
    window : int
        Side in cells of the surface that a cell is judged against; see :class:`Context`.
    enlarge : int
        How many times as large as they are the images are to be that it is given.
    """

    def __init__(
        self,
        widths: tuple[int, int, int],
        blocks: tuple[int, int],
        window: int = 16,
        enlarge: int = 1,
    ) -> None:
        super().__init__()
        self.enlarge = enlarge
        self.stem = nn.Sequential(
            _conv(2, widths[0], kernel=5, stride=2),
            _conv(widths[0], widths[1], stride=2),
            _conv(widths[1], widths[2], stride=2),
        )
        self.before = nn.Sequential(*(Residual(widths[2]) for _ in range(blocks[0])))
        self.context = Context(widths[2], window)
        self.after = nn.Sequential(*(Residual(widths[2]) for _ in range(blocks[1])))
        self.logit = nn.Conv2d(widths[2], 1, 1)
        if self.logit.bias is not None:
            nn.init.constant_(self.logit.bias, -3.0)  # defects are rare: begin by saying "normal"

    def forward(self, x: Tensor) -> Tensor:
        """Map normalised pixels (B, 1, H, W), H and W multiples of 8, to logits (B, H/8, W/8)."""
        x = self.after(self.context(self.before(self.stem(local_contrast(x)))))
        logits: Tensor = self.logit(x)[:, 0]
        return logits


def fused(net: CellNet) -> CellNet:
    """Copy a network for judging: every normalisation is folded into the convolution before it.

    The copy computes the same up to rounding, with a third less work; it can no longer learn.
    """
    copied = copy.deepcopy(net).eval().requires_grad_(False)
    for module in copied.modules():
        if isinstance(module, nn.Sequential) and len(module) == 3:
            convolution, norm = module[0], module[1]
            if isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                module[0], module[1] = fuse_conv_bn_eval(convolution, norm), nn.Identity()
        elif isinstance(module, Residual) and isinstance(module.norm, nn.BatchNorm2d):
            module.second, module.norm = fuse_conv_bn_eval(module.second, module.norm), nn.Identity()
    return channels_last(copied)


def channels_last(net: CellNet) -> CellNet:
    """Lay the weights out, in place, as convolutions on the CPU are fastest with."""
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # not in its stubs
    return net
