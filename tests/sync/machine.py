"""A machine's ledger in memory: real records, chained and signed, without a controller."""

import threading
from dataclasses import dataclass, field

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.cloud import STATEMENT_TYPE, Statement
from kiosk.envelope import key_id, seal, sign
from kiosk.keys import public_bytes
from kiosk.records import (
    GENESIS,
    RECORD_TYPE,
    Body,
    Deposit,
    LedgerOpened,
    Record,
    SoftwareStarted,
    Weighing,
    digest,
    encode,
)
from kiosk.views import OutcomeName
from kiosk.wire import SignedRecord


def weighing(gross_g: int) -> Weighing:
    """A stable weight with some evidence."""
    return Weighing(gross_g, 1000, 1, False, (b"ST,GS,+00012.34kg",) * 5)


def deposit(
    seq: int, *, subject: str | None = "resident-1", outcome: OutcomeName = "PAID"
) -> Deposit:
    """1.80 kg of cardboard at 0.80: 1.44."""
    paid = outcome == "PAID"
    fields = {
        "receipt": f"R{seq:06d}",
        "opened_seq": seq - 1,
        "subject": subject,
        "id_level": "token" if subject else "donation",
        "token": "t1" if subject else None,
        "compartment": "paper-1",
        "material": "cardboard",
        "bag": "bag-1",
        "price_e4": 8000,
        "currency": "CNY",
        "tariff_version": 1,
        "by_piece": False,
        "products_version": 0,
        "pieces": [],
        "before": weighing(10_000),
        "after": weighing(11_800),
        "net_g": 1800 if outcome != "HELD" else None,
        "amount_minor": 144 if paid else 0,
        "outcome": outcome,
        "reason": None if paid else "unstable",
        "door": "closed",
    }
    # Through JSON, as a record is read: what this version does not know is passed over.
    return msgspec.json.decode(msgspec.json.encode(fields | {"kind": "deposit"}), type=Deposit)


@dataclass
class Machine:
    """The record key and an ever longer chain; safe to read while another thread appends."""

    ledger: str = "a1" * 16
    kiosk: str = ""
    board: str = "board-1"
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    records: list[SignedRecord] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.append(LedgerOpened(public_bytes(self.key), self.board, None, "empty"))

    @property
    def head_seq(self) -> int:
        """The newest record's number."""
        return len(self.records)

    def append(self, body: Body) -> SignedRecord:
        """Chain, sign and keep one more record."""
        with self.lock:
            seq = len(self.records) + 1
            prev = digest(self.records[-1].data) if self.records else GENESIS
            record = self.signed(seq, encode(self.record(seq, prev, body)))
            self.records.append(record)
            return record

    def record(self, seq: int, prev: str, body: Body) -> Record:
        """Fill in the header."""
        return Record(
            v=1,
            kiosk=self.kiosk,
            ledger=self.ledger,
            seq=seq,
            prev=prev,
            key=key_id(public_bytes(self.key)),
            session=None,
            cause="test",
            offline=False,
            boot_id="boot-1",
            mono_ms=seq,
            utc="2026-11-23T07:51:00.000Z",
            clk="S",
            software="0.1.0",
            parameters="0" * 64,
            event_counter=0,
            calibration=1,
            body=body,
        )

    def signed(self, seq: int, data: bytes) -> SignedRecord:
        """Sign any bytes as a record."""
        return SignedRecord(seq, data, sign(RECORD_TYPE, data, self.key))

    def deposit(
        self, *, subject: str | None = "resident-1", outcome: OutcomeName = "PAID"
    ) -> SignedRecord:
        """Append something that opens a deposit, and the deposit."""
        self.append(SoftwareStarted("0.1.0", 0))
        return self.append(deposit(self.head_seq + 1, subject=subject, outcome=outcome))

    def statement(self, site: str, code: str, transport_public: bytes) -> bytes:
        """Bind both keys, the ledger and the board, signed by the record key."""
        said = Statement(
            site, code, self.board, self.ledger, public_bytes(self.key), transport_public
        )
        return seal(STATEMENT_TYPE, msgspec.json.encode(said), self.key)
