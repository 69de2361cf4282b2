from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gyeol.data.layouts import (
    LAYOUTS,
    find_layout,
    fitting_layouts,
    read_dataset,
    read_training_data,
    rows_to_judge,
)
from gyeol.errors import DataError


def fault(folder: Path, name: str | None = None) -> str:
    with pytest.raises(DataError) as caught:
        find_layout(folder, name)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


@pytest.mark.parametrize("name", ["competition", "dagm", "mvtec", "kolektor", "tiles"])
def test_each_is_found_by_look_and_no_other_fits(name: str, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue(name)
    assert [layout.name for layout in fitting_layouts(folder)] == [name]
    assert read_dataset(folder) == read_dataset(str(folder), name)


@pytest.mark.parametrize("name", LAYOUTS)
def test_each_refuses_another_folder_when_it_is_named(
    name: str, tmp_path: Path, kolektor: Path, tiles: Path
) -> None:
    other = kolektor if name != "kolektor" else tiles
    if name == "labelme":
        other = tmp_path / "empty"
        other.mkdir()
    with pytest.raises(DataError) as caught:
        read_dataset(other, name)
    assert len(str(caught.value).splitlines()) == 1


def test_a_link_to_the_folder_is_followed(dagm: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(dagm, target_is_directory=True)
    assert len(read_dataset(tmp_path / "link").train) == 8


def test_nothing_fits(tmp_path: Path, png) -> None:
    assert "no such folder" in fault(tmp_path / "nowhere")
    assert "a file" in fault(png(tmp_path / "a.png"))
    (tmp_path / "empty").mkdir()
    message = fault(tmp_path / "empty")
    assert "It is empty; nearest is competition" in message
    assert "there is no folder train" in message
    assert "dagm, mvtec, kolektor" in message
    png(tmp_path / "odd/Class1/Train/0001.PNG")
    message = fault(tmp_path / "odd")
    assert "It holds Class1/; nearest is dagm" in message
    assert "there is no folder Label in Class1/Train" in message
    assert "no layout 'voc'; there are competition" in fault(tmp_path, "voc")


def test_the_folder_around_the_data_says_so(tmp_path: Path, dagm: Path, kolektor: Path) -> None:
    message = fault(tmp_path)
    assert (
        "in no layout that gyeol knows, but DAGM 2007/ is (dagm), KolektorSDD2/ is (kolektor) in it"
        in message
    )
    assert message.endswith("give one of those folders")
    shutil.rmtree(dagm)
    assert fault(tmp_path).endswith("but KolektorSDD2/ is (kolektor) in it; give that folder")


def test_several_fit(mvtec: Path, png) -> None:
    png(mvtec / "train/defect_images/a.png")
    message = fault(mvtec)
    assert (
        "several layouts (competition and mvtec); say which with --layout competition or --layout mvtec"
        in message
    )
    assert find_layout(mvtec, "mvtec") is LAYOUTS["mvtec"]


def test_there_must_be_something_to_learn_from(kolektor: Path) -> None:
    (kolektor / "train/10001.png").unlink()
    (kolektor / "train/10001_GT.png").unlink()
    with pytest.raises(DataError, match=r"no defects to learn from.*move some of the 1 test defects"):
        read_training_data(kolektor)
    shutil.rmtree(kolektor / "test")
    with pytest.raises(DataError, match=r"no defects to learn from.*label some defects"):
        read_training_data(kolektor)


def test_only_defects_are_not_enough(tiles: Path) -> None:
    shutil.rmtree(tiles / "MT_Free")
    with pytest.raises(DataError, match="no normal images"):
        read_training_data(tiles)


def test_what_is_judged(competition: Path, mvtec: Path, kolektor: Path, tiles: Path) -> None:
    assert [name for name, _ in rows_to_judge(competition)[0]] == ["test_0", "test_1", "test_2"]
    assert rows_to_judge(competition)[1] == competition / "test/sample_submission.csv"
    rows, sample = rows_to_judge(mvtec)
    assert ([name for name, _ in rows][:2], len(rows), sample) == (["color_000", "color_001"], 9, None)
    assert [name for name, _ in rows_to_judge(kolektor)[0]] == ["20000", "20001", "20002"]
    assert rows_to_judge(kolektor, "kolektor") == rows_to_judge(kolektor)
    assert len(rows_to_judge(mvtec / "test/color")[0]) == 3  # a folder that holds images is meant itself
    with pytest.raises(DataError, match="no test images in the layout tiles"):
        rows_to_judge(tiles)
    with pytest.raises(DataError, match="no layout 'voc'"):
        rows_to_judge(tiles, "voc")
    with pytest.raises(DataError, match="no such file"):
        rows_to_judge(tiles / "nowhere")
