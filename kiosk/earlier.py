"""What holders of a token are told of deposits of earlier visits that were HELD (cloud.md).

Found again in the ledger at each start, so nothing else has to be kept: a decision counts as told
once a later visit of the same subject opened a deposit. A decision whose hearer put nothing in may
be told again after a restart: rather twice than never. Only tokens' subjects are looked at, because
whoever knows a phone number could otherwise ask what its owner brought.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from kiosk.documents import Caps
from kiosk.ledger import Ledger, LedgerError
from kiosk.logs import get
from kiosk.records import (
    Correction,
    Deposit,
    DepositOpened,
    Record,
    RecordUnreadableError,
    Resent,
    decode,
)
from kiosk.trust import Trust
from kiosk.units import Seq
from kiosk.views import Earlier
from kiosk.wire import SignedRecord

_log = get(__name__)

LOOK_BACK = 5_000
"""So many of the last records are looked through at a start: about a month of 60 deposits a day,
and a start does not take longer with a year in the ledger."""
KEPT_MAX = 1_000
"""HELD deposits remembered; the oldest is forgotten first. Hundreds of kilobytes at most."""
PAGE, PAGE_BYTES = 500, 1 << 20
"""Records read at a time."""
_TELLING = (b'"HELD"', b'"correction"', b'"resent"', b'"deposit_opened"')
"""Only records with one of these words in them are worth decoding at a start."""

_Origin = tuple[str, int]
"""Ledger and number of a deposit's record."""


class EarlierDeposits:
    """HELD deposits by their token's subject, and what was decided. Used by one thread only."""

    def __init__(self, trust: Trust) -> None:
        self._trust = trust
        self._held: dict[str, dict[str, Earlier]] = {}
        """By subject, then by receipt, oldest first."""
        self._origins: dict[_Origin, tuple[str, str]] = {}
        self._opened: dict[str, str | None] = {}
        """When each deposit without an outcome was opened, by receipt: the day its holder knows,
        however long the power was away."""
        self._notices: dict[str, Earlier] = {}

    @property
    def notices(self) -> Mapping[str, Earlier]:
        """What each subject is told next: a decision before what still waits for one."""
        return self._notices

    def load(self, ledger: Ledger) -> None:
        """Look through the last records of a ledger. One that cannot be read is no reason not
        to sell: the news are a courtesy, the money is the cloud's."""
        session: str | None = None
        try:
            for signed in _last(ledger):
                if not any(word in signed.data for word in _TELLING):
                    continue
                record = decode(signed.data)
                self.enter(record)
                body = record.body
                if isinstance(body, DepositOpened) and record.session != session:
                    session = record.session
                    self._heard(body)
        except (LedgerError, RecordUnreadableError) as error:
            _log.warning("earlier.unreadable", error=str(error))
        self._opened = {}
        for seq, record in ledger.open_deposits:
            if isinstance(record.body, DepositOpened):
                # Recovery makes it HELD within a minute; its holder may be back before that.
                self._opened[record.body.receipt] = record.utc
                self._hold((record.ledger, seq), record.body, record.utc, interrupted=True)

    def enter(self, record: Record) -> None:
        """Take the next durable record."""
        body = record.body
        if isinstance(body, Resent):
            try:
                origin = decode(body.data)
            except RecordUnreadableError:
                return
            self._note((body.ledger, body.seq), origin)
        elif isinstance(body, Correction):
            self._decide(body)
        else:
            self._note((record.ledger, record.seq), record)

    def told(self, subject: str, receipt: str) -> None:
        """A decision is told once; what is not decided is told at every visit."""
        mine = self._held.get(subject, {})
        if receipt in mine and mine[receipt].amount_minor is not None:
            self._forget(subject, receipt)

    def _note(self, origin: _Origin, record: Record) -> None:
        body = record.body
        if isinstance(body, DepositOpened):
            self._opened[body.receipt] = record.utc
        elif isinstance(body, Deposit):
            since = self._opened.pop(body.receipt, record.utc)
            if body.outcome == "HELD":
                self._hold(origin, body, since, interrupted=body.reason == "power_lost")

    def _hold(
        self, origin: _Origin, body: Deposit | DepositOpened, utc: str | None, *, interrupted: bool
    ) -> None:
        if body.id_level != "token" or body.subject is None:
            return
        if len(self._origins) >= KEPT_MAX:
            self._forget(*next(iter(self._origins.values())))
        told = Earlier(body.receipt, self._date(utc), interrupted, None, body.currency)
        self._held.setdefault(body.subject, {})[body.receipt] = told
        self._origins[origin] = (body.subject, body.receipt)
        self._choose(body.subject)

    def _decide(self, decided: Correction) -> None:
        found = self._origins.get((decided.of_ledger, decided.of_seq))
        if found is None:
            return
        subject, receipt = found
        mine = self._held[subject]
        mine[receipt] = replace(
            mine[receipt], amount_minor=decided.amount_minor, currency=decided.currency
        )
        self._choose(subject)

    def _heard(self, opened: DepositOpened) -> None:
        """A visit that opened a deposit began with the news there were for it."""
        if opened.id_level == "token" and opened.subject is not None:
            news = self._notices.get(opened.subject)
            if news is not None:
                self.told(opened.subject, news.receipt)

    def _forget(self, subject: str, receipt: str) -> None:
        self._held[subject].pop(receipt, None)
        if not self._held[subject]:
            del self._held[subject]
        known = (subject, receipt)
        self._origins = {key: one for key, one in self._origins.items() if one != known}
        self._choose(subject)

    def _choose(self, subject: str) -> None:
        mine = tuple(self._held.get(subject, {}).values())
        decided = [one for one in mine if one.amount_minor is not None]
        if mine:
            self._notices[subject] = decided[0] if decided else mine[-1]
        else:
            self._notices.pop(subject, None)

    def _date(self, utc: str | None) -> str:
        """The day where the machine stands, or nothing."""
        try:
            moment = datetime.fromisoformat(utc or "")
        except ValueError:
            return ""
        settings = self._trust.settings
        caps = None if settings is None else settings.caps
        ahead = timedelta(minutes=(caps or Caps()).utc_offset_min)
        return f"{moment + ahead:%Y-%m-%d}"


def _last(ledger: Ledger) -> Iterator[SignedRecord]:
    """The last records in order, a page at a time. Raises LedgerError."""
    reader = ledger.reader()
    seq = max(0, ledger.head_seq - LOOK_BACK)
    try:
        while page := reader.after(Seq(seq), PAGE, PAGE_BYTES):
            yield from page
            seq = page[-1].seq
    finally:
        reader.close()
