"""The training loop of the baselines that are given minutes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn


def train_for(
    net: nn.Module, minutes: float, rate: float, decay: float, loss: Callable[[], Tensor]
) -> tuple[int, float]:
    """Minimise `loss`, a function that draws a batch, with AdamW; the learning rate falls along a cosine of the time.

    Parameters
    ----------
    net : Module
    minutes : float
    rate, decay : float
        Peak learning rate and weight decay.

    Returns
    -------
    steps : int
    loss : float
        Smoothed over some fifty steps.
    """
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=decay)
    began, share, steps, smooth = time.monotonic(), 0.0, 0, math.nan
    while share < 1:
        for group in optimiser.param_groups:
            group["lr"] = rate * 0.5 * (1 + math.cos(math.pi * share))
        net.train()
        now = loss()
        optimiser.zero_grad(set_to_none=True)
        now.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        steps += 1
        value = float(now.detach())
        smooth = value if math.isnan(smooth) else 0.98 * smooth + 0.02 * value
        share = (time.monotonic() - began) / (60 * minutes)
    return steps, smooth


def weight_bytes(net: nn.Module) -> int:
    """Count the bytes of a network's weights."""
    return sum(p.numel() * p.element_size() for p in net.parameters())
