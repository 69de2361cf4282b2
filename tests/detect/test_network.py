from __future__ import annotations

import copy

import pytest
import torch

from gyeol.detect.network import STRIDE, CellNet, fused


def pixels(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("size", [(64, 64), (8, 16), (72, 200)])
def test_one_logit_for_every_cell(net: CellNet, size: tuple[int, int]) -> None:
    logits = net(pixels(2, 1, *size))
    assert logits.shape == (2, size[0] // STRIDE, size[1] // STRIDE)
    assert torch.isfinite(logits).all()


def test_a_new_network_says_normal() -> None:
    assert torch.sigmoid(CellNet((8, 8, 16), (1, 1)).eval()(pixels(1, 1, 64, 64))).max() < 0.3


@torch.inference_mode()
def test_folded_normalisations_give_the_same_logits(net: CellNet) -> None:
    kept = copy.deepcopy(net.state_dict())
    images = pixels(2, 1, 64, 96)
    before, judge = net(images), fused(net)
    after = judge(images)
    assert before.std() > 0.01
    torch.testing.assert_close(after, before, atol=1e-4, rtol=1e-4)
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in judge.modules())
    for name, value in net.state_dict().items():
        assert torch.equal(value, kept[name]), "the network itself stays as it is"
    torch.testing.assert_close(net(images), before, atol=0, rtol=0)


def test_a_folded_network_cannot_learn(net: CellNet) -> None:
    assert not any(parameter.requires_grad for parameter in fused(net).parameters())


@torch.inference_mode()
def test_an_image_is_judged_against_itself_alone(net: CellNet) -> None:
    image, other = pixels(1, 1, 64, 64), 9 * pixels(1, 1, 64, 64, seed=1)
    together = net(torch.cat([image, other]))[:1]
    torch.testing.assert_close(together, net(image), atol=1e-5, rtol=1e-5)


@torch.inference_mode()
def test_the_rest_of_the_image_counts(net: CellNet) -> None:
    calm = pixels(1, 1, 64, 256)
    restless = calm.clone()
    restless[..., 128:] *= 10
    assert (net(calm) - net(restless))[..., 0].abs().max() > 1e-3, "far outside of any receptive field"
