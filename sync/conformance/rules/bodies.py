"""How a body travels: its encoding, its size, its schema, and what is new in it."""

import gzip
import secrets
from typing import Any

import msgspec

from kiosk.cloud import (
    BATCH_MAX_BYTES,
    BATCH_MAX_RECORDS,
    BODY_MAX_BYTES,
    SCHEMA_UNKNOWN,
    LedgerAnswer,
    StatusAnswer,
    StatusRequest,
)
from kiosk.records import FaultRaised
from kiosk.wire import SignedRecord
from sync.agent.http import Answer
from sync.conformance import drafts
from sync.conformance.chain import Chain
from sync.conformance.errors import BrokenRuleError
from sync.conformance.kit import GZIP, JSON, Kit, batch_body, need, read, refused, took
from sync.conformance.rule import Rule

_BATCHES = "POST /v1/ledgers/{ledger}/batches"
_BOMB_BYTES = 8 * 1024 * 1024


def _post(kit: Kit, chain: Chain, body: bytes, encoding: str = "") -> Answer:
    headers = {**JSON, "Content-Encoding": encoding} if encoding else JSON
    return kit.call(chain.machine, "POST", chain.path, body, headers)


def _encodings(kit: Kit) -> None:
    chain = kit.open()
    chain.append(drafts.noise())
    first, second = (batch_body(chain, [record]) for record in chain.records)
    took(_post(kit, chain, gzip.compress(first), "gzip"), "a batch in gzip")
    took(_post(kit, chain, second), "a batch without encoding")


def _unknown_encoding(kit: Kit) -> None:
    chain = kit.open()
    body = batch_body(chain, chain.records)
    need(_post(kit, chain, body, "br"), "a body in an encoding other than gzip", 415)


def _broken(kit: Kit) -> None:
    chain = kit.open()
    packed = gzip.compress(batch_body(chain, chain.records), mtime=0)
    for body, what in (
        (b"not gzip at all", "a body that is no gzip"),
        (packed[:-6], "gzip that ends too early"),
        (packed + packed, "two gzip members in one body"),
    ):
        need(_post(kit, chain, body, "gzip"), what, 400)
        kit.unchanged(chain, 0, what)


def _bomb(kit: Kit) -> None:
    chain = kit.open()
    # A batch that would be taken, if anybody unpacked all of it.
    body = gzip.compress(batch_body(chain, chain.records) + b" " * _BOMB_BYTES, mtime=0)
    what = f"{len(body)} bytes that unpack to {_BOMB_BYTES}"
    need(kit.call(chain.machine, "POST", chain.path, body, GZIP), what, 413)
    kit.unchanged(chain, 0, what)


def _too_many(kit: Kit) -> None:
    chain = kit.open()
    chain.append(*[drafts.noise()] * BATCH_MAX_RECORDS)
    what = f"{chain.head_seq} records in a batch"
    need(kit.send(chain, chain.records), what, 413)
    kit.unchanged(chain, 0, what)
    took(kit.send(chain, chain.records[:BATCH_MAX_RECORDS]), f"{BATCH_MAX_RECORDS} records")


def _too_long(kit: Kit) -> None:
    chain = kit.open()
    body = batch_body(chain, chain.records) + b" " * BODY_MAX_BYTES
    need(_post(kit, chain, body), f"a body of {len(body)} bytes as sent", 413)
    kit.unchanged(chain, 0, "a body that is too long")


def _room(kit: Kit) -> None:
    chain = kit.open()
    # As base64 in the JSON this fills a batch to the brim; the next one is a record too long.
    half = BATCH_MAX_BYTES * 3 // 4 // 2 - 1000
    for length in (half, half, BATCH_MAX_BYTES * 5 // 4):
        # Text that gzip can do little about, so that this is no bomb.
        chain.append(FaultRaised("conformance", None, secrets.token_hex(length // 2)))
    took(kit.send(chain, chain.records[:3]), f"a batch of nearly {BATCH_MAX_BYTES} bytes")
    took(kit.send(chain, chain.records[3:]), f"a single record above {BATCH_MAX_BYTES} bytes")


def _form(kit: Kit) -> None:
    chain = kit.open()
    chain.append(drafts.noise(), drafts.noise())
    whole: dict[str, Any] = msgspec.json.decode(batch_body(chain, chain.records))
    first, second, third = whole["records"]
    for body, what in (
        (b"", "an empty body"),
        (b"{", "a body that is no JSON"),
        (b"[]", "a list instead of a batch"),
        (_with(whole, records=[], last_seq=0), "a batch without records"),
        (_with(whole, records=[first, third]), "a batch that leaves a number out"),
        (_with(whole, records=[second, first, third]), "a batch out of order"),
        (_with(whole, last_seq=7), "a last_seq that is not the last record's"),
        (_with(whole, first_seq=2), "a first_seq that is not the first record's"),
        (_with(whole, records=[{**first, "data": "%"}]), "a record that is no base64"),
        (_with(whole, generation=None), "a batch without a generation"),
    ):
        need(_post(kit, chain, body), what, 400)
    kit.unchanged(chain, 0, "batches that are none")
    zero = SignedRecord(0, chain.records[0].data, chain.records[0].sig)
    need(kit.send(chain, [zero]), "a record numbered 0", 400)


def _with(whole: dict[str, Any], **changes: Any) -> bytes:
    return msgspec.json.encode({**whole, **changes})


def _schema(kit: Kit) -> None:
    chain = kit.open()
    body = msgspec.json.encode({"schema": 77, "parcels": []})
    what = "a batch of schema 77"
    problem = refused(_post(kit, chain, body), what, 426, SCHEMA_UNKNOWN)
    if 1 not in problem.schemas:
        raise BrokenRuleError(f"{what}: `schemas` offers {list(problem.schemas)}, not 1")


def _unknown_fields(kit: Kit) -> None:
    chain = kit.open()
    machine = chain.machine
    more = {"weather": {"tomorrow": ["rain", None]}}
    whole: dict[str, Any] = msgspec.json.decode(batch_body(chain, chain.records))
    took(_post(kit, chain, msgspec.json.encode({**whole, **more})), "a batch that says more")
    opening = {"ledger": chain.ledger, "previous": None, "reason": "", "board": machine.board}
    answer = kit.call(machine, "POST", "/v1/ledgers", msgspec.json.encode({**opening, **more}))
    read(answer, LedgerAnswer, "opening a ledger and saying more")
    beat = msgspec.to_builtins(StatusRequest("conformance", chain.ledger, 1, 1, {}))
    answer = kit.call(machine, "POST", "/v1/status", msgspec.json.encode({**beat, **more}))
    read(answer, StatusAnswer, "a heartbeat that says more")


RULES = (
    Rule("body.encodings", "Batches come in gzip or plain.", _BATCHES, _encodings),
    Rule("body.other-encoding", "Another encoding is refused (415).", _BATCHES, _unknown_encoding),
    Rule("body.gzip", "A body that is not one whole gzip is refused (400).", _BATCHES, _broken),
    Rule(
        "body.bomb",
        "A small body that unpacks to megabytes is refused (413), not unpacked.",
        _BATCHES,
        _bomb,
    ),
    Rule(
        "limit.records",
        f"A batch holds {BATCH_MAX_RECORDS} records; one more is refused whole (413).",
        _BATCHES,
        _too_many,
    ),
    Rule(
        "limit.bytes",
        f"A body of more than {BODY_MAX_BYTES // 1024} KiB as sent is refused (413).",
        _BATCHES,
        _too_long,
    ),
    Rule(
        "limit.room",
        f"A batch of {BATCH_MAX_BYTES // 1024} KiB is taken, and one longer record alone.",
        _BATCHES,
        _room,
    ),
    Rule(
        "batch.form",
        "A body that is no batch, or numbers that are not first to last, are refused (400).",
        "Batch",
        _form,
    ),
    Rule(
        "batch.schema",
        "Another schema is refused (426), and the problem says which one is offered.",
        "Versions",
        _schema,
    ),
    Rule(
        "body.unknown-fields",
        "A field that a newer machine adds to a body is passed over.",
        "Versions",
        _unknown_fields,
    ),
)
