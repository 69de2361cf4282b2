from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from gyeol.errors import DataError
from gyeol.metrics.heatmaps import measure_heatmaps

IDS = ("a.png", "b.png", "c.png")
TRUTH = np.array([1, 0, 1])


@pytest.fixture
def folders(tmp_path):
    """Heat maps that light up exactly where the masks do; b is normal."""
    heatmaps, masks = tmp_path / "heatmaps", tmp_path / "masks"
    heatmaps.mkdir()
    masks.mkdir()
    for place, name in enumerate(IDS):
        marked = np.zeros((20, 30), np.uint8)
        if TRUTH[place]:
            marked[4 + place : 9, 5:15] = 255
            Image.fromarray(marked).save(masks / name)
        Image.fromarray(marked.astype(np.uint16) * 200).save(heatmaps / name)
    return heatmaps, masks


def test_perfect_heat_maps_reach_one(folders):
    found = measure_heatmaps(*folders, IDS, TRUTH)
    assert found.aupro == pytest.approx(1)
    assert (found.regions, found.without_mask, found.limit) == (2, 0, 0.3)


def test_eight_bit_maps_of_another_extension_are_on_the_same_scale(folders):
    heatmaps, masks = folders
    expected = measure_heatmaps(heatmaps, masks, IDS, TRUTH).aupro
    (heatmaps / "a.png").unlink()
    marked = np.array(Image.open(masks / "a.png"))
    Image.fromarray(marked).save(heatmaps / "a.tif")
    assert measure_heatmaps(heatmaps, masks, ("a", "b", "c"), TRUTH).aupro == pytest.approx(expected)


def test_maps_that_light_up_elsewhere_score_low(folders):
    heatmaps, masks = folders
    wrong = np.zeros((20, 30), np.uint8)
    wrong[12:20] = 255
    for name in IDS:
        Image.fromarray(wrong).save(heatmaps / name)
    # All defects are below the 40 % that light up, so nothing is found before the limit.
    assert measure_heatmaps(heatmaps, masks, IDS, TRUTH).aupro == pytest.approx(0)


def test_defects_without_a_mask_or_with_an_empty_one_are_left_out(folders):
    heatmaps, masks = folders
    (masks / "c.png").unlink()
    found = measure_heatmaps(heatmaps, masks, IDS, TRUTH)
    assert (found.regions, found.without_mask) == (1, 1)
    Image.fromarray(np.zeros((20, 30), np.uint8)).save(masks / "c.png")
    assert measure_heatmaps(heatmaps, masks, IDS, TRUTH).without_mask == 1


def test_what_is_wrong_is_said_in_one_line(folders, tmp_path):
    heatmaps, masks = folders
    with pytest.raises(DataError, match="nowhere: No such file"):
        measure_heatmaps(tmp_path / "nowhere", masks, IDS, TRUTH)
    with pytest.raises(DataError, match=r"no heat map for 1 of 4 images \(d.png\)"):
        measure_heatmaps(heatmaps, masks, (*IDS, "d.png"), np.array([1, 0, 1, 0]))
    Image.fromarray(np.zeros((20, 31), np.uint8)).save(masks / "a.png")
    with pytest.raises(DataError, match="mask is 31x20 pixels, its heat map 30x20"):
        measure_heatmaps(heatmaps, masks, IDS, TRUTH)
    Image.fromarray(np.zeros((20, 30, 3), np.uint8)).save(heatmaps / "a.png")
    with pytest.raises(DataError, match=r"a picture \(RGB\)"):
        measure_heatmaps(heatmaps, masks, IDS, TRUTH)
    (heatmaps / "a.png").write_bytes(b"no image")
    with pytest.raises(DataError, match=r"a\.png: cannot be read"):
        measure_heatmaps(heatmaps, masks, IDS, TRUTH)


def test_no_mask_at_all_is_refused(folders):
    heatmaps, masks = folders
    for path in masks.iterdir():
        path.unlink()
    with pytest.raises(DataError, match="no mask for any defect"):
        measure_heatmaps(heatmaps, masks, IDS, TRUTH)


def test_from_32_on_a_mask_is_grey_and_below_it_holds_labels(folders):
    _, masks = folders
    with_noise = np.array(Image.open(masks / "a.png"))
    perfect = measure_heatmaps(*folders, IDS, TRUTH).aupro
    for peak, noise, same in ((32, 16, True), (32, 17, False), (31, 1, False)):
        Image.fromarray(np.where(with_noise > 0, peak, noise).astype(np.uint8)).save(masks / "a.png")
        assert (measure_heatmaps(*folders, IDS, TRUTH).aupro == pytest.approx(perfect)) is same


@pytest.mark.parametrize(("name", "reason"), [("text", "damaged, or no image"), ("gone", "No such file")])
def test_why_a_heat_map_cannot_be_read_is_said(folders, name, reason):
    heatmaps, _ = folders
    (heatmaps / "b.png").unlink()
    if name == "text":
        (heatmaps / "b.png").write_text("no image")
    else:
        (heatmaps / "b.png").symlink_to(heatmaps / "nowhere")
    with pytest.raises(DataError, match=rf"b\.png: cannot be read \({reason}"):
        measure_heatmaps(*folders, IDS, TRUTH)


def test_a_picture_is_no_heat_map_and_is_named(folders):
    heatmaps, _ = folders
    Image.new("RGB", (30, 20)).save(heatmaps / "c.png")
    with pytest.raises(DataError, match=r"heatmaps/c\.png: a picture \(RGB\)"):
        measure_heatmaps(*folders, IDS, TRUTH)
