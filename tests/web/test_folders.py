from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gyeol.errors import DataError
from gyeol.web.folders import Allowed


@pytest.fixture
def tree(tmp_path: Path, png: Callable[..., Path]) -> Path:
    """Make root/a/b with images, a sibling whose name begins alike, and links."""
    for place in ("root/x.png", "root/a/b/y.png", "root/.hidden/z.png", "root2/s.png"):
        png(tmp_path / place)
    (tmp_path / "root/out").symlink_to(tmp_path / "root2")
    (tmp_path / "root/s.png").symlink_to(tmp_path / "root2/s.png")
    (tmp_path / "root/loop").symlink_to(tmp_path / "root/loop")
    return tmp_path


def test_what_is_below_is_allowed(tree: Path) -> None:
    allowed = Allowed([tree / "root"])
    assert allowed.folder(str(tree / "root/a/../a/b")) == tree / "root/a/b"
    assert allowed.tree() == [tree / "root", tree / "root/a/b"]
    assert allowed.images(tree / "root") == [tree / "root/x.png"]


@pytest.mark.parametrize(
    "name",
    ["root2", "root/../root2", "root/out", "root/loop", "root/x.png", "root/none", "", "root/a\0b", "~"],
)
def test_no_trick_leads_elsewhere(tree: Path, name: str) -> None:
    allowed = Allowed([tree / "root"])
    for text in (str(tree / name) if name else "", name, f"file://{tree / name}"):
        with pytest.raises(DataError, match="not on the server's list"):
            allowed.folder(text)


def test_a_list_that_is_itself_a_link_means_where_it_leads(tree: Path) -> None:
    allowed = Allowed([tree / "root/out"])
    assert allowed.folder(str(tree / "root2")) == tree / "root2"
    assert allowed.contains(tree / "root/s.png")
    assert not allowed.contains(tree / "root/x.png")
    assert not allowed.contains(tree / "root2/none.png")


def test_a_folder_that_is_not_there_cannot_be_put_on_the_list(tree: Path) -> None:
    with pytest.raises(DataError, match="no such folder"):
        Allowed([tree / "none"])
