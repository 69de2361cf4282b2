from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gyeol.data.dataset import Dataset
from gyeol.data.layouts import read_training_data
from gyeol.detect.directory import detector_of, own_sum, weights_id
from gyeol.detect.versions import save_threshold
from gyeol.errors import DataError, ModelError
from gyeol.plugins.hosted import HostedDetector
from gyeol.plugins.opening import load_detector, make_detector

Install = Any  # of conftest.py
FIT = "return HeldOut(np.arange(80.0, 101.0), np.array([150.0, 160.0]))"


@pytest.fixture
def dataset(competition: Path) -> Dataset:
    return read_training_data(competition)


def fitted(install: Install, dataset: Dataset, code: str | None = None, **settings: float) -> HostedDetector:
    install(code=code or install.code)
    return HostedDetector("brightness", **settings).fit(dataset)


def grey(value: int) -> np.ndarray:
    return np.full((64, 96), value, np.uint8)


def test_the_common_scale_changes_no_answer(install: Install, dataset: Dataset) -> None:
    detector = fitted(install, dataset)
    # Normals from 80 to 100: the median is 90, the 95 % quantile 99.
    assert detector.judge(grey(90)).score == pytest.approx(0)
    assert detector.judge(grey(99)).score == pytest.approx(1.645)
    assert [detector.judge(grey(value)).answer for value in (90, 100, 150, 200)] == [0, 0, 1, 1]
    assert detector.judge(grey(100)).score < detector.threshold_ < detector.judge(grey(150)).score


def test_a_threshold_of_its_own_is_kept(install: Install, dataset: Dataset) -> None:
    own = install.code.replace(FIT, FIT.replace("]))", "]), threshold=98.5)"))
    detector = fitted(install, dataset, own, prevalence=0.3)
    assert [detector.judge(grey(value)).answer for value in (98, 99)] == [0, 1]
    assert detector.record_["detector"]["own_threshold"] is True
    assert detector.record_["estimate"]["prevalence"] == 0.3


def test_the_heat_map_is_stretched_and_on_the_scale_of_the_score(install: Install, dataset: Dataset) -> None:
    detector = fitted(install, dataset)
    pixels = grey(90)
    pixels[:, 48:] = 99
    heat = detector.judge(pixels).heat
    assert heat.shape == pixels.shape
    assert heat.dtype == np.float32
    assert heat[:, 0] == pytest.approx(0, abs=1e-6)
    assert heat[:, -1] == pytest.approx(1.645)


def test_without_a_heat_map_the_whole_image_has_the_score(install: Install, dataset: Dataset) -> None:
    without = install.code.replace(", pixels[::8, ::8].astype(float)", "")
    verdict = fitted(install, dataset, without).judge(grey(99))
    assert verdict.heat == pytest.approx(verdict.score)
    assert not verdict.unfamiliar


@pytest.mark.parametrize("normals", ["np.full(9, 80.0)", "np.full(9, 150.0)"])
def test_equal_scores_are_no_division_by_nothing(install: Install, dataset: Dataset, normals: str) -> None:
    same = install.code.replace("np.arange(80.0, 101.0)", normals).replace("[150.0, 160.0]", "[150.0]")
    assert np.isfinite(fitted(install, dataset, same).judge(grey(90)).score)


def test_it_is_kept_and_opened_by_whoever_wrote_it(
    install: Install, dataset: Dataset, tmp_path: Path
) -> None:
    detector = fitted(install, dataset, seed=7)
    detector.save(tmp_path / "model")
    assert detector_of(tmp_path / "model") == "brightness"
    again = load_detector(tmp_path / "model")
    assert isinstance(again, HostedDetector)
    assert again.record_ == detector.record_
    assert again._plugin.seed == 7
    one, other = detector.judge(grey(97)), again.judge(grey(97))
    assert (one.score, one.answer) == (other.score, other.answer)
    np.testing.assert_array_equal(one.heat, other.heat)
    card = (tmp_path / "model/card.md").read_text()
    assert "`brightness` of the package bright 1.5" in card
    assert "gyeol does not check that" in card


def test_its_threshold_can_be_changed_by_a_person(install: Install, dataset: Dataset, tmp_path: Path) -> None:
    detector = fitted(install, dataset)
    detector.save(tmp_path / "model")
    path, _ = save_threshold(tmp_path / "model", 1.0, "Kim", "seen too often")
    changed = load_detector(path)
    assert changed.threshold_ == 1.0
    assert weights_id(path) == weights_id(tmp_path / "model")
    assert changed.judge(grey(97)).answer == 1 != detector.judge(grey(97)).answer
    assert "by Kim" in (path / "card.md").read_text()


def test_a_model_whose_package_is_gone_says_which(
    install: Install, dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitted(install, dataset).save(tmp_path / "model")
    monkeypatch.undo()
    with pytest.raises(ModelError, match=r"'brightness' of bright 1\.5, which is not installed"):
        load_detector(tmp_path / "model")


def test_a_damaged_model_is_refused(install: Install, dataset: Dataset, tmp_path: Path) -> None:
    fitted(install, dataset).save(tmp_path / "model")
    file = tmp_path / "model/detector.json"
    described = json.loads(file.read_text())
    for change in ({"config": {"colour": "red"}}, {"config": {"seed": "many"}}, {"record": None}):
        changed = described | change
        changed["sha256"]["detector.json"] = own_sum(changed)
        file.write_text(json.dumps(changed))
        with pytest.raises(ModelError, match="not a whole gyeol model"):
            load_detector(tmp_path / "model")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (FIT, "raise KeyError('x')", r"bright 1.5 failed in fit \(KeyError: 'x'\)"),
        (FIT, "return None", "failed in fit"),
        ("[150.0, 160.0]", "[]", "no finite scores of held-out defects"),
        ("np.arange(80.0, 101.0)", "np.array([np.nan])", "no finite scores of held-out normals"),
        ("float(pixels.mean())", "float('nan')", "that is no number"),
        ("pixels[::8, ::8].astype(float)", "pixels[0] * np.inf", "that is no number"),
        ("float(pixels.mean())", "pixels.nothing", "failed in score"),
        ("np.array(self.seed)", "np.array('text')", "plugin.seed for storage, which holds no numbers"),
        ('{"seed": np.array(self.seed)}', "1 / 0", "failed in to_arrays"),
        ("seed=int(arrays['seed'])", "seed=1 / 0", "failed in from_arrays"),
    ],
)
def test_whatever_goes_wrong_in_a_plugin_is_one_line(
    install: Install, dataset: Dataset, tmp_path: Path, old: str, new: str, words: str
) -> None:
    code = install.code.replace('arrays["seed"]', "arrays['seed']")
    assert old in code

    def use() -> None:
        detector = fitted(install, dataset, code.replace(old, new))
        detector.judge(grey(90))
        detector.save(tmp_path / "model")
        load_detector(tmp_path / "model")

    with pytest.raises(ModelError, match=words) as caught:
        use()
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "model").exists() or "from_arrays" in words


def test_what_a_plugin_says_to_the_user_passes(install: Install, dataset: Dataset) -> None:
    refusing = install.code.replace(FIT, "from gyeol.errors import DataError; raise DataError('too few')")
    with pytest.raises(DataError, match=r"^too few$"):
        fitted(install, dataset, refusing)
    said: list[str] = []
    install(package="again", name="again")
    HostedDetector("again").fit(dataset, say=said.append)
    assert said == ["looked"]


def test_settings_out_of_range_and_what_has_not_learnt_are_refused(install: Install, tmp_path: Path) -> None:
    install()
    for bad in ({"minutes": 0.0}, {"seed": -1}, {"prevalence": 1.0}):
        with pytest.raises(ModelError, match=next(iter(bad))):
            HostedDetector("brightness", **bad)
    for use in (lambda d: d.judge(grey(1)), lambda d: d.save(tmp_path / "model")):
        with pytest.raises(ModelError, match="not learnt"):
            use(HostedDetector("brightness"))


def test_the_own_detector_is_made_by_its_name() -> None:
    from gyeol.detect.detector import Detector

    made = make_detector("gyeol", seed=3, minutes=2, prevalence=0.1)
    assert isinstance(made, Detector)
    assert (made.config.seed, made.config.minutes, made.config.prevalence) == (3, 2, 0.1)
