from __future__ import annotations

import pytest
import torch

from gyeol.detect.loss import cell_loss


@pytest.fixture
def truth() -> tuple[torch.Tensor, torch.Tensor]:
    target = torch.zeros(2, 8, 8)
    target[0, 2:4, 2:4] = 1
    return target, torch.ones(2, 8, 8)


def test_the_truth_costs_nothing_and_its_opposite_much(truth: tuple[torch.Tensor, torch.Tensor]) -> None:
    target, weight = truth
    right = (2 * target - 1) * 30
    assert cell_loss(right, target, weight) < 1e-6
    assert cell_loss(-right, target, weight) > 30


def test_what_is_not_known_costs_nothing(truth: tuple[torch.Tensor, torch.Tensor]) -> None:
    target, weight = truth
    weight[1] = 0
    logits = (2 * target - 1) * 30
    logits[1] = 30
    assert cell_loss(logits, target, weight) < 1e-6


def test_few_defective_cells_weigh_as_much_as_many_normal_ones() -> None:
    target = torch.zeros(1, 16, 16)
    target[0, 0, 0] = 1
    silent = torch.full((1, 16, 16), -4.0)
    loud = -silent
    weight = torch.ones_like(target)
    missed, alarms = (cell_loss(each, target, weight, emphasis=0) for each in (silent, loud))
    assert missed == pytest.approx(alarms.item(), rel=0.05)


def test_a_single_false_alarm_is_felt(truth: tuple[torch.Tensor, torch.Tensor]) -> None:
    target, weight = truth
    logits = (2 * target - 1) * 30
    logits[1, 7, 7] = 8
    assert cell_loss(logits, target, weight) > 4 * cell_loss(logits, target, weight, emphasis=0)


def test_a_batch_without_defects_has_a_loss() -> None:
    nothing = torch.zeros(1, 8, 8)
    assert torch.isfinite(cell_loss(nothing, nothing, torch.ones_like(nothing)))
    assert cell_loss(nothing, nothing, nothing) == 0
