from __future__ import annotations

from pathlib import Path

import pytest

from gyeol.data.names import unique_names
from gyeol.errors import DataError

ROOT = Path("/data")


def named(*paths: str) -> list[str]:
    return unique_names([ROOT / path for path in paths], ROOT)


def test_file_names_where_they_are_unique() -> None:
    assert named("test/a.png", "test/deep/b.jpg") == ["a", "b"]
    assert named() == []


def test_folders_come_before_where_they_are_not() -> None:
    assert named("test/good/0.png", "test/crack/0.png") == ["good_0", "crack_0"]
    assert named("Class1/Test/0.PNG", "Class2/Test/0.PNG", "Class2/Test/1.PNG") == [
        "Class1_0",
        "Class2_0",
        "Class2_1",
    ]
    assert named("0.png", "sub/0.png") == ["0", "sub_0"]


def test_what_is_still_equal_is_refused() -> None:
    with pytest.raises(DataError, match=r"/data/0\.jpg: /data/0\.png would have the same id, 0"):
        named("0.jpg", "0.png")
    with pytest.raises(DataError, match="a_b_c"):
        named("a/b_c.png", "a_b/c.png", "d/c.png")
