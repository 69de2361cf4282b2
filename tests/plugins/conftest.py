"""A way to install a small package that brings a detector, without pip."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

BRIGHTNESS = """
import numpy as np
from gyeol.plugins import HeldOut, Scored

class Brightness:
    title = "brightness"
    external_data = False

    def __init__(self, *, seed, minutes):
        self.seed, self.minutes = seed, minutes

    def fit(self, dataset, *, say):
        say("looked")
        return HeldOut(np.arange(80.0, 101.0), np.array([150.0, 160.0]))

    def score(self, pixels):
        return Scored(float(pixels.mean()), pixels[::8, ::8].astype(float))

    def to_arrays(self):
        return {"seed": np.array(self.seed)}

    @classmethod
    def from_arrays(cls, arrays):
        return cls(seed=int(arrays["seed"]), minutes=1)
"""


class Install:
    """Installs a package with a module and one entry point; `code` is what is in the module unless told otherwise."""

    code = BRIGHTNESS

    def __init__(self, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.site, self.monkeypatch = site, monkeypatch

    def __call__(self, name: str = "brightness", code: str = BRIGHTNESS, package: str = "bright") -> None:
        module = f"{package}_module"
        root = self.site / package
        info = root / f"{package}-1.5.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.5\n")
        (info / "entry_points.txt").write_text(f"[gyeol.detectors]\n{name} = {module}:Brightness\n")
        (root / f"{module}.py").write_text(code)
        self.monkeypatch.syspath_prepend(root)
        self.monkeypatch.delitem(sys.modules, module, raising=False)
        importlib.invalidate_caches()


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Give what installs a package."""
    return Install(tmp_path / "site", monkeypatch)
