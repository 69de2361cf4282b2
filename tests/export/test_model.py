from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import openvino as ov
import pytest

from gyeol.detect.detector import Detector
from gyeol.engine.judge import Judge, open_judge
from gyeol.export.model import build
from gyeol.export.network import Precision
from gyeol.export.ranges import choose_ranges

SHAPES = [(96, 96), (64, 64), (64, 200), (131, 77), (129, 260), (300, 264), (512, 512)]


@pytest.fixture(scope="module", params=["openvino", "onnxruntime"])
def judge(request: pytest.FixtureRequest, exact: Path) -> Judge:
    return open_judge(exact, request.param, 2)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_graph_says_of_any_image_what_the_detector_says(
    judge: Judge, detector: Detector, surface: Callable[..., np.ndarray], shape: tuple[int, int]
) -> None:
    for grain in (0.8, 3.3):
        pixels = surface(sum(shape), shape, grain)
        own, others = detector.judge(pixels), judge.judge(pixels)
        assert others.score == pytest.approx(own.score, abs=2e-3)
        assert others.distance == pytest.approx(own.distance, rel=1e-3)
        assert (others.kind, others.answer) == (own.kind, own.answer)
        assert others.heat.shape == shape
        assert np.abs(others.heat - own.heat).max() < 5e-3


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_an_image_of_one_grey_gets_the_same_score(judge: Judge, detector: Detector, grey: int) -> None:
    pixels = np.full((80, 96), grey, np.uint8)
    own, others = detector.judge(pixels), judge.judge(pixels)
    assert np.isfinite(others.score)
    assert others.score == pytest.approx(own.score, abs=2e-3)


def test_the_threshold_goes_along(judge: Judge, detector: Detector) -> None:
    assert judge.threshold_ == pytest.approx(detector.threshold_, rel=1e-6)


def test_the_detector_is_the_same_after_as_before(
    detector: Detector, surface: Callable[..., np.ndarray]
) -> None:
    from gyeol.export.model import build
    from gyeol.export.network import Precision

    pixels = surface(5, (96, 96), 1.0)
    before = detector.judge(pixels).score
    first, second = (build(detector, Precision()).SerializeToString() for _ in range(2))
    assert detector.judge(pixels).score == before
    assert first == second


@pytest.mark.parametrize("runtime", ["openvino", "onnxruntime"])
def test_it_enlarges_images_where_the_detector_does(
    enlarging: Detector, surface: Callable[..., np.ndarray], tmp_path: Path, runtime: str
) -> None:
    from gyeol.engine.sealed import seal
    from gyeol.export.model import build
    from gyeol.export.network import Precision

    path = tmp_path / "enlarging.onnx"
    path.write_bytes(seal(build(enlarging, Precision()).SerializeToString()))
    judge = open_judge(path, runtime, 2)
    for shape in [(96, 96), (67, 131), (300, 264)]:
        pixels = surface(sum(shape), shape, 3.3)
        own, others = enlarging.judge(pixels), judge.judge(pixels)
        assert others.score == pytest.approx(own.score, abs=2e-3)
        assert others.heat.shape == own.heat.shape == shape
        assert np.abs(others.heat - own.heat).max() < 5e-3


@pytest.mark.parametrize("runtime", ["openvino", "onnxruntime"])
@pytest.mark.parametrize("usual", [(0, 0), (98, 131)])
def test_it_takes_off_the_backgrounds_that_the_detector_takes_off(
    detector: Detector,
    lit: Detector,
    surface: Callable[..., np.ndarray],
    tmp_path: Path,
    runtime: str,
    usual: tuple[int, int],
) -> None:
    from gyeol.engine.sealed import seal
    from gyeol.export.model import build
    from gyeol.export.network import Precision

    path = tmp_path / "lit.onnx"
    path.write_bytes(seal(build(lit, Precision(), usual=usual).SerializeToString()))
    judge = open_judge(path, runtime, 2)
    backdrop = lit.backgrounds_.of(1, (98, 131))
    assert backdrop is not None
    for shape in [(98, 131), (131, 98), (90, 131), (98, 200), (64, 64)]:
        places = (
            np.arange(length).clip(0, whole - 1) for length, whole in zip(shape, (98, 131), strict=True)
        )
        shown = backdrop.field[np.ix_(*places)]  # in images of another size, too, from which it is not taken
        apart = []
        for seed, grain in ((1, 0.8), (2, 3.3), (3, 3.3)):
            pixels = np.clip(surface(seed, shape, grain) + shown, 0, 255).astype(np.uint8)
            own, others = lit.judge(pixels), judge.judge(pixels)
            assert others.score == pytest.approx(own.score, abs=2e-3)
            assert np.abs(others.heat - own.heat).max() < 5e-3
            assert others.background == pytest.approx(own.background, abs=1e-3, nan_ok=True)
            assert np.isnan(own.background) == (own.kind == 0 or shape != (98, 131))
            apart.append(float(np.abs(own.heat - detector.judge(pixels).heat).max()))
        assert (max(apart) > 0.1) == (shape == (98, 131))
        assert own.kind == 1


@pytest.mark.parametrize("runtime", ["openvino", "onnxruntime"])
def test_opened_for_scores_alone_it_says_the_same_without_a_heat_map(
    exact: Path, judge: Judge, surface: Callable[..., np.ndarray], runtime: str
) -> None:
    bare = open_judge(exact, runtime, 2, heat=False)
    for shape in [(96, 96), (131, 77)]:
        pixels = surface(sum(shape), shape, 3.3)
        told, whole = bare.judge(pixels), judge.judge(pixels)
        assert told.heat.shape == (0, 0)
        assert told.score == pytest.approx(whole.score, abs=1e-3)
        assert (told.answer, told.kind) == (whole.answer, whole.kind)


def test_in_8_bits_every_convolution_with_a_range_is_computed_so(
    detector: Detector, trained_on: Path
) -> None:
    ranges = choose_ranges(
        detector, sorted((trained_on / "train/normal_images").iterdir())[:6], lambda done, total: None
    )
    graph = ov.Core().read_model(build(detector, Precision(ranges), name="int8").SerializeToString())
    plan = ov.Core().compile_model(graph, "CPU", {"INFERENCE_PRECISION_HINT": "f32"}).get_runtime_model()
    computed = [
        str(node.get_rt_info()["runtimePrecision"].value)
        for node in plan.get_ops()
        if node.get_rt_info()["layerType"].value == "Convolution"
    ]
    # The first, of two channels, and the last, to one, are in float32.
    assert len(computed) == len(ranges) + 2
    assert sum(each in ("u8", "i8") for each in computed) == len(ranges)
