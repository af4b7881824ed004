"""The operator's requests that write: what people decided, signed under the root."""

from collections.abc import Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk.clock import Clock
from kiosk.cloud import Taken
from kiosk.envelope import TrustError
from sync.endpoint import approval, bodies
from sync.endpoint.database import Database
from sync.endpoint.problems import RefusedError
from sync.endpoint.shelf import Shelf


class Desk:
    """Who may write here holds the root key: a login would say less than its signature."""

    def __init__(self, database: Database, shelf: Shelf, root_public: bytes, clock: Clock) -> None:
        self._root_public = root_public
        self._clock = clock
        self._database = database
        self._shelf = shelf

    async def take_adjudications(self, request: Request) -> Response:
        """POST /v1/adjudications: the document ``adjudications`` of a machine, as an envelope."""
        envelope = await bodies.read(request)
        try:
            async with self._database.writer.begin() as connection:
                document = await self._shelf.put(connection, envelope, only="adjudications")
        except TrustError as error:
            raise RefusedError(403, "document", "The document is refused", str(error)) from error
        answer = Taken(document.name, document.version)
        return Response(msgspec.json.encode(answer), 201, media_type="application/json")

    async def take_approval(self, request: Request) -> Response:
        """POST /v1/approvals: whether another board is the machine it says it is."""
        envelope = await bodies.read(request)
        try:
            said = approval.read(envelope, self._root_public)
        except TrustError as error:
            raise RefusedError(403, "approval", "The approval is refused", str(error)) from error
        async with self._database.writer.begin() as connection:
            await approval.decide(connection, said, self._clock.wall().utc_ms or 0)
        return Response(status_code=204)


def routes(database: Database, shelf: Shelf, root_public: bytes, clock: Clock) -> Sequence[Route]:
    """Return the routes of the desk."""
    desk = Desk(database, shelf, root_public, clock)
    return (
        Route("/v1/adjudications", desk.take_adjudications, methods=["POST"]),
        Route("/v1/approvals", desk.take_approval, methods=["POST"]),
    )
