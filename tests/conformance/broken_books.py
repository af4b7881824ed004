"""Broken in its books: batches, marks, order, ledgers and records."""

from collections import Counter
from dataclasses import replace
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.records import Correction, RecordUnreadableError, decode
from sync.endpoint import app, batches, ledgers, machines
from sync.endpoint.problems import RefusedError
from tests.conformance.broken import Asked, Broken, Stage, Told, lies, mark_of, on_batches, replaced


def _follows_no_chain(stage: Stage) -> None:
    honest = stage.part(app, "examine")

    def examine(*what: Any) -> Any:
        return tuple(replace(one, prev=None) for one in honest(*what))

    stage.replace(app, "examine", examine)


def _checks_no_record(stage: Stage) -> None:
    stage.replace(batches, "check_signature", lambda *_: None)


def _stores_half(stage: Stage) -> None:
    """What was refused is stored in part all the same, and told when somebody asks."""
    half: Counter[str] = Counter()

    def change(asked: Asked, told: Told) -> Told | None:
        if asked.is_batch:
            half[asked.ledger] += told.status in (400, 422)
        elif asked.method == "GET" and asked.ledger and told.status == 200 and half[asked.ledger]:
            return told.saying(acked_through=told.json()["acked_through"] + 1)
        return None

    stage.after(change)


def _unsigned(stage: Stage) -> None:
    stranger = Ed25519PrivateKey.generate()

    def change(told: Told) -> Told:
        return told.saying(mark=stage.sealed(mark_of(told), stranger))

    stage.after(on_batches(change))


def _acknowledges_all(stage: Stage) -> None:
    """Tell of everything that is stored, whatever was sent."""
    highest: dict[str, tuple[int, str]] = {}

    def change(asked: Asked, told: Told) -> Told | None:
        if not asked.is_batch or told.status != 200:
            return None
        mark = mark_of(told)
        before = highest.get(asked.ledger, (0, ""))
        through, hashed = max(before, (mark.acked_through, mark.head_hash))
        highest[asked.ledger] = (through, hashed)
        return stage.remarked(told, acked_through=through, head_hash=hashed)

    stage.after(change)


def _remarks(**fields: Any) -> Any:
    def breaks(stage: Stage) -> None:
        stage.after(on_batches(lambda told: stage.remarked(told, **fields)))

    return breaks


def _loses_a_record(stage: Stage) -> None:
    """Of a longer batch the second record is acknowledged and dropped."""
    honest = stage.part(ledgers, "_store")

    async def store(
        connection: Any, machine: Any, ledger: str, new: Any, now_ms: int, **how: Any
    ) -> None:
        kept = new[:1] + new[2:] if len(new) > 4 else new
        await honest(connection, machine, ledger, kept, now_ms, **how)

    stage.replace(ledgers, "_store", store)


def _without(verdict: str) -> Any:
    def change(told: Told) -> Told:
        kept = [one for one in told.json()["exceptions"] if one["verdict"] != verdict]
        return told.saying(exceptions=kept)

    return on_batches(change)


def _not_idempotent(stage: Stage) -> None:
    honest = stage.part(ledgers, "place")

    def place(examined: Any, head: Any, stored: Any) -> Any:
        if any(one.seq in stored for one in examined):
            raise RefusedError(409, "seen", "These records were sent before")
        return honest(examined, head, stored)

    stage.replace(ledgers, "place", place)


def _takes_gaps(stage: Stage) -> None:
    honest = stage.part(ledgers, "place")

    def place(examined: Any, head: Any, stored: Any) -> Any:
        if examined[0].seq > head.acked_through + 1:
            return (), examined
        return honest(examined, head, stored)

    stage.replace(ledgers, "place", place)


def _passes_over_forks(stage: Stage) -> None:
    honest = stage.part(ledgers, "place")

    def place(examined: Any, head: Any, stored: Any) -> Any:
        forked, new = honest(examined, head, stored)
        return (), tuple(one for one in examined if one.seq not in stored) if forked else new

    stage.replace(ledgers, "place", place)


class _AnyNumber(int):
    """Equal to every other one."""

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = int.__hash__


def _knows_no_generation(stage: Stage) -> None:
    honest = stage.part(ledgers, "find")

    async def find(*what: Any, **how: Any) -> Any:
        row = await honest(*what, **how)
        if not how:
            return row

        class Row:
            generation = newest = _AnyNumber(row.generation)

            def __getattr__(self, name: str) -> Any:
                return getattr(row, name)

        return Row()

    stage.replace(ledgers, "find", find)


def _counts_openings(stage: Stage) -> None:
    opened: Counter[bytes] = Counter()

    def change(asked: Asked, told: Told) -> Told | None:
        if (asked.method, asked.path) != ("POST", "/v1/ledgers") or told.status != 200:
            return None
        opened[told.json()["ledger"]] += 1
        more = opened[told.json()["ledger"]] - 1
        return told.saying(generation=told.json()["generation"] + more)

    stage.after(change)


def _ignores_boards(stage: Stage) -> None:
    honest = stage.part(machines, "open_ledger")

    async def open_ledger(connection: Any, machine: Any, *what: Any) -> Any:
        return await honest(connection, machine, *what[:-1], machine.board)

    stage.replace(machines, "open_ledger", open_ledger)


async def _accepted(*_: Any) -> str:
    return "accepted"


def _shows_any_ledger(asked: Asked, told: Told) -> Told | None:
    if asked.method != "GET" or not asked.ledger or told.status != 404:
        return None
    fields = {"ledger": asked.ledger, "generation": 1, "acked_through": 0, "head_hash": ""}
    return Told(200, body=msgspec.json.encode(fields))


def _no_type(asked: Asked, told: Told) -> Told | None:
    return told.saying(type="about:blank") if told.status == 404 and asked.ledger else None


def _another_head(asked: Asked, told: Told) -> Told | None:
    if asked.method != "GET" or not asked.ledger or told.status != 200:
        return None
    return told.saying(head_hash="0" * 64)


def _drops_unreadable(*_: Any) -> Any:
    raise RefusedError(422, "record", "This record cannot be read")


def _reads_no(word: bytes) -> Any:
    """Decode all records but those with this word in them."""

    def read(data: bytes) -> Any:
        record = decode(data)
        if word in data:
            raise RecordUnreadableError("of a version that this endpoint does not know")
        return record

    return read


def _knows_fewer_kinds(data: bytes) -> Any:
    record = decode(data)
    if isinstance(record.body, Correction):
        raise RecordUnreadableError("of a kind that this endpoint does not know")
    return record


def _has_no_quarantine(stage: Stage) -> None:
    honest = stage.part(app, "read_batch")
    stage.replace(
        app,
        "read_batch",
        lambda body: msgspec.structs.replace(honest(body), quarantined=()),
    )


BOOKS = (
    replaced(
        "does not look what a record is", batches, "_check_place", lambda *_: None, "batch.place"
    ),
    Broken("follows no chain", ("batch.chain", "batch.altered"), _follows_no_chain),
    Broken(
        "checks no record's signature",
        ("batch.signature", "batch.altered", "record.quarantined"),
        _checks_no_record,
    ),
    Broken(
        "stores half of what it refuses",
        (
            "batch.chain",
            "batch.signature",
            "batch.altered",
            "batch.place",
            "body.gzip",
            "batch.form",
            "record.quarantined",
        ),
        _stores_half,
    ),
    Broken("signs its answers with another key", ("mark.signed",), _unsigned),
    Broken("acknowledges too much", ("mark.within", "again.cut"), _acknowledges_all),
    Broken("names another machine", ("mark.says",), _remarks(kiosk="yard-99-01")),
    Broken(
        "names another hash",
        ("mark.says", "mark.within", "again.same", "again.cut", "again.together", "order.fork"),
        _remarks(head_hash="f" * 64),
    ),
    lies("tells of another head", _another_head, "ledger.told"),
    Broken("loses a record", ("again.same", "order.fork", "credit.once"), _loses_a_record),
    lies(
        "tells of no duplicates",
        _without("duplicate"),
        "again.same",
        "again.cut",
        "again.together",
        "order.fork",
        "durable.killed",
    ),
    Broken(
        "is not idempotent",
        (
            "again.same",
            "again.cut",
            "signature.any-age",
            "answer.digest",
            "mark.within",
            "again.together",
            "order.fork",
            "credit.once",
            "line.many",
            "durable.killed",
        ),
        _not_idempotent,
    ),
    Broken("says 200 to a gap", ("order.gap", "problem.machine"), _takes_gaps),
    lies(
        "does not say what it expects",
        lambda _asked, told: told.saying(expected_seq=None) if told.status == 409 else None,
        "order.gap",
    ),
    Broken("passes over forks", ("order.fork", "credit.forked"), _passes_over_forks),
    Broken(
        "knows no generation",
        ("generation.stale", "generation.wrong", "board.approved"),
        _knows_no_generation,
    ),
    lies("does not say that it is the ledger", _no_type, "ledger.unknown"),
    Broken("counts openings", ("ledger.again",), _counts_openings),
    replaced("takes any name", machines, "check_ledger", lambda *_: None, "ledger.name"),
    Broken(
        "ignores boards",
        ("ledger.board", "ledger.pending", "credit.pending", "board.approved", "board.signed"),
        _ignores_boards,
    ),
    replaced("keeps waiting boards to itself", machines, "state_of", _accepted, "ledger.pending"),
    lies(
        "shows any ledger",
        _shows_any_ledger,
        "ledger.others",
        "ledger.unknown",
        "problem.machine",
    ),
    replaced(
        "drops suspects",
        batches,
        "_unreadable",
        _drops_unreadable,
        "record.undecodable",
        "record.unknown-kind",
        "record.later-version",
        "credit.unread",
    ),
    lies(
        "tells of no suspects",
        _without("stored_suspect"),
        "record.unknown-kind",
        "record.later-version",
        "record.undecodable",
        "record.quarantined",
        "credit.one-outcome",
    ),
    replaced("knows fewer kinds", batches, "decode", _knows_fewer_kinds, "record.kinds"),
    replaced(
        "suspects new fields", batches, "decode", _reads_no(b'"mood"'), "record.unknown-fields"
    ),
    Broken("has no quarantine", ("record.quarantined", "credit.unread"), _has_no_quarantine),
)
