"""A controller as the agent sees it: a real Unix socket, a real chain, marks really verified."""

import socket
import threading
from pathlib import Path
from typing import Self

import msgspec

from kiosk import lines
from kiosk.cloud import MARK_TYPE, EnrolmentCode, Mark
from kiosk.documents import DOCUMENT_TYPE, Document, EndpointKeys
from kiosk.envelope import TrustError, unseal
from kiosk.keys import public_bytes
from kiosk.records import digest
from kiosk.wire import (
    MAX_LINE,
    Attach,
    Barred,
    Blob,
    Command,
    Enrol,
    Enrolment,
    EnrolmentRefused,
    Forked,
    FromAgent,
    Hello,
    Kept,
    Offer,
    Records,
    Refused,
    Upload,
    Uploaded,
    Want,
)
from kiosk.wire import Mark as WireMark
from tests.sync.machine import Machine

WAIT_S = 20


class FakeController:
    """Serves one agent at a time; everything it learns is behind one condition to wait on."""

    def __init__(self, path: Path, machine: Machine) -> None:
        self.machine = machine
        self.kiosk: str | None = None
        self.url: str | None = None
        self.root_public: bytes = b""
        self.endpoint_keys: tuple[bytes, ...] = ()
        self.acked_through = 0
        self.documents: dict[str, int] = {}
        self.transport_key: bytes | None = None
        self.refusals: list[str] = []
        self.forked: list[Forked] = []
        self.barred: list[str | None] = []
        self.blobs: list[Blob] = []
        self.marks_refused: list[str] = []
        self.attached = 0
        self.replace_key: str | None = None
        self.interval_s: int | None = None
        self.condition = ""
        self.commands: list[bytes] = []
        self.commands_through = 0
        self.uploaded: list[str] = []
        self.changed = threading.Condition()
        self._peer: socket.socket | None = None
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(4)
        self._thread = threading.Thread(target=self._run, name="fake-controller")
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self.drop()
        self._thread.join(WAIT_S)
        self._listener.close()

    # ---- what tests do ----

    def drop(self) -> None:
        """Cut the agent off, as a restart of the controller does."""
        with self.changed:
            if self._peer is not None:
                self._peer.shutdown(socket.SHUT_RDWR)

    def announce(self) -> None:
        """Tell the agent where things stand now."""
        with self.changed:
            self._send(self._hello())

    def upload(self, sha256: str, data: bytes) -> None:
        """Give the agent something for the cloud."""
        with self.changed:
            self._send(Upload(sha256, data))

    def show_code(self, code: EnrolmentCode, url: str | None = None) -> None:
        """A technician shows an enrolment QR."""
        self.wait(lambda: self.transport_key is not None)
        with self.changed:
            assert self.transport_key is not None
            statement = self.machine.statement(code.site, code.code, self.transport_key)
            self.url = url or code.url
            self._send(Enrol(self.url, code.site, code.code, statement))

    def wait(self, until: object) -> None:
        """Wait until something holds; fails the test when it does not in time."""
        assert callable(until)
        with self.changed:
            assert self.changed.wait_for(until, WAIT_S), "waited in vain"

    def wait_acked(self, seq: int) -> None:
        """Wait for the cloud's signed mark of a record."""
        self.wait(lambda: self.acked_through >= seq)

    # ---- the controller's side of the line ----

    def _run(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            with self.changed:
                self._peer = peer
            try:
                self._serve(peer)
            except OSError:
                pass
            finally:
                with self.changed:
                    self._peer = None
                peer.close()

    def _serve(self, peer: socket.socket) -> None:
        reader = lines.LineReader(MAX_LINE)
        while piece := peer.recv(65536):
            for line in reader.feed(piece):
                message = msgspec.json.decode(line, type=FromAgent)
                with self.changed:
                    self._hear(message)
                    self.changed.notify_all()

    def _hear(self, message: FromAgent) -> None:
        if isinstance(message, Attach):
            self.transport_key = message.transport_key
            self.attached += 1
            self._send(self._hello())
        elif isinstance(message, Want):
            with self.machine.lock:
                found = self.machine.records[message.after : message.after + message.most]
            self._send(Records(self.machine.ledger, tuple(found)))
        elif isinstance(message, Enrolment):
            self.kiosk = self.machine.kiosk = message.kiosk
            self.root_public = message.root_key
            for envelope in message.documents:
                self._adopt(envelope)
            self._send(self._hello())
        elif isinstance(message, EnrolmentRefused):
            self.refusals.append(message.reason)
        elif isinstance(message, Offer):
            self._adopt(message.envelope)
            self._send(self._hello())
        elif isinstance(message, Forked):
            self.forked.append(message)
        elif isinstance(message, Barred):
            self.barred.append(message.why)
        elif isinstance(message, Blob):
            self.blobs.append(message)
        elif isinstance(message, Command):
            self.commands.append(message.envelope)
        elif isinstance(message, Uploaded):
            self.uploaded.append(message.sha256)
        elif isinstance(message, WireMark):
            self._mark(message)

    def _adopt(self, envelope: bytes) -> None:
        payload = unseal(envelope, DOCUMENT_TYPE, (self.root_public,))
        document = msgspec.json.decode(payload, type=Document)
        if isinstance(document.body, EndpointKeys):
            self.endpoint_keys = document.body.keys
        self.documents[document.name] = document.version

    def _mark(self, message: WireMark) -> None:
        try:
            payload = unseal(message.envelope, MARK_TYPE, self.endpoint_keys)
        except TrustError as error:
            self.marks_refused.append(str(error))
            self._send(Refused("mark", str(error)))
            return
        mark = msgspec.json.decode(payload, type=Mark)
        with self.machine.lock:
            head = digest(self.machine.records[mark.acked_through - 1].data)
        assert mark.head_hash == head and mark.kiosk == self.kiosk
        self.acked_through = max(self.acked_through, mark.acked_through)
        self._send(Kept("mark", mark.acked_through))
        self._send(self._hello())

    def _hello(self) -> Hello:
        return Hello(
            kiosk=self.kiosk,
            url=self.url if self.kiosk else None,
            ledger=self.machine.ledger,
            board=self.machine.board,
            record_key=public_bytes(self.machine.key),
            head_seq=self.machine.head_seq,
            acked_through=self.acked_through,
            documents=dict(self.documents),
            commands_through=self.commands_through,
            interval_s=self.interval_s,
            replace_key=self.replace_key,
            condition=self.condition,
        )

    def _send(self, message: object) -> None:
        if self._peer is not None:
            try:
                self._peer.sendall(lines.encode(message))
            except OSError:
                pass
