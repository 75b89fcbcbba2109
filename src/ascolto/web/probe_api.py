"""A route to measure a line with: bytes that mean nothing and cannot be made shorter on the way."""

import os
from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from ascolto.identity.guard import Call, permit

router = APIRouter(tags=["system"])

PROBE_BYTES = 200_000


@router.get(
    "/probe",
    summary="Bytes to measure a line with",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
async def probe(call: Annotated[Call, permit("identity.own_account")]) -> Response:  # noqa: ARG001 - asks who asks
    """Return 200 000 random bytes."""
    return Response(os.urandom(PROBE_BYTES), media_type="application/octet-stream")
