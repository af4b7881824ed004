"""The operator's requests that write: decisions about HELD deposits, signed under the root."""

from collections.abc import Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk.cloud import Taken
from kiosk.envelope import TrustError
from sync.endpoint import bodies
from sync.endpoint.database import Database
from sync.endpoint.problems import RefusedError
from sync.endpoint.shelf import Shelf


class Desk:
    """Who may write here holds the root key: a login would say less than its signature."""

    def __init__(self, database: Database, shelf: Shelf) -> None:
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


def routes(database: Database, shelf: Shelf) -> Sequence[Route]:
    """Return the routes of the desk."""
    desk = Desk(database, shelf)
    return (Route("/v1/adjudications", desk.take_adjudications, methods=["POST"]),)
