"""A way to call the commands."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from gyeol.cli.main import main


@pytest.fixture
def gyeol(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[Any, str, str]]:
    """Call the program with arguments; give its exit code, stdout and stderr."""

    def call(*arguments: object) -> tuple[Any, str, str]:
        monkeypatch.setattr(sys, "argv", ["gyeol", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            main()
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return caught.value.code, out, err

    return call
