"""One machine's first minutes with a cloud, as they go over the wire, the same every time.

Keys come from fixed seeds and the clock stands still, so every byte is reproducible: the agent
must still send these requests and the endpoint must still give these answers.
"""

import hashlib
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kiosk import cloud
from kiosk.clock import WallTime
from kiosk.documents import Adjudication, Adjudications
from kiosk.envelope import seal
from kiosk.keys import public_bytes
from kiosk.records import digest
from kiosk.units import Millis
from sync.agent.http import Answer, Http
from sync.agent.signing import Signer
from sync.endpoint import operator
from sync.endpoint.serve import Server
from tests.docs import DOCS
from tests.sync.machine import Machine
from tests.sync.peer import JSON

HOST = "cloud.example"
FOLDER = DOCS / "protocol" / "examples"
NOW_MS = 1_795_420_800_000
CODE = "00112233445566778899"


class StoppedClock:
    """It is always the same moment."""

    def monotonic_ms(self) -> Millis:
        return Millis(1000)

    def wall(self) -> WallTime:
        return WallTime(NOW_MS, "S")


@dataclass(frozen=True)
class Example:
    """A request and its answer, bodies as JSON."""

    name: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None
    answer: Answer

    def as_json(self) -> str:
        """Write it as the file in docs/protocol/examples."""
        kept = ("content-type", "etag")
        found: dict[str, Any] = {
            "request": {
                "method": self.method,
                "path": self.path,
                "headers": self.headers,
                "body": None if self.body is None else msgspec.json.decode(self.body),
            },
            "answer": {
                "status": self.answer.status,
                "headers": {name: self.answer.headers[name] for name in kept
                            if name in self.answer.headers},
                "body": msgspec.json.decode(self.answer.body),
            },
        }  # fmt: skip
        return msgspec.json.format(msgspec.json.encode(found), indent=1).decode() + "\n"


def seeded(word: str) -> Ed25519PrivateKey:
    """A key that everybody knows: for examples only."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(word.encode()).digest())


def make_desk(directory: Path) -> operator.Operator:
    """An operator whose keys come from seeds."""
    directory.mkdir(mode=0o700)
    for name in ("root", "endpoint", "issuer"):
        path = directory / f"{name}.key"
        path.touch(0o600)
        path.write_bytes(
            seeded(name).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
    prices = {"cardboard": 8000, "metal": 24_000}
    clock = StoppedClock()
    desk = operator.create(
        directory, f"https://{HOST}", prices, clock, operator="Green Yard", contact="400-000-0000"
    )
    code = operator.CodeOnFile(operator.hash_code(CODE), "yard-07", NOW_MS + 1000)
    operator.write_durably(directory / "codes" / "example.json", msgspec.json.encode(code))
    return desk


def make_machine() -> Machine:
    """A machine with two deposits: one paid, one that a person has to look at."""
    machine = Machine(ledger="5d" * 16, kiosk="yard-07-01", key=seeded("record"))
    machine.deposit()
    machine.deposit(outcome="HELD")
    return machine


def decide(desk: operator.Operator, machine: Machine) -> bytes:
    """The HELD deposit is worth 1.44 after all."""
    seen = Adjudication(
        ledger=machine.ledger,
        seq=5,
        hash=digest(machine.records[4].data),
        amount_minor=144,
        currency="CNY",
        who="Wang",
        why="the photograph shows it",
        decided_ms=NOW_MS,
    )
    version = desk.publish("adjudications", Adjudications((seen,)), "kiosk:yard-07-01")
    path = desk.directory / "documents" / f"adjudications-{version:08d}.json"
    envelope = path.read_bytes()
    path.unlink()
    return envelope


def command() -> bytes:
    """Paper is not taken until somebody has been there."""
    said = cloud.Command(
        "yard-07-01", 1, NOW_MS + 24 * 3600 * 1000, "Wang", cloud.CloseCompartment("paper-1")
    )
    return seal(cloud.COMMAND_TYPE, msgspec.json.encode(said), seeded("root"))


@dataclass
class Teller:
    """Speaks to an endpoint as if it were the example's host, and keeps what was said."""

    url: str
    http: Http
    signer: Signer
    told: list[Example]

    def tell(self, name: str, method: str, path: str, body: msgspec.Struct | None = None) -> None:
        """Sign, send, keep."""
        encoded = None if body is None else msgspec.json.encode(body)
        headers = {} if body is None else dict(JSON)
        signed = self.signer.sign(method, f"https://{HOST}{path}", headers, encoded)
        # The operator's own requests are for the endpoint's computer only.
        host = "127.0.0.1" if path.startswith("/v1/credits") else HOST
        answer = self.http.exchange(method, self.url + path, {"Host": host, **signed}, encoded)
        assert answer.status in (200, 201), answer.body
        self.told.append(Example(name, method, path, signed, encoded, answer))

    def post(self, name: str, path: str, envelope: bytes) -> None:
        """Send what is signed in itself, keep."""
        answer = self.http.exchange("POST", self.url + path, {"Host": HOST, **JSON}, envelope)
        assert answer.status == 201, answer.body
        self.told.append(Example(name, "POST", path, dict(JSON), envelope, answer))


def play(home: Path) -> list[Example]:
    """Let it all happen against a real endpoint."""
    clock = StoppedClock()
    desk = make_desk(home / "desk")
    server = Server(desk.directory, "127.0.0.1", 0, clock)
    thread = threading.Thread(target=server.run, name="endpoint")
    thread.start()
    http, transport, machine = Http(clock), seeded("transport"), make_machine()
    teller = Teller(f"http://127.0.0.1:{server.port}", http, Signer(transport, clock), [])
    try:
        statement = machine.statement("yard-07", CODE, public_bytes(transport))
        teller.tell("enrol", "POST", "/v1/enrol", cloud.EnrolRequest(CODE, statement))
        ledger = f"/v1/ledgers/{machine.ledger}"
        opening = cloud.LedgerRequest(machine.ledger, None, "attached", machine.board)
        teller.tell("open_ledger", "POST", "/v1/ledgers", opening)
        batch = cloud.Batch(1, 1, 1, machine.head_seq, tuple(machine.records))
        teller.tell("take_batch", "POST", f"{ledger}/batches", batch)
        teller.tell("show_ledger", "GET", ledger)
        teller.tell("show_totals", "GET", f"{ledger}/totals")
        teller.post("take_command", "/v1/commands", command())
        status = cloud.StatusRequest("0.1.0", machine.ledger, 5, 5, {"tariff": 1})
        teller.tell("take_status", "POST", "/v1/status", status)
        teller.tell("show_document", "GET", "/v1/documents/tariff")
        teller.post("take_adjudications", "/v1/adjudications", decide(desk, machine))
        old, new = seeded("transport"), seeded("next transport")
        said = cloud.KeyRotation("yard-07-01", public_bytes(old), public_bytes(new))
        rotation = seal(cloud.KEYS_TYPE, msgspec.json.encode(said), old, new)
        teller.tell("rotate_key", "POST", "/v1/keys", cloud.KeyRequest(rotation))
        teller.tell("feed_credits", "GET", "/v1/credits?after=0")
    finally:
        server.stop()
        thread.join(15)
        http.close()
    return teller.told


def written() -> dict[str, Any]:
    """Read what is committed, by operation."""
    return {
        path.stem: msgspec.json.decode(path.read_bytes()) for path in sorted(FOLDER.glob("*.json"))
    }


def main() -> None:
    """Write the examples again: ``python -m tests.sync.examples``, then ``make docs``."""
    with tempfile.TemporaryDirectory() as home:
        for example in play(Path(home)):
            (FOLDER / f"{example.name}.json").write_text(example.as_json(), encoding="utf-8")


if __name__ == "__main__":
    main()
