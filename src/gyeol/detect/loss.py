"""What the network is asked to make small."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def cell_loss(
    logits: Tensor, target: Tensor, weight: Tensor, hardest: int = 8, emphasis: float = 0.5
) -> Tensor:
    """Balanced cross-entropy over cells, with the hardest normal cells of every crop counted again.

    Parameters
    ----------
    logits, target, weight : (B, H, W) float tensor
        Scores, truth in {0, 1}, and 0 where the truth is not known.
    hardest : int
        Normal cells a crop that count again: an image is called defective by its highest cells, so they are what
        false alarms are made of (online hard example mining, Shrivastava et al. 2016).
    emphasis : float
        Weight of that second count.

    Returns
    -------
    scalar tensor
    """
    each = F.binary_cross_entropy_with_logits(logits, target, reduction="none") * weight
    positive = target * weight
    negative = (1 - target) * weight
    missed = (each * positive).sum() / positive.sum().clamp(min=1)
    alarm = (each * negative).sum() / negative.sum().clamp(min=1)
    worst = torch.topk((each * negative).flatten(1), hardest, dim=1).values.mean()
    return missed + alarm + emphasis * worst
