"""The model: its card, what its threshold costs, and another threshold as a new version."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from gyeol.detect.record import model_card
from gyeol.review.consequences import consequences
from gyeol.web.routes.shared import Here, Reviewer, problems

router = APIRouter(prefix="/api", tags=["model"])


class ModelOut(BaseModel):
    """The model in a few figures; `versions` lists who changed the threshold, when and why."""

    name: str
    threshold: float
    kinds: list[int]
    weights: str
    estimate: dict[str, Any]
    versions: list[dict[str, Any]]
    token: bool


class Threshold(BaseModel):
    """Another threshold, and who wants it for what reason."""

    threshold: Annotated[float, Field(allow_inf_nan=False)]
    who: Reviewer
    why: Annotated[str, Field(max_length=500)] = ""


@router.get("/model")
def model(served: Here) -> ModelOut:
    """Say which model is served."""
    record = served.detector.record_
    return ModelOut(
        name=served.model.name,
        threshold=served.detector.threshold_,
        kinds=record["kinds"],
        weights=served.weights,
        estimate=record["estimate"],
        versions=record.get("versions", []),
        token=bool(served.settings.token),
    )


@router.get("/model/card", response_class=Response)
def card(served: Here) -> Response:
    """Give the model card, in Markdown."""
    text = model_card(served.detector.threshold_, served.detector.record_)
    return Response(text, media_type="text/markdown; charset=utf-8")


@router.get("/threshold")
def thresholds(served: Here) -> dict[str, Any]:
    """Say what each threshold costs: shares of missed defects and of false alarms, expected and seen."""
    return consequences(served.detector.record_, served.detector.threshold_)


@router.post("/threshold", responses=problems(401, 422, 507))
def change(body: Threshold, served: Here) -> ModelOut:
    """Save another threshold as a new version of the model beside the old one, and serve it from now on."""
    served.change_threshold(body.threshold, body.who, body.why)
    return model(served)
