from __future__ import annotations

import copy

import pytest
import torch

from gyeol.detect.network import GRID, STRIDE, CellNet, Context, fused


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


@pytest.mark.parametrize("size", [(8, 8), (20, 8), (4, 24), (20, 16)])
def test_around_a_cell_is_a_window_that_lies_inside_the_image(size: tuple[int, int]) -> None:
    window = 8
    values, context = pixels(1, 2, *size), Context(2, window)
    around = context.to_cells(context.windows(values), torch.Size(size)).expand_as(values)
    for row in range(size[0]):
        for column in range(size[1]):
            top, left = (
                min(max(at - window // 2 + GRID // 2, 0) // GRID * GRID, max(length - window, 0))
                for at, length in ((row, size[0]), (column, size[1]))
            )
            assert top <= row < top + window
            assert left <= column < left + window
            there = values[:, :, top : top + window, left : left + window].mean((2, 3))
            torch.testing.assert_close(around[:, :, row, column], there, atol=1e-5, rtol=1e-5)


def test_windows_of_a_length_that_the_grid_does_not_divide() -> None:
    values, context = pixels(1, 2, 11, 30), Context(2, 8)
    around = context.to_cells(context.windows(values), torch.Size((11, 30)))
    assert around.shape == values.shape
    whole = values[0, :, 3:, 22:].mean((1, 2))
    assert (around[0, :, -1, -1] - whole).abs().max() < 0.2
    torch.testing.assert_close(context.windows(torch.ones(1, 2, 11, 30)), torch.ones(1, 2, 2, 7))


@torch.inference_mode()
def test_surface_beyond_the_window_does_not_count() -> None:
    net = CellNet((8, 8, 16), (1, 1), window=8).eval()
    for parameter in net.parameters():
        parameter.data += 0.1
    calm = pixels(1, 1, 64, 512)
    restless = calm.clone()
    restless[..., 256:] *= 10
    torch.testing.assert_close(net(calm)[..., :8], net(restless)[..., :8], atol=1e-4, rtol=1e-4)
