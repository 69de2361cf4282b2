from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gyeol.data.annotation import Drawn, read_marked
from gyeol.data.annotation.shapes import Box
from gyeol.data.convert import WRITERS, convert
from gyeol.data.dataset import Dataset, LabelledImage
from gyeol.data.layouts import read_dataset
from gyeol.data.layouts.competition import read_with_key
from gyeol.errors import DataError, OutputError

SHAPE = (64, 72)


def read(folder: Path, name: str) -> Dataset:
    return read_with_key(folder) if name == "competition" else read_dataset(folder, name)


def facts(images: tuple[LabelledImage, ...]) -> dict[str, tuple[bytes, bool, bytes | None]]:
    """Of each image by name: its bytes, its label, and the pixels of its mask."""
    return {
        image.path.stem: (
            image.path.read_bytes(),
            image.defective,
            None if image.mask is None else read_marked(image.mask, SHAPE, image.path).tobytes(),
        )
        for image in images
    }


names = st.text(st.sampled_from("ab1 _-.결함é,'\""), min_size=1, max_size=6).filter(
    lambda name: name.strip(" .") == name and not name.startswith("-")
)


@st.composite
def datasets(draw: st.DrawFn) -> list[tuple[str, str, bool, bool, int, str]]:
    """Images as part, name, label, whether there is a mask, seed and kind; every part has both labels."""
    unique = draw(st.lists(names, min_size=4, max_size=9, unique_by=lambda name: name.casefold()))
    images = []
    for place, name in enumerate(unique):
        part = ("train", "test")[place % 2]
        defective = place < 2 if place < 4 else draw(st.booleans())
        masked = defective and draw(st.booleans())
        images.append(
            (part, name, defective, masked, place, draw(st.sampled_from(["", "a b", "긁힘", "x/y"])))
        )
    return images


def make(root: Path, images: list[tuple[str, str, bool, bool, int, str]]) -> Dataset:
    """Write the files in no layout at all, and describe them."""
    parts: dict[str, list[LabelledImage]] = {"train": [], "test": []}
    for part, name, defective, masked, seed, kind in images:
        path = root / part / f"{name}.{('png', 'PNG', 'bmp', 'tif')[seed % 4]}"
        path.parent.mkdir(exist_ok=True)
        random = np.random.default_rng(seed)
        pixels = random.integers(0, 256, SHAPE, dtype=np.uint8)
        Image.fromarray(pixels).save(path, {"tif": "TIFF"}.get(path.suffix[1:]) or path.suffix[1:].upper())
        mask = None
        if masked:
            mask = root / f"{part}_masks" / f"{seed}.png"
            mask.parent.mkdir(exist_ok=True)
            Image.fromarray((random.random(SHAPE) > 0.9).astype(np.uint8) * 255).save(mask)
        parts[part].append(LabelledImage(path, defective, mask, kind if defective else ""))
    key = tuple(parts["test"])
    return Dataset(root, tuple(parts["train"]), tuple(image.path for image in key), key=key)


@settings(max_examples=25, deadline=None)
@given(datasets(), st.permutations(list(WRITERS)), st.booleans())
def test_round_trips_keep_every_image_label_and_mask(
    images: list[tuple[str, str, bool, bool, int, str]], order: list[str], link: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "origin"
        root.mkdir()
        data = first = make(root, images)
        for number, to in enumerate([*order, "competition", "manifest", "competition"]):
            output = Path(folder) / f"{number} {to}"
            convert(data, output, to, link)
            data = read(output, to)
            assert facts(data.train) == facts(first.train)
            assert facts(data.key) == facts(first.key)
        answers = [Path(folder) / f"{number} competition/key/answers.csv" for number in (4, 6)]
        assert answers[0].read_bytes() == answers[1].read_bytes()


def test_the_competitions_folders_and_tables(mvtec_like: Dataset, tmp_path: Path) -> None:
    convert(mvtec_like, tmp_path / "out")
    files = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*")}
    assert files == {
        "train/defect_images/d.png",
        "train/defect_masks/d.png",
        "train/normal_images/n.png",
        "test/images/bent_0.png",
        "test/images/good_0.png",
        "test/sample_submission.csv",
        "key/answers.csv",
        "key/masks/bent_0.png",
    }
    assert (tmp_path / "out/key/answers.csv").read_text() == (
        "ImageId,answer,kind\nbent_0.png,1,bent\ngood_0.png,0,good\n"
    )
    assert (tmp_path / "out/test/sample_submission.csv").read_text() == (
        "ImageId,answer\nbent_0.png,0\ngood_0.png,0\n"
    )


@pytest.fixture
def mvtec_like(tmp_path: Path, png) -> Dataset:
    """One defect and one normal in either part; test names are equal but for the folder; one mask is drawn."""
    root = tmp_path / "data"
    drawn = Drawn(root / "a.json", (Box(3, 4, 5, 6),))
    mask = np.zeros((64, 64), np.uint8)
    mask[1, 1] = 255
    key = (
        LabelledImage(png(root / "test/bent/0.png", seed=1), True, png(root / "m.png", mask), "bent"),
        LabelledImage(png(root / "test/good/0.png", seed=2), False, kind="good"),
    )
    train = (
        LabelledImage(png(root / "d.png", seed=3), True, drawn, "good"),
        LabelledImage(png(root / "n.png", seed=4), False),
    )
    return Dataset(root, train, tuple(image.path for image in key), key=key)


def test_copies_are_byte_for_byte_links_lead_to_the_original_and_drawn_masks_are_drawn(
    mvtec_like: Dataset, tmp_path: Path
) -> None:
    for link in (False, True):
        out = tmp_path / f"out {link}"
        convert(mvtec_like, out, link=link)
        image = out / "train/normal_images/n.png"
        assert image.is_symlink() == link
        assert image.read_bytes() == mvtec_like.normals[0].path.read_bytes()
        mask = out / "train/defect_masks/d.png"
        assert not mask.is_symlink()
        with Image.open(mask) as opened:
            assert np.argwhere(np.asarray(opened) == 255).tolist() == [
                [y, x] for y in range(4, 10) for x in range(3, 8)
            ]


def test_a_type_called_good_is_no_normal(mvtec_like: Dataset, tmp_path: Path) -> None:
    convert(mvtec_like, tmp_path / "out", "mvtec")
    assert (tmp_path / "out/train/defect/d.png").is_file()
    assert (tmp_path / "out/ground_truth/defect/d_mask.png").is_file()
    assert len(read_dataset(tmp_path / "out").defects) == 1


def test_a_coco_file_has_what_its_readers_need(mvtec_like: Dataset, tmp_path: Path) -> None:
    convert(mvtec_like, tmp_path / "out", "coco")
    content = json.loads((tmp_path / "out/annotations/instances_train.json").read_text())
    (entry,) = content["annotations"]
    assert entry["bbox"] == [3, 4, 5, 6]
    assert entry["area"] == 30
    assert entry["segmentation"]["size"] == [64, 64]
    assert {"id", "image_id", "category_id", "iscrowd"} <= set(entry)
    assert content["images"][0] == {"id": 1, "file_name": "d.png", "height": 64, "width": 64}
    assert entry["category_id"] in {category["id"] for category in content["categories"]}


def test_the_samples_own_ids_and_order_stay(competition: Path, tmp_path: Path) -> None:
    sample = competition / "test/sample_submission.csv"
    sample.write_text("ImageId,answer\ntest_2,0\ntest_0,0\ntest_1,0\n")
    (competition / "key").mkdir()
    (competition / "key/answers.csv").write_text("ImageId,answer\ntest_0,1\ntest_1,0\ntest_2,0\n")
    convert(read_with_key(competition), tmp_path / "out")
    assert (tmp_path / "out/test/sample_submission.csv").read_text() == sample.read_text()
    assert (tmp_path / "out/key/answers.csv").read_text() == "ImageId,answer\ntest_2,0\ntest_0,1\ntest_1,0\n"


def test_a_test_without_labels_has_no_key(competition: Path, tmp_path: Path) -> None:
    data = read_with_key(competition)
    convert(data, tmp_path / "out")
    assert not (tmp_path / "out/key").exists()
    convert(data, tmp_path / "table", "manifest")
    again = read_dataset(tmp_path / "table")
    assert (len(again.test), again.key) == (3, ())
    for to in ("mvtec", "coco"):
        with pytest.raises(DataError, match="its test images have no labels"):
            convert(data, tmp_path / to, to)
        assert not (tmp_path / to).exists()


def test_places_that_will_not_do(mvtec_like: Dataset, tmp_path: Path, png) -> None:
    png(tmp_path / "full/a.png")
    with pytest.raises(OutputError, match="not empty"):
        convert(mvtec_like, tmp_path / "full")
    with pytest.raises(OutputError, match="lies inside the data folder"):
        convert(mvtec_like, mvtec_like.root / "out")


def test_a_missing_image_leaves_nothing_behind(mvtec_like: Dataset, tmp_path: Path) -> None:
    mvtec_like.normals[0].path.unlink()
    with pytest.raises(DataError, match=r"n\.png: cannot be read \(No such file"):
        convert(mvtec_like, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]


def test_one_name_for_two_masks_is_refused(mvtec_like: Dataset, tmp_path: Path, png) -> None:
    twin = LabelledImage(png(mvtec_like.root / "bent_0.png"), True, kind="bent")
    data = Dataset(mvtec_like.root, (twin, *mvtec_like.train), mvtec_like.test, key=mvtec_like.key)
    with pytest.raises(DataError, match="same type and name"):
        convert(data, tmp_path / "out", "mvtec")
