"""The controller's agent socket on a real ledger, without the rest of the controller."""

import queue
from pathlib import Path
from random import Random
from typing import TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import wire
from kiosk.cloud import MARK_TYPE, STATEMENT_TYPE, EnrolmentCode, Mark, Statement
from kiosk.documents import DOCUMENT_TYPE, Document, EndpointKeys
from kiosk.envelope import seal, unseal
from kiosk.events import AgentAttached, EnrolmentAnswered, Event, MarkOffered
from kiosk.keys import public_bytes
from kiosk.ledger import Draft, Ledger, Stamp
from kiosk.product_shelf import ProductShelf
from kiosk.roles.agent import AgentRole
from sync.fleet.deposits import visit

BOARD = "bench"
WAIT_S = 60
AT_ONCE = 200
"""Deposits in one flush while the ledger is filled: only its reading is measured."""

Kind = TypeVar("Kind", bound=Event)


class RealLink:
    """Use as a context manager; ``home/run/agent.sock`` is served."""

    def __init__(self, home: Path, key: Ed25519PrivateKey) -> None:
        self._key = key
        self._stamp = Stamp("", False, "boot-1", 1, None, "U", "0.1.0", "0" * 64, 1, 1)
        self.ledger = Ledger.open(home / "ledger", key, BOARD, self._stamp, monthly=False)
        self._events: queue.Queue[Event] = queue.Queue()
        products = ProductShelf(home / "products")
        self._role = AgentRole(home / "run", self._events.put, self.ledger, products)
        self._kiosk: str | None = None
        self._url = ""
        self._endpoint_keys: tuple[bytes, ...] = ()
        self._documents: dict[str, int] = {}

    def __enter__(self) -> "RealLink":
        self._role.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._role.stop()
        self.ledger.close()

    def fill(self, count: int) -> None:
        """Write deposits until so many records are there; tells the agent nothing yet."""
        dice = Random(1)
        while self.ledger.head_seq < count:
            first, drafts = self.ledger.head_seq + 1, list[Draft]()
            for seq in range(first, first + 2 * AT_ONCE, 2):
                found = visit(dice, self.ledger.id, seq, seq * 1000)
                drafts.append(Draft(found.session, "scale", found.opened))
                drafts.append(Draft(found.session, "scale", found.deposit))
            self.ledger.append(drafts, self._stamp)

    def enrol(self, code: EnrolmentCode, url: str) -> None:
        """Let the agent ask the cloud, and believe what comes."""
        self._url = url
        self._role.tell(self._hello())
        transport = self._next(AgentAttached).transport_key
        statement = Statement(
            code.site, code.code, BOARD, self.ledger.id, public_bytes(self._key), transport
        )
        sealed = seal(STATEMENT_TYPE, msgspec.json.encode(statement), self._key)
        self._role.tell(wire.Enrol(url, code.site, code.code, sealed))
        answer = self._next(EnrolmentAnswered)
        self._kiosk = answer.kiosk
        for envelope in answer.documents:
            payload = unseal(envelope, DOCUMENT_TYPE, (answer.root_key,))
            document = msgspec.json.decode(payload, type=Document)
            self._documents[document.name] = document.version
            if isinstance(document.body, EndpointKeys):
                self._endpoint_keys = document.body.keys
        self._role.tell(self._hello())

    def keep_next_mark(self) -> int:
        """Do as the controller does with the cloud's next mark; returns what is acknowledged."""
        envelope = self._next(MarkOffered).envelope
        payload = unseal(envelope, MARK_TYPE, self._endpoint_keys)
        self.ledger.keep_mark(envelope, msgspec.json.decode(payload, type=Mark))
        self._role.tell(wire.Kept("mark", self.ledger.acked_through))
        self._role.tell(self._hello())
        return self.ledger.acked_through

    def _next(self, kind: type[Kind]) -> Kind:
        while True:
            event = self._events.get(timeout=WAIT_S)
            if isinstance(event, kind):
                return event

    def _hello(self) -> wire.Hello:
        return wire.Hello(
            kiosk=self._kiosk,
            url=self._url if self._kiosk else None,
            ledger=self.ledger.id,
            board=BOARD,
            record_key=public_bytes(self._key),
            head_seq=self.ledger.head_seq,
            acked_through=self.ledger.acked_through,
            documents=self._documents,
        )
