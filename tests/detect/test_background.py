from __future__ import annotations

import re
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from gyeol.detect.augment.batch import Recipe, Sampler
from gyeol.detect.background import LEAST, Backgrounds, make_backgrounds
from gyeol.detect.detector import Detector
from gyeol.detect.scoring import prepare
from gyeol.detect.surfaces import Surface, crop
from gyeol.detect.verify import _backgrounds

SHAPE = (120, 158)


def noise(seed: int, width: float, shape: tuple[int, int] = SHAPE) -> NDArray[np.float32]:
    """Draw smooth noise of deviation 1."""
    drawn = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    drawn = cv2.GaussianBlur(drawn, (0, 0), width)
    return np.asarray(drawn / drawn.std(), np.float32)


CLOUDS = 15 * noise(1, 9)


def picture(seed: int, common: float = 1.0, shift: int = 0, gain: float = 1.0) -> NDArray[np.uint8]:
    """Draw grain on clouds that lie at the same place in all pictures, or are moved."""
    clouds = common * np.roll(CLOUDS, shift, 1)
    return np.clip(128 + gain * (clouds + 12 * noise(100 + seed, 0.8)), 0, 255).astype(np.uint8)


def normals(count: int = 40, common: float = 1.0) -> list[Surface]:
    return [Surface(picture(n, common)) for n in range(count)]


def alike(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def test_what_lies_at_the_same_place_in_all_pictures_is_found() -> None:
    found = make_backgrounds(normals(), 1)
    backdrop = found.of(0, SHAPE)
    assert backdrop is not None
    assert alike(backdrop.field, CLOUDS) > 0.98
    assert backdrop.field.std() == pytest.approx(CLOUDS.std(), rel=0.15)
    left = np.mean(
        [backdrop.taken_off(picture(n), backdrop.share(picture(n))) for n in range(50, 90)], axis=0
    )
    assert cv2.blur(left, (9, 9)).std() < 0.3 * CLOUDS.std(), "of pictures that it was not made of, either"


def test_textures_that_lie_anywhere_have_none() -> None:
    moved = [Surface(picture(n, shift=int(n * 37 % SHAPE[1]))) for n in range(40)]
    assert not make_backgrounds(moved, 1).kinds.any()
    assert not make_backgrounds(normals(common=0.0), 1).kinds.any()
    assert make_backgrounds(moved, 1).of(0, SHAPE) is None


def test_each_kind_has_its_own_and_few_pictures_make_none() -> None:
    both = [*normals(40), *normals(LEAST - 1), *normals(40, common=0.0)]
    for number, surface in enumerate(both):
        surface.kind = int(number >= 40) + int(number >= 40 + LEAST - 1)
    found = make_backgrounds(both, 4)
    assert found.kinds.tolist() == [True, False, False, False]
    assert [found.of(kind, SHAPE) is None for kind in range(4)] == [False, True, True, True]


def test_it_is_of_the_most_frequent_size_and_other_images_are_left_alone() -> None:
    other = [Surface(picture(n)[:100]) for n in range(30)]
    found = make_backgrounds([*other, *normals()], 1)
    assert found.size.tolist() == list(SHAPE)
    assert found.of(0, (100, SHAPE[1])) is None


def test_as_much_is_taken_off_as_the_image_shows() -> None:
    backdrop = make_backgrounds(normals(), 1).of(0, SHAPE)
    assert backdrop is not None
    assert backdrop.share(picture(60)) == pytest.approx(1, abs=0.1)
    assert backdrop.share(picture(60, gain=0.5)) == pytest.approx(0.5, abs=0.1)
    assert backdrop.share(picture(60, common=0.0)) == pytest.approx(0, abs=0.1)
    assert backdrop.share(picture(60, common=-1.0)) == 0
    assert backdrop.share(picture(60, common=3.0)) == 2
    assert backdrop.share(picture(60, shift=SHAPE[1] // 2)) < 0.5, "the camera was moved"


def test_a_faint_stain_is_plain_without_the_clouds() -> None:
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    stain = 14 * np.exp(-((rows - 60) ** 2 + (columns - 70) ** 2) / (2 * 9.0**2))
    stained = np.clip(picture(70) + stain, 0, 255).astype(np.uint8)
    backdrop = make_backgrounds(normals(), 1).of(0, SHAPE)

    def stands_out(ready: NDArray[np.float32]) -> float:
        smooth = cv2.GaussianBlur(ready, (0, 0), 6)
        return float(smooth[60, 70] / smooth.std())

    assert backdrop is not None
    plain = backdrop.taken_off(stained, backdrop.share(stained))
    assert stands_out(prepare(plain)) > 2 * stands_out(prepare(stained))


def test_crops_are_cut_from_what_is_judged() -> None:
    found = make_backgrounds(normals(), 1)
    surface = Surface(picture(80))
    before, _ = crop(surface, 16, 24, 64)
    surface.put_before(found.of(0, SHAPE))
    pixels, _ = crop(surface, 16, 24, 64)
    whole = prepare(surface.without_background())
    np.testing.assert_allclose(pixels, whole[16:80, 24:88], atol=1e-4)
    assert np.abs(pixels - before).max() > 0.3
    assert (surface.mean, surface.deviation) == (
        Surface(surface.pixels).mean,
        Surface(surface.pixels).deviation,
    )
    surface.put_before(None)
    assert (crop(surface, 16, 24, 64)[0] == before).all()


def test_it_comes_back_from_its_arrays() -> None:
    for made in (make_backgrounds(normals(), 1), Backgrounds.none(3)):
        back = Backgrounds.from_arrays(made.to_arrays(), len(made.kinds))
        assert (back.fields == made.fields).all()
        assert back.size.tolist() == made.size.tolist()
        assert (back.energy == made.energy).all()


def test_verify_finds_them_again_or_says_what_differs() -> None:
    made = make_backgrounds(normals(), 1)

    def finding(kept: Backgrounds) -> tuple[str, str]:
        found = _backgrounds(SimpleNamespace(backgrounds_=kept), SimpleNamespace(backgrounds=made))  # type: ignore[arg-type]
        return found.outcome, found.told

    assert finding(Backgrounds.from_arrays(made.to_arrays(), 1)) == ("reproduced", "exactly")
    assert finding(Backgrounds.none(1)) == ("differs", "other kinds have one in the data: 1 in all")
    other = Backgrounds(made.size, made.fields + np.float16(3), made.energy)
    assert finding(other)[0] == "differs"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"fields": None}, "lack fields"),
        ({"size": None}, "lack size"),
        ({"size": np.array([4, 8, 2])}, "no height and width"),
        ({"size": np.array([-4, 8])}, "no height and width"),
        ({"size": np.array([4.0, 8.0])}, "no height and width"),
        ({"fields": np.zeros((2, 1, 3), np.float16)}, "fits neither"),
        ({"fields": np.zeros((1, 1, 2), np.float16)}, "fits neither"),
        ({"fields": np.zeros((2, 1, 2), np.float32)}, "fits neither"),
        ({"fields": np.full((2, 1, 2), np.nan, np.float16)}, "impossible"),
        ({"energy": None}, "lack energy"),
        ({"energy": np.ones(3, np.float32)}, "not a number for each kind"),
        ({"energy": np.zeros(2, np.float32)}, "impossible"),
        ({"energy": np.full(2, np.inf, np.float32)}, "impossible"),
    ],
)
def test_arrays_that_do_not_belong_together_are_refused(
    change: dict[str, NDArray[np.float32] | None], told: str
) -> None:
    arrays = {"size": np.array([4, 8]), "fields": np.ones((2, 1, 2), np.float16)}
    arrays |= {"energy": np.ones(2, np.float32), **change}
    with pytest.raises(ValueError, match=re.escape(told)):
        Backgrounds.from_arrays({name: each for name, each in arrays.items() if each is not None}, 2)


def test_a_training_finds_it_takes_it_off_and_keeps_it(tmp_path: object) -> None:
    images = [picture(n) for n in range(34)]
    marks = np.zeros(SHAPE, bool)
    marks[40:70, 60:100] = True
    bad = [np.where(marks, 255 - each, each).astype(np.uint8) for each in images[:4]]
    labels = [1] * 4 + [0] * 30
    masks = [marks] * 4 + [None] * 30
    settings = {"steps": 20, "widths": (4, 4, 8), "blocks": (1, 0), "precision": "fp32", "folds": 2}
    said: list[str] = []
    fitted = Detector(**settings).fit([*bad, *images[4:]], labels, masks=masks, say=said.append)
    assert "1 of 1 kinds have a background in common; it is taken off" in said
    assert fitted.record_["backgrounds"] == [0]
    fitted.save(f"{tmp_path}/model")
    loaded = Detector.load(f"{tmp_path}/model")
    score = fitted.judge(images[0]).score
    assert loaded.judge(images[0]).score == score
    loaded.backgrounds_ = Backgrounds.none(1)
    assert abs(loaded.judge(images[0]).score - score) > 1e-3
    without = Detector(**settings, background=False).fit([*bad, *images[4:]], labels, masks=masks)
    assert without.record_["backgrounds"] == []
    assert without.judge(images[0]).score != score


def test_in_training_it_is_also_taken_off_badly() -> None:
    found = make_backgrounds(normals(), 1)
    surface = Surface(picture(90))
    surface.put_before(found.of(0, SHAPE))
    assert surface.backdrop is not None
    field = np.pad(surface.backdrop.field, 20, mode="edge")
    share = surface.backdrop.share(surface.pixels)
    unit = float(surface.backdrop.taken_off(surface.pixels, share).std())
    for top, left in ((0, 0), (16, 24), (56, 94)):
        right, _ = crop(surface, top, left, 64)
        badly, _ = crop(surface, top, left, 64, (-13, 9), 0.4)
        moved = field[20 + top - 13 :, 20 + left + 9 :][:64, :64]
        own = field[20 + top :, 20 + left :][:64, :64]
        np.testing.assert_allclose(badly - right, share * (own - 0.4 * moved) / unit, atol=1e-3)


def test_badly_only_where_there_is_a_background() -> None:
    plain = [Surface(picture(n)) for n in range(40)]
    backed = normals()
    found = make_backgrounds(backed, 1)
    for surface in backed:
        surface.put_before(found.of(0, SHAPE))

    def pixels(surfaces: list[Surface], amiss: float) -> NDArray[np.float32]:
        recipe = Recipe(crops=8, size=64, synthetic=0.0, amiss=amiss)
        return Sampler(surfaces, [], seed=0).batch(0, recipe).pixels

    assert (pixels(plain, 0.0) == pixels(plain, 1.0)).all()
    assert (pixels(backed, 0.0) != pixels(backed, 1.0)).any((1, 2, 3)).all()
    assert (pixels(backed, 0.0) != pixels(plain, 0.0)).any((1, 2, 3)).all()
