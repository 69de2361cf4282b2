from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gyeol.data.annotation import read_marked
from gyeol.errors import DataError, ModelError
from gyeol.review.answers import model_served, read_answers
from gyeol.review.database import Database
from gyeol.review.models import note_model
from gyeol.review.verdicts import say


def test_what_was_said_is_read_with_its_masks_and_doubts(
    database: Database, numbers: list[int], folder: Path, draw: Callable[..., bytes]
) -> None:
    paths = sorted(folder.iterdir())
    say(database, numbers[0], 0, "lee", "defect", draw(10, 20, 30, 50))
    say(database, numbers[1], 0, "lee", "defect", None)
    say(database, numbers[2], 0, "lee", "normal", None)
    say(database, numbers[3], 0, "lee", "unsure", None)
    say(database, numbers[4], 0, "lee", "defect", None)
    say(database, numbers[4], 1, "kim", "normal", None)
    answers = read_answers(database.path)
    assert [(each.path, each.defective) for each in answers.images] == [
        (paths[0], True),
        (paths[1], True),
        (paths[2], False),
    ]
    assert list(answers.unsure) == [paths[3], paths[4]], "nobody knows, or two differ"
    mask = answers.images[0].mask
    assert mask is not None
    wanted = np.zeros((64, 80), bool)
    wanted[10:30, 20:50] = True
    np.testing.assert_array_equal(read_marked(mask, (64, 80), paths[0]), wanted)
    assert answers.images[1].mask is None
    with pytest.raises(DataError, match="80x64 pixels, but the image is 64x64"):
        read_marked(mask, (64, 64), paths[0])


def test_without_a_file_or_an_answer_there_is_one_line(
    database: Database, numbers: list[int], tmp_path: Path
) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_answers(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()
    say(database, numbers[0], 0, "lee", "unsure", None)
    with pytest.raises(DataError, match="nobody has called"):
        read_answers(database.path)


def test_the_model_served_last_is_found_while_it_is_there(
    database: Database, model: Path, tmp_path: Path
) -> None:
    from gyeol.detect.directory import weights_id

    with pytest.raises(ModelError, match="does not say"):
        model_served(database.path)
    note_model(database, weights_id(model), model)
    note_model(database, "0" * 16, tmp_path / "gone")
    with pytest.raises(ModelError, match=r"gone: .*not there any more; name it with --model"):
        model_served(database.path)
    note_model(database, weights_id(model), model)
    assert model_served(database.path) == model.resolve()
    note_model(database, "1" * 16, model)  # other weights were put in its place
    with pytest.raises(ModelError, match="not there any more"):
        model_served(database.path)
