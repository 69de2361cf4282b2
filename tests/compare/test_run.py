from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gyeol.compare import methods, run
from gyeol.compare.methods import METHODS, Method
from gyeol.errors import DataError, ModelError


class Brightness:
    """Calls bright images defective."""

    threshold_ = 100.0
    validation_ = 1.0
    nbytes = 2**20

    def fit(self, dataset: Any, *, say: Callable[[str], None]) -> Brightness:
        say("looked")
        return self

    def score_samples(self, images: Iterable[Path]) -> np.ndarray:
        from gyeol.data.image import read_image

        return np.array([read_image(path).mean() for path in images])


@pytest.fixture
def data(competition: Path, png: Callable[..., Path]) -> Path:
    """Two bright test images, of which one is good, and a dark one."""
    for number, grey in enumerate((200, 180, 20)):
        png(competition / f"test/images/test_{number}.png", np.full((64, 64), grey, np.uint8))
    (competition / "key").mkdir()
    (competition / "key/answers.csv").write_text("ImageId,answer\ntest_0,1\ntest_1,0\ntest_2,0\n")
    return competition


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Measure in this process, so that a method of the test's own can be used; lists what was measured."""
    measured: list[str] = []
    monkeypatch.setitem(
        METHODS, "bright", Method("Brightness", "a test", False, lambda seed, minutes: Brightness())
    )

    class InThisProcess:
        def __init__(self, target: Callable[..., None], args: tuple[Any, ...]) -> None:
            self.target, self.args = target, args

        def start(self) -> None:
            measured.append(self.args[1])
            self.target(*self.args)

        def is_alive(self) -> bool:
            return False

        def join(self) -> None:
            pass

    class Context:
        Process = InThisProcess
        Pipe = staticmethod(run.multiprocessing.get_context("spawn").Pipe)

    monkeypatch.setattr(run.multiprocessing, "get_context", lambda name: Context)
    return measured


def compare(
    data: Path, folder: Path, said: list[str] | None = None, name: str = "bright", seed: int = 0
) -> dict[str, Any]:
    said = said if said is not None else []
    return run.compare(name, data, data / "key/answers.csv", folder, seed, 1.0, said.append)


def test_a_row_holds_what_the_key_says(data: Path, tmp_path: Path, here: list[str]) -> None:
    said: list[str] = []
    row = compare(data, tmp_path / "row", said)
    assert (row["misses"], row["false_alarms"]) == (0, 1)
    assert row["auroc"] == row["best_macro_f1"] == 1
    assert row["macro_f1"] == pytest.approx((2 / 3 + 2 / 3) / 2)
    assert row["size_mib"] == row["validation"] == 1
    assert "bright: looked" in said
    assert json.loads((tmp_path / "row/row.json").read_text()) == row
    with (tmp_path / "row/scores.csv").open() as stream:
        assert [line["answer"] for line in csv.DictReader(stream)] == ["1", "1", "0"]


def test_a_row_that_is_there_is_not_made_again_but_one_of_another_question_is(
    data: Path, tmp_path: Path, here: list[str]
) -> None:
    first = compare(data, tmp_path / "row")
    assert compare(data, tmp_path / "row") == first
    assert here == ["bright"]
    compare(data, tmp_path / "row", seed=1)
    assert here == ["bright", "bright"]
    (tmp_path / "row/row.json").write_text("{")
    compare(data, tmp_path / "row", seed=1)
    assert len(here) == 3, "a damaged row is no row"


def test_what_a_method_refuses_is_said_with_its_name_and_leaves_no_row(
    data: Path, tmp_path: Path, here: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise DataError("too few")

    monkeypatch.setattr(Brightness, "fit", refuse)
    with pytest.raises(ModelError, match="bright: too few"):
        compare(data, tmp_path / "row")
    assert not (tmp_path / "row/row.json").exists()


def test_a_process_that_dies_is_one_line(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A child of its own, killed as the system does when memory runs out; os._exit sends nothing.
    monkeypatch.setattr(run, "_child", _die)
    with pytest.raises(ModelError, match="plain: its process ended without a result"):
        compare(data, tmp_path / "row", name="plain")


def _die(*_: object) -> None:
    import os

    os._exit(9)


def test_every_method_has_a_name_of_its_own_and_says_what_it_uses() -> None:
    titles = [method.title for method in METHODS.values()]
    assert len(set(titles)) == len(titles)
    assert [name for name, method in METHODS.items() if method.outside] == [
        "rotated-leaky",
        "rotated",
        "patch-memory",
    ]
    assert all(method.package for method in METHODS.values() if method.outside)


def test_a_missing_package_makes_a_method_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Method("x", "y", True, METHODS["plain"].make, "no_such_package_at_all").available is False
    assert METHODS["gyeol"].available
    assert {each.package for each in METHODS.values() if each.outside} == {methods.WEIGHTS}
