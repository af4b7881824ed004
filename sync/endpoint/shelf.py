"""Takes in what the operator's desk has dropped: codes and signed documents."""

from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from kiosk import documents as signed
from kiosk.envelope import TrustError, unseal
from kiosk.logs import get
from kiosk.records import digest
from sync.endpoint.database import Database, insert_new
from sync.endpoint.machines import Machine
from sync.endpoint.operator import CodeOnFile
from sync.endpoint.tables import codes, documents

_log = get(__name__)


class Shelf:
    """Looks into the desk's two folders; what was taken in before costs a listing only."""

    def __init__(self, directory: Path, root_public: bytes, database: Database) -> None:
        self._documents = directory / "documents"
        self._codes = directory / "codes"
        self._root_public = root_public
        self._database = database
        self._seen: set[str] = set()

    async def refresh(self) -> None:
        """Take in every new file. One that cannot be read is named in the log and passed over."""
        drops = sorted(self._codes.glob("*.json"))
        fresh = [path for path in sorted(self._documents.glob("*.json")) if self._is_new(path)]
        if not drops and not fresh:
            return
        async with self._database.writer.begin() as connection:
            for path in drops:
                await self._take_code(connection, path)
            for path in fresh:
                await self._take_document(connection, path)
        # Only after the commit: a code is in one of the two places at any time.
        for path in drops:
            path.unlink(missing_ok=True)
        self._seen |= {path.name for path in fresh}

    def _is_new(self, path: Path) -> bool:
        return path.name not in self._seen

    async def _take_code(self, connection: AsyncConnection, path: Path) -> None:
        try:
            code = msgspec.json.decode(path.read_bytes(), type=CodeOnFile)
        except (OSError, msgspec.DecodeError) as error:
            _log.warning("code_unreadable", file=path.name, why=str(error))
            return
        await insert_new(connection, codes, [msgspec.structs.asdict(code)])

    async def _take_document(self, connection: AsyncConnection, path: Path) -> None:
        try:
            envelope = path.read_bytes()
            payload = unseal(envelope, signed.DOCUMENT_TYPE, (self._root_public,))
            document = msgspec.json.decode(payload, type=signed.Document)
        except (OSError, TrustError, msgspec.DecodeError) as error:
            _log.warning("document_unreadable", file=path.name, why=str(error))
            return
        row = {
            "name": document.name,
            "version": document.version,
            "scope": document.scope,
            "envelope": envelope,
            "etag": f'"{digest(envelope)}"',
        }
        await insert_new(connection, documents, [row])


async def current(connection: AsyncConnection, machine: Machine) -> dict[str, Row[Any]]:
    """Return the newest document of each name that is meant for a machine."""
    scopes = ("*", f"site:{machine.site}", f"kiosk:{machine.kiosk}")
    rows = await connection.execute(
        select(documents)
        .where(documents.c.scope.in_(scopes))
        .order_by(documents.c.name, documents.c.version)
    )
    return {row.name: row for row in rows}
