"""The chain: each record's number, predecessor, ledger, key and signature."""

from dataclasses import dataclass

from kiosk import records
from kiosk.envelope import TrustError, key_id, verify
from kiosk.ledger.errors import LedgerDamagedError
from kiosk.records import GENESIS, RECORD_TYPE, LedgerOpened, Record, RecordUnreadableError
from kiosk.wire import SignedRecord


@dataclass
class Chain:
    """Where a ledger's chain has got to; :meth:`follow` takes the next record."""

    ledger: str
    public: bytes
    """The record key's 32 public bytes."""
    head_seq: int = 0
    head_hash: str = GENESIS

    def follow(
        self, signed: SignedRecord, *, signature: bool = True
    ) -> tuple[Record | None, list[str]]:
        """Check the next record against the chain; returns it and all that is wrong with it.

        The chain goes on from it even so, so that one bad record is reported once. Without
        ``signature`` only the links are checked; they cover all bytes but the head's.
        """
        expected, prev = self.head_seq + 1, self.head_hash
        self.head_seq = signed.seq
        wrong: list[str] = []
        if signed.seq != expected:
            wrong.append(f"record {signed.seq} follows {expected - 1}")
        self.head_hash = records.digest(signed.data)
        if signature:
            try:
                verify(RECORD_TYPE, signed.data, signed.sig, self.public)
            except TrustError as error:
                wrong.append(f"record {signed.seq}: {error}")
        try:
            record = records.decode(signed.data)
        except RecordUnreadableError as error:
            return None, [*wrong, f"record {signed.seq}: {error}"]
        for what, found, right in (
            ("number", record.seq, signed.seq),
            ("ledger", record.ledger, self.ledger),
            ("key", record.key, key_id(self.public)),
            ("predecessor", record.prev, prev),
        ):
            if found != right:
                wrong.append(f"record {signed.seq}: its {what} is {found}, not {right}")
        return record, wrong


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose ledger it is, as its first record says under the key it names."""

    ledger: str
    public: bytes
    board: str


def owner_of(data: bytes, sig: bytes) -> Owner:
    """Read a ledger's first record. Raises LedgerDamagedError when it cannot be believed."""
    try:
        record = records.decode(data)
        body = record.body
        if not isinstance(body, LedgerOpened):
            raise LedgerDamagedError(f"the first record is a {type(body).__name__}")
        verify(RECORD_TYPE, data, sig, body.record_key)
    except (RecordUnreadableError, TrustError) as error:
        raise LedgerDamagedError(f"the first record cannot be believed: {error}") from error
    return Owner(record.ledger, body.record_key, body.board)
