"""The ledger against what it replaces: durable puts, flushes, draining, verifying, starting.

Every store keeps the same bytes, one durable transaction each; rounds of all stores take turns,
so that a busy moment of the computer hits all, and each row is a median. persist-queue and
litequeue are measured if they can be imported (they are in no requirements file).
"""

import importlib
import sqlite3
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from kiosk import cloud, durable, records
from kiosk.clock import utc_text
from kiosk.envelope import sign
from kiosk.ledger import Ledger
from kiosk.ledger.verify import verify
from tests.ledger.samples import BOARD, KEY, STAMP, anchor, draft, ledger_in, pay
from tests.powerloss.journal import COMPILER, compile_shim, record
from tests.powerloss.steady import DEPOSITS, RECORDS, Cost, costs, whole_deposit

WARM = 1_500
"""Puts before measuring: a WAL that still grows costs the file system more than one in use."""
ROUNDS = 40
PUTS = 50
"""In each round."""
DRAINED = 600
VERIFIED = 100_000
YEAR_START_MS = 1_798_761_600_000
"""2027-01-01."""
MONTHS = 12
MONTH_MS = 31 * 86_400_000
PER_MONTH = 30 * DEPOSITS


@dataclass
class Store:
    """One way to keep a queue of records."""

    name: str
    put: Callable[[bytes], object]
    drain: Callable[[int], object]
    """Take so many from the beginning, each durably acknowledged before the next is relied on."""
    close: Callable[[], object]


def rows() -> Iterator[str]:
    """One line a figure."""
    yield from _puts_and_drains()
    yield from _flushes()
    yield from _verifying()
    yield from _starting()


# ---- puts and drains ----


def _ours(directory: Path) -> Store:
    ledger = ledger_in(directory / "ledger")
    reader = ledger.reader()
    drafts = [anchor(1)]

    def drain(many: int) -> None:
        """As the agent does: a batch, then one verified mark, kept durably."""
        last = min(ledger.head_seq, many)
        seq = 0
        while seq < last:
            batch = reader.after(seq, cloud.BATCH_MAX_RECORDS, cloud.BATCH_MAX_BYTES)
            seq, head = batch[-1].seq, records.digest(batch[-1].data)
            ledger.keep_mark(b"e" * 400, cloud.Mark("yard-7-a", ledger.id, seq, head, 0))

    def close() -> None:
        reader.close()
        ledger.close()

    return Store(
        "ledger, hashed, chained and signed",
        lambda _: ledger.append(drafts, STAMP),
        drain,
        close,
    )


def _plain(directory: Path) -> Store:
    connection = sqlite3.connect(directory / "plain.db", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE queue(id INTEGER PRIMARY KEY, data BLOB, done INTEGER)")

    def put(data: bytes) -> None:
        connection.execute("INSERT INTO queue(data, done) VALUES (?, 0)", (data,))

    def drain(many: int) -> None:
        for number in range(1, many + 1):
            connection.execute("SELECT data FROM queue WHERE id = ?", (number,)).fetchone()
            connection.execute("UPDATE queue SET done = 1 WHERE id = ?", (number,))

    return Store("plain sqlite3, WAL + FULL", put, drain, connection.close)


def _persist_queue(directory: Path) -> Store:
    module = importlib.import_module("persistqueue")
    # SQLite's own default, which it leaves alone, is FULL.
    queue = module.SQLiteAckQueue(str(directory / "persist"), auto_commit=True)

    def drain(many: int) -> None:
        for _ in range(many):
            queue.ack(queue.get(block=False))

    return Store("persist-queue SQLiteAckQueue", queue.put, drain, queue.close)


def _litequeue(directory: Path) -> Store:
    module = importlib.import_module("litequeue")
    queue: Any = module.LiteQueue(str(directory / "lite.db"))
    queue.conn.execute("PRAGMA synchronous=FULL")

    def drain(many: int) -> None:
        for _ in range(many):
            queue.done(queue.pop().message_id)

    return Store("litequeue forced to FULL", lambda data: queue.put(data.hex()), drain, queue.close)


def _puts_and_drains() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder, closing(_sample(Path(folder))) as ledger:
        data = ledger.reader().one(2).data
        stores: list[Store] = []
        for make in (_ours, _plain, _persist_queue, _litequeue):
            try:
                stores.append(make(Path(folder)))
            except ImportError as error:
                yield f"not here, so not compared: {error.name}"
        rates: dict[str, list[float]] = {store.name: [] for store in stores}
        cpu_us: dict[str, list[float]] = {store.name: [] for store in stores}
        for store in stores:
            for _ in range(WARM):
                store.put(data)
        for _ in range(ROUNDS):
            for store in stores:
                began, busy = perf_counter(), process_time()
                for _ in range(PUTS):
                    store.put(data)
                rates[store.name].append(PUTS / (perf_counter() - began))
                cpu_us[store.name].append((process_time() - busy) * 1e6 / PUTS)
        plain = statistics.median(rates["plain sqlite3, WAL + FULL"])
        for name, found in rates.items():
            rate = statistics.median(found)
            busy = statistics.median(cpu_us[name])
            versus = f"{100 * rate / plain - 100:+4.0f} % of plain, {busy:4.0f} us of CPU"
            yield f"puts  {name:<38} {rate:8.0f} /s  {versus}"
        for store in stores:
            began = perf_counter()
            store.drain(DRAINED)
            yield f"drain {store.name:<38} {DRAINED / (perf_counter() - began):8.0f} /s"
            store.close()
        yield f"      signing one takes {_signing(data):.0f} us of CPU"
        yield f"      records of {len(data)} bytes; a bare fsync here: {_bare_fsync(folder):.0f} us"


def _sample(directory: Path) -> Ledger:
    ledger = ledger_in(directory / "sample")
    ledger.append([anchor(1)], STAMP)
    return ledger


def _signing(data: bytes) -> float:
    began = process_time()
    for _ in range(1000):
        sign(records.RECORD_TYPE, data, KEY)
    return (process_time() - began) * 1e3


def _bare_fsync(folder: str) -> float:
    """What the disk itself costs: a small file replaced durably, per flush (two of them)."""
    path = Path(folder) / "probe"
    taken = []
    for number in range(50):
        began = perf_counter()
        durable.replace(path, b"%d" % number)
        taken.append((perf_counter() - began) * 1e6 / 2)
    return statistics.median(taken)


# ---- flushes and bytes ----


def _flushes() -> Iterator[str]:
    if COMPILER is None:
        yield "flushes: no C compiler here, and the shim that counts them needs one"
        return
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve() / "machine"
        root.mkdir()
        program = ["-m", "tests.powerloss.steady", str(root)]
        found = costs(record(compile_shim(root.parent), root, program), root)
    one, day = found["records"], found["day"]
    yield f"flushes per record                           {one.flushes / RECORDS:8.2f}"
    yield f"bytes per record, evidence included          {one.bytes / RECORDS:8.0f}"
    yield f"bytes per deposit, all of a day included     {day.bytes / DEPOSITS:8.0f}"
    yield f"a day of {DEPOSITS} deposits: {_told(day)}; an idle hour: {_told(found['hour'])}"


def _told(cost: Cost) -> str:
    return f"{cost.bytes} bytes in {cost.writes} writes, {cost.flushes} flushes"


# ---- verifying and starting ----


def _fill(ledger: Ledger, deposits: int, utc_ms: int) -> None:
    """Deposits with whole evidence, many to a transaction: only what is left counts here."""
    stamp = replace(STAMP, utc=utc_text(utc_ms))
    for start in range(0, deposits, 50):
        drafts = []
        seq = int(ledger.head_seq)
        for number in range(start, min(deposits, start + 50)):
            begun, ended = whole_deposit(number, seq + 1)
            drafts += [draft(begun), draft(ended)]
            seq += 2
        ledger.append(drafts, stamp)


def _verifying() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger.open(Path(folder), KEY, BOARD, STAMP, monthly=False)
        _fill(ledger, VERIFIED // 2, YEAR_START_MS)
        ledger.close()
        began = perf_counter()
        report = verify(Path(folder))
        took = perf_counter() - began
        assert report.ok and report.records >= VERIFIED
        size = sum(path.stat().st_size for path in Path(folder).rglob("*.db")) / report.records
        seconds = took * 100_000 / report.records
        yield f"verify per 100,000 records                   {seconds:8.1f} s"
        yield f"bytes a record takes on the disk             {size:8.0f}"


def _starting() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        for month in range(MONTHS):
            ledger = ledger_in(Path(folder))
            pay(ledger, 0)
            _fill(ledger, PER_MONTH, YEAR_START_MS + month * MONTH_MS)
            ledger.close()
            if month not in (0, MONTHS - 1):
                continue
            taken = []
            for _ in range(5):
                began = perf_counter()
                again = ledger_in(Path(folder))
                taken.append((perf_counter() - began) * 1e3)
                many, first = again.head_seq, again._current.first_seq
                again.close()
            what = f"start after {month + 1} months, {many} records"
            yield f"{what:<44} {statistics.median(taken):8.1f} ms, reads {many - first + 1}"
