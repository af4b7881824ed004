"""Records as a machine would write them, and a ledger to write them into."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import cloud, records
from kiosk.clock import ClockQuality
from kiosk.ledger import Draft, Ledger, LedgerReader, Stamp
from kiosk.ledger.folders import current, segments
from kiosk.money import amount
from kiosk.records import Anchor, Deposit, DepositOpened, Record, Weighing
from kiosk.units import Grams, MinorUnits, PriceE4
from kiosk.wire import SignedRecord

KEY = Ed25519PrivateKey.from_private_bytes(b"m" * 32)
BOARD = "10000000c0ffee00"
STAMP = Stamp(
    kiosk="yard-7-a",
    offline=False,
    boot_id="7c3f9a52-0000-4000-8000-000000000001",
    mono_ms=61_000,
    utc="2026-11-23T07:51:00.000Z",
    clk="S",
    software="0.1.0",
    parameters="ab" * 32,
    event_counter=3,
    calibration=1,
)
HOUR_MS = 3_600_000
SESSION = "5f0c4cf4-0000-4000-8000-000000000002"


def weighing(gross_g: int) -> Weighing:
    """A stable gross weight with two frames for evidence."""
    frame = b"ST,GS,+%09.3fkg" % (gross_g / 1000)
    return Weighing(gross_g, 60_000, 1, False, (frame, frame))


def opened(
    number: int, before_g: int = 10_000, compartment: str = "paper", bag: str = "bag-1"
) -> DepositOpened:
    """A deposit of cardboard at 0.80 CNY/kg begins."""
    return DepositOpened(
        receipt=f"R-{number}",
        subject="r-7f3a",
        id_level="token",
        token=f"{number:032x}",
        compartment=compartment,
        material="cardboard",
        bag=bag,
        price_e4=8000,
        currency="CNY",
        step_minor=1,
        tariff_version=3,
        min_g=200,
        max_g=60_000,
        e_g=20,
        by_piece=False,
        products_version=0,
        before=weighing(before_g),
    )


def outcome(
    begun: DepositOpened, opened_seq: int, mass_g: int = 1800, /, **changes: Any
) -> Deposit:
    """It ends, PAID unless told otherwise."""
    paid = mass_g >= 0 and changes.get("outcome", "PAID") == "PAID"
    deposit = Deposit(
        receipt=begun.receipt,
        opened_seq=opened_seq,
        subject=begun.subject,
        id_level=begun.id_level,
        token=begun.token,
        compartment=begun.compartment,
        material=begun.material,
        bag=begun.bag,
        price_e4=begun.price_e4,
        currency=begun.currency,
        tariff_version=begun.tariff_version,
        by_piece=begun.by_piece,
        products_version=begun.products_version,
        pieces=(),
        before=begun.before,
        after=weighing(begun.before.gross_g + mass_g),
        net_g=mass_g,
        amount_minor=amount(Grams(mass_g), PriceE4(8000), MinorUnits(1)) if paid else 0,
        outcome="PAID",
        reason=None,
        door="closed",
    )
    return msgspec.structs.replace(deposit, **changes)


def held(begun: DepositOpened, opened_seq: int) -> Deposit:
    """What recovery makes of a deposit without an outcome."""
    changes: dict[str, Any] = {"after": None, "net_g": None, "amount_minor": 0}
    return outcome(begun, opened_seq, 0, **changes, outcome="HELD", reason="power_lost")


def draft(body: records.Body) -> Draft:
    """A draft within a session."""
    return Draft(SESSION, "touch", body)


def anchor(number: int = 0) -> Draft:
    """A record that means nothing to the books."""
    return Draft(None, "start", Anchor(number, "2026-11-23T07:51:00.000Z"))


def ledger_in(directory: Path, **options: Any) -> Ledger:
    """Open this machine's ledger."""
    return Ledger.open(directory, KEY, BOARD, STAMP, **options)


def pay(ledger: Ledger, number: int, net_g: int = 1800) -> int:
    """Record one whole deposit; returns the number of its outcome."""
    gross_g = ledger.last_gross.get("paper", 10_000)
    begun = opened(number, gross_g, bag=ledger.bag_in("paper").code)
    (first,) = ledger.append([draft(begun)], STAMP)
    (last,) = ledger.append([draft(outcome(begun, first.seq, net_g))], STAMP)
    return last.seq


def acknowledge(ledger: Ledger, seq: int) -> None:
    """The cloud has everything up to this record."""
    digest = records.digest(ledger._lookup.one(seq).data)
    ledger.keep_mark(b"envelope", cloud.Mark("k", ledger.id, seq, digest, 0))


def stored(directory: Path) -> list[SignedRecord]:
    """All records of the ledger in use."""
    folder = current(directory)
    assert folder is not None
    reader = LedgerReader(folder)
    try:
        return list(reader.after(0, 1_000_000, 1 << 40))
    finally:
        reader.close()


def read(signed: SignedRecord) -> Record:
    """A record's content."""
    return records.decode(signed.data)


def at(day: int, clk: ClockQuality = "S", month: int = 1) -> Stamp:
    """A stamp on a day of 2027, an hour later for each day."""
    mono_ms = STAMP.mono_ms + (month * 31 + day) * HOUR_MS
    return replace(STAMP, utc=f"2027-{month:02}-{day:02}T08:00:00.000Z", clk=clk, mono_ms=mono_ms)


def names(directory: Path) -> list[int]:
    """First numbers of the segments that are there."""
    folder = current(directory)
    assert folder is not None
    return [first for first, _ in segments(folder)]
