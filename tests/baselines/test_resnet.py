from __future__ import annotations

import torch

from gyeol.baselines.resnet import ResNet18D


def test_it_has_as_many_weights_as_timms_resnet18d():
    net = ResNet18D(channels=3, classes=1000)
    # ResNet-18's 11,689,512, its 7x7 stem (9,408 + 128) exchanged for three 3x3 (28,768).
    assert sum(p.numel() for p in net.parameters()) == 11_689_512 - 9_536 + 28_768


def test_shapes():
    net = ResNet18D().eval()
    with torch.inference_mode():
        assert net(torch.zeros(2, 1, 32, 32)).shape == (2, 2)
        assert net(torch.zeros(1, 1, 65, 97)).shape == (1, 2)  # odd sides: pooling and convolution agree
        assert net.stages(net.stem(torch.zeros(1, 1, 224, 224))).shape == (1, 512, 7, 7)


def test_shrinking_shortcuts_average():
    block = ResNet18D().stages[2]
    assert isinstance(block.downsample[0], torch.nn.AvgPool2d)
    assert block.downsample[1].kernel_size == (1, 1)
    assert block.downsample[1].stride == (1, 1)
