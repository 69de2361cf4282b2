from __future__ import annotations

import shutil
from pathlib import Path

from gyeol.data.annotation import Drawn
from gyeol.data.annotation.shapes import Box
from gyeol.data.competition import read_competition
from gyeol.data.dataset import Dataset, LabelledImage
from gyeol.detect.detector import Detector
from gyeol.detect.record import data_fingerprint, explain_threshold, model_card


def test_a_folder_is_known_again_elsewhere_and_other_content_is_another(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    first = data_fingerprint(read_competition(folder))
    assert data_fingerprint(read_competition(copy)) == first
    (copy / "train/defect_masks/d0.png").unlink()
    assert data_fingerprint(read_competition(copy)) != first


def test_of_a_drawn_mask_the_shapes_are_known_again(folder: Path) -> None:
    def fingerprint(file: str, *shapes: Box) -> str:
        mask = Drawn(folder / file, shapes)
        first, *rest = read_competition(folder).train
        return data_fingerprint(Dataset(folder, (LabelledImage(first.path, True, mask), *rest)))

    assert fingerprint("a.json", Box(1, 2, 3, 4)) == fingerprint("b.json", Box(1, 2, 3, 4))
    assert fingerprint("a.json", Box(1, 2, 3, 4)) != fingerprint("a.json", Box(1, 2, 3, 5))


def test_the_reason_for_the_threshold_counts_what_lies_on_the_wrong_side(fitted: Detector) -> None:
    record = {
        **fitted.record_,
        "defect_scores": [{"score": s} for s in (1.0, 5.0, 6.0)],
        "normal_scores": [0.0, 0.5, 2.0, 3.5],
    }
    text = explain_threshold(3.0, record)
    assert "Threshold 3.00" in text
    assert "Of 3 defects" in text
    assert "1 lie below" in text
    assert "of 4 normals" in text
    assert "1 lie above" in text


def test_the_card_is_for_a_person(fitted: Detector) -> None:
    card = model_card(fitted.threshold_, fitted.record_)
    assert card.startswith("# ")
    assert "No external data" in card
    assert f"{fitted.record_['estimate']['macro_f1']:.4f}" in card
    assert "level" not in model_card(1.0, {**fitted.record_, "levels": [1.0, 1.0]}), (
        "where they change nothing"
    )
    assert "0.70 to 1.30 here" in model_card(1.0, {**fitted.record_, "levels": [1.3, 0.7]})
    assert "background" not in model_card(1.0, {**fitted.record_, "backgrounds": []})
    assert "of 1 of the 2 kinds" in model_card(1.0, {**fitted.record_, "kinds": [9, 8], "backgrounds": [1]})
    assert "so much higher" not in model_card(1.0, {**fitted.record_, "gain": 1.0})
    assert "times 1.33: so much higher (lower, below 1)" in model_card(1.0, {**fitted.record_, "gain": 1.33})


def test_the_card_tells_of_defects_that_were_not_learnt(fitted: Detector) -> None:
    record = {**fitted.record_, "defects": 30, "not_learnt": 5}
    assert "5 of the 30 defects scored as normal" in model_card(1.0, record)
    assert "learnt from: the training" not in model_card(1.0, {**record, "not_learnt": 0})
