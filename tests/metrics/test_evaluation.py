from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from gyeol.errors import DataError
from gyeol.metrics import auroc, macro_f1
from gyeol.metrics.evaluation import evaluate, evaluate_files

TRUTH = np.array([0, 0, 0, 0, 1, 1, 0, 0])
ANSWERS = np.array([0, 0, 1, 0, 1, 0, 0, 0])
SCORES = np.array([0.1, 0.2, 0.9, 0.1, 0.95, 0.6, 0.3, 0.2])
KINDS = ["10", "10", "2", "2", "2", "10", "b", "b"]


def test_the_figures_belong_together():
    found = evaluate(TRUTH, ANSWERS, SCORES, KINDS)
    assert found.confusion == ((5, 1), (1, 1))
    assert (found.images, found.defects, found.accuracy) == (8, 2, 0.75)
    assert found.macro_f1 == macro_f1(TRUTH, ANSWERS)
    assert found.macro_f1 == pytest.approx((found.normal.f1 + found.defective.f1) / 2)
    assert found.interval[0] <= found.macro_f1 <= found.interval[1]
    assert found.ranking.auroc == auroc(TRUTH, SCORES)
    best = macro_f1(TRUTH, found.ranking.best_threshold <= SCORES)
    assert found.ranking.best_macro_f1 == pytest.approx(best)
    assert found.ranking.threshold_cost == pytest.approx(best - found.macro_f1)


def test_the_kinds_are_sorted_and_add_up():
    found = evaluate(TRUTH, ANSWERS, SCORES, KINDS)
    assert [row.kind for row in found.kinds] == ["2", "10", "b"]
    first, second, third = found.kinds
    assert (first.images, first.defects, first.misses, first.false_alarms, first.recall) == (3, 1, 0, 1, 1.0)
    assert (second.misses, second.recall, second.auroc) == (1, 0.0, 1.0)
    assert (third.recall, third.auroc) == (None, None)
    assert sum(row.images for row in found.kinds) == found.images


def test_without_scores_and_kinds_there_is_nothing_to_say_about_them():
    found = evaluate(TRUTH, ANSWERS)
    assert found.ranking is None
    assert found.kinds == ()
    assert json.loads(json.dumps(found.to_dict()))["ranking"] is None


def test_several_thresholds_can_beat_any_single_one():
    truth, scores = np.array([0, 1, 0, 1]), np.array([0.1, 0.2, 0.8, 0.9])
    assert evaluate(truth, truth, scores).ranking.threshold_cost < 0


def test_heat_maps_without_masks_are_refused(tmp_path):
    (tmp_path / "answers.csv").write_text("ImageId,answer\na,0\nb,1\n")
    with pytest.raises(DataError, match="give the key's masks with --masks"):
        evaluate_files(tmp_path / "answers.csv", tmp_path, heatmaps=tmp_path)


def test_each_cell_of_the_confusion_is_in_its_place():
    truth = np.repeat([0, 0, 1, 1], [7, 3, 2, 5])
    answers = np.repeat([0, 1, 0, 1], [7, 3, 2, 5])
    found = evaluate(truth, answers)
    assert found.confusion == ((7, 3), (2, 5))
    assert (found.normal.support, found.defective.support) == (10, 7)
    assert found.defective.recall == pytest.approx(5 / 7)


def test_files_are_compared_with_their_heat_maps(tmp_path):
    (tmp_path / "scores.csv").write_text("ImageId,answer,score\na,0,0.1\nb,1,0.9\nc,0,0.3\nd,0,0.2\n")
    (tmp_path / "answers.csv").write_text("ImageId,answer,kind\na,0,x\nb,1,x\nc,1,y\nd,0,y\n")
    for folder in ("heatmaps", "masks"):
        (tmp_path / folder).mkdir()
    for place, name in enumerate("abcd"):
        marked = np.zeros((20, 30), np.uint8)
        marked[4:9, 5 + place : 15] = 255 if name in "bc" else 0
        Image.fromarray(marked).save(tmp_path / "heatmaps" / f"{name}.png")
        if name in "bc":
            Image.fromarray(marked).save(tmp_path / "masks" / f"{name}.png")
    found = evaluate_files(tmp_path / "scores.csv", tmp_path, tmp_path / "heatmaps")
    assert found.confusion == ((2, 0), (1, 1))
    assert [row.kind for row in found.kinds] == ["x", "y"]
    assert found.ranking.auroc == 1
    assert (found.localisation.regions, found.localisation.aupro) == (2, pytest.approx(1))
    elsewhere = tmp_path / "elsewhere"
    (tmp_path / "masks").rename(elsewhere)
    assert evaluate_files(tmp_path / "scores.csv", tmp_path, tmp_path / "heatmaps", elsewhere) == found
    assert evaluate_files(tmp_path / "scores.csv", tmp_path).localisation is None
