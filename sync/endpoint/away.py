"""When the database is away, or so busy that the machine would have given up: 503 and when to try.

A machine waits ten seconds for an answer (``sync.agent.http``). Whoever is kept waiting longer
tries again while the first try is still in the queue, and a fleet that does so keeps a server
busy with answers nobody hears. Sent away in time, it comes back spread over another half minute.
"""

import asyncpg
from sqlalchemy import exc
from starlette.requests import Request
from starlette.responses import Response

from kiosk.logs import get
from sync.endpoint.problems import RefusedError, answer_refused

_log = get(__name__)

RETRY_AFTER_S = 60
"""No sooner than the next heartbeat would have come (60 s), or sending away lightens nothing."""

TROUBLES: tuple[type[Exception], ...] = (
    exc.TimeoutError,
    exc.DBAPIError,
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
)


async def answer_away(request: Request, error: Exception) -> Response:
    """Answer 503 with Retry-After; an error of our own statements is raised again."""
    if not _is_away(error):
        raise error
    _log.warning("database_away", why=f"{type(error).__name__}: {error}"[:300])
    busy = RefusedError(503, "busy", "The books cannot be written now", "try again later")
    answer = await answer_refused(request, busy)
    answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    return answer


def _is_away(error: Exception) -> bool:
    if isinstance(error, exc.DBAPIError):
        plainly = isinstance(error, exc.OperationalError | exc.InterfaceError)
        return plainly or error.connection_invalidated
    if isinstance(error, asyncpg.PostgresError):
        return isinstance(
            error,
            asyncpg.PostgresConnectionError
            | asyncpg.OperatorInterventionError
            | asyncpg.InsufficientResourcesError,
        )
    return True
