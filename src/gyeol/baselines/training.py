"""What the networks of the baselines share: a training loop of so many minutes, and storage."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from gyeol.detect.device import pick_device

Net = TypeVar("Net", bound=nn.Module)


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


def weights(net: nn.Module) -> dict[str, NDArray[Any]]:
    """Give a network's weights as arrays, for storage."""
    return {name: value.cpu().numpy() for name, value in net.state_dict().items()}


def restore(net: Net, arrays: Mapping[str, NDArray[Any]]) -> Net:
    """Put weights into a network, for judging: on the device where it will run, in evaluation mode."""
    net.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in arrays.items()})
    return net.to(pick_device()).eval().requires_grad_(False)
