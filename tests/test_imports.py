from __future__ import annotations

import subprocess
import sys

import pytest

import gyeol


def modules_after(code: str) -> set[str]:
    """Run code in a fresh Python; return the top names of what it imported."""
    show = "import sys; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{show}"], capture_output=True, text=True, check=True, timeout=300
    )
    return set(done.stdout.split())


def test_importing_gyeol_imports_nothing_heavy() -> None:
    loaded = modules_after("import gyeol; gyeol.__version__; dir(gyeol)")
    assert loaded.isdisjoint({"torch", "numpy", "cv2", "scipy", "sklearn", "PIL", "click", "rich"})


def test_reading_exploring_and_measuring_need_no_torch() -> None:
    loaded = modules_after(
        "import gyeol.cli.check, gyeol.cli.evaluate, gyeol.cli.explore, gyeol.cli.sample\n"
        "import gyeol.cli.train, gyeol.cli.predict, gyeol.cli.run\n"
        "from gyeol import read_competition, read_image, macro_f1, write_submission"
    )
    assert loaded.isdisjoint({"torch", "cv2", "safetensors", "jinja2", "matplotlib"})


def test_a_report_needs_no_torch() -> None:
    loaded = modules_after("import gyeol.report.page, gyeol.report.errors")
    assert "jinja2" in loaded
    assert loaded.isdisjoint({"torch", "cv2", "safetensors"})


def test_every_name_that_is_offered_is_there() -> None:
    for name in gyeol.__all__:
        assert getattr(gyeol, name).__name__ == name
        assert name in dir(gyeol)


def test_a_name_that_is_not_offered_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="magic"):
        _ = gyeol.magic
