"""Write docs/benchmarks.md from the results.

python benchmarks/table.py [--results FOLDER] [-o FILE]
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from gyeol.files import atomic_file
from paper import paper
from record import ROOT, Row

FILES = {
    "demo": "The demo sample: 1,500 normals and 30 defects to learn from, 800 images to judge",
    "full": "The full sample, as large as the competition: 6,790 normals, 30 defects, 9,100 to judge",
    "tiles": "Real images: magnetic tiles, 30 defects (6 of each of 5 types) and half of the normals",
    "strangers": "Textures by authors who had seen nothing of gyeol: 1,000 normals, 30 defects, 600 to judge",
    "hard": "Hard for having thirty: the same normals and test, with many labelled defects",
    "few": "Fewer defects, fewer normals, no masks, other sizes, a kind whose defects were never shown",
    "prevalence": "Other shares of defective images in the test",
    "ablation": "What each part of the method is worth: taken out or changed, one at a time",
    "compare": "gyeol beside all other detectors: the same folder, cores and minutes of training",
    "robustness": "Test images changed, training images not",
    "speed": "How fast images are judged: PNG files to a closed CSV",
    "training_speed": "How much of the processor a training step uses",
    "cluster": "Several workers",
    "growth": "How cost grows",
    "review_page": "The review page",
    "review_learning": "Learning from review: what to look at next against random order",
    "sample": "The sample itself",
}
PLAIN = ("sample", "speed", "training_speed", "cluster", "growth", "review_page")
"""Files whose rows are shown with all their numbers."""
BRIEF = ("ablation", "few", "prevalence", "robustness", "review_learning")
"""Files whose rows differ in one thing and are best read down a column."""
SHORT = ("review_learning",)
"""Files of trainings that are cut short on purpose: what they expect of themselves says nothing of usual ones."""
INTRO = """# Benchmarks

Made by `python benchmarks/table.py` from the results in `benchmarks/*.json`; do not edit. Each row is a run
of the commands under its table, as a user would run them: times include the start of Python and all reading
and writing, memory is the largest of any of the processes. Macro F1 is at the threshold that the method chose
by itself, without the test; "best possible" is what the best single threshold would have reached on this very
test; an estimate's gap is estimate less truth. Several seeds are given as mean (lowest to highest).
"""
COUNTED = "2026-11-26T02:50"
"""Since when an estimate's interval is that of counted shares; before, it was a bootstrap's (docs/decisions.md)."""
Metric = Callable[[Row], Any]


def metric(name: str) -> Metric:
    return lambda row: row["metrics"].get(name)


def span(values: Iterable[Any], digits: int) -> str:
    """Mean and range of the numbers there are."""
    numbers = [float(value) for value in values if value is not None]
    if not numbers:
        return "-"
    mean = f"{sum(numbers) / len(numbers):,.{digits}f}"
    low, high = f"{min(numbers):,.{digits}f}", f"{max(numbers):,.{digits}f}"
    return mean if low == high else f"{mean} ({low} to {high})"


def table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


SUMMARY: list[tuple[str, Metric, int]] = [
    ("Macro F1", metric("macro_f1"), 4),
    ("best possible", metric("best_macro_f1"), 4),
    ("AUROC", metric("auroc"), 4),
    ("AP", metric("average_precision"), 4),
    ("AUPRO", metric("aupro"), 4),
    ("misses", metric("misses"), 1),
    ("false alarms", metric("false_alarms"), 1),
    ("training, s", metric("train_s"), 0),
    ("peak MiB", lambda row: row["peak_mib"], 0),
    ("judging, images/s", metric("predict_images_s"), 0),
    ("only reading, images/s", metric("decode_images_s"), 0),
]


def by_method(rows: list[Row]) -> dict[str, list[Row]]:
    """Gather the seeds of each method and budget."""
    groups: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda each: (each["method"], each["seed"])):
        budget = f"{row.get('epochs')} epoch(s)"
        if row.get("minutes") or row.get("steps"):
            budget = f"{row['minutes']:g} minutes" if row.get("minutes") else f"{row['steps']:,} steps"
        groups.setdefault(f"{row['method']}, {budget}", []).append(row)
    return groups


def accuracy(rows: list[Row]) -> str:
    """Lay out one question's rows: a summary, each seed, each kind."""
    groups = by_method(rows)
    header = ["method", "seeds", *(name for name, _, _ in SUMMARY)]
    lines = [
        [name, str(len(own)), *(span(map(get, own), digits) for _, get, digits in SUMMARY)]
        for name, own in groups.items()
    ]
    return "\n".join([table(header, lines), seeds(groups), kinds(groups)])


def seeds(groups: dict[str, list[Row]]) -> str:
    header = ["method", "seed", "Macro F1 (95 % interval)", "estimate (interval)", "gap", "data"]
    lines = []
    for name, own in groups.items():
        for row in own:
            found, text = row["metrics"], ["-", "-"]
            if "estimate" in found:
                low, high = found["estimate_interval"]
                text = [f"{found['estimate']:.4f} ({low:.4f} to {high:.4f})", f"{found['estimate_gap']:+.4f}"]
            low, high = found["interval"]
            truth = f"{found['macro_f1']:.4f} ({low:.4f} to {high:.4f})"
            lines.append([name, str(row["seed"]), truth, *text, f"`{row['data']}`"])
    return table(header, lines)


def kinds(groups: dict[str, list[Row]]) -> str:
    """Recall and false alarms of each kind, summed over the seeds."""
    names = sorted(
        {kind["kind"] for own in groups.values() for row in own for kind in row["metrics"]["kinds"]}
    )
    lines = []
    for name, own in groups.items():
        cells = []
        for wanted in names:
            found = [k for row in own for k in row["metrics"]["kinds"] if k["kind"] == wanted]
            defects, misses = sum(k["defects"] for k in found), sum(k["misses"] for k in found)
            alarms = sum(k["false_alarms"] for k in found)
            normals = sum(k["images"] for k in found) - defects
            parts = [f"{defects - misses} of {defects} found"] if defects else []
            parts += [f"{alarms} of {normals} false alarms"] if normals else []
            cells.append("; ".join(parts) or "-")
        lines.append([name, *cells])
    # A column a method: there are more kinds than methods.
    turned = [list(cells) for cells in zip(["kind", *names], *lines, strict=True)]
    return table(turned[0], turned[1:])


def brief(rows: list[Row]) -> str:
    """Lay out rows that differ in one thing, in the order of the numbers in their names."""
    header = ["method", "seeds", "Macro F1", "best possible", "AUROC", "misses", "false alarms", "estimate"]
    names = {"macro_f1": 4, "best_macro_f1": 4, "auroc": 4, "misses": 1, "false_alarms": 1, "estimate": 4}
    if any("recall_of_unseen" in row["metrics"] for row in rows):
        header, names = [*header, "recall of the kind left out"], {**names, "recall_of_unseen": 4}
    groups: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda each: (each.get("steps") or 0, natural(each["method"]))):
        steps = f", {row['steps']:,} steps" if row.get("steps") else ""
        groups.setdefault(f"{row['method']}{steps}", []).append(row)
    lines = [
        [name, str(len(own)), *(span(map(metric(m), own), digits) for m, digits in names.items())]
        for name, own in groups.items()
    ]
    return table(header, lines)


def comparison(rows: list[Row]) -> str:
    """Lay out detectors beside each other, the best first."""
    columns = [
        ("Macro F1", metric("macro_f1"), 4),
        ("best possible", metric("best_macro_f1"), 4),
        ("AUROC", metric("auroc"), 4),
        ("AP", metric("average_precision"), 4),
        ("misses", metric("misses"), 1),
        ("false alarms", metric("false_alarms"), 1),
        ("validation", metric("validation"), 4),
        ("training, s", metric("train_s"), 0),
        ("images/s", metric("images_s"), 0),
        ("peak MiB", lambda row: row["peak_mib"], 0),
        ("model MiB", metric("size_mib"), 1),
    ]
    groups: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda each: -each["metrics"]["macro_f1"]):
        groups.setdefault(f"{row['title']} (`{row['method']}`)", []).append(row)
    lines = [
        [
            name,
            str(len(own)),
            *(span(map(get, own), places) for _, get, places in columns),
            "yes" if own[0]["metrics"]["external_data"] else "no",
        ]
        for name, own in groups.items()
    ]
    header = ["detector", "seeds", *(name for name, _, _ in columns), "external data"]
    said = (
        "Validation is the Macro F1 that a detector expected before the test, by images that it says it had not learnt "
        "from; far above the Macro F1, it tells of a leak. Training and judging are timed within the process.\n"
    )
    return f"{said}\n{table(header, lines)}"


def natural(text: str) -> list[tuple[int, float, str]]:
    """Order names by the numbers in them."""
    words = text.replace(",", "").split()
    return [(0, float(word), "") if _number(word) else (1, 0.0, word) for word in words]


def _number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def calibration(held: list[Row]) -> str:
    """Compare what training expected, without the test, with what the test showed: a line for every run."""
    rows = [row for row in held if "estimate" in row["metrics"]]
    header = ["data", "method", "seed", "estimate (95 % interval)", "truth", "gap", "truth inside"]
    lines, gaps = [], []
    inside: dict[bool, list[bool]] = {False: [], True: []}
    for row in rows:
        found = row["metrics"]
        low, high = found["estimate_interval"]
        holds = low <= found["macro_f1"] <= high
        inside[row["date"] >= COUNTED].append(holds)
        gaps.append(abs(found["estimate_gap"]))
        lines.append(
            [
                row["question"],
                row["method"],
                str(row["seed"]),
                f"{found['estimate']:.4f} ({low:.4f} to {high:.4f})",
                f"{found['macro_f1']:.4f}",
                f"{found['estimate_gap']:+.4f}",
                "yes" if holds else "no",
            ]
        )
    said = f"The mean absolute gap is {sum(gaps) / len(gaps):.4f}.\n"
    for counted, held_in in inside.items():
        rule = "of counted shares, as it is now" if counted else "of a bootstrap, as it was"
        said += (
            f"{sum(held_in)} of {len(held_in)} truths lie inside the interval {rule}.\n" if held_in else ""
        )
    return f"{said}\n{table(header, lines)}"


def digits(name: str) -> int:
    return 3 if name.endswith(("f1", "auroc", "reading")) else 1 if name.endswith(("_s", "_ms")) else 0


def plain(rows: list[Row]) -> str:
    """Lay out rows with all numbers there are."""
    groups = {row["method"]: [r for r in rows if r["method"] == row["method"]] for row in rows}
    numbers = (
        name for row in rows for name, value in row["metrics"].items() if isinstance(value, int | float)
    )
    names = list(dict.fromkeys(numbers))
    lines = [
        [name, str(len(own)), *(span((r["metrics"].get(m) for r in own), digits(m)) for m in names)]
        for name, own in groups.items()
    ]
    return table(["method", "seeds", *(name.replace("_", " ") for name in names)], lines)


def under(rows: list[Row]) -> str:
    """Say with which commands, where and with what a table was made, and what is odd about it."""
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(row["method"], row)
    commands = "\n".join(dict.fromkeys("\n".join(row["command"]) for row in first.values()))
    places = {
        f"{row['machine']['cpu']}, {row['machine']['cores']} cores{', bf16' * row['machine']['bf16']}, "
        f"{row['machine']['memory_gib']} GiB; Python {row['versions']['python']}, torch "
        f"{row['versions']['torch']}, gyeol {row['versions']['gyeol']} at {row['versions']['commit']}"
        for row in rows
    }
    text = f"```\n{commands}\n```\n" + "".join(f"- {place}\n" for place in sorted(places))
    prints: dict[int, set[str]] = {}
    for row in rows:
        prints.setdefault(row.get("seed", 0), set()).add(row.get("data", ""))
    if torn := [str(seed) for seed, found in prints.items() if len(found) > 1]:
        text += f"- Careful: the rows of seed {', '.join(torn)} are not of the same data.\n"
    busy = max(row["machine"]["load_before"] for row in rows)
    if busy > 0.5 * rows[0]["machine"]["cores"]:
        text += f"- Careful: other work took up to {busy:.1f} cores; times are too long.\n"
    return text


def published(held: dict[str, Any]) -> str:
    """Lay out what papers say of other methods' speed."""
    header = ["method", "side", "ms an image", "images/s", "hardware", "source"]
    names = ("method", "size", "latency_ms", "images_s", "hardware", "source")
    lines = [["-" if row[name] is None else str(row[name]) for name in names] for row in held["rows"]]
    return f"### Published figures of others, on GPUs\n\n{held['note']}\n\n{table(header, lines)}"


def rows_of(file: Path) -> list[Row]:
    """Read the rows of a file; none where there is no file."""
    return list(json.loads(file.read_text(encoding="utf-8"))["rows"]) if file.exists() else []


def layout(file: str) -> Callable[[list[Row]], str]:
    """Choose how the rows of a file are shown."""
    if file == "compare":
        return comparison
    return plain if file in PLAIN else brief if file in BRIEF else accuracy


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=ROOT / "benchmarks")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "docs/benchmarks.md")
    options = parser.parse_args()
    parts, estimated = [INTRO], []
    for name, title in FILES.items():
        file = options.results / f"{name}.json"
        if not file.exists():
            continue
        held = json.loads(file.read_text(encoding="utf-8"))
        if not held["rows"]:
            continue
        parts.append(f"## {title}\n")
        if notes := [f"{key} {value}" for key, value in held.items() if key != "rows"]:
            parts.append("; ".join(notes).capitalize() + ".\n")
        for question in dict.fromkeys(row["question"] for row in held["rows"]):
            rows = [row for row in held["rows"] if row["question"] == question]
            if name == "growth":
                rows.sort(key=lambda row: natural(row["method"]))
            body = layout(name)(rows)
            parts.append(f"### {question[0].upper()}{question[1:]}\n\n{body}\n{under(rows)}")
        if name == "speed":
            said = json.loads((ROOT / "benchmarks/published.json").read_text(encoding="utf-8"))
            parts.append(published(said))
            parts.append(paper(held["rows"], rows_of(options.results / "cluster.json")))
        if name not in SHORT:
            estimated += [row for row in held["rows"] if "estimate" in row["metrics"]]
    if estimated:
        parts.append(f"## What training expects of itself\n\n{calibration(estimated)}")
    with atomic_file(options.output) as stream:
        stream.write("\n".join(parts))
    print(options.output)


if __name__ == "__main__":
    main()
