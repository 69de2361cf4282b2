"""Whether the server is alive, whether it is ready, and how it does."""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from gyeol.review.images import count_images
from gyeol.web.routes.shared import Here, problems

router = APIRouter(tags=["server"])


@router.get("/health")
async def health() -> dict[str, str]:
    """Say that the process is alive."""
    return {"status": "alive"}


@router.get("/ready", responses=problems(503))
async def ready(served: Here, response: Response) -> dict[str, str]:
    """Say whether requests will be answered: not while the server stops, or has too much to do."""
    fine = served.ready and served.workers.waiting < served.settings.queue
    response.status_code = 200 if fine else 503
    return {"status": "ready" if fine else "busy"}


@router.get("/metrics", response_class=Response)
def metrics(served: Here) -> Response:
    """Give figures in Prometheus' text form."""
    served.metrics.waiting.set(served.workers.waiting)
    served.metrics.unjudged.set(count_images(served.database, served.weights)[1])
    return Response(served.metrics.text(), media_type=CONTENT_TYPE_LATEST)
