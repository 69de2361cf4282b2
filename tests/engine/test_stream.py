from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gyeol.detect.verdict import Verdict
from gyeol.engine.stream import AHEAD, Judged, judge_all
from gyeol.errors import DataError

Rows = list[tuple[str, Path]]


@pytest.fixture
def rows(tmp_path: Path, png: Callable[..., Path]) -> Rows:
    """Write more images than are read ahead."""
    greys = np.random.default_rng(0).integers(40, 255, 2 * AHEAD + 5)
    return [
        (f"id_{i}", png(tmp_path / f"{i}.png", np.full((64, 64), grey, np.uint8)))
        for i, grey in enumerate(greys)
    ]


@pytest.fixture
def broken(rows: Rows) -> Rows:
    rows[3][1].write_bytes(b"no image")
    rows[20][1].unlink()
    return rows


def summary(judged: list[Judged]) -> list[tuple[str, float | None, int | None]]:
    return [(j.name, j.verdict and j.verdict.score, j.verdict and j.verdict.answer) for j in judged]


def test_order_and_verdicts_do_not_depend_on_the_workers(bright: Any, rows: Rows) -> None:
    results = [summary(list(judge_all(bright, rows, workers=workers))) for workers in (1, 2, 4)]
    assert [name for name, *_ in results[0]] == [name for name, _ in rows]
    assert results[0] == results[1] == results[2]
    assert len({score for _, score, _ in results[0]}) > 10


def test_no_rows_give_no_verdicts(bright: Any) -> None:
    assert list(judge_all(bright, [])) == []


def test_keep_is_called_once_for_each_with_what_belongs_together(bright: Any, rows: Rows) -> None:
    kept: list[tuple[str, float, float]] = []
    caller = threading.get_ident()

    def keep(name: str, pixels: np.ndarray, verdict: Verdict) -> None:
        assert threading.get_ident() != caller
        kept.append((name, float(pixels.mean()), verdict.score))

    judged = list(judge_all(bright, rows, keep=keep))
    assert [name for name, *_ in kept] == [name for name, _ in rows]
    assert [score for *_, score in kept] == [j.verdict.score for j in judged if j.verdict]
    for _, mean, score in kept:
        assert score == pytest.approx(mean / 50 - 1.5)


def test_the_first_unreadable_image_stops_the_run(bright: Any, broken: Rows) -> None:
    seen: list[str] = []
    with pytest.raises(DataError, match=r"3\.png"):
        seen.extend(judged.name for judged in judge_all(bright, broken))
    assert seen == ["id_0", "id_1", "id_2"]


def test_unreadable_images_get_a_row_where_that_is_wanted(bright: Any, broken: Rows) -> None:
    kept: list[str] = []
    judged = list(judge_all(bright, broken, stop_on_error=False, keep=lambda name, *_: kept.append(name)))
    assert [j.name for j in judged] == [name for name, _ in broken]
    without = [j for j in judged if j.verdict is None]
    assert [j.name for j in without] == ["id_3", "id_20"]
    assert all(j.error and "\n" not in j.error for j in without)
    assert all(not j.error for j in judged if j.verdict)
    assert sorted(kept) == sorted(j.name for j in judged if j.verdict)


def test_an_error_while_keeping_is_not_lost(bright: Any, rows: Rows) -> None:
    def keep(name: str, *_: object) -> None:
        if name == rows[-1][0]:
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        list(judge_all(bright, rows, keep=keep))


def test_whoever_stops_listening_leaves_no_thread(bright: Any, rows: Rows) -> None:
    before = threading.active_count()
    stream = judge_all(bright, rows, workers=4)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    for thread in threading.enumerate():
        if "ThreadPool" in thread.name:
            thread.join(5)
    assert threading.active_count() == before


def test_images_are_read_only_a_little_ahead(bright: Any, rows: Rows) -> None:
    asked = 0

    def counted() -> Any:
        nonlocal asked
        for row in rows:
            asked += 1
            yield row

    stream = judge_all(bright, counted())
    next(stream)
    assert asked <= AHEAD + 1
    stream.close()  # type: ignore[attr-defined]


def test_the_callers_own_threads_stay_as_they_were(bright: Any, rows: Rows) -> None:
    before = torch.get_num_threads()
    assert len(list(judge_all(bright, rows, workers=3))) == len(rows)
    assert torch.get_num_threads() == before


def test_as_many_images_are_judged_at_a_time_as_asked_for(
    bright: Any, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = threading.Barrier(3, timeout=20)
    judge = bright.judge

    def wait(pixels: np.ndarray) -> Verdict:
        together.wait()
        return judge(pixels)

    monkeypatch.setattr(bright, "judge", wait)
    assert len(list(judge_all(bright, rows[:9], workers=3))) == 9
