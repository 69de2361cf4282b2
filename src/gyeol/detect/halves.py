"""A batch in two halves, each on a core of its own.

The network is so small that two cores that share one layer wait for each other most of the time. So each takes half of
the crops through all layers, and the gradients are averaged: data parallelism (as in Goyal et al. 2017) inside one
process. Each half is normalised by its own statistics (ghost batches, Hoffer et al. 2017), whether there are two cores
or one, so that a model does not depend on the machine that learnt it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch
from torch import Tensor, nn

HALVES = 2

Given = TypeVar("Given")
Made = TypeVar("Made")


class Halves:
    """Gradients of a network from two halves of a batch.

    Parameters
    ----------
    net : Module
        What learns. Its parameters are shared with the copy that takes the other half, its buffers are kept equal.
    parts : int
        1 where this process has only one half, and another process the other.
    """

    def __init__(self, net: nn.Module, parts: int = HALVES) -> None:
        self.twins = (net, *(copy.deepcopy(net) for _ in range(parts - 1)))
        for twin in self.twins[1:]:
            for own, other in zip(twin.parameters(), net.parameters(), strict=True):
                own.data = other.data
        device = next(net.parameters()).device
        threads = torch.get_num_threads()
        # A GPU takes the halves one after the other, as one core does.
        self.pool = None
        if device.type == "cpu" and threads >= HALVES:
            self.pool = ThreadPoolExecutor(
                HALVES, initializer=torch.set_num_threads, initargs=(threads // HALVES,)
            )

    def gradients(self, loss: Callable[[nn.Module, slice], Tensor]) -> Tensor:
        """Fill the gradients of the network's parameters with those of the mean loss of both halves.

        Parameters
        ----------
        loss : callable
            Given a network and which crops of the batch to take, its loss, a scalar. Called from two threads.

        Returns
        -------
        scalar tensor
            The mean loss.
        """
        self._meet()

        def one(number: int) -> tuple[Tensor, tuple[Tensor, ...]]:
            net = self.twins[number].train()
            # Every other crop: a batch begins with its anomalies and ends with its normals.
            value = loss(net, slice(number, None, len(self.twins)))
            return value.detach(), torch.autograd.grad(value, list(net.parameters()))

        losses, gradients = zip(*self.map(one, range(len(self.twins))), strict=True)
        for parameter, total, *others in zip(self.twins[0].parameters(), *gradients, strict=True):
            for other in others:
                total.add_(other)  # in place, which keeps the layout that the weights have
            parameter.grad = total.div_(len(self.twins))
        self._average()
        return torch.stack(losses).mean()

    def map(self, function: Callable[[Given], Made], items: Iterable[Given]) -> list[Made]:
        """Call a function for every item, on two cores where there are."""
        if self.pool is None:
            return [function(item) for item in items]
        return list(self.pool.map(function, items))

    @torch.no_grad()
    def _meet(self) -> None:
        """Give the copy the running statistics that the network has; a restored state may have changed them."""
        for twin in self.twins[1:]:
            for own, other in zip(twin.buffers(), self.twins[0].buffers(), strict=True):
                own.copy_(other)

    @torch.no_grad()
    def _average(self) -> None:
        """Let the network keep the mean of what both have seen."""
        for own, *others in zip(*(twin.buffers() for twin in self.twins), strict=True):
            if own.dtype.is_floating_point:
                own.copy_(torch.stack([own, *others]).mean(0))
