from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from gyeol.report.charts.cost import costs
from gyeol.report.charts.curves import cumulative
from gyeol.report.charts.distribution import distribution
from gyeol.report.charts.losses import by_phase, losses
from gyeol.report.charts.scale import score_bins, score_range
from gyeol.report.charts.scores import scores
from gyeol.report.drawing import DEFECT, drawing
from gyeol.report.words import Words


def test_a_chart_takes_its_colours_and_letters_from_the_page() -> None:
    with drawing("one") as chart:
        (axes,) = chart.axes()
        axes.plot([0, 1], [0, 1], color=DEFECT, label="a")
        svg = chart.svg("label")
    assert "var(--defect)" in svg
    assert not re.search(r"#[0-9a-fA-F]{6}\b", svg), "no colour of its own"
    assert "DejaVu" not in svg
    assert "<style" not in svg


def test_texts_in_a_chart_are_texts_and_stay_as_they_are() -> None:
    with drawing("one") as chart:
        (axes,) = chart.axes()
        axes.set_xlabel("$x_2$ 0.123456 <b> 천")
        (bar,) = axes.bar(1, 1)
        chart.tip(bar, 'a <"tip"> & 0.123456')
        svg = chart.svg('the "label" <x>')
    assert "$x_2$ 0.123456 &lt;b&gt; 천</text>" in svg
    assert "<title>a &lt;&quot;tip&quot;&gt; &amp; 0.123456</title>" in svg
    assert 'aria-label="the &quot;label&quot; &lt;x&gt;"' in svg
    assert not re.search(r' d="[^"]*\.\d{3}', svg), "geometry is short"


def test_two_charts_of_a_page_share_no_ids() -> None:
    ids = []
    for name in ("one", "two"):
        with drawing(name) as chart:
            chart.axes()[0].plot([0, 1], [0, 1])
            ids.append(set(re.findall(r' id="([^"]*)"', chart.svg("label"))))
    assert ids[0]
    assert not ids[0] & ids[1]


def row(phase: str, step: int) -> dict[str, Any]:
    return {"phase": phase, "step": step, "loss": 1.0}


def test_each_validation_is_put_to_its_phase() -> None:
    history = [
        row("validation", 10),
        row("trunk", 20),
        row("validation", 20),
        row("validation", 32),  # before the first row of the fold, which began at 25
        row("fold 1", 45),
        row("validation", 60),
        row("validation", 33),
        row("fold 2", 45),
        row("validation", 46),
    ]
    steps = {key: [step for step, _ in points] for key, points in by_phase(history).items()}
    assert steps == {
        ("trunk", True): [10, 20],
        ("trunk", False): [20],
        ("fold 1", True): [32, 60],
        ("fold 1", False): [45],
        ("fold 2", True): [33, 46],
        ("fold 2", False): [45],
    }


def test_a_history_of_validations_alone_is_no_curve() -> None:
    history = [row("validation", 10)]
    assert by_phase(history) == {}
    assert losses(history, Words("en")) is None


def test_equal_scores_are_one_step_of_a_curve() -> None:
    truth, scores = np.array([1, 0, 1, 0]), np.array([3.0, 2.0, 2.0, 1.0])
    true, false = cumulative(truth, scores)
    assert true.tolist() == [0, 1, 2, 2]
    assert false.tolist() == [0, 0, 1, 2]


def test_a_higher_threshold_misses_more_and_alarms_less(record: dict[str, Any]) -> None:
    missed, alarms, macro_f1 = costs(record, np.array([0.0, 1.0, 5.0, 20.0]))
    assert (np.diff(missed) > 0).all()
    assert (np.diff(alarms) < 0).all()
    assert macro_f1.argmax() in (1, 2)


@pytest.mark.parametrize("found", [[0.0], [-3.0, 80.0], [5.0, 5.0]])
def test_every_score_lies_in_a_bin(found: list[float]) -> None:
    values = np.array(found)
    low, high = score_range(values)
    edges = score_bins(low, high)
    assert (np.diff(edges) > 0).all()
    assert np.histogram(values, edges)[0].sum() == len(values)


def test_few_images_are_counted_in_wider_bins() -> None:
    counts = {"normal": (10,) * 32, "defect": tuple([1, 0] * 15 + [0, 0])}
    made = distribution({"statistic": "brightness", "edges": list(range(33)), "counts": counts}, Words("en"))
    assert "normal: mean 16.0" in made.svg
    assert "defective: mean 1" in made.svg


def test_no_charts_warn(record: dict[str, Any], recwarn: pytest.WarningsRecorder) -> None:
    losses(record["history"], Words("ko"))
    scores(record, 1.0, [], Words("ko"))
    assert [str(warning.message) for warning in recwarn] == []
