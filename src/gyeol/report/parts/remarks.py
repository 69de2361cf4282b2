"""What stands out in a folder, in the report's language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gyeol.report.words import Words

_FEW_NORMALS = 20
_LARGE_EFFECT = 0.8


def remarks(facts: dict[str, Any], words: Words) -> list[str]:
    """Say what to know before training, the most important first, as :mod:`gyeol.explore.warn` does in English.

    Parameters
    ----------
    facts : dict
        As explore.json holds them. What is wrong with the folder as such (its ``findings``) stays as it was said.
    """
    return [*facts.get("findings", ()), *_folder(facts, words), *_copies(facts, words), *_looks(facts, words)]


def _folder(facts: dict[str, Any], words: Words) -> Iterator[str]:
    if unreadable := facts["unreadable"]:
        names = _few([row["path"] for row in unreadable], words)
        yield words("remark.unreadable", n=len(unreadable), names=names)
    modes = sorted({row["mode"] for row in facts["sizes"]})
    if len(modes) > 1:
        yield words("remark.modes", n=len(modes), names=", ".join(modes))
    if imbalance := facts["imbalance"]:
        counts = facts["counts"]
        yield words(
            "remark.imbalance",
            n=counts["defects"],
            images=counts["defects"] + counts["normals"],
            accuracy=f"{imbalance['always_normal_accuracy']:.1%}",
            macro_f1=f"{imbalance['always_normal_macro_f1']:.4f}",
        )


def _copies(facts: dict[str, Any], words: Words) -> Iterator[str]:
    groups = facts["duplicates"]
    for name in ("both_labels", "train_and_test"):
        if some := [group["files"][0] for group in groups if group[name]]:
            yield words(f"remark.{name}", n=len(some), names=_few(some, words))
    if rest := [group for group in groups if not group["both_labels"] and not group["train_and_test"]]:
        files = sum(len(group["files"]) for group in rest)
        names = _few([group["files"][0] for group in rest], words)
        yield words("remark.copies", n=len(rest), files=files, names=names)
    masks = facts["masks"]
    if missing := masks["missing"]:
        yield words("remark.without_mask", n=len(missing), names=_few(missing, words))
    if unusable := masks["unusable"]:
        names = _few([row["path"] for row in unusable], words)
        yield words("remark.unusable_masks", n=len(unusable), names=names)
    if orphans := masks["without_image"]:
        yield words("remark.orphans", n=len(orphans), names=_few(orphans, words))
    if masks["coverage"] and masks["coverage"]["most"] > 0.5:
        yield words("remark.coverage", share=f"{masks['coverage']['most']:.0%}")


def _looks(facts: dict[str, Any], words: Words) -> Iterator[str]:
    kinds, counts = facts["kinds"], facts["counts"]
    rare = [row for row in kinds if row["normals"] < _FEW_NORMALS]
    if counts["normals"] and rare:
        names = ", ".join(f"{row['kind']} ({row['normals']})" for row in rare)
        yield words("remark.rare", least=_FEW_NORMALS, names=names)
    without = [str(row["kind"]) for row in kinds if not row["defects"]]
    if counts["defects"] and len(kinds) > 1 and without:
        yield words("remark.no_defect", names=", ".join(without))
    unfamiliar = sum(row["unfamiliar_test"] for row in kinds)
    if counts["normals"] and unfamiliar > 0.02 * counts["test"]:
        yield words("remark.unfamiliar", n=unfamiliar)
    for row in facts["light"]:
        if row["certain"] and abs(row["effect"]) > _LARGE_EFFECT:
            yield words(
                "remark.light",
                statistic=words(f"distribution.{row['statistic']}"),
                defect=f"{row['defect_mean']:.1f}",
                normal=f"{row['normal_mean']:.1f}",
                effect=f"{row['effect']:+.1f}",
            )


def _few(names: Sequence[str], words: Words, shown: int = 3) -> str:
    listed = ", ".join(names[:shown])
    return listed if len(names) <= shown else words("and_more", names=listed, more=len(names) - shown)
