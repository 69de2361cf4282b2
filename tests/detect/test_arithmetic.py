"""Which arithmetic is the fastest on which processor."""

from __future__ import annotations

import pytest

from gyeol.detect.arithmetic import faster_in_bf16

INTEL, AMD = "vendor_id\t: GenuineIntel\n", "vendor_id\t: AuthenticAMD\n"


@pytest.mark.parametrize(
    ("cpuinfo", "faster"),
    [
        (INTEL + "flags\t\t: fpu avx512f avx512_bf16 amx_bf16 amx_tile\n", True),
        (INTEL + "flags\t\t: fpu avx512f avx512_bf16 avx512_fp16\n", False),
        (INTEL + "flags\t\t: fpu avx2\n", False),
        (AMD + "flags\t\t: fpu avx512f avx512_bf16\n", True),
        (AMD + "flags\t\t: fpu avx2\n", False),
        ("Features\t: fp asimd i8mm bf16 dgh\n", True),
        ("", False),
    ],
)
def test_bfloat16_is_chosen_where_it_is_faster(cpuinfo: str, faster: bool) -> None:
    assert faster_in_bf16(cpuinfo) is faster
