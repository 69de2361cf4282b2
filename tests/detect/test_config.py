from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from gyeol.detect.config import Config
from gyeol.errors import SettingError


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
    with pytest.raises(SettingError, match=f"^{name} is .*; it must be "):
        Config(**{name: value})


def test_settings_survive_json() -> None:
    config = Config(seed=3, minutes=2.5, widths=(8, 16, 24), precision="fp32")
    assert Config.from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_an_unknown_setting_is_named() -> None:
    with pytest.raises(SettingError, match="'colour'"):
        Config.from_dict({"colour": 1})


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("steps", "many", "a whole number"),
        ("steps", 100.5, "a whole number"),
        ("seed", True, "a whole number"),
        ("seed", None, "a whole number"),
        ("minutes", "long", "a number"),
        ("precision", 16, "a text"),
        ("widths", (8, 8), "a list of 3 whole numbers"),
        ("widths", (8, 8, 1.5), "a list of 3 whole numbers"),
        ("widths", (8, 1, 8), "from 2"),
        ("blocks", (-1, 1), "from 0"),
        ("weight_decay", -0.1, "from 0"),
    ],
)
def test_what_is_of_another_type_is_named(name: str, value: Any, said: str) -> None:
    with pytest.raises(SettingError, match=f"^{name} is .*; it must be .*{said}"):
        Config(**{name: value})


def test_whole_numbers_of_any_kind_will_do() -> None:
    assert Config(seed=np.int64(3), minutes=5, learning_rate=np.float32(0.001)).seed == 3
