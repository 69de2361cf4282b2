"""What the routes share: the server's state, and the form of names and answers."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Path, Request
from pydantic import AfterValidator, BaseModel, Field

from gyeol.files import printable
from gyeol.review.verdicts import Verdict
from gyeol.web.served import Served


def _served(request: Request) -> Served:
    served = request.app.state.served
    assert isinstance(served, Served)  # noqa: S101 (a programming error, not the user's)
    return served


def _tidy(name: str) -> str:
    tidy = printable(name.strip())
    if not tidy:
        raise ValueError("a name is needed")
    return tidy


Number = Annotated[int, Path(ge=1, le=2**62)]
"""An image's number in an address; larger ones would not fit the database."""
Here = Annotated[Served, Depends(_served)]
Reviewer = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_tidy)]


class Problem(BaseModel):
    """What is wrong, in one line."""

    detail: str


class VerdictOut(BaseModel):
    """What is held true of an image now; send `version` back with what you say next."""

    image: int
    version: int
    answer: str | None
    masked: bool
    reviewer: str
    made: str
    contested: bool


def told(verdict: Verdict) -> VerdictOut:
    """Bring a verdict into the form of an answer."""
    return VerdictOut(
        image=verdict.image,
        version=verdict.version,
        answer=verdict.answer,
        masked=verdict.mask is not None,
        reviewer=verdict.reviewer,
        made=verdict.made,
        contested=verdict.contested,
    )


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe refusals, for the documentation."""
    return {status: {"model": Problem} for status in statuses}
