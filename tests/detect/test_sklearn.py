"""scikit-learn's tools on a detector."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sklearn
from sklearn.base import clone, is_classifier
from sklearn.metrics import f1_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.validation import check_is_fitted

from gyeol.data.annotation import read_marked
from gyeol.data.competition import read_competition
from gyeol.data.image import read_image
from gyeol.detect.config import Config
from gyeol.detect.detector import Detector
from gyeol.detect.surfaces import Surface
from gyeol.errors import DataError, ModelError, SettingError

RUN = (
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_estimator_tags_renamed",
    "check_get_params_invariance",
    "check_mixin_order",
    "check_no_attributes_set_in_init",
    "check_set_params",
    "check_valid_tag_types",
)
NOT_RUN = {
    "check_do_not_raise_errors_in_init_or_set_params": "a setting out of range is refused at once, not after "
    "images have been read for minutes",
    "check_parameters_default_constructible": "settings may also come as one Config, which is no setting itself",
    "check_estimators_unfitted": "the error is gyeol's ModelError, as everywhere",
    "check_estimator_sparse_tag": "an image is not sparse",
    "check_requires_y_none": "a Dataset or a folder brings its labels along",
}
"""Checks that could be asked of a detector and why they are not. All others feed tables of numbers: a sample would be a
row, but a detector's sample is a (H, W) uint8 image, and scikit-learn itself passes over such estimators."""


@pytest.mark.parametrize("name", RUN)
def test_checks_that_make_sense_for_images(name: str, small: Config) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", FutureWarning)
        warnings.filterwarnings(
            "ignore", "SettingError occurred"
        )  # it says that a wrong setting is refused at once
        getattr(estimator_checks, name)("Detector", Detector(small))


def test_every_check_that_does_not_ask_for_tables_is_accounted_for() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = check_estimator(Detector(), on_skip=None, on_fail=None)
    # It leaves alone what takes no tables; what it does not leave alone must be named above.
    assert {row["check_name"] for row in found} <= {*RUN, *NOT_RUN}
    assert all(row["status"] in ("passed", "skipped") for row in found)
    assert all(hasattr(estimator_checks, name) for name in NOT_RUN), (
        "a check was renamed; look at the reason again"
    )


@pytest.fixture(scope="module")
def labelled(
    defect: Callable[..., Surface], texture: Callable[..., np.ndarray]
) -> tuple[list[np.ndarray], Any]:
    """Give eight defects and twelve normals, mixed."""
    images = [defect(n).pixels for n in range(8)] + [texture(100 + n) for n in range(12)]
    order = np.random.default_rng(0).permutation(len(images))
    return [images[n] for n in order], (order < 8).astype(int)


def test_a_clone_has_the_settings_and_nothing_learnt(fitted: Detector) -> None:
    other = clone(fitted)
    assert other.config == fitted.config
    assert not hasattr(other, "net_")
    check_is_fitted(fitted)
    with pytest.raises(sklearn.exceptions.NotFittedError):
        check_is_fitted(other)


def test_settings_are_changed_all_or_none() -> None:
    detector = Detector(crops=8)
    assert detector.set_params(seed=3, widths=[8, 8, 16]) is detector
    assert detector.get_params() == {**Config().to_dict(), "crops": 8, "seed": 3, "widths": (8, 8, 16)}
    for wrong in ({"seed": 4, "colour": 1}, {"seed": 4, "folds": 1}, {"seed": 4, "crops": "many"}):
        with pytest.raises(SettingError):
            detector.set_params(**wrong)
    assert detector.config.seed == 3
    assert repr(detector) == "Detector(seed=3, crops=8, widths=(8, 8, 16))"


def test_a_grid_search_over_a_short_budget(labelled: tuple[list[np.ndarray], Any], small: Config) -> None:
    images, y = labelled
    assert is_classifier(Detector())  # so that folds are stratified
    detector = Detector(small, steps=20)
    search = GridSearchCV(
        detector, {"crops": [4, 6]}, cv=2, scoring={"f1": "f1_macro", "auc": "roc_auc"}, refit="f1"
    )
    search.fit(images, y)
    found = search.cv_results_
    assert list(found["param_crops"]) == [4, 6]
    for name in ("mean_test_f1", "mean_test_auc"):
        assert np.isfinite(found[name]).all()
        assert (found[name] >= 0).all()
    best = search.best_estimator_
    assert best.config.crops == search.best_params_["crops"]
    answers = search.predict(images)
    assert set(answers) <= {0, 1}
    assert best.score(images, y) == pytest.approx(f1_score(y, answers, average="macro"))
    np.testing.assert_array_equal(best.decision_function(images) > 0, answers == 1)
    np.testing.assert_array_equal(best.classes_, [0, 1])


def test_it_may_end_a_pipeline(labelled: tuple[list[np.ndarray], Any], fitted: Detector) -> None:
    images, _ = labelled
    np.testing.assert_array_equal(make_pipeline(fitted).predict(images[:3]), fitted.predict(images[:3]))


def test_a_pickle_answers_alike(labelled: tuple[list[np.ndarray], Any], fitted: Detector) -> None:
    images, _ = labelled
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.score_samples(images[:3]), fitted.score_samples(images[:3]))


def test_arrays_teach_what_the_same_files_teach(folder: Any, fitted: Detector, texture: Any) -> None:
    train = read_competition(folder).train
    images = [read_image(each.path) for each in train]
    masks = [
        read_marked(each.mask, pixels.shape, each.path) if each.mask else None
        for each, pixels in zip(train, images, strict=True)
    ]
    before = [pixels.copy() for pixels in images]
    detector = clone(fitted).fit(images, [each.defective for each in train], masks=masks)
    assert detector.threshold_ == fitted.threshold_
    assert detector.judge(texture(60)).score == fitted.judge(texture(60)).score
    assert len(detector.record_["data"]) == 16
    for pixels, same in zip(images, before, strict=True):
        np.testing.assert_array_equal(pixels, same)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"y": [0, 1]}, "as many labels"),
        ({"y": [0, 1, 2, 0]}, "0 .normal. or 1"),
        ({"y": [0, 0, 0, 0]}, "one label"),
        ({"y": ["a", "b", "a", "b"]}, "0 .normal. or 1"),
        ({"masks": [None]}, "as many masks"),
        ({"masks": [None, np.ones((3, 3)), None, None]}, "does not fit its image"),
        ({"dataset": 7}, "must be a list"),
    ],
)
def test_labels_that_do_not_fit_are_refused(change: dict[str, Any], said: str) -> None:
    arguments = {"dataset": [np.zeros((64, 64), np.uint8)] * 4, "y": [0, 1, 0, 1], **change}
    with pytest.raises(DataError, match=said):
        Detector().fit(**arguments)


def test_images_that_are_none_are_refused() -> None:
    with pytest.raises(ModelError, match="uint8"):
        Detector().fit([np.zeros((64, 64), np.float32)], [1])
    with pytest.raises(ModelError, match="not str"):
        Detector().fit(["a.png"], [1])


def test_labels_belong_to_images_alone(folder: Any) -> None:
    with pytest.raises(SettingError, match="requires y"):
        Detector().fit([np.zeros((64, 64), np.uint8)])
    with pytest.raises(SettingError, match="of its own"):
        Detector().fit(folder, [1, 0])
