from __future__ import annotations

import json
import math
from typing import Any

import pytest

from gyeol.detect.config import Config
from gyeol.errors import ModelError


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("steps", 19),
        ("minutes", 0.0),
        ("minutes", math.inf),
        ("minutes", math.nan),
        ("seed", -1),
        ("seed", 2**32),
        ("folds", 1),
        ("prevalence", 0.0),
        ("prevalence", 1.0),
        ("prevalence", math.nan),
        ("crops", 3),
        ("size", 60),
        ("size", 100),
        ("learning_rate", 0.0),
        ("memory_gib", 0.0),
        ("precision", "fp8"),
    ],
)
def test_what_is_out_of_range_is_named(name: str, value: Any) -> None:
    with pytest.raises(ModelError, match=f"^{name} is .*; it must be "):
        Config(**{name: value})


def test_settings_survive_json() -> None:
    config = Config(seed=3, minutes=2.5, widths=(8, 16, 24), precision="fp32")
    assert Config.from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_an_unknown_setting_is_named() -> None:
    with pytest.raises(ModelError, match="'colour'"):
        Config.from_dict({"colour": 1})
