"""Saying in plain words what to know before training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gyeol.explore.facts import Facts

_FEW_NORMALS = 20  # of a kind
_LARGE_EFFECT = 0.8


def warnings_of(facts: Facts) -> tuple[str, ...]:
    """Say what stands out in the facts, the most important first.

    Parameters
    ----------
    facts : Facts
        Their own ``warnings`` are not looked at.

    Returns
    -------
    tuple of str
        Whole sentences.
    """
    return (
        *_on_files(facts),
        *_on_imbalance(facts),
        *_on_duplicates(facts),
        *_on_masks(facts),
        *_on_kinds(facts),
        *_on_light(facts),
    )


def _on_files(facts: Facts) -> Iterator[str]:
    if facts.unreadable:
        number = len(facts.unreadable)
        names = _few([row.path for row in facts.unreadable])
        yield f"{_count(number, 'image')} cannot be read: {names}."
    modes = {row.mode for row in facts.sizes}
    if len(modes) > 1:
        yield (
            f"The images have {len(modes)} modes ({', '.join(sorted(modes))}); all are brought to 8-bit "
            f"grey, but images that were made in different ways may differ in more than that."
        )


def _on_imbalance(facts: Facts) -> Iterator[str]:
    defects, normals = facts.counts.defects, facts.counts.normals
    if facts.imbalance is not None:
        yield (
            f"{_count(defects, 'defect')} in {defects + normals:,} training images: a model that always "
            f"answers normal is {facts.imbalance.always_normal_accuracy:.1%} accurate and scores Macro F1 "
            f"{facts.imbalance.always_normal_macro_f1:.4f}."
        )


def _on_duplicates(facts: Facts) -> Iterator[str]:
    groups = facts.duplicates
    contradicting = [group.files[0] for group in groups if group.both_labels]
    if contradicting:
        yield (
            f"{_count(len(contradicting), 'picture')} among both the defects and the normals; check the "
            f"labels: {_few(contradicting)}."
        )
    leaking = [group.files[0] for group in groups if group.train_and_test]
    if leaking:
        yield (
            f"{_count(len(leaking), 'picture')} in both training and test, which flatters any score: "
            f"{_few(leaking)}."
        )
    others = [group for group in groups if not group.both_labels and not group.train_and_test]
    if others:
        files = sum(len(group.files) for group in others)
        names = _few([group.files[0] for group in others])
        yield (
            f"{files:,} files show only {_count(len(others), 'picture')} ({names}); copies "
            f"must not be on both sides of a split."
        )


def _on_masks(facts: Facts) -> Iterator[str]:
    masks = facts.masks
    if masks.missing:
        yield (
            f"{_count(len(masks.missing), 'defect')} without a mask: {_few(masks.missing)}; where the defect "
            f"is must be learnt from the image alone."
        )
    if masks.unusable:
        names = _few([row.path for row in masks.unusable])
        yield (
            f"{_count(len(masks.unusable), 'mask')} cannot be used: {names}; "
            f"the first: {masks.unusable[0].reason}."
        )
    if masks.without_image:
        yield f"{_count(len(masks.without_image), 'mask')} without an image: {_few(masks.without_image)}."
    if masks.coverage is not None and masks.coverage.most > 0.5:
        yield f"A mask covers {masks.coverage.most:.0%} of its image; are marked and unmarked swapped?"


def _on_kinds(facts: Facts) -> Iterator[str]:
    if facts.counts.normals:
        rare = [row for row in facts.kinds if row.normals < _FEW_NORMALS]
        if rare:
            names = ", ".join(f"{row.kind} ({row.normals})" for row in rare)
            yield f"Fewer than {_FEW_NORMALS} normals of kind {names}: too few to learn what is normal."
    if facts.counts.defects and len(facts.kinds) > 1:
        without = [str(row.kind) for row in facts.kinds if not row.defects]
        if without:
            yield f"No defect in training of kind {', '.join(without)}: what one looks like must be guessed."
    unfamiliar = sum(row.unfamiliar_test for row in facts.kinds)
    if facts.counts.normals and unfamiliar > 0.02 * facts.counts.test:
        yield f"{_count(unfamiliar, 'test image')} unlike any kind of the normals: expect mistakes there."


def _on_light(facts: Facts) -> Iterator[str]:
    for row in facts.light:
        if row.certain and abs(row.effect) > _LARGE_EFFECT:
            yield (
                f"Defects differ from normals in {row.statistic} ({row.defect_mean:.1f} against "
                f"{row.normal_mean:.1f}, effect size {row.effect:+.1f}): a model may learn the light "
                f"instead of the defect."
            )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _few(names: Sequence[str], shown: int = 3) -> str:
    listed = ", ".join(names[:shown])
    return listed if len(names) <= shown else f"{listed} and {len(names) - shown:,} more"
