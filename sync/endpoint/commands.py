"""Commands to machines: signed at the desk, taken in, sent with status answers, closed by records.

    commands/            one envelope a file, <kiosk>-<number>.json, not yet taken in by the server
    commands/taken/      those that were: they tell which number comes next

The server cannot make one: the operator's root signs them, and the machine checks.
"""

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk.clock import Clock
from kiosk.cloud import COMMAND_TYPE, Command, Order, Taken
from kiosk.envelope import TrustError, seal, unseal
from kiosk.logs import get
from kiosk.records import CommandDone
from sync.endpoint import bodies
from sync.endpoint.database import Database
from sync.endpoint.errors import EndpointError
from sync.endpoint.operator import Operator, make_folder, write_durably
from sync.endpoint.problems import RefusedError
from sync.endpoint.tables import commands, machines

SENT_MOST = 16
"""Commands in one status answer; the machine does them one by one and asks for more."""

_log = get(__name__)


def issue(desk: Operator, kiosk: str, order: Order, lives_ms: int, who: str) -> int:
    """Sign a command and drop it for the server; return its number.

    ``lives_ms``: not done later than so long from now. Raises EndpointError.
    """
    now_ms = desk.clock.wall().utc_ms
    if now_ms is None:
        raise EndpointError("this computer does not know the time; set its clock and try again")
    if not kiosk or "/" in kiosk or "\0" in kiosk:
        raise EndpointError(f"{kiosk!r} is no machine's name, such as yard-07-01")
    folder = desk.directory / "commands"
    make_folder(folder / "taken")
    earlier = (*folder.glob(f"{kiosk}-*.json"), *(folder / "taken").glob(f"{kiosk}-*.json"))
    numbers = [
        int(tail) for path in earlier if (tail := path.stem.removeprefix(f"{kiosk}-")).isdecimal()
    ]
    number = max(numbers, default=0) + 1
    command = Command(kiosk, number, now_ms + lives_ms, who, order)
    envelope = seal(COMMAND_TYPE, msgspec.json.encode(command), desk.root_key)
    write_durably(folder / f"{kiosk}-{number:08d}.json", envelope)
    return number


def read(envelope: bytes, root_public: bytes) -> Command:
    """Return what the operator signed. Raises TrustError."""
    payload = unseal(envelope, COMMAND_TYPE, (root_public,))
    try:
        return msgspec.json.decode(payload, type=Command)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TrustError(f"not a command this version knows: {error}") from error


async def take(
    connection: AsyncConnection, envelope: bytes, root_public: bytes, now_ms: int
) -> Command:
    """Take in a command, once. Raises TrustError, or RefusedError 404 or 409."""
    said = read(envelope, root_public)
    known = select(machines.c.kiosk).where(machines.c.kiosk == said.kiosk).with_for_update()
    if (await connection.execute(known)).one_or_none() is None:
        raise RefusedError(404, "kiosk", "There is no such machine", said.kiosk[:80])
    same = select(commands.c.envelope).where(
        commands.c.kiosk == said.kiosk, commands.c.number == said.number
    )
    earlier = (await connection.execute(same)).scalar_one_or_none()
    if earlier is not None:
        if bytes(earlier) != envelope:
            raise RefusedError(409, "number", "Another command has this number")
        return said
    await connection.execute(
        insert(commands).values(
            kiosk=said.kiosk,
            number=said.number,
            command=type(said.order).__struct_config__.tag,
            who=said.who.replace("\0", ""),
            expires_ms=said.expires_ms,
            envelope=envelope,
            taken_ms=now_ms,
        )
    )
    return said


async def pending(
    connection: AsyncConnection, kiosk: str, through: int, now_ms: int
) -> tuple[bytes, ...]:
    """Return what a machine has not answered and may still do, in the order of numbers."""
    of = commands.c
    rows = await connection.execute(
        select(of.envelope)
        .where(
            of.kiosk == kiosk,
            of.number > through,
            of.result.is_(None),
            of.expires_ms > now_ms,
        )
        .order_by(of.number)
        .limit(SENT_MOST)
    )
    return tuple(bytes(row.envelope) for row in rows)


async def close(
    connection: AsyncConnection, kiosk: str, done: CommandDone, ledger: str, seq: int, now_ms: int
) -> None:
    """The machine answered by a record; its first answer counts."""
    of = commands.c
    await connection.execute(
        update(commands)
        .where(of.kiosk == kiosk, of.number == done.number, of.result.is_(None))
        .values(
            result=done.result,
            detail=done.detail[:200].replace("\0", ""),
            done_ledger=ledger,
            done_seq=seq,
            done_ms=now_ms,
        )
    )


async def of_machine(connection: AsyncConnection, kiosk: str, most: int) -> Sequence[Row[Any]]:
    """Return the newest commands to a machine, newest first."""
    query = select(commands).where(commands.c.kiosk == kiosk)
    return (await connection.execute(query.order_by(commands.c.number.desc()).limit(most))).all()


class CommandShelf:
    """Takes in what the desk dropped, and commands that come over HTTP."""

    def __init__(
        self, directory: Path, root_public: bytes, database: Database, clock: Clock
    ) -> None:
        self._folder = directory / "commands"
        self._root_public = root_public
        self._database = database
        self._clock = clock

    async def refresh(self) -> None:
        """Take in every new file; one that is refused is named in the log, and tried again."""
        for path in sorted(self._folder.glob("*.json")):
            try:
                envelope = path.read_bytes()
                async with self._database.writer.begin() as connection:
                    await take(connection, envelope, self._root_public, self._now_ms())
            except FileNotFoundError:
                continue  # Another worker was faster.
            except (OSError, TrustError, RefusedError) as error:
                _log.warning("command_refused", file=path.name, why=str(error))
                continue
            # Only after the commit: a command is in one of the two places at any time.
            taken = self._folder / "taken"
            taken.mkdir(mode=0o700, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                path.replace(taken / path.name)

    async def post(self, request: Request) -> Response:
        """POST /v1/commands: a command as an envelope by the operator's root."""
        envelope = await bodies.read(request)
        try:
            async with self._database.writer.begin() as connection:
                said = await take(connection, envelope, self._root_public, self._now_ms())
        except TrustError as error:
            raise RefusedError(403, "command", "The command is refused", str(error)) from error
        answer = Taken("command", said.number)
        return Response(msgspec.json.encode(answer), 201, media_type="application/json")

    def _now_ms(self) -> int:
        return self._clock.wall().utc_ms or 0


def routes(shelf: CommandShelf) -> Sequence[Route]:
    """Return the routes of commands."""
    return (Route("/v1/commands", shelf.post, methods=["POST"]),)
