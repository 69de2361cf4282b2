"""What the network is asked to make small."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

SHARE = 0.3
"""Share of a rough mask's cells that are taken for defect."""
FEWER = 0.25
"""How much more a defective cell counts where a crop has few of them: one of n counts n to the power of minus this."""


def cell_loss(
    logits: Tensor, target: Tensor, weight: Tensor, rough: Tensor, hardest: int = 8, emphasis: float = 0.5
) -> Tensor:
    """Balanced cross-entropy over cells, with the hardest normal cells of every crop counted again.

    Of few defective cells in a crop each counts for more (:data:`FEWER`): an image is called defective by its highest
    cells, so a dot of two must not be a hundred times less worth finding than a patch of two hundred.

    Parameters
    ----------
    logits, target, weight : (B, H, W) float tensor
        Scores, truth in {0, 1}, and 0 where the truth is not known.
    rough : (B, H, W) float tensor
        1 where some cells show a defect; see :func:`likeliest`.
    hardest : int
        Normal cells a crop that count again: an image is called defective by its highest cells, so they are what
        false alarms are made of (online hard example mining, Shrivastava et al. 2016).
    emphasis : float
        Weight of that second count.

    Returns
    -------
    scalar tensor
    """
    chosen = likeliest(logits.detach(), rough)
    target, weight = torch.maximum(target, chosen), torch.maximum(weight, chosen)
    each = F.binary_cross_entropy_with_logits(logits, target, reduction="none") * weight
    defective = target * weight
    share = defective / defective.sum((1, 2), keepdim=True).clamp(min=1) ** FEWER
    negative = (1 - target) * weight
    missed = (each * share).sum() / share.sum().clamp(min=1)
    alarm = (each * negative).sum() / negative.sum().clamp(min=1)
    worst = torch.topk((each * negative).flatten(1), hardest, dim=1).values.mean()
    return missed + alarm + emphasis * worst


def likeliest(logits: Tensor, rough: Tensor) -> Tensor:
    """Choose the cells of every rough mask that are taken for defect: those that score highest now.

    A person's ellipse around a scratch holds mostly good surface, and a pixel-exact mask of it none; which cells to
    teach cannot be told from the mask alone (multiple-instance learning, Dietterich et al. 1997). The network has
    learnt from synthetic anomalies what is odd before it meets a real defect, so that its ranking can be trusted.

    Parameters
    ----------
    logits, rough : (B, H, W) float tensor

    Returns
    -------
    (B, H, W) float tensor
        1 for :data:`SHARE` of the cells of every crop's mask, at least one.
    """
    inside = torch.where(rough > 0, logits, -torch.inf).flatten(1)
    count = (rough.flatten(1).sum(1) * SHARE).ceil().long().clamp(min=1)
    level = inside.sort(1, descending=True).values.gather(1, count[:, None] - 1)
    return ((inside >= level) & (rough.flatten(1) > 0)).to(logits.dtype).view_as(logits)
