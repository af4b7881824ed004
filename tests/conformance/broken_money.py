"""Broken where money is: credits, decisions, and what a power cut leaves."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from kiosk.records import Deposit, decode
from sync.endpoint import batches, feed, ledgers
from tests.conformance.broken import Asked, Broken, Stage, Told, lies, on_path, refuses, replaced


def _credits_quarantined(stage: Stage) -> None:
    honest = stage.part(batches, "_quarantined")

    def quarantined(record: Any) -> Any:
        body = decode(record.data).body
        return replace(honest(record), deposit=body if isinstance(body, Deposit) else None)

    stage.replace(batches, "_quarantined", quarantined)


def _credits(changed: Any) -> Any:
    """Change the rows of the feed."""

    def change(told: Told) -> Told:
        return told.saying(credits=changed(told.json()["credits"]))

    return on_path("/v1/credits", change)


def _doubles_credits(stage: Stage) -> None:
    """A deposit that comes twice is credited twice."""
    sent: Counter[str] = Counter()

    def change(asked: Asked, told: Told) -> Told | None:
        if asked.is_batch and told.status == 200:
            records = msgspec.json.decode(asked.text)["records"]
            sent.update(f"{asked.ledger}/{one['seq']}" for one in records)
        elif asked.path == "/v1/credits" and told.status == 200:
            rows = told.json()["credits"]
            return told.saying(
                credits=[row for row in rows for _ in range(max(1, min(2, sent[row["key"]])))]
            )
        return None

    stage.after(change)


def _credits_any_outcome(stage: Stage) -> None:
    stage.after(lambda _asked, _told: None)
    honest = stage.part(batches, "_examine")

    def examine(record: Any, *what: Any) -> Any:
        one = honest(record, *what)
        if one.deposit is None:
            return one
        return replace(one, deposit=msgspec.structs.replace(one.deposit, outcome="PAID"))

    stage.replace(batches, "_examine", examine)


async def _any_outcome(_connection: Any, _machine: Any, _ledger: str, new: Any) -> Any:
    return new


def _credits_pending(stage: Stage) -> None:
    honest = stage.part(ledgers, "_store")

    async def store(*what: Any, credited: bool) -> None:
        await honest(*what, credited=True)

    stage.replace(ledgers, "_store", store)


def _newest_first(stage: Stage) -> None:
    honest = stage.part(feed, "read")

    async def read(*what: Any) -> Any:
        page = await honest(*what)
        return msgspec.structs.replace(page, credits=page.credits[::-1])

    stage.replace(feed, "read", read)


def _says_yes(path: str, *statuses: int) -> Any:
    """Say yes to the operator without doing it, where the truth is one of these."""

    def change(asked: Asked, told: Told) -> Told | None:
        return Told(201) if asked.path == path and told.status in statuses else None

    return change


def _decides_nothing(path: str) -> Any:
    return lambda asked: Told(201) if asked.path == path else None


def _decides_for_anybody(stage: Stage) -> None:
    """Approve without looking at who signed."""
    approved: set[str] = set()

    def change(asked: Asked, told: Told) -> Told | None:
        if asked.path == "/v1/approvals" and told.status == 403:
            payload = msgspec.convert(msgspec.json.decode(asked.body)["payload"], bytes)
            approved.add(msgspec.json.decode(payload)["ledger"])
            return Told(204, {}, b"")
        if asked.method == "GET" and asked.ledger in approved and told.status == 200:
            return told.saying(state="accepted")
        return None

    stage.after(change)


def _forgets(stage: Stage) -> None:
    """What a power cut leaves is what was there a while ago."""
    books = Path(stage.desk.directory, "endpoint.db")
    line = stage.line
    line.stop()
    before = books.read_bytes()
    line.start()
    honest = line.start

    def start() -> None:
        books.write_bytes(before)
        honest()

    stage.replace(line, "start", start)


def _forgets_the_newest(stage: Stage) -> None:
    """Acknowledged before it was on the disk: the newest record of each ledger is gone."""
    line, killed = stage.line, []
    honest = line.start

    def start() -> None:
        killed.append(True)
        honest()

    def change(asked: Asked, told: Told) -> Told | None:
        if killed and asked.method == "GET" and asked.ledger and told.status == 200:
            return told.saying(acked_through=max(0, told.json()["acked_through"] - 1))
        return None

    stage.replace(line, "start", start)
    stage.after(change)


MONEY = (
    Broken("credits what it did not read", ("credit.unread",), _credits_quarantined),
    Broken("doubles a credit", ("credit.once", "durable.killed"), _doubles_credits),
    lies(
        "forgets a credit now and then",
        _credits(lambda rows: [row for row in rows if row["amount_minor"] != 77]),
        "credit.paid",
    ),
    lies(
        "pays in another unit",
        _credits(lambda rows: [row | {"amount_minor": row["amount_minor"] // 10} for row in rows]),
        "credit.paid",
        "held.decided",
        "held.once",
    ),
    Broken("gives the newest first", ("credit.stays",), _newest_first),
    Broken(
        "credits any outcome",
        (
            "credit.only-paid",
            "held.decided",
            "held.once",
        ),
        _credits_any_outcome,
    ),
    replaced(
        "credits every outcome of a deposit",
        ledgers,
        "_suspect_second_outcomes",
        _any_outcome,
        "credit.one-outcome",
    ),
    Broken("credits any board", ("credit.pending",), _credits_pending),
    lies("takes any cursor", on_path("/v1/credits", lambda _told: Told(200), 400), "credit.cursor"),
    refuses(
        "decides nothing",
        _decides_nothing("/v1/adjudications"),
        "held.decided",
        "held.once",
        "held.signed",
    ),
    lies("lets a decision be changed", _says_yes("/v1/adjudications", 409), "held.once"),
    lies("lets anybody decide", _says_yes("/v1/adjudications", 403), "held.signed"),
    refuses(
        "approves nothing", _decides_nothing("/v1/approvals"), "board.approved", "board.signed"
    ),
    Broken("lets anybody approve", ("board.signed",), _decides_for_anybody),
    Broken("forgets after a restart", ("durable.killed",), _forgets),
    Broken("acknowledges before it is written", ("durable.killed",), _forgets_the_newest),
)
