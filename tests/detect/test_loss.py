from __future__ import annotations

import pytest
import torch

from gyeol.detect.loss import cell_loss, likeliest

NOTHING = torch.zeros(2, 8, 8)


@pytest.fixture
def truth() -> tuple[torch.Tensor, torch.Tensor]:
    target = torch.zeros(2, 8, 8)
    target[0, 2:4, 2:4] = 1
    return target, torch.ones(2, 8, 8)


def test_the_truth_costs_nothing_and_its_opposite_much(truth: tuple[torch.Tensor, torch.Tensor]) -> None:
    target, weight = truth
    right = (2 * target - 1) * 30
    assert cell_loss(right, target, weight, NOTHING) < 1e-6
    assert cell_loss(-right, target, weight, NOTHING) > 30


def test_what_is_not_known_costs_nothing(truth: tuple[torch.Tensor, torch.Tensor]) -> None:
    target, weight = truth
    weight[1] = 0
    logits = (2 * target - 1) * 30
    logits[1] = 30
    assert cell_loss(logits, target, weight, NOTHING) < 1e-6


def test_few_defective_cells_weigh_as_much_as_many_normal_ones() -> None:
    target = torch.zeros(1, 16, 16)
    target[0, 0, 0] = 1
    silent = torch.full((1, 16, 16), -4.0)
    loud = -silent
    weight = torch.ones_like(target)
    missed, alarms = (cell_loss(each, target, weight, 0 * target, emphasis=0) for each in (silent, loud))
    assert missed == pytest.approx(alarms.item(), rel=0.05)


def test_a_small_defect_weighs_more_than_its_share_of_cells() -> None:
    target = torch.zeros(2, 16, 16)
    target[0, 0, 0] = 1
    target[1, 0:10, 0:10] = 1
    found = (2 * target - 1) * 30
    small, large = found.clone(), found.clone()
    small[0, 0, 0] = -1
    large[1, 0:10, 0:10] = -1
    weight = torch.ones_like(target)
    without_small, without_large = (
        cell_loss(each, target, weight, 0 * target, emphasis=0) for each in (small, large)
    )
    assert without_large == pytest.approx(100**0.75 * without_small.item(), rel=1e-4)
    only_the_large = cell_loss(large[1:], target[1:], weight[1:], 0 * target[1:], emphasis=0)
    assert only_the_large == pytest.approx((1 + 100**-0.75) * without_large.item(), rel=1e-4)


def test_a_single_false_alarm_is_felt(truth: tuple[torch.Tensor, torch.Tensor]) -> None:
    target, weight = truth
    logits = (2 * target - 1) * 30
    logits[1, 7, 7] = 8
    assert cell_loss(logits, target, weight, NOTHING) > 4 * cell_loss(
        logits, target, weight, NOTHING, emphasis=0
    )


def test_a_batch_without_defects_has_a_loss() -> None:
    nothing = torch.zeros(1, 8, 8)
    assert torch.isfinite(cell_loss(nothing, nothing, torch.ones_like(nothing), nothing))
    assert cell_loss(nothing, nothing, nothing, nothing) == 0


def test_of_a_rough_mask_the_cells_that_score_highest_are_taken_for_defect() -> None:
    rough = torch.zeros(3, 8, 8)
    rough[0, 2:6, 2:7] = 1  # 20 cells, of which 6 are taken
    rough[1, 0, 0] = 1
    logits = torch.randn(3, 8, 8, generator=torch.Generator().manual_seed(0))
    chosen = likeliest(logits, rough)
    assert chosen.flatten(1).sum(1).tolist() == [6, 1, 0]
    assert not chosen[rough == 0].any()
    inside = rough[0] > 0
    left_out = inside & (chosen[0] == 0)
    assert logits[0][chosen[0] > 0].min() > logits[0][left_out].max()


def test_the_rest_of_a_rough_mask_may_score_anything() -> None:
    rough, weight = torch.zeros(1, 8, 8), torch.ones(1, 8, 8)
    rough[0, 2:6, 2:6] = 1
    weight[rough > 0] = 0
    logits = torch.where(weight > 0, -30.0, -5.0)
    logits[0, 2:4, 2:6] = 30  # eight cells, of which five count
    calm = cell_loss(logits, 0 * weight, weight, rough)
    logits[0, 4:6, 2:6] = 5
    assert calm < 1e-6
    assert cell_loss(logits, 0 * weight, weight, rough) == calm


def test_a_rough_mask_that_scores_low_everywhere_is_a_miss() -> None:
    rough = torch.zeros(1, 8, 8)
    rough[0, 3, 3] = 1
    logits = torch.full((1, 8, 8), -9.0, requires_grad=True)
    loss = cell_loss(logits, 0 * rough, 1 - rough, rough)
    assert loss > 8
    loss.backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    assert logits.grad[0, 3, 3] < -0.9
