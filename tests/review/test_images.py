from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gyeol.errors import DataError
from gyeol.review.database import Database
from gyeol.review.images import Score, add_images, find_image, read_scores, save_scores, unjudged
from gyeol.review.listing import columns
from gyeol.review.verdicts import say


def test_a_folder_added_twice_is_there_once(database: Database, folder: Path, numbers: list[int]) -> None:
    assert add_images(database, folder, sorted(folder.iterdir())) == numbers
    found = find_image(database, numbers[2])
    assert found is not None
    assert (found.path, found.score, found.kind) == (folder / "사진 2.png", 2.0, 0)
    assert find_image(database, 999) is None


def test_another_model_has_to_judge_anew(database: Database, numbers: list[int]) -> None:
    assert unjudged(database, "m", 10) == []
    assert [number for number, _ in unjudged(database, "other", 4)] == numbers[:4]
    save_scores(database, "other", [(numbers[0], Score(None, None, error="damaged"))])
    assert numbers[0] not in [number for number, _ in unjudged(database, "other", 10)]


def test_a_feature_stays_when_a_later_score_has_none(database: Database, numbers: list[int]) -> None:
    save_scores(database, "m", [(numbers[0], Score(1.0, 0, feature=np.arange(3, dtype=np.float32)))])
    save_scores(database, "m", [(numbers[0], Score(2.0, 0))])
    kept = database.rows("SELECT feature FROM images WHERE id = ?", numbers[0])[0]["feature"]
    np.testing.assert_array_equal(np.frombuffer(kept, "<f4"), [0, 1, 2])


def test_scores_of_predict_are_taken(database: Database, folder: Path, tmp_path: Path) -> None:
    numbers = add_images(database, folder, sorted(folder.iterdir()))
    table = tmp_path / "scores.csv"
    table.write_text(
        "ImageId,score,answer,kind,note\n사진 0,3.5,1,2,\n사진 1.png,-1,0,1,unfamiliar texture\n"
        "사진 2,nan,0,,damaged\nelsewhere,1,0,0,\n"
    )
    assert read_scores(database, folder, table, "m") == 3
    listed = columns(database)
    assert listed["score"] == [3.5, -1.0, None, None, None, None]
    assert listed["kind"][:3] == [2, 1, None]
    assert listed["strange"][:2] == [0, 1]
    assert listed["error"][2] == "damaged"
    assert [number for number, _ in unjudged(database, "m", 9)] == numbers[3:]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("ImageId,answer\na,1\n", "no column score"),
        ("ImageId,score,kind\na,1,1\n", "none of its images"),
        ("ImageId,score,kind\n사진 0,high,1\n", "no number"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(
    database: Database, folder: Path, numbers: list[int], tmp_path: Path, content: str, said: str
) -> None:
    (tmp_path / "scores.csv").write_text(content)
    with pytest.raises(DataError, match=said):
        read_scores(database, folder, tmp_path / "scores.csv", "m")


def test_the_list_is_columns_of_one_length(database: Database, folder: Path, numbers: list[int]) -> None:
    say(database, numbers[1], 0, "민지", "defect", b"m")
    listed = columns(database)
    assert listed["folders"] == [str(folder)]
    assert {len(column) for name, column in listed.items() if name != "folders"} == {6}
    assert listed["answer"] == [None, "defect", None, None, None, None]
    assert (listed["version"][1], listed["masked"][1], listed["reviewer"][1]) == (1, 1, "민지")
