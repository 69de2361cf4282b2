from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from gyeol.detect.detector import Detector
from gyeol.detect.module import DetectorModule, TextureDescriptor
from gyeol.detect.verdict import Verdict
from gyeol.errors import ModelError
from gyeol.kinds import describe

Surface = Callable[..., np.ndarray]


def as_batch(*images: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.stack(images))[:, None]


@pytest.fixture(scope="module")
def module(detector: Detector) -> DetectorModule:
    return detector.to_module()


def judged_by_both(
    detector: Detector, module: DetectorModule, images: list[np.ndarray]
) -> tuple[torch.Tensor, torch.Tensor, list[Verdict]]:
    """Give the module's scores and heat maps and the detector's verdicts, which say the same."""
    with torch.inference_mode():
        scores, heats = module(as_batch(*images))
    verdicts = [detector.judge(each) for each in images]
    np.testing.assert_allclose(scores, [each.score for each in verdicts], atol=2e-4, rtol=1e-4)
    np.testing.assert_allclose(heats, np.stack([each.heat for each in verdicts]), atol=5e-4, rtol=1e-3)
    return scores, heats, verdicts


# More than a tile and less, whole multiples of 8 and none, larger than the second scale's tiles.
@pytest.mark.parametrize("shape", [(96, 96), (64, 131), (40, 33), (300, 265)])
def test_it_agrees_with_the_detector(
    detector: Detector, module: DetectorModule, surface: Surface, shape: tuple[int, int]
) -> None:
    images = [surface(n, shape, 0.8 + 2.5 * (n % 2)) for n in range(4)]
    scores, heats, verdicts = judged_by_both(detector, module, images)
    np.testing.assert_array_equal(scores > module.threshold, [each.answer for each in verdicts])
    assert heats.shape == (4, *shape)
    assert scores.dtype == heats.dtype == torch.float32


@pytest.mark.parametrize("shape", [(96, 96), (67, 131)])
def test_it_enlarges_images_where_the_detector_does(
    detector: Detector, enlarging: Detector, surface: Surface, shape: tuple[int, int]
) -> None:
    pixels = surface(1, shape, 3.3)
    with torch.inference_mode():
        score, heat = enlarging.to_module()(as_batch(pixels))
    verdict = enlarging.judge(pixels)
    assert float(score[0]) == pytest.approx(verdict.score, abs=2e-4, rel=1e-4)
    np.testing.assert_allclose(heat[0], verdict.heat, atol=5e-4, rtol=1e-3)
    assert abs(verdict.score - detector.judge(pixels).score) > 0.01


def test_it_takes_off_the_backgrounds_that_the_detector_takes_off(
    detector: Detector, lit: Detector, surface: Surface
) -> None:
    module = lit.to_module()
    for shape in [(98, 131), (131, 98)]:
        images = [surface(n, shape, 0.8 + 2.5 * (n % 2)) for n in range(12)]
        _, _, verdicts = judged_by_both(lit, module, images)
        apart = [
            np.abs(verdict.heat - detector.judge(pixels).heat).max() if verdict.kind == 1 else 0.0
            for pixels, verdict in zip(images, verdicts, strict=True)
        ]
        assert (max(apart) > 0.1) == (shape == (98, 131))


def test_both_kinds_and_both_answers_were_among_them(detector: Detector, surface: Surface) -> None:
    verdicts = [detector.judge(surface(n, (96, 96), 0.8 + 2.5 * (n % 2))) for n in range(4)]
    assert {each.kind for each in verdicts} == {0, 1}
    assert {each.answer for each in verdicts} == {0, 1}


@pytest.mark.parametrize("shape", [(64, 64), (50, 200), (512, 300)])
def test_the_descriptor_is_the_same(surface: Surface, shape: tuple[int, int]) -> None:
    images = [surface(1, shape), np.full(shape, 128, np.uint8)]
    found = TextureDescriptor()(as_batch(*images)[:, 0].float())
    np.testing.assert_allclose(found, np.stack([describe(each) for each in images]), atol=2e-3)


def test_a_constant_image_has_a_finite_score(module: DetectorModule) -> None:
    score, heat = module(torch.zeros(1, 1, 64, 64))
    assert torch.isfinite(score).all()
    assert torch.isfinite(heat).all()


def test_floats_count_like_bytes(module: DetectorModule, surface: Surface) -> None:
    batch = as_batch(surface(1, (96, 96)))
    torch.testing.assert_close(module(batch.double()), module(batch))


def test_it_is_taken_away_with_its_weights(
    detector: Detector, module: DetectorModule, surface: Surface, tmp_path: Path
) -> None:
    """Save what torch.export gives; run it in a Python that knows nothing of gyeol."""
    batch = as_batch(surface(3, (96, 80)))
    program = torch.export.export(module, (batch,))
    torch.export.save(program, tmp_path / "m.pt2")
    torch.save(batch, tmp_path / "batch.pt")
    code = "\n".join(
        (
            "import sys, torch",
            "sys.modules['gyeol'] = None",
            "score, heat = torch.export.load('m.pt2').module()(torch.load('batch.pt'))",
            "print(float(score[0]), tuple(heat.shape))",
        )
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    score, *shape = done.stdout.split(maxsplit=1)
    assert float(score) == pytest.approx(detector.judge(batch[0, 0].numpy()).score, abs=2e-4)
    assert shape == ["(1, 96, 80)\n"]


def test_it_shares_nothing_with_the_detector(detector: Detector, surface: Surface) -> None:
    before = detector.judge(surface(1, (96, 96))).score
    changed = detector.to_module()
    with torch.no_grad():
        for each in (*changed.parameters(), *changed.buffers()):
            each.zero_()
    assert detector.judge(surface(1, (96, 96))).score == before


def test_an_unlearnt_detector_has_none() -> None:
    with pytest.raises(ModelError, match="call fit"):
        Detector().to_module()
