"""Answers of "no": every error leaves as problem+json (RFC 9457) with a code and a request id."""

from typing import Any

import asyncpg
import orjson
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from ascolto.kit import errors

log = structlog.get_logger(__name__)

STATUS: dict[type[errors.Refusal], int] = {
    errors.Invalid: 422,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Gone: 410,
    errors.TooLarge: 413,
    errors.TooMany: 429,
    errors.Unavailable: 503,
}
_TITLE = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    410: "Gone",
    413: "Too large",
    415: "Unsupported media type",
    422: "Not valid",
    429: "Too many requests",
    500: "Our fault",
    503: "Not available now",
}
_HTTP_CODE = {400: "bad_request", 404: "not_found", 405: "method_not_allowed"}


def problem(
    request: Request,
    *,
    status: int,
    code: str,
    detail: str = "",
    fields: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """Build one problem+json answer."""
    body = {
        "type": f"urn:ascolto:problem:{code}",
        "title": _TITLE.get(status, "Refused"),
        "status": status,
        "code": code,
        "detail": detail,
        "fields": fields or {},
        "request_id": request.scope.get("ascolto.request_id", ""),
    }
    return Response(
        orjson.dumps(body, default=str),
        status_code=status,
        media_type="application/problem+json",
        headers=headers,
    )


def status_of(refusal: errors.Refusal) -> int:
    """Return the HTTP status of a refusal's family."""
    for family in type(refusal).__mro__:
        if family in STATUS:
            return STATUS[family]
    return 400


async def refuse(request: Request, error: Exception) -> Response:
    """Answer a refusal of a room."""
    assert isinstance(error, errors.Refusal)  # noqa: S101 - registered for this class alone
    headers = {}
    retry = error.fields.get("retry_after_s")
    if retry is not None:
        headers["Retry-After"] = str(max(1, round(float(retry))))
    return problem(
        request,
        status=status_of(error),
        code=error.code,
        detail=error.detail,
        fields=error.fields,
        headers=headers,
    )


async def refuse_shape(request: Request, error: Exception) -> Response:
    """Answer a request whose shape is wrong, field by field, without echoing what was sent."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it alone
    found = {
        ".".join(str(part) for part in item["loc"]): str(item["msg"]) for item in error.errors()
    }
    return problem(
        request,
        status=422,
        code="invalid",
        detail="The request does not have the expected shape.",
        fields=found,
    )


async def refuse_http(request: Request, error: Exception) -> Response:
    """Answer what the framework itself refuses (no such route, wrong method)."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it alone
    return problem(
        request,
        status=error.status_code,
        code=_HTTP_CODE.get(error.status_code, "refused"),
        detail=str(error.detail),
        headers=dict(error.headers) if error.headers else None,
    )


async def refuse_data(request: Request, error: Exception) -> Response:
    """Answer values that no column can hold (a zero byte in a text, a number too large)."""
    log.info("request.unstorable", error=type(error).__name__)
    return problem(
        request,
        status=422,
        code="unstorable",
        detail="A value in the request cannot be stored (a zero byte, or a number out of range).",
    )


async def refuse_database(request: Request, error: Exception) -> Response:
    """Answer while the database cannot be reached."""
    log.warning("request.no_database", error=type(error).__name__)
    return problem(
        request,
        status=503,
        code="unavailable",
        detail="The service is restarting. Send the same request again in a moment.",
        headers={"Retry-After": "1"},
    )


async def own_fault(request: Request, error: Exception) -> Response:
    """Answer what should not have happened; the log has the cause under the same request id."""
    log.error(
        "request.failed",
        path=request.url.path,
        request_id=request.scope.get("ascolto.request_id", ""),
        exc_info=error,
    )
    return problem(
        request,
        status=500,
        code="internal",
        detail="Something of ours failed. The request id helps us to find out what.",
    )


# What the driver raises while the database is away, or about to be.
DATABASE_LOST: tuple[type[Exception], ...] = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,  # shutting down, starting up, cancelled
    asyncpg.InsufficientResourcesError,  # disk full, memory, too many connections
    asyncpg.PostgresSystemError,  # its files cannot be read or written
    asyncpg.TransactionRollbackError,
    ConnectionError,
    TimeoutError,
)


def install(app: FastAPI) -> None:
    """Register the whole table of answers."""
    app.add_exception_handler(errors.Refusal, refuse)
    app.add_exception_handler(RequestValidationError, refuse_shape)
    app.add_exception_handler(HTTPException, refuse_http)
    app.add_exception_handler(asyncpg.DataError, refuse_data)
    for lost in DATABASE_LOST:
        app.add_exception_handler(lost, refuse_database)
    app.add_exception_handler(Exception, own_fault)
