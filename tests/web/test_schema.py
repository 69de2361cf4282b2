"""Requests drawn from the API's own description, valid and not: it does what it promises. `make test-api` runs it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as of_hypothesis
from hypothesis.errors import Unsatisfiable

from gyeol.review.images import add_images
from gyeol.web.app import create_app
from gyeol.web.settings import Settings

schemathesis = pytest.importorskip("schemathesis", reason="make test-api installs it")
few = of_hypothesis(
    max_examples=15,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_every_answer_is_one_that_the_description_promises(
    settings: Settings, folder: Path, serving: Callable[..., AbstractContextManager[int]]
) -> None:
    from schemathesis.checks import not_a_server_error
    from schemathesis.generation import GenerationMode
    from schemathesis.specs.openapi import checks

    app = create_app(settings, background=False)
    add_images(app.state.served.database, folder, sorted(folder.iterdir()))
    schema = schemathesis.openapi.from_dict(app.openapi())
    wanted = [
        not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_schema_conformance,
    ]
    seen: list[str] = []
    faults: list[str] = []
    with serving(app) as port:
        base = f"http://127.0.0.1:{port}"
        for found in schema.get_all_operations():
            operation = found.ok()
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                try:
                    _ask(operation.as_strategy(generation_mode=mode), base, wanted, seen)
                except Exception as error:  # all of them at once; what raises is schemathesis' own affair
                    faults.append(f"{operation.label}: {error}")
    assert not faults, "\n\n".join(faults)
    assert len(set(seen)) > 20
    assert len(seen) > 200


def _ask(strategy: object, base: str, wanted: list[object], seen: list[str]) -> None:
    @seed(0)
    @few
    @given(case=strategy)
    def ask(case: object) -> None:
        seen.append(f"{case.method} {case.path}")  # type: ignore[attr-defined]
        case.call_and_validate(base_url=base, checks=wanted, timeout=60)  # type: ignore[attr-defined]

    with suppress(Unsatisfiable):  # an address without parameters has no request that is not valid
        ask()
