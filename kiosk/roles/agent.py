"""The agent role: records out as exact bytes, acknowledgements and documents in.

Records are read by the connection's own reader thread, never by the deciding one. A connection
that never says Attach may still read (``kiosk ledger`` does).
"""

import threading
from pathlib import Path

import msgspec

from kiosk import wire
from kiosk.cloud import BATCH_MAX_BYTES, BATCH_MAX_RECORDS
from kiosk.events import (
    AgentAttached,
    AgentDetached,
    BlobArrived,
    BoardJudged,
    BundleSent,
    CloudRefused,
    CommandOffered,
    DocumentOffered,
    EnrolmentAnswered,
    EnrolmentFailed,
    Event,
    LedgerDisowned,
    MarkOffered,
    TotalsOffered,
)
from kiosk.ledger import Ledger, LedgerError, LedgerReader
from kiosk.lines import encode
from kiosk.logs import get
from kiosk.ports import EventSink
from kiosk.product_shelf import BlobRefusedError, ProductShelf
from kiosk.roles.server import Connection, RoleServer
from kiosk.units import Seq

_log = get(__name__)


class AgentRole:
    """Serves ``agent.sock`` in ``directory``. At most one connection is the agent: the latest."""

    def __init__(
        self, directory: Path, sink: EventSink, ledger: Ledger, products: ProductShelf
    ) -> None:
        self._sink = sink
        self._ledger = ledger
        self._products = products
        self._decoder = msgspec.json.Decoder(wire.FromAgent)
        self._lock = threading.Lock()
        self._agent: Connection | None = None
        self._hello: bytes | None = None
        self._readers: dict[Connection, LedgerReader] = {}
        self._server = RoleServer(
            directory / "agent.sock",
            "kiosk-role-agent",
            on_open=self._opened,
            on_line=self._said,
            on_end=self._ended,
        )

    def start(self) -> None:
        """Begin to serve."""
        self._server.start()

    def stop(self) -> None:
        """Stop serving."""
        self._server.stop()

    def tell(self, message: wire.ToAgent) -> None:
        """Send a message to the agent; a Hello to everyone who is connected."""
        line = encode(message)
        if isinstance(message, wire.Hello):
            with self._lock:
                self._hello = line
            for connection in self._server.each():
                connection.send_latest(line)
            return
        with self._lock:
            agent = self._agent
        if agent is not None:
            agent.send(line)

    def _opened(self, connection: Connection) -> None:
        with self._lock:
            hello = self._hello
        if hello is not None:
            connection.send_latest(hello)

    def _ended(self, connection: Connection) -> None:
        reader = self._readers.pop(connection, None)
        if reader is not None:
            reader.close()
        with self._lock:
            was_agent = self._agent is connection
            if was_agent:
                self._agent = None
        if was_agent:
            self._sink(AgentDetached())

    def _said(self, connection: Connection, line: bytes) -> None:
        try:
            message = self._decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            _log.warning("agent_line_refused", reason=str(error))
            connection.close()
            return
        match message:
            case wire.Want(after=after, most=most):
                self._read(connection, after, most)
            case wire.Attach(transport_key=key):
                self._attach(connection, key)
            case wire.Blob():
                if self._agent is connection:
                    self._receive(message)
            case _:
                if self._agent is connection:
                    self._sink(_event_of(message))

    def _attach(self, connection: Connection, key: bytes) -> None:
        with self._lock:
            earlier, self._agent = self._agent, connection
        if earlier is not None and earlier is not connection:
            earlier.close()
        self._sink(AgentAttached(key))

    def _receive(self, part: wire.Blob) -> None:
        """Compiled here, on the connection's thread: the deciding one only hears of it."""
        try:
            whole = self._products.receive(part.sha256, part.offset, part.data, part.last)
        except BlobRefusedError as error:
            self._sink(BlobArrived(part.sha256, str(error)))
            return
        if whole:
            self._sink(BlobArrived(part.sha256, None))

    def _read(self, connection: Connection, after: int, most: int) -> None:
        reader = self._readers.get(connection)
        try:
            if reader is None:
                reader = self._ledger.reader()
                self._readers[connection] = reader
            records = reader.after(
                Seq(max(0, after)), max(1, min(most, BATCH_MAX_RECORDS)), BATCH_MAX_BYTES
            )
        except LedgerError as error:
            _log.error("ledger_read_failed", reason=str(error))
            connection.close()
            return
        connection.send(encode(wire.Records(self._ledger.id, records)))


def _event_of(
    message: wire.Enrolment
    | wire.EnrolmentRefused
    | wire.Offer
    | wire.Mark
    | wire.Reckoned
    | wire.Forked
    | wire.Barred
    | wire.Judged
    | wire.Command
    | wire.Uploaded,
) -> Event:
    match message:
        case wire.Enrolment(kiosk=kiosk, root_key=root, documents=documents):
            return EnrolmentAnswered(kiosk, root, documents)
        case wire.EnrolmentRefused(reason=reason):
            return EnrolmentFailed(reason)
        case wire.Offer(envelope=envelope):
            return DocumentOffered(envelope)
        case wire.Mark(envelope=envelope):
            return MarkOffered(envelope)
        case wire.Reckoned(envelope=envelope):
            return TotalsOffered(envelope)
        case wire.Forked(ledger=ledger, reason=reason, detail=detail):
            return LedgerDisowned(ledger, reason, detail)
        case wire.Barred(why=why):
            return CloudRefused(why)
        case wire.Judged(state=state):
            return BoardJudged(state)
        case wire.Command(envelope=envelope):
            return CommandOffered(envelope)
        case wire.Uploaded(sha256=sha256):
            return BundleSent(sha256)
