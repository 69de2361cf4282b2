"""ResNet-18-D: a residual network with two cheap repairs, from scratch.

He et al. 2019, "Bag of Tricks for Image Classification with Convolutional Neural Networks": the first 7x7
convolution becomes three of 3x3 (C), and a shortcut that shrinks the image averages before its 1x1
convolution instead of passing over three of four pixels (D). The same network, weight for weight, as timm's
``resnet18d``.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

WIDTHS = (64, 128, 256, 512)
"""Channels of the four stages, at output strides 4, 8, 16 and 32."""
BLOCKS = 2
"""Residual blocks in each stage."""


def _conv(inputs: int, outputs: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)


class BasicBlock(nn.Module):
    """Two 3x3 convolutions around a shortcut.

    Parameters
    ----------
    inputs, outputs : int
        Channels.
    stride : int
        1, or 2 to halve both sides.
    """

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1, self.bn1 = _conv(inputs, outputs, stride), nn.BatchNorm2d(outputs)
        self.conv2, self.bn2 = _conv(outputs, outputs), nn.BatchNorm2d(outputs)
        self.downsample: nn.Module = nn.Identity()
        if stride > 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.AvgPool2d(2, stride, ceil_mode=True, count_include_pad=False)
                if stride > 1
                else nn.Identity(),
                nn.Conv2d(inputs, outputs, 1, bias=False),
                nn.BatchNorm2d(outputs),
            )

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, inputs, H, W) to (B, outputs, ceil(H / stride), ceil(W / stride))."""
        y = torch.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return torch.relu(y + self.downsample(x))


class ResNet18D(nn.Module):
    """Classify images.

    Parameters
    ----------
    channels : int
        Of the input; 1 for grey.
    classes : int
        Logits an image.
    """

    def __init__(self, channels: int = 1, classes: int = 2) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            _conv(channels, 32, 2),
            nn.BatchNorm2d(32),
            nn.ReLU(inplace=True),
            _conv(32, 32),
            nn.BatchNorm2d(32),
            nn.ReLU(inplace=True),
            _conv(32, WIDTHS[0]),
            nn.BatchNorm2d(WIDTHS[0]),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2, 1),
        )
        blocks: list[nn.Module] = []
        inputs = WIDTHS[0]
        for stage, width in enumerate(WIDTHS):
            for number in range(BLOCKS):
                blocks.append(BasicBlock(inputs, width, 2 if stage and not number else 1))
                inputs = width
        self.stages = nn.Sequential(*blocks)
        self.fc = nn.Linear(WIDTHS[-1], classes)
        self._initialise()

    def _initialise(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            elif isinstance(module, BasicBlock):
                nn.init.zeros_(module.bn2.weight)  # each block starts as its shortcut, which trains faster

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, channels, H, W), H and W at least 32, to logits (B, classes)."""
        x = self.stages(self.stem(x))  # (B, 512, H/32, W/32)
        logits: Tensor = self.fc(x.mean((2, 3)))
        return logits

    def places(self, x: Tensor) -> Tensor:
        """Map to the logits of each place (B, classes, H/32, W/32), whose mean :meth:`forward` gives (Zhou 2016)."""
        return F.conv2d(self.stages(self.stem(x)), self.fc.weight[..., None, None], self.fc.bias)
