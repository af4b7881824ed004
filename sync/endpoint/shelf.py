"""Takes in what the operator's desk has dropped: codes and signed documents."""

from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Row, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from kiosk import documents as signed
from kiosk.clock import Clock
from kiosk.envelope import TrustError, unseal
from kiosk.logs import get
from kiosk.records import digest
from sync.endpoint import adjudication, approval, claims
from sync.endpoint.database import Database, insert_new
from sync.endpoint.machines import Machine
from sync.endpoint.operator import CodeOnFile
from sync.endpoint.problems import RefusedError
from sync.endpoint.tables import codes, documents

_log = get(__name__)


AGAIN_MS = 60_000
"""A file that was refused is tried again so much later."""


class Shelf:
    """Looks into the desk's two folders; what was taken in before costs a listing only."""

    def __init__(
        self, directory: Path, root_public: bytes, database: Database, clock: Clock
    ) -> None:
        self._clock = clock
        self._documents = directory / "documents"
        self._codes = directory / "codes"
        self._approvals = directory / "approvals"
        self._claims = directory / claims.FOLDER
        self._root_public = root_public
        self._database = database
        self._seen: set[str] = set()
        self._refused: dict[str, int] = {}
        """Files to try again, and when (monotonic milliseconds)."""
        self._waiting: dict[str, signed.Document] = {}

    async def refresh(self) -> None:
        """Take in every new file. One that cannot be read is named in the log and passed over."""
        drops = sorted(self._codes.glob("*.json"))
        approvals = sorted(self._approvals.glob("*.json"))
        claimed = sorted(self._claims.glob("*.json"))
        fresh = [path for path in sorted(self._documents.glob("*.json")) if self._is_new(path)]
        if not drops and not fresh and not approvals and not claimed:
            return
        async with self._database.writer.begin() as connection:
            for path in drops:
                await self._take_code(connection, path)
            for path in fresh:
                await self._take_document(connection, path)
            for path in approvals:
                await self._take_approval(connection, path)
            for path in claimed:
                await self._take_claims(connection, path)
        # Only after the commit: a code is in one of the two places at any time.
        for path in (*drops, *approvals, *claimed):
            path.unlink(missing_ok=True)
        self._seen |= {path.name for path in fresh}

    def _is_new(self, path: Path) -> bool:
        # A decision about a deposit that restored books lack waits until the machine sent it.
        again_ms = self._refused.get(path.name, 0)
        return path.name not in self._seen or 0 < again_ms <= self._clock.monotonic_ms()

    async def _take_code(self, connection: AsyncConnection, path: Path) -> None:
        try:
            code = msgspec.json.decode(path.read_bytes(), type=CodeOnFile)
        except (OSError, msgspec.DecodeError) as error:
            _log.warning("code_unreadable", file=path.name, why=str(error))
            return
        await insert_new(connection, codes, [msgspec.structs.asdict(code)])

    def waiting(self, name: str) -> tuple[signed.Document, ...]:
        """Return the documents of a name that hold from a later moment on.

        They are taken in when it has come: the one before stays in force for every machine, and
        for one that is enrolled meanwhile.
        """
        return tuple(one for _, one in sorted(self._waiting.items()) if one.name == name)

    def _must_wait(self, path: Path, envelope: bytes) -> bool:
        document = self._opened(envelope)
        now_ms = self._clock.wall().utc_ms
        if now_ms is None or document.not_before_ms <= now_ms:
            self._waiting.pop(path.name, None)
            return False
        self._waiting[path.name] = document
        wait_ms = min(document.not_before_ms - now_ms, AGAIN_MS)
        self._refused[path.name] = self._clock.monotonic_ms() + wait_ms
        return True

    async def _take_document(self, connection: AsyncConnection, path: Path) -> None:
        try:
            envelope = path.read_bytes()
            if self._must_wait(path, envelope):
                return
            async with connection.begin_nested():
                await self.put(connection, envelope)
            self._refused.pop(path.name, None)
        except (OSError, TrustError, RefusedError) as error:
            self._refused[path.name] = self._clock.monotonic_ms() + AGAIN_MS
            _log.warning("document_refused", file=path.name, why=str(error))

    async def _take_approval(self, connection: AsyncConnection, path: Path) -> None:
        try:
            said = approval.read(path.read_bytes(), self._root_public)
            async with connection.begin_nested():
                await approval.decide(connection, said, self._now_ms())
        except (OSError, TrustError, RefusedError) as error:
            _log.warning("approval_refused", file=path.name, why=str(error))

    async def _take_claims(self, connection: AsyncConnection, path: Path) -> None:
        try:
            found = msgspec.json.decode(path.read_bytes(), type=claims.ClaimsOnFile)
        except (OSError, msgspec.DecodeError) as error:
            _log.warning("claims_unreadable", file=path.name, why=str(error))
            return
        count = await claims.book(connection, found.claims)
        _log.event("claims_booked", count=count, of=len(found.claims))

    async def put(
        self, connection: AsyncConnection, envelope: bytes, only: str | None = None
    ) -> signed.Document:
        """Take in a document signed under the root; book the decisions it holds.

        ``only``: no document of another name. Raises TrustError for one that is not signed or not
        known, RefusedError for a decision that cannot be booked.
        """
        document = self._opened(envelope)
        if only not in (None, document.name):
            raise TrustError(f"this is a document named {document.name!r}, not {only!r}")
        if document.name == "adjudications":
            await adjudication.book(connection, document, self._now_ms())
        row = {
            "name": document.name,
            "version": document.version,
            "scope": document.scope,
            "envelope": envelope,
            "etag": f'"{digest(envelope)}"',
        }
        if await insert_new(connection, documents, [row]) == 0:
            known = select(documents.c.etag).where(
                documents.c.name == document.name, documents.c.version == document.version
            )
            if (await connection.execute(known)).scalar_one() != row["etag"]:
                raise RefusedError(409, "version", "Another document has this version")
        return document

    def _opened(self, envelope: bytes) -> signed.Document:
        payload = unseal(envelope, signed.DOCUMENT_TYPE, (self._root_public,))
        try:
            return msgspec.json.decode(payload, type=signed.Document)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise TrustError(f"not a document this version knows: {error}") from error

    def _now_ms(self) -> int:
        return self._clock.wall().utc_ms or 0


async def current(connection: AsyncConnection, machine: Machine) -> dict[str, Row[Any]]:
    """Return the newest document of each name that is meant for a machine."""
    scopes = ("*", f"site:{machine.site}", f"kiosk:{machine.kiosk}")
    of = documents.c
    newest = (
        select(of.name, func.max(of.version).label("version"))
        .where(of.scope.in_(scopes))
        .group_by(of.name)
        .subquery()
    )
    rows = await connection.execute(
        select(documents)
        .join(newest, and_(newest.c.name == of.name, newest.c.version == of.version))
        .order_by(of.name)
    )
    return {row.name: row for row in rows}
