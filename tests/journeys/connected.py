"""The desk with the real agent and the real endpoint, in one thread and in virtual time: requests
are signed, answers are sealed, and the books are a real database."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kiosk import cloud
from kiosk.envelope import seal
from kiosk.ledger.reader import LedgerReader
from sync.agent.errors import UnreachableError
from sync.agent.http import Answer, Http
from sync.agent.signing import Signer
from sync.conformance.line import Request
from sync.endpoint import operator
from tests.conformance.inprocess import InProcess
from tests.journeys.desk import Desk
from tests.journeys.operator import SITE
from tests.simulator.carrier import Carrier

URL = "http://127.0.0.1:1"
PRICES = {"paper": 8_000, "plastic": 12_000, "metal": 35_000, "textiles": 3_000}
TRANSPORT_KEY = Ed25519PrivateKey.from_private_bytes(b"transport key of these journeys.")


class _Way(Http):
    """The network between the agent and the endpoint; it may be away, and lose answers."""

    def __init__(self, line: InProcess) -> None:
        self.line = line
        self.away = False
        self.loses: str | None = None
        """Answers to requests whose path ends so do not arrive."""
        self.asked: list[str] = []

    def exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        if self.away:
            raise UnreachableError("no route to the cloud")
        self.asked.append(f"{method} {url.removeprefix(URL)}")
        answer = self.line.exchange(Request(method, url, headers, body))
        if self.loses is not None and url.endswith(self.loses):
            raise UnreachableError("reset while the answer was read")
        return answer


class Connected(Desk):
    """Use as a context manager. Its agent takes a turn after every step of time."""

    def __init__(self, directory: Path) -> None:
        self.carrier: Carrier | None = None
        self.reader: LedgerReader | None = None
        super().__init__(directory, enrolled=False)
        self.endpoint = self._endpoint(directory / "endpoint")
        self.line = InProcess(self.endpoint.directory, self.clock)
        self.way = _Way(self.line)
        self.carrier = Carrier(self.way, TRANSPORT_KEY, self.clock, self.config, 1, Signer)

    def __enter__(self) -> "Connected":
        self.line.__enter__()
        self.attach()
        return self

    def enrol(self) -> None:
        """A technician shows the code of the endpoint's desk."""
        self.wait(1_000)
        self.scan(b"KIOSK1:" + msgspec.json.encode(self.endpoint.new_code(SITE)))
        self.until(self.ready)
        self.until(self.all_sent)

    def __exit__(self, *_: object) -> None:
        assert self.carrier is not None
        self.carrier.close()
        if self.running:
            self.power_cut()
        self.line.__exit__()

    # ---- the machine ----

    def boot(self) -> None:
        super().boot()
        self.reader = self.ledger.reader()
        self.attach()

    def attach(self) -> None:
        """The agent is started and finds the controller."""
        if self.carrier is not None and self.reader is not None:
            self.carrier.attach(self.controller, self.reader, self.products, self.told)

    def power_cut(self) -> None:
        assert self.reader is not None
        self.reader.close()
        super().power_cut()

    def all_sent(self) -> bool:
        """The cloud has everything, and the machine knows it."""
        return self.ledger.acked_through == self.ledger.head_seq

    def at_rest(self) -> bool:
        """Nothing is to be sent, asked or followed any more."""
        wanted = self.ledger.totals_source == "earlier" or self.controller.restarting
        return self.all_sent() and not wanted

    def _step(self) -> None:
        super()._step()
        if self.running and self.controller.restarting:
            # As systemd does with a process that ended.
            assert self.reader is not None
            self.reader.close()
            self.ledger.close()
            self.boot()
        if self.running and self.carrier is not None:
            self.carrier.turn()

    # ---- the operator ----

    def approve(self, approved: bool = True) -> None:
        """The operator knows of the board that the disk is in now, or does not."""
        said = cloud.Approval(self.ledger.id, self.board, approved, "Ms Li", "new computer", 1)
        body = seal(cloud.APPROVAL_TYPE, msgspec.json.encode(said), self.endpoint.root_key)
        self._desk("POST", "/v1/approvals", body, 204)

    def credits(self) -> dict[str, int]:
        """What the wallet is told to pay, by permanent key."""
        rows = self._desk("GET", "/v1/credits?after=0", None, 200)["credits"]
        assert len({row["key"] for row in rows}) == len(rows)
        return {row["key"]: row["amount_minor"] for row in rows}

    def _desk(self, method: str, path: str, body: bytes | None, status: int) -> Any:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        answer = self.line.exchange(Request(method, URL + path, headers, body))
        assert answer.status == status, answer.body
        return msgspec.json.decode(answer.body) if answer.body else None

    def _endpoint(self, directory: Path) -> operator.Operator:
        """The same operator as the desk's: its documents and tokens are believed."""
        directory.mkdir(mode=0o700)
        keys = {"root": self.operator.root, "endpoint": self.operator.endpoint}
        for name, key in (keys | {"issuer": self.operator.issuer}).items():
            path = directory / f"{name}.key"
            path.touch(0o600)
            path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return operator.create(directory, URL, PRICES, self.clock, contact="400-800-0000")
