"""Refusals as RFC 9457 problems: what is wrong, and what the machine or its people should do."""

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from kiosk.cloud import PROBLEM_MEDIA, Problem
from kiosk.errors import KioskError


class RefusedError(KioskError):
    """A request is answered with a problem; raised anywhere below the routes."""

    def __init__(
        self,
        status: int,
        kind: str,
        title: str,
        detail: str = "",
        expected_seq: int | None = None,
        schemas: tuple[int, ...] = (),
    ) -> None:
        super().__init__(f"{status} {title}: {detail}")
        name = kind if kind.startswith("urn:") else f"urn:kiosk:problem:{kind}"
        self.problem = Problem(name, title, status, detail, expected_seq, schemas)


async def answer_refused(_request: Request, error: Exception) -> Response:
    """Turn a RefusedError into its answer (Starlette exception handler)."""
    assert isinstance(error, RefusedError)
    status = error.problem.status
    # The rest of a body that took too long is not waited for.
    headers = {"Connection": "close"} if status == 408 else None
    return Response(msgspec.json.encode(error.problem), status, headers, PROBLEM_MEDIA)


async def answer_http(_request: Request, error: Exception) -> Response:
    """Turn the framework's own refusals (404, 405) into problems too."""
    assert isinstance(error, HTTPException)
    problem = Problem("about:blank", error.detail, error.status_code)
    return Response(msgspec.json.encode(problem), error.status_code, error.headers, PROBLEM_MEDIA)
