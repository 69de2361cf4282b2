from __future__ import annotations

import numpy as np

from gyeol.review.consequences import consequences

RECORD = {
    "defect_scores": [{"score": score} for score in (4.0, 9.0, 12.0, 20.0)],
    "normal_scores": [0.0, 0.5, 1.0, 2.0, 6.0],
    "estimate": {"prevalence": 0.2},
}


def test_every_threshold_has_its_consequences() -> None:
    told = consequences(RECORD, 5.0)
    at = np.array(told["at"])
    assert 5.0 in at
    assert at.max() > 20
    assert (told["defects"], told["normals"]) == (4, 5)
    here = told["at"].index(5.0)
    assert (told["seen_missed"][here], told["seen_alarms"][here]) == (1, 1)
    assert told["seen_missed"][-1] == 4
    assert told["seen_alarms"][-1] == 0
    assert (np.diff(told["missed"]) >= -1e-12).all()
    assert (np.diff(told["alarms"]) <= 1e-12).all()
    lengths = {len(column) for column in told.values() if isinstance(column, list)}
    assert lengths == {len(at)}


def test_a_threshold_far_outside_is_on_the_slider_too() -> None:
    for threshold in (-30.0, 300.0):
        at = consequences(RECORD, threshold)["at"]
        assert min(at) <= threshold <= max(at)
