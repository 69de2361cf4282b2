"""Where and in which arithmetic the network runs."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import torch
from threadpoolctl import threadpool_limits

# NumPy's matrix products wait for work in a loop on every core, and torch's threads then find the cores taken:
# measured on two cores, judging an image took four times as long. They are too small here to gain from threads.
threadpool_limits(1, user_api="blas")


def pick_device() -> torch.device:
    """Return the GPU where there is one, else the CPU; of several GPUs the one for this process of torchrun."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))


def computes_bf16(device: torch.device) -> bool:
    """Tell whether a device computes faster in bfloat16 than in float32; emulated, it is slower."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    with contextlib.suppress(OSError):
        return faster_in_bf16(Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace"))
    return False


def faster_in_bf16(cpuinfo: str) -> bool:
    """Tell from the text of Linux's ``/proc/cpuinfo`` whether bfloat16 pays.

    It does with AMX, with AMD's AVX-512 and on ARM. With Intel's AVX-512, without AMX, a training step took 174 and 163
    ms in bfloat16, 125 and 120 ms in float32 (one core of a Xeon, by turns in one process).
    """
    avx512 = "avx512_bf16" in cpuinfo and "GenuineIntel" not in cpuinfo
    return avx512 or "amx_bf16" in cpuinfo or " bf16 " in cpuinfo


def autocast(device: torch.device, precision: str) -> contextlib.AbstractContextManager[object]:
    """Return the context to run the network in; `precision` as in :class:`gyeol.detect.config.Config`."""
    low = precision == "bf16" or (precision == "auto" and computes_bf16(device))
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=low)
