from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gyeol.data.prediction import images_for_prediction, submission_rows
from gyeol.errors import DataError

Png = Callable[..., Path]


def test_every_way_to_name_the_test_images(competition: Path, tmp_path: Path) -> None:
    parent = tmp_path / "mission"
    parent.mkdir()
    (parent / "data").symlink_to(competition)
    for place in (competition, competition / "test", competition / "test/images", parent):
        paths, sample = images_for_prediction(place)
        assert [path.name for path in paths] == ["test_0.png", "test_1.png", "test_2.png"]
        assert sample is not None
        assert sample.samefile(competition / "test/sample_submission.csv")


def test_relative_folder_finds_its_sample(competition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(competition / "test/images")
    _, sample = images_for_prediction(Path())
    assert sample is not None


def test_bare_folder_and_single_image(tmp_path: Path, png: Png) -> None:
    image = png(tmp_path / "bare/b.png")
    png(tmp_path / "bare/a.png")
    paths, sample = images_for_prediction(tmp_path / "bare")
    assert [path.name for path in paths] == ["a.png", "b.png"]
    assert sample is None
    assert images_for_prediction(image) == ([image], None)


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file or folder"):
        images_for_prediction(tmp_path / "nowhere")
    with pytest.raises(DataError, match="no images in it"):
        images_for_prediction(tmp_path)


def test_rows_follow_the_sample_and_keep_its_spelling(tmp_path: Path) -> None:
    sample = tmp_path / "sample.csv"
    sample.write_text("ImageId,answer\nb.png,0\na,0\n")
    a, b = Path("a.png"), Path("b.png")
    assert submission_rows([a, b], sample) == [("b.png", b), ("a", a)]
    assert submission_rows([a, b]) == [("a", a), ("b", b)]


def test_two_ids_for_one_image(tmp_path: Path) -> None:
    sample = tmp_path / "sample.csv"
    sample.write_text("ImageId,answer\na.png,0\na,0\n")
    with pytest.raises(DataError, match="two of its ids"):
        submission_rows([Path("a.png")], sample)
