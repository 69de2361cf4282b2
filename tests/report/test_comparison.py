from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gyeol.errors import OutputError
from gyeol.report.comparison import draw_comparison


def row(method: str, macro_f1: float, outside: bool = False) -> dict[str, Any]:
    return {
        "asked": {"detector": method},
        "title": f"the {method} method",
        "external_data": outside,
        "macro_f1": macro_f1,
        "interval": [macro_f1 - 0.05, min(1.0, macro_f1 + 0.05)],
        "auroc": macro_f1,
        "images_s": 20.0,
    }


@pytest.mark.parametrize("count", [1, 2, 12])
def test_it_is_a_picture_for_any_number_of_rows(tmp_path: Path, count: int) -> None:
    path = tmp_path / "new/compare.png"
    draw_comparison([row(f"m{n}", 0.4 + 0.05 * n, bool(n % 2)) for n in range(count)], path)
    with Image.open(path) as image:
        assert image.width > 1000
        assert len(image.convert("P").getcolors() or range(999)) > 3, "not blank"


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "compare.png").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        draw_comparison([row("gyeol", 0.9)], tmp_path / "compare.png")
