from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from gyeol.detect.detector import Detector
from gyeol.detect.show import heat_picture
from gyeol.detect.verdict import Verdict


def verdict(highest: float, answer: int = 1, shape: tuple[int, int] = (64, 96)) -> Verdict:
    heat = np.full(shape, -1.0, np.float32)
    heat[10:20, 30:40] = highest
    return Verdict(highest, answer, 3, 1.1, heat)


def test_a_verdict_shows_its_answer_score_and_heat_map() -> None:
    html = verdict(7.125)._repr_html_()
    for said in ("Defect", "7.12", ">3<", "1.10", "highest score is 7.12"):
        assert said in html
    found = re.search(r'src="data:image/png;base64,([^"]+)"', html)
    assert found
    with Image.open(io.BytesIO(base64.b64decode(found[1]))) as image:
        assert image.size == (96, 64)
    assert "Normal" in verdict(0.5, answer=0)._repr_html_()


@pytest.mark.parametrize("highest", [10.0, 80.0])
def test_the_highest_score_is_the_brightest_and_good_surface_is_black(highest: float) -> None:
    colours = np.asarray(heat_picture(verdict(highest).heat))
    assert (colours[15, 35] == (255, 245, 180)).all()
    assert not colours[40:].any()


def test_a_faint_score_does_not_look_like_an_alarm() -> None:
    faint, strong = (np.asarray(heat_picture(verdict(h).heat))[15, 35].sum(dtype=int) for h in (1.0, 10.0))
    assert 0 < faint < strong / 4


def test_a_large_heat_map_is_made_small() -> None:
    assert heat_picture(np.zeros((2048, 1024), np.float32)).size == (112, 224)


def test_a_detector_shows_what_it_was_told_and_what_it_promises() -> None:
    detector = Detector(minutes=3, seed=7)
    html = detector._repr_html_()
    assert "has not learnt anything yet" in html
    assert re.search(r"minutes</th><td[^>]*>3<", html)
    assert "folds" not in html, "the usual settings are not worth a row"
    detector.threshold_ = 4.5
    detector.record_ = {
        "defects": 30,
        "normals_learnt": 1280,
        "kinds": [1] * 10,
        "estimate": {"macro_f1": 0.98, "interval": [0.95, 0.99]},
    }
    html = detector._repr_html_()
    for said in ("30 defects, 1,280 normals", "4.50", "0.9800 (95 % interval 0.9500 to 0.9900)"):
        assert said in html


def test_what_is_shown_is_text() -> None:
    detector = Detector()
    object.__setattr__(detector.config, "precision", "<b>x</b>")
    assert "<b>x</b>" not in detector._repr_html_()
    assert "&lt;b&gt;x&lt;/b&gt;" in detector._repr_html_()
