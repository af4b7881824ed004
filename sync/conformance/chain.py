"""A ledger of the kit's own: real records, chained and signed by the product's own code."""

import secrets
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
    LedgerOpened,
    Record,
    Resent,
    digest,
    encode,
)
from kiosk.wire import SignedRecord


@dataclass
class Machine:
    """A kiosk that the kit invents. ``kiosk`` and ``root`` come with its enrolment."""

    site: str
    board: str
    ledger: str
    """The one it is enrolled with."""
    record_key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    transport_key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    kiosk: str = ""
    root: bytes = b""
    """The operator's public root key."""

    @property
    def key_id(self) -> str:
        """What its requests' signatures name."""
        return key_id(public_bytes(self.transport_key))

    def statement(self, code: str, site: str = "", by: Ed25519PrivateKey | None = None) -> bytes:
        """Bind its keys, ledger and board; ``by`` somebody else is no proof."""
        said = Statement(
            site or self.site,
            code,
            self.board,
            self.ledger,
            public_bytes(self.record_key),
            public_bytes(self.transport_key),
        )
        return seal(STATEMENT_TYPE, msgspec.json.encode(said), by or self.record_key)


@dataclass
class Chain:
    """An open ledger of a machine, ever longer."""

    machine: Machine
    ledger: str
    generation: int
    utc: str
    previous: str | None = None
    """The ledger that this one follows."""
    records: list[SignedRecord] = field(default_factory=list)

    def __post_init__(self) -> None:
        opened = LedgerOpened(
            public_bytes(self.machine.record_key), self.machine.board, self.previous, "conformance"
        )
        if not self.records:
            self.append(opened)

    @property
    def head_seq(self) -> int:
        """The newest record's number."""
        return len(self.records)

    @property
    def path(self) -> str:
        """Where its batches go."""
        return f"/v1/ledgers/{self.ledger}/batches"

    def append(self, *bodies: Body) -> SignedRecord:
        """Chain, sign and keep more records; return the last."""
        for body in bodies:
            self.keep(encode(self.draft(body)))
        return self.records[-1]

    def keep(self, data: bytes) -> SignedRecord:
        """Sign any bytes as the next record, and keep it."""
        record = self.signed(self.head_seq + 1, data)
        self.records.append(record)
        return record

    def signed(self, seq: int, data: bytes) -> SignedRecord:
        """Sign any bytes as a record."""
        return SignedRecord(seq, data, sign(RECORD_TYPE, data, self.machine.record_key))

    def fork(self, through: int) -> "Chain":
        """The same ledger as an older copy of the disk has it, to go on otherwise."""
        return Chain(
            self.machine, self.ledger, self.generation, self.utc, None, self.records[:through]
        )

    def resent(self) -> Resent:
        """Carry the first record of an earlier ledger of this machine, which nobody has seen."""
        earlier = Chain(self.machine, secrets.token_hex(16), self.generation, self.utc)
        (origin,) = earlier.records
        return Resent(
            ledger=earlier.ledger,
            seq=origin.seq,
            hash=digest(origin.data),
            data=origin.data,
            sig=origin.sig,
        )

    def draft(self, body: Body, seq: int | None = None) -> Record:
        """Fill in the header of the next record, or of another one in the place of ``seq``."""
        seq = self.head_seq + 1 if seq is None else seq
        return Record(
            v=1,
            kiosk=self.machine.kiosk,
            ledger=self.ledger,
            seq=seq,
            prev=self.hash_of(seq - 1),
            key=key_id(public_bytes(self.machine.record_key)),
            session=None,
            cause="conformance",
            offline=False,
            boot_id="conformance",
            mono_ms=1000 * seq,
            utc=self.utc,
            clk="I",
            software="conformance",
            parameters="0" * 64,
            event_counter=0,
            calibration=1,
            body=body,
        )

    def hash_of(self, seq: int) -> str:
        """The hash of a record; before the first one there is none."""
        return digest(self.records[seq - 1].data) if seq else GENESIS
