"""How many images of what, and in which order: a list of items, drawn from the seed alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gyeol.data.sample.kinds import PLAN, stream

DEFECTS_SPLIT, NORMALS_SPLIT, TEST_SPLIT = range(3)


@dataclass(frozen=True)
class Scale:
    """How large a folder is.

    Parameters
    ----------
    kinds : int
        Kinds of surface, 1 to 10.
    normals, defects : int
        Training images.
    test, test_defects : int
        Test images, and how many of them are defective.
    """

    kinds: int
    normals: int
    defects: int
    test: int
    test_defects: int


SCALES = {
    "tiny": Scale(kinds=4, normals=80, defects=8, test=60, test_defects=14),
    "demo": Scale(kinds=10, normals=1500, defects=30, test=800, test_defects=185),
    "full": Scale(kinds=10, normals=6790, defects=30, test=9100, test_defects=2100),
}


@dataclass(frozen=True)
class Item:
    """One image to make.

    Parameters
    ----------
    split : int
        0 for training defects, 1 for training normals, 2 for the test.
    number : int
        From 1, within the split; it is part of the file's name.
    kind : int
        Index of its kind.
    defective : bool
        Whether it shows a defect.
    """

    split: int
    number: int
    kind: int
    defective: bool

    @property
    def name(self) -> str:
        """The file's name."""
        stem = {
            DEFECTS_SPLIT: f"defect_{self.number:04d}",
            NORMALS_SPLIT: f"normal_{self.number:04d}",
            TEST_SPLIT: f"test_{self.number:05d}",
        }[self.split]
        return f"{stem}.png"


def draw_plan(seed: int, scale: Scale) -> list[Item]:
    """List all images of a folder, kinds and labels spread evenly and shuffled within every split."""
    plan: list[Item] = []
    for split, groups in (
        (DEFECTS_SPLIT, [(scale.defects, True)]),
        (NORMALS_SPLIT, [(scale.normals, False)]),
        (TEST_SPLIT, [(scale.test_defects, True), (scale.test - scale.test_defects, False)]),
    ):
        rows = list(_spread(groups, scale.kinds))
        order = stream(seed, PLAN, split).permutation(len(rows))
        plan += [Item(split, i + 1, *rows[place]) for i, place in enumerate(order)]
    return plan


def _spread(groups: list[tuple[int, bool]], kinds: int) -> Iterable[tuple[int, bool]]:
    """Deal images to kinds in turn; the second group goes on where the first ended."""
    dealt = 0
    for count, defective in groups:
        for _ in range(count):
            yield dealt % kinds, defective
            dealt += 1
