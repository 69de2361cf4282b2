"""Every shell and Python block of the documentation runs, in the order of its page."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

_spec = importlib.util.spec_from_file_location("docs_pages", Path(__file__).with_name("pages.py"))
assert _spec is not None
assert _spec.loader is not None
pages = sys.modules["docs_pages"] = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(pages)

PAGES = pages.pages()
ENGLISH = [page for page in PAGES if pages.original(page) == page]
KOREAN = [page for page in PAGES if pages.original(page) != page]
WAIT = "until curl --silent --fail --output /dev/null http://127.0.0.1:{port}/ready; do kill -0 $!; sleep 0.1; done"


def name(page: Path) -> str:
    return page.name


class Reader:
    """Someone who types what a page says, in a folder of their own."""

    def __init__(self, world: Any, folder: Path, port: int) -> None:
        self.world, self.folder, self.port = world, folder, port
        self.python: subprocess.Popen[str] | None = None

    def shell(self, code: str) -> None:
        """Run a block; a server stays in the background, on a port that is free here."""
        made: set[str] = set()
        lines = []
        for line in code.replace("8722", str(self.port)).splitlines():
            new = set(re.findall(r"(?:-o|gyeol sample) +([\w.-]+)", line))
            self.world.give(set(re.findall(r"[\w.-]+", line.partition(" #")[0])) - new - made, self.folder)
            made |= new
            if line.startswith("gyeol serve"):
                command = line.partition(" #")[0]
                lines += [f"{command} --port {self.port} >serve.log 2>&1 & echo $! >>serving"]
                line = WAIT.format(port=self.port)
            lines.append(line)
        self.world.run("\n".join(lines), self.folder)

    def block(self, code: str, number: int) -> None:
        """Run a Python block with the names of those before it."""
        self.world.give(set(re.findall(r"[\w.-]+", " ".join(re.findall(r"\"(.*?)\"", code)))), self.folder)
        if self.python is None:
            self.python = subprocess.Popen(
                [self.world.programs / "python"],
                cwd=self.folder,
                env=self.world.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        (self.folder / f"line_{number}.py").write_text(code)
        assert self.python.stdin is not None
        assert self.python.stdout is not None
        self.python.stdin.write(f"line_{number}.py\n")
        self.python.stdin.flush()
        said = []
        for line in self.python.stdout:
            if line.startswith(self.world.END):
                assert line == f"{self.world.END}0\n", "".join(said)
                return
            said.append(line)
        raise AssertionError("".join(said))

    def leave(self) -> None:
        """Stop what still runs."""
        if (self.folder / "serving").exists():
            self.world.run("kill $(cat serving) || true", self.folder)
        if self.python is not None:
            self.python.communicate()


@pytest.mark.parametrize("page", ENGLISH, ids=name)
def test_every_block_of_a_page_runs(page: Path, world: Any, tmp_path: Path, port: int) -> None:
    blocks = pages.blocks(page.read_text())
    reader = Reader(world, tmp_path, port) if blocks else None
    try:
        for block in blocks:
            try:
                reader.block(block.code, block.line) if block.python else reader.shell(block.code)
            except AssertionError as error:
                raise AssertionError(f"{page.name}, line {block.line}: {error}") from None
    finally:
        if reader:
            reader.leave()


@pytest.mark.parametrize("page", KOREAN, ids=name)
def test_a_translation_has_the_blocks_of_its_original(page: Path) -> None:
    assert pages.bare(page.read_text()) == pages.bare(pages.original(page).read_text())


def test_nothing_is_left_out_that_no_page_says() -> None:
    lines = [
        line
        for page in ENGLISH
        for match in pages.FENCE.finditer(page.read_text())
        if match[2] in pages.SHELL
        for line in pages.commands(match[3])
    ]
    for pattern in pages.LEFT_OUT:
        assert any(re.search(pattern, line) for line in lines), pattern


def test_a_block_that_fails_is_found(world: Any, tmp_path: Path, port: int) -> None:
    reader = Reader(world, tmp_path, port)
    with pytest.raises(AssertionError, match="no such"):
        reader.shell("gyeol explore nowhere")
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        reader.block("1 / 0", 1)
    reader.leave()


def test_marks_prompts_and_continued_lines_are_read() -> None:
    text = "<!-- not run: it costs money -->\n```sh\nbuy\n```\ntext\n\n```console\n$ a \\\n  b\n```\n```text\nc\n```\n"
    (block,) = pages.blocks(text)
    assert (block.line, block.code.split(), block.python) == (8, ["a", "b"], False)
