"""Takes a ledger's records in their order and collects what is wrong with them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kiosk import records
from kiosk.envelope import key_id
from kiosk.ledger.books import Books, sorted_totals
from kiosk.ledger.chain import Chain, Owner, owner_of
from kiosk.ledger.drafts import carried_gross
from kiosk.ledger.errors import LedgerDamagedError, LedgerMisuseError
from kiosk.ledger.segment import Signed
from kiosk.ledger.signatures import Checking, check_signature
from kiosk.ledger.statement import wrong_with
from kiosk.money import price_text
from kiosk.records import (
    Correction,
    Deposit,
    Record,
    RecordUnreadableError,
    SegmentOpened,
    Totals,
    TotalsSource,
    TotalsTaken,
)
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
    first_seq: int
    """Number of the first record that is left; those before it were pruned."""
    head_seq: int
    head_hash: str
    deposits: tuple[tuple[Seq, Deposit], ...]
    open: tuple[Seq, ...]
    totals: tuple[Totals, ...]
    """Over the ledger's life, pruned records included."""
    since: tuple[Totals, ...]
    """Since each compartment's last collection."""
    source: TotalsSource | None
    """Where the sums come from; None: it was begun before that was said."""
    problems: tuple[str, ...]
    corrections: tuple[Correction, ...] = ()
    """What the operator decided, of the records that are left: in none of the totals."""
    aside: tuple[str, ...] = ()
    """Ledgers that were set aside: which, why, and what of them is whole."""

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
    """Checks numbers, links, signatures and sums of one ledger's records, first to last."""

    owner: Owner
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._chain = Chain(self.owner.ledger, self.owner.public)
        self._books = Books()
        self._records = 0
        self._first_seq = 0
        self._deposits: list[tuple[Seq, Deposit]] = []
        self._corrections: list[Correction] = []
        self._segment: tuple[str, int, Signed] | None = None

    def require(self, public: bytes | None) -> None:
        """Note it when the ledger is not under the key that was expected."""
        if public is not None and public != self.owner.public:
            self.problems.append(
                f"signed under key {key_id(self.owner.public)}, not under {key_id(public)}"
            )

    def begin_segment(self, name: str, first_seq: int, whose: Signed) -> None:
        """The next records come from a segment of this name, which says whose ledger it is."""
        if owner_of(*whose) != self.owner:
            self.problems.append(f"{name}: says it is of another ledger")
        self._segment = (name, first_seq, whose)

    def take_carried(self, kept: Signed, first_seq: int) -> None:
        """Check the weights that a segment keeps against those of the records before it."""
        try:
            gross = carried_gross(kept, self.owner.ledger, first_seq, self.owner.public)
        except LedgerDamagedError as error:
            self.problems.append(str(error))
            return
        if self._records == 0:
            self._books.last_gross = gross
        elif gross != self._books.last_gross:
            self.problems.append(f"record {first_seq}: the weights carried over are not the last")

    def take(
        self,
        chunk: Sequence[SignedRecord],
        checking: Checking | None = None,
        hashes: Sequence[str] | None = None,
    ) -> None:
        """Check the next records. Their signatures are being checked by ``checking`` meanwhile,
        or are checked here; ``hashes`` stand beside them in a file."""
        wrong = [self._take(signed) for signed in chunk]
        if hashes is not None:
            for signed, here, said in zip(chunk, wrong, hashes, strict=True):
                if records.digest(signed.data) != said:
                    here.append(f"record {signed.seq} is not what its hash says")
        public = self.owner.public
        signatures = (
            checking.found() if checking else [check_signature(one, public) for one in chunk]
        )
        for signature, here in zip(signatures, wrong, strict=True):
            self.problems += here if signature is None else [signature, *here]

    def take_acknowledged(self, acked_through: int) -> None:
        """Hold the cloud's acknowledgement against what is there: the end may have been cut off,
        and only what was acknowledged may have been pruned."""
        if acked_through > self.head_seq:
            self.problems.append(
                f"ends at record {self.head_seq}, but the cloud acknowledged {acked_through}"
            )
        if self._first_seq > acked_through + 1:
            self.problems.append(
                f"begins with record {self._first_seq}, but the cloud acknowledged "
                f"{acked_through or 'none'}"
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
            record_key=key_id(self.owner.public) if self.owner.public else "unknown",
            board=self.owner.board,
            records=self._records,
            first_seq=self._first_seq,
            head_seq=self.head_seq,
            head_hash=self.head_hash,
            deposits=tuple(self._deposits),
            corrections=tuple(self._corrections),
            open=tuple(self._books.open),
            totals=sorted_totals(self._books.totals.values()),
            since=sorted_totals(self._books.since.values()),
            source=self._books.source,
            problems=tuple(problems),
            aside=tuple(aside),
        )

    def _take(self, signed: SignedRecord) -> list[str]:
        """Everything but the signature."""
        if self._records == 0:
            self._first_seq = signed.seq
            self._begin_after_pruned(signed)
        record, wrong = self._chain.follow(signed, signature=False)
        self._records += 1
        if record is not None:
            if isinstance(record.body, Deposit):
                self._deposits.append((Seq(record.seq), record.body))
            elif isinstance(record.body, Correction):
                self._corrections.append(record.body)
            elif isinstance(record.body, TotalsTaken):
                unlike = wrong_with(record, record.body)
                wrong += [] if unlike is None else [unlike]
            try:
                self._books.enter(record)
            except LedgerMisuseError as error:
                wrong.append(str(error))
                if isinstance(record.body, SegmentOpened):
                    # Said once; go on from what the segment says.
                    self._books = Books.begin(record.body, self._books.last_gross)
        if self._segment is not None:
            wrong += self._begins(*self._segment, signed, record)
            self._segment = None
        return wrong

    def _begin_after_pruned(self, signed: SignedRecord) -> None:
        """Take head and sums from a first record that begins a later segment."""
        if signed.seq <= 1:
            return
        try:
            record = records.decode(signed.data)
        except RecordUnreadableError:
            return
        if isinstance(record.body, SegmentOpened):
            self._chain.head_seq, self._chain.head_hash = signed.seq - 1, record.prev
            self._books = Books.begin(record.body, self._books.last_gross)

    def _begins(
        self, name: str, first_seq: int, whose: Signed, signed: SignedRecord, record: Record | None
    ) -> list[str]:
        """What is wrong with a segment's first record as such."""
        wrong = []
        if signed.seq != first_seq:
            wrong.append(f"{name}: begins with record {signed.seq}")
        if signed.seq == 1 and Signed(signed.data, signed.sig) != whose:
            wrong.append(f"{name}: names another first record than it has")
        late = signed.seq == first_seq > 1
        if late and record is not None and not isinstance(record.body, SegmentOpened):
            wrong.append(f"{name}: begins without saying what it follows")
        return wrong
