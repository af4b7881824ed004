"""Backup and restore as docs/protocol/backup.md says, and files for the operator's accounts."""

import argparse
import csv
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import update

from kiosk.cli import endpoint as command
from kiosk.cloud import LedgerAnswer, StatusRequest
from sync.endpoint import decisions, export
from sync.endpoint.errors import EndpointError
from sync.endpoint.operator import Operator
from sync.endpoint.tables import deposits
from tests.sync.books import change
from tests.sync.peer import Peer, problem, taken
from tests.sync.places import get_json, running_endpoint
from tests.sync.postgres import Postgres


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.configure(parser)
    return command.run(parser.parse_args(words))


class Wallet:
    """Pays every key once and remembers how far it read."""

    def __init__(self) -> None:
        self.after = 0
        self.paid: dict[str, int] = {}

    def read(self, url: str) -> None:
        found = get_json(f"{url}/v1/credits?after={self.after}")
        for one in found["credits"]:
            self.paid.setdefault(one["key"], one["amount_minor"])
        self.after = found["next"]


def carry(peer: Peer) -> None:
    """As the agent does: ask what the cloud holds, send the rest, again after a gap."""
    shown = peer.call("GET", f"/v1/ledgers/{peer.machine.ledger}")
    held = msgspec.json.decode(shown.body, type=LedgerAnswer).acked_through
    if peer.machine.records[held:]:
        taken(peer.send(peer.machine.records[held:]))


Restore = Callable[[], tuple[Path, str | None]]


def drill(peer: Peer, desk: Operator, database: str, back_up: Callable[[], Restore]) -> None:
    wallet, machine = Wallet(), peer.machine
    taken(peer.send(machine.records[:7]))
    wallet.read(peer.url)
    restore = back_up()
    # Life goes on: three more credits, one of them by a decision, all read by the wallet.
    carry(peer)
    machine.deposit(outcome="HELD")
    carry(peer)
    decisions.decide(desk, database, machine.ledger, 13, 50, "Wang", "seen")
    beat = msgspec.json.encode(StatusRequest("1", machine.ledger, 13, 13, {}))
    assert peer.call("POST", "/v1/status", beat).status == 200
    wallet.read(peer.url)
    assert len(wallet.paid) == 6
    directory, books = restore()
    assert run("restored", str(directory), *(("--database", books) if books else ())) == 0
    with running_endpoint(directory, books) as url:
        again = Peer(url, machine, peer.http, peer.transport)
        # Whoever sends on is told what is missing; the machine has it still.
        machine.deposit()
        assert problem(again.send(machine.records[13:]), 409)["expected_seq"] == 8
        carry(again)
        wallet.read(url)
        seqs = (3, 5, 7, 9, 11, 13, 15)
        assert sorted(wallet.paid) == sorted(f"{machine.ledger}/{seq}" for seq in seqs)
        found = get_json(f"{url}/v1/credits?after=0")["credits"]
        assert {one["key"] for one in found} == set(wallet.paid) - {f"{machine.ledger}/13"}
        # The decision is on the old disk's desk: signed, so it may simply be laid back.
        name = "documents/adjudications-00000001.json"
        shutil.copy(desk.directory / name, directory / name)
        assert again.call("POST", "/v1/status", beat).status == 200
        found = get_json(f"{url}/v1/credits?after=0")["credits"]
        assert {one["key"]: one["amount_minor"] for one in found} == wallet.paid
        books_now = get_json(f"{url}/books.json")
        assert [one["seq"] for one in books_now["deposits"]] == [*seqs]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_sqlite_books_are_put_back(
    peer: Peer, desk: Operator, database: str, tmp_path: Path
) -> None:

    def back_up() -> Restore:
        target = tmp_path / "backup"
        assert run("backup", str(desk.directory), str(target)) == 0
        for name in ("root.key", "endpoint.key", "issuer.key", "endpoint.db"):
            assert (target / name).stat().st_mode & 0o777 == 0o600
        with pytest.raises(EndpointError, match="exists"):
            run("backup", str(desk.directory), str(target))
        return lambda: (target, None)

    drill(peer, desk, database, back_up)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_postgresql_books_are_put_back(
    peer: Peer, desk: Operator, database: str, tmp_path: Path, postgres: Postgres
) -> None:
    name = database.partition("@/")[2].partition("?")[0]

    def back_up() -> Restore:
        target, dump = tmp_path / "backup", str(postgres.home / "books.dump")
        assert run("backup", str(desk.directory), str(target), "--database", database) == 0
        postgres.run("pg_dump", "-Fc", "-f", dump, name)

        def restore() -> tuple[Path, str]:
            fresh = postgres.new_database()
            into = fresh.partition("@/")[2].partition("?")[0]
            postgres.run("pg_restore", "-d", into, dump)
            return target, fresh

        return restore

    drill(peer, desk, database, back_up)


# ---- CSV ---------------------------------------------------------------------


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_deposits_of_a_site_and_a_period(
    peer: Peer, desk: Operator, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    peer.machine.deposit(outcome="HELD")
    taken(peer.send(peer.machine.records))
    november, october = export.period("2026-11-05", "2026-11-05"), 1_790_900_000_000
    change(database, update(deposits).values(stored_ms=november.from_ms))
    change(database, update(deposits).where(deposits.c.seq == 3).values(stored_ms=october))
    change(database, update(deposits).where(deposits.c.seq == 5).values(receipt="=1+1"))
    decisions.decide(desk, database, peer.machine.ledger, 13, 50, "Wang", "seen")
    beat = msgspec.json.encode(StatusRequest("1", peer.machine.ledger, 13, 13, {}))
    assert peer.call("POST", "/v1/status", beat).status == 200

    def ask(*words: str) -> list[dict[str, str]]:
        capsys.readouterr()
        where = (str(desk.directory), "--database", database)
        assert run("export", *where, "--from", "2026-11-01", "--to", "2026-11-30", *words) == 0
        return rows_of(capsys.readouterr().out)

    found = ask()
    assert [one["seq"] for one in found] == ["5", "7", "9", "11", "13"]
    assert found[0]["receipt"] == "'=1+1", "no spreadsheet runs it"
    assert (found[1]["net_g"], found[1]["unit_price"], found[1]["amount"]) == (
        "1800",
        "0.80",
        "1.44",
    )
    held = found[-1]
    assert (held["outcome"], held["amount"], held["adjudicated_amount"]) == ("HELD", "0.00", "0.50")
    assert ask("--site", "yard-08") == [] and len(ask("--site", "yard-07")) == 5
    assert ask("--site", "yard-08", "--totals") == []
    assert [tuple(one.values()) for one in ask("--totals")] == [
        ("yard-07", "cardboard", "HELD", "1", "0", "0.00", "0.50", "CNY"),
        ("yard-07", "cardboard", "PAID", "4", "7200", "5.76", "0.00", "CNY"),
    ]


def test_balances(
    peer: Peer, desk: Operator, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    peer.machine.deposit(subject="resident-2")
    taken(peer.send(peer.machine.records))
    assert run("balances", str(desk.directory), "--database", database) == 0
    found = rows_of(capsys.readouterr().out)
    assert [(one["subject"], one["credits"], one["amount"]) for one in found] == [
        ("resident-1", "5", "7.20"),
        ("resident-2", "1", "1.44"),
    ]


@pytest.mark.parametrize("days", [("x", "y"), ("2026-11-02", "2026-11-01"), ("9999-12-31",) * 2])
def test_periods_without_sense(days: tuple[str, str]) -> None:
    with pytest.raises(EndpointError):
        export.period(*days)
