"""The image and the compose file name things that are there, and ask for no more rights than they need."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from gyeol.cli.serve import command as serve
from gyeol.web.routes.health import router

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def stages() -> dict[str, list[str]]:
    """Give the instructions of each stage of the Dockerfile, one line each, after those of the stage it starts from."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in text.splitlines():
        if start := re.fullmatch(r"FROM (\S+) AS (\S+)", line):
            lines = found[start[2]] = [*found.get(start[1], [])]
        elif line and not line.startswith("#"):
            lines.append(line)
    return found


@pytest.fixture(scope="module")
def service() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["review"]


@pytest.mark.parametrize("image", ["serve", "predict"])
def test_an_image_runs_gyeol_as_nobody_in_particular(stages: dict[str, list[str]], image: str) -> None:
    users = [line for line in stages[image] if line.startswith("USER")]
    assert users == ["USER 10001:10001"]
    assert 'ENTRYPOINT ["gyeol"]' in stages[image]
    assert not any("pip install" in line for line in stages[image]), "what builds stays in the stages before"


def test_the_last_image_is_the_server_and_asks_whether_it_is_alive(stages: dict[str, list[str]]) -> None:
    assert list(stages)[-1] == "serve"
    check = next(line for line in stages["serve"] if line.startswith("HEALTHCHECK"))
    code = json.loads(check[check.index("[") :])[2]
    compile(code, "healthcheck", "exec")
    port = next(option.default for option in serve.params if option.name == "port")
    path = re.search(rf"http://127\.0\.0\.1:{port}(/\w+)", code)
    assert path is not None
    assert path[1] in {route.path for route in router.routes}  # type: ignore[attr-defined]
    assert f"EXPOSE {port}" in stages["serve"]
    assert not any(line.startswith("HEALTHCHECK") for line in stages["predict"])


def test_everything_but_torch_is_installed_by_its_hash(stages: dict[str, list[str]]) -> None:
    commands = [
        part for line in stages["serve-packages"] for part in line.split("&&") if "pip install" in part
    ]
    plain = [part for part in commands if "--require-hashes" not in part and "--no-index" not in part]
    assert len(plain) == 1
    assert '"torch==${TORCH}"' in plain[0]
    pinned = re.search(r"^torch==(\S+)", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    assert pinned is not None
    assert f"ARG TORCH={pinned[1]}" in stages["serve-packages"]


def test_all_that_is_copied_is_there_and_let_through(stages: dict[str, list[str]]) -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = set()
    for line in (line for lines in stages.values() for line in lines if line.startswith("COPY")):
        copied |= {word for word in line.split()[1:-1] if not line.startswith("COPY --from")}
    assert copied
    for name in copied:
        assert (ROOT / name).exists()
        assert name.split("/")[0] in allowed
    assert {name.split("/")[0] for name in copied} == allowed, "nothing else travels to the builder"


def test_compose_gives_serve_words_that_it_knows(service: dict[str, Any]) -> None:
    name, *words = service["command"]
    assert name == "serve"
    context = serve.make_context("serve", words)  # refuses options that are not there
    assert str(context.params["model"]) == "models/model"
    assert context.params["host"] == "0.0.0.0"
    targets = {volume.split(":")[1].removeprefix("/work/") for volume in service["volumes"]}
    for path in (context.params["model"], context.params["database"], *context.params["folders"]):
        assert path.parts[0] in targets
    assert str(context.params["token_file"]) == "/run/secrets/token"
    assert service["secrets"] == ["token"]


def test_compose_lets_only_this_machine_in_and_takes_rights_away(service: dict[str, Any]) -> None:
    assert service["ports"] == ["127.0.0.1:8722:8722"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["build"]["target"] == "serve"
    assert "./images:/work/images:ro" in service["volumes"]
