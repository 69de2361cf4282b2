"""Where and in which arithmetic the network runs."""

from __future__ import annotations

import contextlib
import os

import torch
from threadpoolctl import threadpool_limits

from gyeol.detect.arithmetic import bf16_pays
from gyeol.detect.memory import keep_freed_memory

# NumPy's matrix products wait for work in a loop on every core, and torch's threads then find the cores taken:
# measured on two cores, judging an image took four times as long. They are too small here to gain from threads.
threadpool_limits(1, user_api="blas")
keep_freed_memory()


def pick_device() -> torch.device:
    """Return the GPU where there is one, else the CPU; of several GPUs the one for this process of torchrun."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))


def computes_bf16(device: torch.device) -> bool:
    """Tell whether a device computes faster in bfloat16 than in float32; emulated, it is slower."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return bf16_pays()


def autocast(device: torch.device, precision: str) -> contextlib.AbstractContextManager[object]:
    """Return the context to run the network in; `precision` as in :class:`gyeol.detect.config.Config`."""
    low = precision == "bf16" or (precision == "auto" and computes_bf16(device))
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=low)
