"""docs/quickstart.ipynb runs as it stands and shows what it promises; what is kept of its outputs is small."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

NOTEBOOK = Path(__file__).parents[1] / "docs/quickstart.ipynb"


def shown(cell: Any, kind: str) -> str:
    """Join what a cell shows in one form: text/html, image/png, or stream for what it printed."""
    if kind == "stream":
        return "".join("".join(each["text"]) for each in cell["outputs"] if each["output_type"] == "stream")
    return "".join("".join(each.get("data", {}).get(kind, "")) for each in cell["outputs"])


def check(notebook: Any) -> None:
    """Ask for the things that a reader is promised."""
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    pages = [shown(cell, "text/html") for cell in cells]
    assert "8 defects, 80 normals, 60 to judge" in shown(cells[1], "stream")
    assert shown(cells[2], "image/png")
    assert "Macro F1 to expect" in next(page for page in pages if "<strong>Detector</strong>" in page)
    verdicts = [page for page in pages if "heat map, highest score" in page]
    assert ["Defect" if "<strong>Defect" in page else "Normal" for page in verdicts] == ["Defect", "Normal"]
    told = re.search(
        r"Macro F1 (0\.\d+|1\.0+), AUROC (0\.\d+|1\.0+)", "".join(shown(c, "stream") for c in cells)
    )
    assert told
    assert float(told[2]) > 0.6, "better than chance, even after so few steps"
    assert "# A gyeol detector" in shown(cells[-1], "stream")


def test_the_kept_notebook_was_run_from_top_to_bottom_and_is_small() -> None:
    assert NOTEBOOK.stat().st_size < 300_000
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert "Traceback" not in text
    assert not re.search(r"/(home|root|tmp|work)/", text), "no path of the machine that it was run on"
    check(json.loads(text))


def test_the_notebook_runs_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    place = {"metadata": {"path": tmp_path}}
    nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3", resources=place).execute()
    check(notebook)
    assert (tmp_path / "model/weights.safetensors").exists()
