"""Facts for a technician far away: what the machine is, how it does, what it did last.

Only what is named here goes in: a record's new field stays out until somebody has thought about
it. Nobody who deposited can be found in it, and nothing that would let anybody in.
"""

import gzip
import platform
from typing import Any

import msgspec

from kiosk import wire
from kiosk.clock import utc_text
from kiosk.cloud import BATCH_MAX_BYTES
from kiosk.parts import Parts
from kiosk.records import Record, RecordUnreadableError, decode
from kiosk.units import Seq

RECORDS_MOST = 300
LINES_MOST = 500
BYTES_MAX = 256 * 1024
"""A bundle fits into one line of the agent socket and one request."""

TOLD = {
    "deposit_opened": ("compartment", "material", "min_g", "max_g", "e_g", "by_piece", "before"),
    "deposit": ("compartment", "material", "before", "after", "net_g", "outcome", "reason", "door"),
    "collection": ("compartment", "deposits", "sum_g", "removed_g", "tolerance_g", "difference_g"),
    "software_started": ("version", "recovered", "legal"),
    "document_adopted": ("name", "version"),
    "parameter_change": ("who", "changes"),
    "fault_raised": ("fault", "compartment", "detail"),
    "fault_cleared": ("fault", "compartment"),
    "command_done": ("number", "command", "result", "detail"),
    "key_changed": ("which", "previous"),
    "anchor": ("mono_ms", "utc"),
    "ledger_opened": ("board", "previous", "why"),
    "segment_opened": ("previous_segment",),
}
"""By kind of record, the fields that are told; of other kinds only that they were."""


def bundle(parts: Parts, status: wire.Status) -> bytes:
    """Return the bundle: JSON, gzip. The oldest records are left out of one that is too long."""
    told, lines = _records(parts), list(parts.recent_log())[-LINES_MOST:]
    while True:
        content = {
            "made": _made(parts),
            "status": status,
            "software": {"version": parts.version, "legal": parts.legal, "python": _python()},
            "configuration": msgspec.to_builtins(parts.settings, enc_hook=str),
            "records": told,
            "log": [msgspec.Raw(line.encode()) for line in lines],
        }
        data = gzip.compress(msgspec.json.encode(content), mtime=0)
        if len(data) <= BYTES_MAX or not (told or lines):
            return data
        told, lines = told[len(told) // 2 + 1 :], lines[len(lines) // 2 + 1 :]


def _made(parts: Parts) -> dict[str, Any]:
    wall = parts.clock.wall()
    return {
        "mono_ms": parts.clock.monotonic_ms(),
        "utc": None if wall.utc_ms is None else utc_text(wall.utc_ms),
        "clk": wall.quality,
    }


def _python() -> str:
    return f"{platform.python_version()} on {platform.machine()}, {platform.release()}"


def _records(parts: Parts) -> list[dict[str, Any]]:
    first = Seq(max(0, parts.ledger.head_seq - RECORDS_MOST))
    reader = parts.ledger.reader()
    try:
        found = reader.after(first, RECORDS_MOST, 4 * BATCH_MAX_BYTES)
    finally:
        reader.close()
    told = []
    for one in found:
        try:
            told.append(_told(decode(one.data)))
        except RecordUnreadableError as error:
            told.append({"seq": one.seq, "unreadable": str(error)})
    return told


def _told(record: Record) -> dict[str, Any]:
    body: dict[str, Any] = msgspec.to_builtins(record.body)
    kind = body["kind"]
    return {
        "seq": record.seq,
        "kind": kind,
        "cause": record.cause,
        "offline": record.offline,
        "boot_id": record.boot_id,
        "mono_ms": record.mono_ms,
        "utc": record.utc,
        "clk": record.clk,
        **{name: body[name] for name in TOLD.get(kind, ()) if name in body},
    }
