"""Turning the token into a cookie, so that the page's pictures come too."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel, Field

from gyeol.web.routes.shared import Here, problems
from gyeol.web.security.token import COOKIE, same

router = APIRouter(tags=["server"])
_SLOW = 0.5
"""Seconds that a wrong token costs."""


class Login(BaseModel):
    """The token that the server printed when it started."""

    token: str = Field(max_length=500)


@router.post("/api/login", status_code=204, responses=problems(401))
async def login(body: Login, served: Here) -> Response:
    """Check the token and set a cookie that no script can read and no other site can use."""
    if served.settings.token and not same(body.token, served.settings.token):
        served.metrics.refused.labels("token").inc()
        await asyncio.sleep(_SLOW)
        raise HTTPException(401, "the token is missing or wrong")
    response = Response(status_code=204)
    if served.settings.token:  # without one, what was sent may be anything, and is nothing to keep
        response.set_cookie(COOKIE, body.token, max_age=7 * 86400, httponly=True, samesite="strict", path="/")
    return response
