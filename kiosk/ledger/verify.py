"""Checks a whole ledger again, record by record, for anybody who doubts it.

Numbers, links and signatures; exactly one outcome for every opened deposit (P1); that the totals
carried from segment to segment are the sums of the deposits. Nothing is taken from the machine's
memory: only from the bytes.
"""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.envelope import key_id
from kiosk.ledger import boot, folders, segment
from kiosk.ledger.books import Books, sorted_totals
from kiosk.ledger.chain import Chain, Owner, owner_of
from kiosk.ledger.drafts import carried_gross
from kiosk.ledger.errors import (
    LedgerDamagedError,
    LedgerError,
    LedgerMisuseError,
    from_os,
)
from kiosk.money import price_text
from kiosk.records import Deposit, Record, SegmentOpened, Totals
from kiosk.units import PriceE4, Seq
from kiosk.wire import SignedRecord

PROBLEMS_MAX = 100


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found. ``open`` deposits at the very end are no problem: somebody may
    be standing at the machine."""

    ledger: str
    record_key: str
    """Id of the key everything is signed with."""
    board: str
    records: int
    head_seq: int
    head_hash: str
    deposits: tuple[tuple[Seq, Deposit], ...]
    open: tuple[Seq, ...]
    totals: tuple[Totals, ...]
    problems: tuple[str, ...]
    aside: tuple[str, ...] = ()
    """Folders of ledgers that were set aside; they are not verified."""

    @property
    def ok(self) -> bool:
        """True: everything holds."""
        return not self.problems


def deposit_row(seq: Seq, deposit: Deposit) -> dict[str, object]:
    """One outcome as the demo and ``kiosk ledger`` print it in JSON."""
    return {
        "seq": seq,
        "outcome": deposit.outcome,
        "net_g": deposit.net_g,
        "unit_price": price_text(PriceE4(deposit.price_e4)),
        "amount_minor": deposit.amount_minor,
        "currency": deposit.currency,
    }


@dataclass
class Audit:
    """Takes a ledger's records in order and collects what is wrong."""

    owner: Owner
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._chain = Chain(self.owner.ledger, self.owner.public)
        self._books = Books()
        self._records = 0
        self._deposits: list[tuple[Seq, Deposit]] = []

    def take(self, signed: SignedRecord) -> Record | None:
        """Check the next record."""
        record, wrong = self._chain.follow(signed)
        self.problems += wrong
        self._records += 1
        if record is None:
            return None
        if isinstance(record.body, Deposit):
            self._deposits.append((Seq(record.seq), record.body))
        try:
            self._books.enter(record)
        except LedgerMisuseError as error:
            self.problems.append(str(error))
            if isinstance(record.body, SegmentOpened):
                # Said once; go on from what the segment says.
                self._books = Books.begin(record.body.totals, self._books.last_gross)
        return record

    def take_carried(self, kept: segment.Signed, first_seq: int) -> None:
        """Check the weights that a segment keeps against those of the records before it."""
        try:
            gross = carried_gross(kept, self.owner.ledger, first_seq, self.owner.public)
        except LedgerDamagedError as error:
            self.problems.append(str(error))
            return
        if gross != self._books.last_gross:
            self.problems.append(f"record {first_seq}: the weights carried over are not the last")

    def require(self, public: bytes | None) -> None:
        """Note it when the ledger is not under the key that was expected."""
        if public is not None and public != self.owner.public:
            self.problems.append(
                f"signed under key {key_id(self.owner.public)}, not under {key_id(public)}"
            )

    @property
    def head_hash(self) -> str:
        """Hash of the last record taken."""
        return self._chain.head_hash

    @property
    def head_seq(self) -> int:
        """Number of the last record taken."""
        return self._chain.head_seq

    def report(self, aside: Iterable[str] = ()) -> Report:
        """Sum up."""
        problems = self.problems[:PROBLEMS_MAX]
        if len(self.problems) > PROBLEMS_MAX:
            problems.append(f"and {len(self.problems) - PROBLEMS_MAX} more")
        return Report(
            ledger=self.owner.ledger,
            record_key=key_id(self.owner.public),
            board=self.owner.board,
            records=self._records,
            head_seq=self.head_seq,
            head_hash=self.head_hash,
            deposits=tuple(self._deposits),
            open=tuple(self._books.open),
            totals=sorted_totals(self._books.totals.values()),
            problems=tuple(problems),
            aside=tuple(aside),
        )


def verify(directory: Path, public: bytes | None = None) -> Report:
    """Verify the ledger in use in ``directory`` (``<data_dir>/ledger``) from its files.

    Only while no controller runs: hold a shared ``DataLock``. ``public`` is the record key that
    is expected, if known. Raises LedgerError when there is no ledger or nothing can be read.
    """
    folder = folders.current(directory)
    segments = folders.segments(folder) if folder is not None else []
    if folder is None or not segments:
        raise LedgerError(f"{directory}: holds no ledger")
    try:
        audit = Audit(_owner(segments))
    except LedgerDamagedError as error:
        return _nobodys(folder.name.removeprefix("ledger-"), error)
    audit.require(public)
    for first_seq, path in segments:
        try:
            _take_segment(audit, first_seq, path)
        except LedgerDamagedError as error:
            audit.problems.append(str(error))
    mark = boot.kept_mark(folder)
    if mark is not None and mark.acked_through > audit.head_seq:
        audit.problems.append(
            f"ends at record {audit.head_seq}, but the cloud acknowledged {mark.acked_through}"
        )
    return audit.report(path.name for path in folders.aside(directory))


def verify_stream(records: Iterable[SignedRecord], public: bytes | None = None) -> Report:
    """Verify a whole ledger from its records, first to last, as a running controller sends them.

    Raises LedgerError when there are none.
    """
    audit: Audit | None = None
    for signed in records:
        if audit is None:
            try:
                audit = Audit(owner_of(signed.data, signed.sig))
            except LedgerDamagedError as error:
                return _nobodys("unknown", error)
            audit.require(public)
        audit.take(signed)
    if audit is None:
        raise LedgerError("no records were received")
    return audit.report()


def _nobodys(ledger: str, error: LedgerDamagedError) -> Report:
    """Without a first record that can be believed there is no key to check the others with."""
    return Audit(Owner(ledger, b"", "unknown"), [str(error)]).report()


def _owner(segments: list[tuple[int, Path]]) -> Owner:
    _, path = segments[-1]
    with closing(segment.connect(path, writer=False)) as connection:
        return owner_of(*segment.whose(connection, path))


def _take_segment(audit: Audit, first_seq: int, path: Path) -> None:
    try:
        connection = segment.connect(path, writer=False)
    except OSError as error:
        raise from_os(path, error) from error
    with closing(connection):
        try:
            segment.quick_check(connection, path)
        except LedgerDamagedError as error:
            # Said; what can still be read is looked at even so.
            audit.problems.append(str(error))
        whose = segment.whose(connection, path)
        if owner_of(*whose) != audit.owner:
            audit.problems.append(f"{path.name}: says it is of another ledger")
        audit.take_carried(segment.carried(connection, path), first_seq)
        expected = first_seq
        for row in segment.rows_after(connection, path, 0):
            if expected == first_seq and row.signed.seq != first_seq:
                audit.problems.append(f"{path.name}: begins with record {row.signed.seq}")
            expected += 1
            record = audit.take(row.signed)
            if row.hash != audit.head_hash:
                audit.problems.append(f"record {row.signed.seq} is not what its hash says")
            if row.signed.seq == 1 and (row.signed.data, row.signed.sig) != whose:
                audit.problems.append(f"{path.name}: names another first record than it has")
            begins = row.signed.seq == first_seq > 1
            if begins and record is not None and not isinstance(record.body, SegmentOpened):
                audit.problems.append(f"{path.name}: begins without saying what it follows")
