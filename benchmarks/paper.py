"""What judging ten million images on a cluster would take: a model on paper, from what was measured on one machine.

Shown in docs/benchmarks.md by table.py. Prices change and differ: they are assumptions, put here to be changed.
"""

from __future__ import annotations

from typing import Any

from record import Row

IMAGES = 10_000_000
IMAGE_MB = 0.183
"""Mean size of the sample's 512x512 PNG files (20 of seed 0)."""
SHARD = 500
"""Images a part, as in gyeol.cluster.run."""
NODE = {"vCPUs": 16, "memory_gib": 64}
EFFICIENCY = 0.85
"""Assumed share of a lone process's speed that a Ray worker keeps, where benchmarks/cluster.json does not say."""
CPU_HOUR, GET, PUT = 0.05, 0.4e-6, 5e-6
"""US dollars: a vCPU for an hour, on demand, with 4 GiB; a GET or HEAD; a PUT or LIST. Within a region, traffic is
taken as free."""


def paper(speed: list[Row], cluster: list[Row]) -> str:
    """Lay the model out in Markdown; empty where the int8 engine was not measured."""
    measured = [row for row in speed if row["method"] == "gyeol int8, OpenVINO"]
    if not measured:
        return ""
    row = max(measured, key=lambda each: each["metrics"]["images"])
    found, cores = row["metrics"], row["machine"]["cores"]
    rate = found["images"] / (min(found["seconds"]) - found["first_answer_s"]) / cores
    share, said = efficiency(cluster)
    each = rate * share
    hours = IMAGES / each / 3600
    parts = IMAGES // SHARD
    # Images, parts of answers (a PUT, and a look whether the bucket is there), pages of 1,000 names.
    asked = {"GET": IMAGES, "HEAD": parts, "PUT": parts, "LIST": IMAGES // 1000}
    requests = (asked["GET"] + asked["HEAD"]) * GET + (asked["PUT"] + asked["LIST"]) * PUT
    computing = hours * CPU_HOUR
    total = (computing + requests) / (IMAGES / 1e6)
    lines = [
        f"- **A core** judges {rate:.0f} images a second once started ({found['images']} images on {cores} cores in "
        f"{min(found['seconds']):.1f} s, of which {found['first_answer_s']:.1f} s to start); {said}.",
        f"- **Core hours**: {hours:.0f}. On nodes of {NODE['vCPUs']} vCPUs: "
        + ", ".join(f"{count} nodes {wall(hours, count)}" for count in (2, 8, 32))
        + f". The last part ends up to {SHARD / each:.0f} s after the others.",
        f"- **Memory**: {found['peak_mib']:.0f} MiB were the peak of a process with {cores} threads; with Ray's own, "
        f"1 GiB a worker is ample, {NODE['vCPUs']} GiB a node of {NODE['memory_gib']}. The machine that starts the run "
        f"holds all paths: 0.15 GiB a million (measured), {IMAGES / 1e6 * 0.15:.1f} GiB.",
        f"- **Traffic**: {IMAGES * IMAGE_MB / 1e6:.1f} TB read, {each * IMAGE_MB * NODE['vCPUs'] * 8 / 1e3:.1f} Gbit/s "
        "a node.",
        "- **Requests** to an object store: " + ", ".join(f"{n:,} {name}" for name, n in asked.items()) + ".",
        f"- **Cost**: at {CPU_HOUR} USD a vCPU hour, {GET * 1e6:.2f} USD a million GET and {PUT * 1e6:.0f} USD a "
        f"million PUT: {computing:.2f} USD for computing and {requests:.2f} for requests, **{total:.2f} USD a million "
        "images**.",
    ]
    return "### Ten million images of 512x512 on a cluster, on paper\n\n" + "\n".join(lines) + "\n"


def wall(hours: float, nodes: int) -> str:
    """Say how long so many nodes take."""
    minutes = hours / nodes / NODE["vCPUs"] * 60
    return f"{minutes / 60:.1f} h" if minutes > 90 else f"{minutes:.0f} min"


def efficiency(cluster: list[Row]) -> tuple[float, str]:
    """Give the share of a lone process's speed that Ray's workers keep, and where it is from."""
    speeds: dict[str, dict[str, Any]] = {row["method"]: row["metrics"] for row in cluster}
    alone = speeds.get("one process")
    two = next((found for name, found in speeds.items() if "2 worker" in name), None)
    if alone is None or two is None:
        return EFFICIENCY, f"of that, a worker of Ray is assumed to keep {EFFICIENCY:.0%}"
    share = min(1.0, two["images_s_once_started"] / alone["images_s_once_started"])
    return share, f"two workers of Ray kept {share:.0%} of one process's speed (benchmarks/cluster.json)"
