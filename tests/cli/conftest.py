"""A model for the commands that need one, and a way to call them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gyeol.cli.main import main
from gyeol.detect import storage
from gyeol.detect.calibration import Calibration
from gyeol.detect.config import Config
from gyeol.detect.network import CellNet
from gyeol.kinds import describe, fit_kinds


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a model that has learnt nothing."""
    path = tmp_path_factory.mktemp("models") / "model"
    config = Config(widths=(8, 8, 16), blocks=(1, 1), precision="fp32")
    torch.manual_seed(0)
    noise = np.random.default_rng(0).integers(60, 200, (8, 64, 64), dtype=np.uint8)
    record = {
        **dict.fromkeys(("made", "gyeol", "torch", "python", "device", "data"), "x"),
        **dict.fromkeys(("seconds", "steps", "defects", "normals_learnt", "normals_held_out"), 1),
        "kinds": [8],
        "crop_size": 64,
        "defect_scores": [{"score": 5.0}],
        "normal_scores": [0.0],
        "history": [],
        "estimate": {"macro_f1": 1.0, "interval": [1, 1], "missed": 0.0, "alarms": 0.0, "prevalence": 0.1},
    }
    kinds = fit_kinds(np.stack([describe(each) for each in noise]))
    calibration = Calibration(np.full(kinds.count, -3.0), np.full(kinds.count, 0.001))
    net = CellNet(config.widths, config.blocks, window=8).eval()
    storage.write(path, storage.Parts(config, net, kinds, calibration, 1.0, record))
    return path


@pytest.fixture
def gyeol(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[Any, str, str]]:
    """Call the program with arguments; give its exit code, stdout and stderr."""

    def call(*arguments: object) -> tuple[Any, str, str]:
        monkeypatch.setattr(sys, "argv", ["gyeol", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            main()
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return caught.value.code, out, err

    return call
