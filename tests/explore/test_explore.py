from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from gyeol.errors import DataError, GyeolError
from gyeol.explore import measure
from gyeol.explore.explore import explore


def _save(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def _pixels(name):
    with Image.open(name) as image:
        return np.array(image)


def test_a_sound_folder(competition):
    facts = explore(competition)
    assert (facts.counts.defects, facts.counts.normals, facts.counts.test, facts.counts.masks) == (3, 4, 3, 2)
    assert [(row.width, row.height, row.mode, row.train, row.test) for row in facts.sizes] == [
        (64, 64, "L", 7, 3)
    ]
    assert facts.imbalance.normals_per_defect == pytest.approx(4 / 3)
    assert facts.imbalance.always_normal_accuracy == pytest.approx(4 / 7)
    assert facts.imbalance.always_normal_macro_f1 == pytest.approx(4 / 11)
    assert facts.masks.coverage.median == pytest.approx(200 / 4096)
    assert facts.masks.missing == ("train/defect_images/defect_2.png",)
    assert facts.duplicates == ()
    assert facts.unreadable == ()
    assert len(facts.kinds) == 1
    assert (facts.kinds[0].normals, facts.kinds[0].defects, facts.kinds[0].test) == (4, 3, 3)
    assert (
        "a model that always answers normal is 57.1% accurate and scores Macro F1 0.3636" in facts.warnings[0]
    )


def test_the_facts_are_json_and_the_same_on_any_number_of_processes(competition, monkeypatch):
    monkeypatch.setattr(measure, "_WORTH_WORKERS", 2)
    seen = []
    one = explore(competition, workers=1).to_dict()
    two = explore(competition, workers=2, progress=lambda *note: seen.append(note)).to_dict()
    assert json.loads(json.dumps(one)) == json.loads(json.dumps(two))
    assert ("reading images", 10, 10) in seen


def test_a_competitions_imbalance_is_said(competition, png):
    for place in range(223):
        png(competition / f"train/normal_images/more_{place}.png", seed=100 + place)
    facts = explore(competition, workers=1)
    assert "3 defects in 230 training images" in facts.warnings[0]
    assert "98.7% accurate" in facts.warnings[0]


def test_unreadable_images_are_listed_and_the_rest_is_explored(competition):
    (competition / "train/normal_images/normal_0.png").write_bytes(b"")
    (competition / "test/images/test_1.png").write_bytes(b"\x89PNG\r\n\x1a\n then nothing")
    facts = explore(competition)
    assert [row.path for row in facts.unreadable] == [
        "train/normal_images/normal_0.png",
        "test/images/test_1.png",
    ]
    assert "empty" in facts.unreadable[0].reason
    assert facts.counts.unreadable == 2
    assert sum(row.train + row.test for row in facts.sizes) == 8
    assert any("2 images cannot be read" in warning for warning in facts.warnings)


def test_copies_are_named_by_how_they_are_the_same(competition):
    train, test = competition / "train", competition / "test/images"
    random = np.random.default_rng(5)
    coarse = Image.fromarray(random.integers(0, 256, (24, 24), dtype=np.uint8))
    ground = np.asarray(coarse.resize((128, 128), Image.Resampling.BICUBIC))
    _save(test / "test_5.png", _pixels(train / "normal_images/normal_0.png"))
    _save(train / "normal_images/turned.png", np.rot90(_pixels(train / "normal_images/normal_1.png")))
    _save(train / "normal_images/ground.png", ground)
    _save(train / "defect_images/ground.png", (ground * 0.7 + 30).astype(np.uint8))
    found = {group.sameness: group for group in explore(competition).duplicates}
    assert found["exact"].files == ("train/normal_images/normal_0.png", "test/images/test_5.png")
    assert (found["exact"].train_and_test, found["exact"].both_labels) == (True, False)
    assert found["turned"].files == ("train/normal_images/normal_1.png", "train/normal_images/turned.png")
    assert (found["turned"].train_and_test, found["turned"].both_labels) == (False, False)
    assert found["near"].files == ("train/defect_images/ground.png", "train/normal_images/ground.png")
    assert (found["near"].train_and_test, found["near"].both_labels) == (False, True)


def test_an_exact_copy_of_a_near_copy_is_in_its_group(competition):
    normals = competition / "train/normal_images"
    coarse = Image.fromarray(np.random.default_rng(5).integers(0, 256, (24, 24), dtype=np.uint8))
    ground = np.asarray(coarse.resize((128, 128), Image.Resampling.BICUBIC))
    for name, pixels in (("x", ground), ("y", ground), ("z", (ground * 0.7 + 30).astype(np.uint8))):
        _save(normals / f"{name}.png", pixels)
    (group,) = explore(competition).duplicates
    assert group.sameness == "near"
    assert group.files == tuple(f"train/normal_images/{name}.png" for name in "xyz")


def test_masks_that_cannot_be_used_are_listed(competition):
    masks = competition / "train/defect_masks"
    _save(masks / "defect_0.png", np.zeros((64, 64), np.uint8))
    _save(masks / "defect_1.png", np.full((64, 80), 255, np.uint8))
    _save(masks / "orphan.png", np.full((64, 64), 255, np.uint8))
    facts = explore(competition)
    reasons = {row.path: row.reason for row in facts.masks.unusable}
    assert "marks no pixel" in reasons["train/defect_masks/defect_0.png"]
    assert "80x64" in reasons["train/defect_masks/defect_1.png"]
    assert facts.masks.without_image == ("train/defect_masks/orphan.png",)
    assert facts.masks.coverage is None
    assert facts.warnings[0].startswith("It cannot be learnt from as it is")


def test_a_folder_that_training_refuses_is_explored_all_the_same(competition):
    for path in (competition / "train/defect_images").iterdir():
        path.unlink()
    facts = explore(competition)
    assert facts.imbalance is None
    assert facts.light == ()
    assert facts.counts.normals == 4
    assert "no images in it" in facts.warnings[0]


def test_a_bare_folder_of_images_is_explored(competition):
    facts = explore(competition / "test/images")
    assert (facts.counts.test, facts.counts.normals) == (3, 0)
    assert facts.kinds[0].test == 3


def test_light_that_gives_the_label_away_is_said(competition):
    random = np.random.default_rng(0)
    for place in range(30):
        for part, level in (("defect", 120), ("normal", 100)):
            pixels = random.normal(level + random.normal() * 5, 20, (64, 64))
            _save(
                competition / f"train/{part}_images/light_{place}.png",
                np.clip(pixels, 0, 255).astype(np.uint8),
            )
    brightness, contrast = explore(competition).light
    assert brightness.certain
    assert brightness.effect > 0.8
    assert not contrast.certain
    warnings = [warning for warning in explore(competition).warnings if "learn the light" in warning]
    assert len(warnings) == 1
    assert "brightness" in warnings[0]


def test_modes_are_counted(competition):
    _save(competition / "test/images/colour.png", np.zeros((64, 64, 3), np.uint8))
    facts = explore(competition)
    assert {row.mode for row in facts.sizes} == {"L", "RGB"}
    assert any("2 modes (L, RGB)" in warning for warning in facts.warnings)


def test_where_nothing_can_be_read_it_says_so(tmp_path, competition):
    with pytest.raises(DataError, match="no such folder"):
        explore(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no folder train"):
        explore(tmp_path / "empty")
    (tmp_path / "hollow" / "train").mkdir(parents=True)
    with pytest.raises(DataError, match="not one image"):
        explore(tmp_path / "hollow")
    for path in competition.rglob("*_*.png"):
        path.write_bytes(b"")
    with pytest.raises(DataError, match="none of its 10 images can be read"):
        explore(competition)


def _die(path):
    import os

    os._exit(9)


def test_a_killed_process_is_an_error_in_one_line(competition, monkeypatch):
    monkeypatch.setattr(measure, "_WORTH_WORKERS", 2)
    monkeypatch.setattr(measure, "measure_image", _die)
    with pytest.raises(GyeolError, match="was killed"):
        explore(competition, workers=2)


def test_each_kind_names_its_usual_images_and_all_its_defects(competition):
    (kind,) = explore(competition).kinds
    assert len(kind.typical) == 3
    assert kind.typical[0] == kind.example
    assert all(name.startswith("train/normal_images/") for name in kind.typical)
    assert kind.defect_images == tuple(f"train/defect_images/defect_{n}.png" for n in range(3))


def test_every_image_has_a_place_on_the_map(competition):
    facts = explore(competition)
    assert sorted(place.part for place in facts.places) == ["defect"] * 3 + ["normal"] * 4 + ["test"] * 3
    spots = np.array([(place.x, place.y) for place in facts.places])
    assert (spots.min(), spots.max()) == (0, 1)
    assert len(np.unique(spots, axis=0)) == 10


def test_too_few_images_have_no_map(competition):
    assert explore(competition / "test/images").places == ()


def test_distributions_count_every_image_once(competition):
    found = {row.statistic: row for row in explore(competition).distributions}
    assert {part: sum(counts) for part, counts in found["brightness"].counts.items()} == {
        "normal": 4,
        "defect": 3,
        "test": 3,
    }
    assert sum(found["coverage"].counts["defect"]) == 2, "of the two that have a mask"
    for row in found.values():
        assert (np.diff(row.edges) > 0).all()
        assert all(len(counts) == len(row.edges) - 1 for counts in row.counts.values())


def test_what_is_wrong_with_a_folder_is_among_the_findings(competition):
    assert explore(competition).findings == ()
    bare = explore(competition / "test/images")
    assert bare.findings[0] == bare.warnings[0]
