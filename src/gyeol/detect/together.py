"""Several processes that learn one detector together, as torchrun starts them (torch.distributed).

Each process makes and learns from its share of every batch, the gradients are averaged, and so all of them hold the
same weights at all times. The first one alone writes, talks and judges what was held out; the others wait for it. On
processors the tensors go through gloo, on GPUs through NCCL.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import TypeVar

import torch
import torch.distributed as dist
from torch import Tensor

from gyeol.detect.device import pick_device
from gyeol.errors import GyeolError, ModelError

T = TypeVar("T")


@dataclass(frozen=True)
class Group:
    """The processes of a training.

    Parameters
    ----------
    rank : int
        Number of this process, from 0.
    size : int
        How many there are.
    """

    rank: int = 0
    size: int = 1

    @property
    def first(self) -> bool:
        """Whether this is the process that writes, talks and judges."""
        return self.rank == 0

    def average(self, tensors: Sequence[Tensor]) -> None:
        """Replace every tensor by its mean over the processes, in place; all of them at once.

        Raises
        ------
        ModelError
            If another process has ended.
        """
        if self.size == 1:
            return
        flat = torch.cat([tensor.detach().float().flatten() for tensor in tensors])
        self._reduce(flat, dist.ReduceOp.SUM)
        parts = torch.split(flat / self.size, [tensor.numel() for tensor in tensors])
        with torch.no_grad():
            for tensor, part in zip(tensors, parts, strict=True):
                tensor.copy_(part.view_as(tensor))

    def any(self, *facts: bool) -> tuple[bool, ...]:
        """Tell for each fact whether it holds in any process. All of them ask at the same place.

        Raises
        ------
        ModelError
            If another process has ended.
        """
        if self.size == 1:
            return facts
        seen = torch.tensor(facts, dtype=torch.int32)  # on the processor: it must not wait for the GPU
        self._reduce(seen, dist.ReduceOp.MAX)
        return tuple(bool(each) for each in seen.tolist())

    def of_first(self, make: Callable[[], T]) -> T:
        """Call in the first process and give its result to all.

        What the first process raises, it raises; the others, which then have nothing to say, end.
        """
        if self.size == 1:
            return make()
        return self.attempt(lambda: make() if self.first else None, share=True)  # type: ignore[return-value]

    def attempt(self, make: Callable[[], T], share: bool = False) -> T:
        """Call in every process, and go on only if it went well in all of them.

        Parameters
        ----------
        make : callable
        share : bool
            Whether all get the result of the first process; else each has its own.

        Raises
        ------
        GyeolError
            The error of the lowest process that has one, in that process.
        SystemExit
            In the others, so that what is wrong is said once.
        """
        if self.size == 1:
            return make()
        result, error = None, None
        try:
            result = make()
        except GyeolError as caught:
            error = caught
        told: list[tuple[int | None, T | None]] = [(None, None)] * self.size
        mine = (error.exit_code if error else None, result if share and self.first else None)
        self._call(lambda: dist.all_gather_object(told, mine))
        failed = [rank for rank, (code, _) in enumerate(told) if code is not None]
        if not failed:
            return told[0][1] if share else result  # type: ignore[return-value]
        if failed[0] == self.rank and error is not None:
            raise error
        raise SystemExit(told[failed[0]][0])

    def _reduce(self, tensor: Tensor, how: dist.ReduceOp.RedOpType) -> None:
        self._call(lambda: dist.all_reduce(tensor, how))

    def _call(self, collective: Callable[[], object]) -> None:
        try:
            collective()
        except RuntimeError as error:
            if not self.first:  # the one that ended, or the first, says why
                raise SystemExit(ModelError.exit_code) from error
            raise ModelError(
                "another process of this training has ended (its own message, if any, says why); "
                "go on with --resume when it is mended"
            ) from error


@contextmanager
def joined() -> Iterator[Group]:
    """Join the processes that torchrun started beside this one; alone where it did not start any.

    Raises
    ------
    ModelError
        If there are more processes on this machine than GPUs, where there are GPUs.
    """
    if dist.is_available() and dist.is_initialized():
        yield Group(dist.get_rank(), dist.get_world_size())
        return
    if not (dist.is_available() and dist.is_torchelastic_launched()) or os.environ["WORLD_SIZE"] == "1":
        yield Group()
        return
    device, here = pick_device(), int(os.environ["LOCAL_WORLD_SIZE"])
    if device.type == "cuda":
        if here > torch.cuda.device_count():
            raise ModelError(
                f"{here} processes on a machine with {torch.cuda.device_count()} GPUs; start one for each GPU"
            )
        torch.cuda.set_device(device)
    # Its functions' default arguments keep the group that exists when it is first imported, which any optimiser does.
    # A group that is kept has threads left when Python ends, and one of them may then abort the process.
    import_module("torch.distributed.nn")
    dist.init_process_group("cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo")
    try:
        yield Group(dist.get_rank(), dist.get_world_size())
    finally:
        dist.destroy_process_group()
