from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gyeol.data.competition import read_competition
from gyeol.detect.detector import Detector
from gyeol.engine import openvino
from gyeol.engine.judge import open_judge
from gyeol.errors import ModelError
from gyeol.export import write
from gyeol.export.write import agreement, export, usual_shape

told: list[str] = []


@contextlib.contextmanager
def report(what: str) -> Iterator[Callable[[int, int], None]]:
    told.append(what)
    yield lambda done, total: None


@pytest.mark.parametrize(
    ("name", "precision"), [("m.onnx", "fp32"), ("m.onnx", "int8"), ("m.xml", "bf16"), ("m.xml", "int8")]
)
def test_what_is_written_answers_as_the_detector(
    detector: Detector,
    trained_on: Path,
    surface: Callable[..., np.ndarray],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    precision: str,
) -> None:
    monkeypatch.setattr(write, "ALLOWED", 0.2)  # the threshold lies amid the scores
    found = export(detector, read_competition(trained_on), tmp_path / name, precision, report)
    assert found.images == 30
    assert found.near > 20
    assert (
        found.largest < {"fp32": 2e-3, "bf16": 0.5, "int8": 0.8}[precision]
    )  # without VNNI, 8 bits are a little coarser
    judge = open_judge(tmp_path / name, "openvino", 2)
    assert judge.margin_ == pytest.approx(found.largest)
    for number, shape in enumerate([(96, 96), (120, 131)]):
        pixels = surface(number, shape, 1.0)
        own, others = detector.judge(pixels), judge.judge(pixels)
        assert others.score == pytest.approx(own.score, abs=0.8)
        assert others.kind == own.kind
        assert others.heat.shape == shape
    left = {path.suffix for path in tmp_path.iterdir()}
    assert left == ({".xml", ".bin"} if name.endswith("xml") else {".onnx"})


def test_in_8_bits_the_file_is_smaller(detector: Detector, trained_on: Path, tmp_path: Path) -> None:
    data = read_competition(trained_on)
    sizes = []
    for precision in ("fp32", "int8"):
        with contextlib.suppress(ModelError):
            export(detector, data, tmp_path / f"{precision}.onnx", precision, report)
            sizes.append((tmp_path / f"{precision}.onnx").stat().st_size)
    assert sizes == sorted(sizes, reverse=True)
    assert sizes


def test_a_model_that_answers_otherwise_is_refused_and_nothing_written(
    detector: Detector, trained_on: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def much_too_narrow(
        detector: Detector, images: list[Path], report: object
    ) -> dict[str, tuple[float, float]]:
        return {"before.0.first": (0.0, 1e-3)}

    monkeypatch.setattr(write, "choose_ranges", much_too_narrow)
    output = tmp_path / "m.onnx"
    output.write_bytes(b"an earlier model")
    with pytest.raises(
        ModelError, match=r"answers \d+ of 30 training images otherwise .* more than 1 in 5,000"
    ):
        export(detector, read_competition(trained_on), output, "int8", report)
    assert output.read_bytes() == b"an earlier model"
    assert [path.name for path in tmp_path.iterdir()] == ["m.onnx"]


def test_the_usual_shape_is_that_of_more_than_half(png: Callable[..., Path], tmp_path: Path) -> None:
    wide = [png(tmp_path / f"w{n}.png", np.zeros((64, 80), np.uint8)) for n in range(2)]
    high = [png(tmp_path / f"h{n}.png", np.zeros((90, 64), np.uint8)) for n in range(2)]
    assert usual_shape([*wide, high[0]]) == (64, 80)
    assert usual_shape([*wide, *high]) == (0, 0)


def test_a_layer_that_8_bits_spoil_stays_in_float32(
    detector: Detector, trained_on: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = write.choose_ranges
    monkeypatch.setattr(write, "choose_ranges", lambda *given: real(*given) | {"stem.1": (0.0, 1e-3)})
    monkeypatch.setattr(write, "ALLOWED", 0.2)
    found = export(detector, read_competition(trained_on), tmp_path / "m.onnx", "int8", report)
    assert found.left == ("stem.1",)
    assert open_judge(tmp_path / "m.onnx").threshold_ == pytest.approx(detector.threshold_)


def test_the_agreement_counts_answers_and_differences_that_matter() -> None:
    own, theirs = np.array([-5.0, 0.5, 2.5, 30.0]), np.array([-4.0, 1.2, 2.4, 20.0])
    found = agreement(own, theirs, threshold=1.0)
    assert (found.images, found.different, found.near) == (4, 1, 2)
    assert found.largest == pytest.approx(0.7)
    assert np.isnan(agreement(own[[0, 3]], theirs[[0, 3]], threshold=1.0).largest)


def test_bfloat16_is_proved_in_bfloat16_where_float32_is_faster_too(
    detector: Detector, trained_on: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hints = []

    class Noted(write.OpenVinoJudge):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            hints.append(self._settings["INFERENCE_PRECISION_HINT"])

    monkeypatch.setattr(write, "ALLOWED", 0.2)
    monkeypatch.setattr(write, "OpenVinoJudge", Noted)
    monkeypatch.setattr(openvino, "bf16_pays", lambda: False)
    export(detector, read_competition(trained_on), tmp_path / "m.onnx", "bf16", report)
    assert set(hints) == {"bf16"}
