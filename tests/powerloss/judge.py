"""Starts a machine on what a power cut left, and holds it to what it had promised."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import msgspec

from kiosk import records, timefloor, tokens
from kiosk.envelope import TrustError
from kiosk.errors import KioskError
from kiosk.keys import load_or_create, public_bytes
from kiosk.ledger import LEDGER_DIR, Ledger, folders
from kiosk.ledger.verify import verify
from kiosk.records import Deposit, DepositOpened
from kiosk.tokens import Token
from kiosk.trust import Trust
from kiosk.wire import SignedRecord
from tests.ledger.samples import BOARD, draft, held
from tests.powerloss.life import OPTIONS, START_MS, Promise, stamp_at


def promises_in(told: bytes) -> list[Promise]:
    """What was promised before the cut, the last one perhaps half."""
    decoder = msgspec.json.Decoder(Promise)
    return [decoder.decode(line) for line in told.split(b"\n")[:-1]]


def judge(place: Path, promises: Iterable[Promise]) -> list[str]:
    """Start, recover, and return every promise that was broken."""
    kept = list(promises)
    try:
        return [*_beside(place, kept), *_ledger(place, kept)]
    except (KioskError, OSError) as error:
        return [f"the machine does not start: {type(error).__name__}: {error}"]


def _numbers(promises: list[Promise], kind: str) -> list[int]:
    return [one.number for one in promises if one.kind == kind]


def _beside(place: Path, promises: list[Promise]) -> list[str]:
    """Trust, accepted tokens and the time floor."""
    broken: list[str] = []
    try:
        trust = Trust(place / "trust.json")
    except TrustError as error:
        return [f"trust lost: {error}"]
    for one in promises:
        if one.kind == "trust" and trust.versions.get(one.name, 0) < one.number:
            broken.append(f"document lost: {one.name} {one.number}, has {trust.versions}")
    seen = tokens.SeenTokens(place / "seen_tokens")
    for one in promises:
        if one.kind == "token" and seen.accept(Token("r", one.name, one.number), START_MS):
            broken.append(f"a token accepted twice: {one.name}")
    floor = timefloor.TimeFloor(place / "time_floor")
    if floor.floor_ms < max(_numbers(promises, "time"), default=0):
        broken.append(f"time floor fell to {floor.floor_ms}")
    return broken


def _ledger(place: Path, promises: list[Promise]) -> list[str]:
    """Acknowledged then lost, or doubled: neither may ever happen."""
    key = load_or_create(place / "record.key")
    for one in promises:
        if one.kind == "key" and one.name != public_bytes(key).hex():
            return ["the record key is another one"]
    directory = place / LEDGER_DIR
    ledger = Ledger.open(directory, key, BOARD, stamp_at(START_MS), **OPTIONS)
    broken: list[str] = []
    for one in promises:
        if one.kind == "head" and one.name != ledger.id:
            broken.append(f"another ledger: {[path.name for path in folders.aside(directory)]}")
    acknowledged = max(_numbers(promises, "mark"), default=0)
    if ledger.acked_through < acknowledged:
        broken.append(f"acknowledgement lost: {ledger.acked_through}, was {acknowledged}")
    for seq, record in ledger.open_deposits:
        assert isinstance(record.body, DepositOpened)
        ledger.append([draft(held(record.body, seq))], stamp_at(START_MS))
    reader = ledger.reader()
    there = {one.seq: one for one in reader.after(0, 1_000_000, 1 << 30)}
    reader.close()
    ledger.close()
    broken += _records(there, promises, acknowledged)
    report = verify(directory, public_bytes(key))
    broken += report.problems
    if report.open:
        broken.append(f"still open: {report.open}")
    return broken


def _records(
    there: dict[int, SignedRecord], promises: list[Promise], acknowledged: int
) -> list[str]:
    broken: list[str] = []
    first = min(there)
    for one in promises:
        if one.kind != "record" or one.number < first <= acknowledged + 1:
            continue  # pruned, and the cloud has it
        found = there.get(one.number)
        if found is None:
            broken.append(f"acknowledged then lost: record {one.number}")
        elif records.digest(found.data) != one.name:
            broken.append(f"acknowledged then changed: record {one.number}")
    bodies = [records.decode(signed.data).body for signed in there.values()]
    ended = Counter(body.receipt for body in bodies if isinstance(body, Deposit))
    broken += [f"doubled: {receipt}" for receipt, times in ended.items() if times > 1]
    return broken
