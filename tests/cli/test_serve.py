from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gyeol.cli import serving

Gyeol = Callable[..., tuple[Any, str, str]]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Collect the applications that would be served, instead of serving them until told to stop."""
    seen: list[Any] = []

    def run(app: Any, bound: Any, announce: Callable[[], None]) -> None:
        announce()
        seen.append(app.state.served)
        seen[-1].close()

    monkeypatch.setattr(serving, "run", run)
    monkeypatch.delenv("GYEOL_TOKEN", raising=False)
    return seen


@pytest.fixture
def serve(gyeol: Gyeol, model: Path, competition: Path, tmp_path: Path) -> Callable[..., tuple[Any, str]]:
    def call(*arguments: object) -> tuple[Any, str]:
        code, out, err = gyeol(
            "serve", model, "--folder", competition, "--db", tmp_path / "r.db", "--port", 0, *arguments
        )
        assert out == ""
        return code, err

    return call


def test_on_this_machine_alone_no_token_is_needed(
    serve: Callable[..., tuple[Any, str]], served: list[Any]
) -> None:
    code, err = serve()
    assert code == 0
    assert "3 images in" in err
    assert "http://127.0.0.1:" in err
    assert "token" not in err
    assert served[0].settings.token == ""
    assert [path.name for path in served[0].allowed.roots] == ["comp"]


def test_beyond_this_machine_a_token_is_made_and_told_once(
    serve: Callable[..., tuple[Any, str]], served: list[Any]
) -> None:
    code, err = serve("--host", "0.0.0.0", "--host-name", "Inspection.local")
    assert code == 0
    token = served[0].settings.token
    assert len(token) >= 40
    assert err.count(token) == 1
    assert f"/#token={token}" in err
    assert "unencrypted" in err
    assert "inspection.local" in served[0].settings.hosts
    assert "0.0.0.0" not in served[0].settings.hosts
    serve("--host", "0.0.0.0")
    assert served[1].settings.token != token


def test_a_token_of_ones_own_is_taken_from_a_file_or_the_environment(
    serve: Callable[..., tuple[Any, str]], served: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("from-a-file-0123456789\n")
    assert serve("--token-file", tmp_path / "token")[0] == 0
    monkeypatch.setenv("GYEOL_TOKEN", "from-the-environment-0123")
    assert serve()[0] == 0
    assert [each.settings.token for each in served] == ["from-a-file-0123456789", "from-the-environment-0123"]
    for bad in ("short", "", "has a space in it 0123", "한국어토큰한국어토큰한국어토큰한국어토큰"):
        (tmp_path / "token").write_text(bad)
        code, err = serve("--token-file", tmp_path / "token")
        assert code == 2
        assert "token" in err
        assert len(err.splitlines()) == 1
    assert len(served) == 2


def test_scores_are_taken_and_a_newer_version_is_told_of(
    serve: Callable[..., tuple[Any, str]], gyeol: Gyeol, served: list[Any], model: Path, tmp_path: Path
) -> None:
    (tmp_path / "scores.csv").write_text("ImageId,score,answer,kind,note\ntest_0,1.5,1,0,\ntest_1,0.5,0,0,\n")
    code, err = serve("--scores", tmp_path / "scores.csv")
    assert code == 0
    assert "2 have a score" in err
    from gyeol.detect.versions import save_threshold

    new, _ = save_threshold(model, 2.0, "lee")
    try:
        assert f"newer version of this model: {new}" in serve()[1]
        assert "newer version" not in gyeol("serve", new, "--db", tmp_path / "s.db", "--port", 0)[2]
    finally:
        __import__("shutil").rmtree(new)


def test_what_is_wrong_is_one_line(
    serve: Callable[..., tuple[Any, str]], gyeol: Gyeol, served: list[Any], model: Path, tmp_path: Path
) -> None:
    (tmp_path / "scores.csv").write_text("ImageId,score,kind\nnone,1,1\n")
    (tmp_path / "notes.txt").write_text("notes " * 100)
    for arguments, said in (
        (("--folder", tmp_path / "none"), "no such"),
        (("--scores", tmp_path / "scores.csv"), "none of its images"),
        (("--host", "203.0.113.9"), "cannot listen"),
        (("--db", tmp_path / "notes.txt"), "no review database"),
        (("--db", tmp_path), "cannot"),
    ):
        code, err = serve(*arguments)
        assert code == 2, arguments
        assert said in err.splitlines()[-1], arguments
    code, _, err = gyeol("serve", model, "--scores", tmp_path / "scores.csv")
    assert code == 2
    assert "give --folder too" in err
    assert served == []


def test_two_servers_do_not_share_a_review_file(
    serve: Callable[..., tuple[Any, str]], served: list[Any], tmp_path: Path
) -> None:
    from gyeol.files import locked

    with locked(tmp_path / ".r.db.lock"):
        code, err = serve()
    assert code == 2
    assert "another run" in err
    assert served == []


def test_what_is_not_installed_is_named(gyeol: Gyeol, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from gyeol.cli import extras

    find = extras.find_spec
    monkeypatch.setattr(extras, "find_spec", lambda name: None if name == "fastapi" else find(name))
    code, _, err = gyeol("serve", model)
    assert code == 2
    assert "pip install 'gyeol[train,web]'" in err


def test_the_help_imports_nothing_of_it() -> None:
    import subprocess

    code = (
        "import sys; from gyeol.cli.main import cli; cli.main(['serve', '--help'], standalone_mode=False); "
    )
    code += "assert not {'fastapi', 'uvicorn', 'torch', 'sqlite3'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=300)
