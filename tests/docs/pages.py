"""Find the blocks of a page, and say which of their lines are left out, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHELL, PYTHON = ("sh", "bash", "shell", "console"), ("python", "py")
LEFT_OUT = {
    r"^make ": "it runs this test, or minutes of work; CI runs it",
    r"\bpip install\b": "it changes the environment of the tests; the wheel has tests of its own",
    r"^gyeol compare ": "it trains seven methods; tests/compare runs it",
    r"--detector plain-resnet18d": "it trains for minutes; tests/plugins trains a plugin",
    r"--from review\.db": "it needs what people have answered; tests/cli/test_train_from.py runs it",
    r"--cluster ": "it needs Ray, an object store or many machines; tests/cluster runs it",
}
"""Patterns of shell lines that no page has to mark. Everything else that cannot run has a comment over its block:
``<!-- not run: the reason -->``."""
FENCE = re.compile(r"^( *)```(\w+)?[^\n]*\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"<!-- not run: (\S.*?) -->\s*\Z", re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fenced block.

    Parameters
    ----------
    line : int
        Where it begins, from 1.
    python : bool
        Python, else shell.
    code : str
    """

    line: int
    python: bool
    code: str


def pages() -> list[Path]:
    """List every page that may hold blocks, translations included."""
    return [ROOT / "README.md", ROOT / "README.ko.md", *sorted((ROOT / "docs").glob("*.md"))]


def original(page: Path) -> Path:
    """Give the English page of a translation; other pages are their own."""
    return page.with_name(page.name.replace(".ko.md", ".md"))


def blocks(text: str) -> list[Block]:
    """Read the blocks that have to run, without the lines that :data:`LEFT_OUT` names."""
    found = []
    for match in FENCE.finditer(text):
        indent, language, code = match.groups()
        if language not in SHELL + PYTHON or MARK.search(text[: match.start()]):
            continue
        code = re.sub(rf"^{indent}", "", code, flags=re.MULTILINE)
        if language in SHELL:
            code = "\n".join(each for each in commands(code) if left_out(each) is None)
        found.append(Block(text.count("\n", 0, match.start()) + 2, language in PYTHON, code))
    return found


def commands(code: str) -> list[str]:
    """Split a shell block into its lines, continued ones joined and prompts taken off."""
    return [re.sub(r"^\$ ", "", line) for line in code.replace("\\\n", " ").splitlines()]


def left_out(line: str) -> str | None:
    """Give the pattern by which a line is left out."""
    return next((pattern for pattern in LEFT_OUT if re.search(pattern, line)), None)


def bare(text: str) -> list[str]:
    """Give the blocks of a page without comments and spacing, to compare a translation with its original."""
    plain = [
        re.sub(r"(^|\s+)#.*$", "", match[3], flags=re.MULTILINE)
        for match in FENCE.finditer(text)
        if match[2] in SHELL + PYTHON
    ]
    return [" ".join(each.split()) for each in plain]
