"""The routes of protocol version 1 (cloud.md, "Endpoints"), as a Starlette application."""

import contextlib
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from sqlalchemy import Row
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk.clock import Clock
from kiosk.cloud import (
    BATCH_ANSWER_MEDIA,
    MARK_TYPE,
    TOTALS_TYPE,
    Batch,
    BatchAnswer,
    EnrolAnswer,
    EnrolRequest,
    KeyRequest,
    LedgerAnswer,
    LedgerRequest,
    Mark,
    StatusAnswer,
    StatusRequest,
)
from kiosk.envelope import seal
from sync.endpoint import (
    bodies,
    commands,
    desk,
    fleet,
    keys,
    ledgers,
    machines,
    ordinary,
    pages,
    reckoning,
    tariff_desk,
)
from sync.endpoint.away import TROUBLES, answer_away
from sync.endpoint.batches import WHOLE_MAX, Examined, examine, read_batch, refuse_fork
from sync.endpoint.blobs import Blobs
from sync.endpoint.commands import CommandShelf
from sync.endpoint.database import Database, sqlite_url
from sync.endpoint.machines import Machine
from sync.endpoint.operator import Operator
from sync.endpoint.problems import RefusedError, answer_http, answer_refused
from sync.endpoint.shelf import Shelf, current
from sync.endpoint.signing import SignedRequest, claimed_key, verify
from sync.endpoint.tables import ledgers as ledger_table
from sync.endpoint.uploads import Uploads
from sync.endpoint.visitors import Visitors

Wanted = TypeVar("Wanted")


@dataclass(frozen=True, slots=True)
class Service:
    """What the routes work with."""

    operator: Operator
    database: Database
    shelf: Shelf
    blobs: Blobs
    uploads: Uploads
    commands: CommandShelf
    clock: Clock

    def now_ms(self) -> int:
        """Wall time; an endpoint without a clock answers 503 rather than 1970."""
        now_ms = self.clock.wall().utc_ms
        if now_ms is None:
            raise RefusedError(503, "clock", "The server does not know the time")
        return now_ms

    async def enrol(self, request: Request) -> Response:
        """POST /v1/enrol: a code, and a statement by the record key it binds."""
        body = await bodies.read(request)
        asked = bodies.parse(_decoded(request, body), EnrolRequest)
        statement = machines.read_statement(asked)
        await self.shelf.refresh()
        async with self.database.writer.begin() as connection:
            machine = await machines.enrol(connection, statement, self.now_ms())
            found = await current(connection, machine)
        envelopes = tuple(row.envelope for row in found.values())
        return _answer(EnrolAnswer(machine.kiosk, self.operator.root_public, envelopes), 201)

    async def open_ledger(self, request: Request) -> Response:
        """POST /v1/ledgers: idempotent."""
        machine, asked = await self._signed(request, LedgerRequest)
        async with self.database.writer.begin() as connection:
            row = await machines.open_ledger(
                connection, machine, asked.ledger, asked.previous, asked.reason, asked.board
            )
        return _answer(_told(row))

    async def show_ledger(self, request: Request) -> Response:
        """GET /v1/ledgers/{ledger}"""
        machine, _ = await self._who(request)
        async with self.database.reader.begin() as connection:
            row = await ledgers.find(connection, machine, request.path_params["ledger"])
        return _answer(_told(row))

    async def show_totals(self, request: Request) -> Response:
        """GET /v1/ledgers/{ledger}/totals: what all of the machine's records add up to, signed."""
        machine, _ = await self._who(request)
        ledger: str = request.path_params["ledger"]
        async with self.database.reader.begin() as connection:
            found = await reckoning.reckon(connection, machine, ledger, self.now_ms())
        sealed = seal(TOTALS_TYPE, msgspec.json.encode(found), self.operator.endpoint_key)
        return Response(sealed, media_type="application/json")

    async def take_batch(self, request: Request) -> Response:
        """POST /v1/ledgers/{ledger}/batches: commit, then answer with the signed mark."""
        machine, body = await self._who(request)
        batch = read_batch(_decoded(request, body))
        ledger: str = request.path_params["ledger"]
        examined = examine(batch, machine.kiosk, ledger, machine.record_key)
        now_ms = self.now_ms()
        taken = await self._take(machine, ledger, batch, examined, now_ms)
        if taken.forked is not None:
            raise refuse_fork(taken.forked)
        mark = Mark(machine.kiosk, ledger, taken.acked_through, taken.head_hash, now_ms)
        answer = BatchAnswer(
            batch_digest=hashlib.sha256(body).hexdigest(),
            mark=seal(MARK_TYPE, msgspec.json.encode(mark), self.operator.endpoint_key),
            exceptions=taken.exceptions,
            next_interval_s=self.operator.profile.interval_s,
        )
        return _answer(answer, media=BATCH_ANSWER_MEDIA)

    async def _take(
        self,
        machine: Machine,
        ledger: str,
        batch: Batch,
        examined: tuple[Examined, ...],
        now_ms: int,
    ) -> ledgers.Taken:
        direct, last = self.database.direct, examined[-1]
        if direct is not None and await ordinary.take(
            direct, machine, ledger, batch, examined, now_ms
        ):
            return ledgers.Taken(last.seq, last.hash, (), None)
        async with self.database.writer.begin() as connection:
            return await ledgers.take(connection, machine, ledger, batch, examined, now_ms)

    async def take_status(self, request: Request) -> Response:
        """POST /v1/status: heartbeat out, versions of documents back."""
        machine, status = await self._signed(request, StatusRequest)
        await self.shelf.refresh()
        await self.commands.refresh()
        now_ms = self.now_ms()
        async with self.database.writer.begin() as connection:
            await machines.saw(connection, machine, status, now_ms)
            if status.report is not None:
                await fleet.note(connection, machine, status.report, now_ms)
            state = await machines.state_of(connection, machine, status.ledger)
            found = await current(connection, machine)
            # Further than this no database counts.
            through = min(max(status.commands_through, 0), WHOLE_MAX)
            orders = await commands.pending(connection, machine.kiosk, through, now_ms)
        profile = self.operator.profile
        versions = {name: row.version for name, row in found.items()}
        pace = (profile.interval_s, profile.retry_cap_s)
        return _answer(StatusAnswer(now_ms, *pace, versions, state, orders))

    async def rotate_key(self, request: Request) -> Response:
        """POST /v1/keys: idempotent, signed by the old or the new key."""
        machine, asked = await self._signed(request, KeyRequest)
        rotation = keys.read(asked)
        async with self.database.writer.begin() as connection:
            answer = await keys.rotate(connection, machine, rotation, self.now_ms())
        return _answer(answer)

    async def keep_blob(self, request: Request) -> Response:
        """PUT /v1/blobs/{sha256}: diagnostics that the operator commanded."""
        machine, body = await self._who(request)
        self.uploads.put(machine.kiosk, request.path_params["sha256"], body)
        return Response(status_code=204)

    async def show_document(self, request: Request) -> Response:
        """GET /v1/documents/{name}, with ETag: the signed envelope as it is."""
        machine, _ = await self._who(request)
        await self.shelf.refresh()
        async with self.database.reader.begin() as connection:
            row = (await current(connection, machine)).get(request.path_params["name"])
        if row is None:
            raise RefusedError(404, "document", "There is no such document for this machine")
        headers = {"ETag": row.etag, "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == row.etag:
            return Response(status_code=304, headers=headers)
        return Response(row.envelope, headers=headers, media_type="application/json")

    async def show_blob(self, request: Request) -> Response:
        """GET /v1/blobs/{sha256}, whole or by Range: a product list that a document names."""
        await self._who(request)
        return self.blobs.answer(request.path_params["sha256"], request.headers.get("range", ""))

    async def health(self, _request: Request) -> Response:
        """GET /healthz: the database answers."""
        async with self.database.reader.begin() as connection:
            await connection.execute(ledger_table.select().limit(1))
        return Response('{"status":"ok"}', media_type="application/json")

    async def _who(self, request: Request) -> tuple[Machine, bytes]:
        """Return which machine signed this request, and its body as sent, digest checked."""
        body = await bodies.read(request)
        signed = SignedRequest.of(request)
        claimed = claimed_key(signed)
        machine = await machines.find(self.database, claimed)
        if machine is None:
            machine = await keys.find_retired(self.database, claimed, self.now_ms())
        if machine is None:
            raise RefusedError(401, "unknown-machine", "No machine here signs with this key")
        verify(signed, body, claimed, machine.transport_key)
        return machine, body

    async def _signed(self, request: Request, kind: type[Wanted]) -> tuple[Machine, Wanted]:
        machine, body = await self._who(request)
        return machine, bodies.parse(_decoded(request, body), kind)


def make_app(
    operator: Operator,
    clock: Clock,
    database_url: str | None = None,
    page_hosts: tuple[str, ...] = (),
) -> Starlette:
    """Build the application; its database opens and closes with the server.

    ``database_url`` None: SQLite in the operator's directory. ``page_hosts``: names under which a
    proxy with a login shows the operator's pages. Raises EndpointError.
    """
    database = Database(database_url or sqlite_url(operator.directory))
    shelf = Shelf(operator.directory, operator.root_public, database, clock)
    visitors = Visitors(page_hosts)
    blobs = Blobs(operator.directory / "blobs")
    orders = CommandShelf(operator.directory, operator.root_public, database, clock)
    uploads = Uploads(operator.directory / "uploads")
    service = Service(operator, database, shelf, blobs, uploads, orders, clock)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await database.open()
        await shelf.refresh()
        yield
        await database.close()

    routes = [
        *_machine_routes(service),
        *desk.routes(database, shelf, operator.root_public, clock),
        *commands.routes(orders),
        *pages.routes(operator.profile, database, clock, visitors),
        *tariff_desk.routes(operator, database, shelf, clock, visitors),
    ]
    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        exception_handlers={
            RefusedError: answer_refused,
            HTTPException: answer_http,
            **dict.fromkeys(TROUBLES, answer_away),
        },
    )
    # A machine follows no redirect, and a signature is for one path: a slash too many is 404.
    app.router.redirect_slashes = False
    return app


def _machine_routes(service: Service) -> list[Route]:
    """What the machines ask, and whether the database answers."""
    return [
        Route("/v1/enrol", service.enrol, methods=["POST"]),
        Route("/v1/ledgers", service.open_ledger, methods=["POST"]),
        Route("/v1/ledgers/{ledger}", service.show_ledger, methods=["GET"]),
        Route("/v1/ledgers/{ledger}/totals", service.show_totals, methods=["GET"]),
        Route("/v1/ledgers/{ledger}/batches", service.take_batch, methods=["POST"]),
        Route("/v1/status", service.take_status, methods=["POST"]),
        Route("/v1/documents/{name}", service.show_document, methods=["GET"]),
        Route("/v1/blobs/{sha256}", service.show_blob, methods=["GET"]),
        Route("/v1/blobs/{sha256}", service.keep_blob, methods=["PUT"]),
        Route("/v1/keys", service.rotate_key, methods=["POST"]),
        Route("/healthz", service.health, methods=["GET"]),
    ]


def _told(row: Row[Any]) -> LedgerAnswer:
    return LedgerAnswer(
        row.ledger, row.generation, row.acked_through, row.head_hash, state=row.state
    )


def _decoded(request: Request, body: bytes) -> bytes:
    return bodies.decompress(body, request.headers.get("content-encoding", "").strip().lower())


def _answer(body: Struct, status: int = 200, media: str = "application/json") -> Response:
    return Response(msgspec.json.encode(body), status, media_type=media)
