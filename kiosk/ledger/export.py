"""The outcomes of deposits as rows, for a spreadsheet or a program.

Each row names the hash of the record it was taken from, so that it can be looked up and checked;
who deposited is left out.
"""

import csv
from collections.abc import Iterable, Iterator
from typing import TextIO

import msgspec

from kiosk import records
from kiosk.money import money_text, price_text, weight_text
from kiosk.records import Deposit, RecordUnreadableError
from kiosk.units import Grams, MinorUnits, PriceE4
from kiosk.wire import SignedRecord

Cell = str | int | bool | None
COLUMNS = (
    "seq",
    "utc",
    "clk",
    "kiosk",
    "receipt",
    "outcome",
    "reason",
    "compartment",
    "material",
    "bag",
    "before_kg",
    "after_kg",
    "net_kg",
    "net_g",
    "by_piece",
    "pieces",
    "price",
    "amount",
    "amount_minor",
    "currency",
    "tariff_version",
    "products_version",
    "door",
    "software",
    "parameters",
    "event_counter",
    "calibration",
    "ledger",
    "hash",
)


def rows(signed_records: Iterable[SignedRecord]) -> Iterator[dict[str, Cell]]:
    """Yield a row for each outcome among the records. One that cannot be read is passed over:
    ``kiosk ledger verify`` names it."""
    for signed in signed_records:
        try:
            record = records.decode(signed.data)
        except RecordUnreadableError:
            continue
        if isinstance(record.body, Deposit):
            yield _row(signed, record, record.body)


def _row(signed: SignedRecord, record: records.Record, body: Deposit) -> dict[str, Cell]:
    values: tuple[Cell, ...] = (
        record.seq,
        record.utc,
        record.clk,
        record.kiosk,
        body.receipt,
        body.outcome,
        body.reason,
        body.compartment,
        body.material,
        body.bag,
        weight_text(Grams(body.before.gross_g)),
        None if body.after is None else weight_text(Grams(body.after.gross_g)),
        None if body.net_g is None else weight_text(Grams(body.net_g)),
        body.net_g,
        body.by_piece,
        sum(piece.count for piece in body.pieces),
        price_text(PriceE4(body.price_e4)),
        money_text(MinorUnits(body.amount_minor)),
        body.amount_minor,
        body.currency,
        body.tariff_version,
        body.products_version,
        body.door,
        record.software,
        record.parameters,
        record.event_counter,
        record.calibration,
        record.ledger,
        records.digest(signed.data),
    )
    return dict(zip(COLUMNS, values, strict=True))


def write_csv(found: Iterable[dict[str, Cell]], stream: TextIO) -> None:
    """Write the rows as CSV (RFC 4180) with a line of names first."""
    writer = csv.DictWriter(stream, COLUMNS)
    writer.writeheader()
    for row in found:
        writer.writerow({name: _harmless(value) for name, value in row.items()})


def write_json(found: Iterable[dict[str, Cell]], stream: TextIO) -> None:
    """Write the rows as JSON objects, one a line."""
    for row in found:
        stream.write(msgspec.json.encode(row).decode() + "\n")


def _harmless(value: Cell) -> Cell:
    """No text begins a formula when a spreadsheet opens the file; weights may begin with "-"."""
    if isinstance(value, str) and value[:1] in ("=", "+", "@", "\t", "\r"):
        return f"'{value}"
    return value
