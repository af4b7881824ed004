"""The operator's desk and the command line around it."""

import argparse
import asyncio
import hashlib
import socket
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from kiosk import documents
from kiosk.cli import endpoint as command
from kiosk.cli import endpoint_tariff
from kiosk.clock import WallTime
from kiosk.cloud import EnrolmentCode
from kiosk.documents import EndpointKeys, Issuers, Settings, Tariff
from kiosk.keys import public_bytes
from kiosk.money import price_text
from kiosk.units import Millis
from sync.endpoint.database import Database, sqlite_url
from sync.endpoint.errors import EndpointError
from sync.endpoint.machines import Machine
from sync.endpoint.operator import CODE_PREFIX, Operator, create
from sync.endpoint.serve import Server
from sync.endpoint.shelf import Shelf, current
from tests.sync.places import CLOCK, make_desk, running_endpoint


def read(desk: Operator, name: str, version: int) -> documents.Document:
    """Check a document as a machine does."""
    envelope = (desk.directory / "documents" / f"{name}-{version:08d}.json").read_bytes()
    return documents.check(
        envelope,
        desk.root_public,
        kiosk="yard-07-01",
        site="yard-07",
        now=CLOCK.wall(),
        adopted=version - 1 or None,
    )


def test_a_new_desk_has_all_a_machine_needs(tmp_path: Path) -> None:
    desk = make_desk(tmp_path / "desk", "https://cloud.example/")
    assert read(desk, "tariff", 1).body == Tariff("CNY", 1, {"cardboard": 8000, "metal": 24_000})
    assert read(desk, "issuers", 1).body == Issuers((public_bytes(desk.issuer_key),))
    assert read(desk, "endpoint_keys", 1).body == EndpointKeys((public_bytes(desk.endpoint_key),))
    assert isinstance(read(desk, "settings", 1).body, Settings)
    assert Operator.load(tmp_path / "desk", CLOCK).root_public == desk.root_public


def test_versions_rise_and_nothing_is_overwritten(tmp_path: Path) -> None:
    desk = make_desk(tmp_path / "desk", "https://cloud.example")
    first = (desk.directory / "documents" / "tariff-00000001.json").read_bytes()
    assert desk.publish_tariff({"cardboard": 9000}) == 2
    assert Operator.load(desk.directory, CLOCK).publish_tariff({"cardboard": 9100}) == 3
    assert (desk.directory / "documents" / "tariff-00000001.json").read_bytes() == first
    assert read(desk, "tariff", 3).version == 3


def test_keys_are_for_the_owner_only(tmp_path: Path) -> None:
    desk = make_desk(tmp_path / "desk", "https://cloud.example")
    for name in ("root.key", "endpoint.key", "issuer.key"):
        assert (desk.directory / name).stat().st_mode & 0o777 == 0o600
    assert desk.directory.stat().st_mode & 0o777 == 0o700


def test_a_code_names_the_root_and_is_kept_as_a_hash_only(tmp_path: Path) -> None:
    desk = make_desk(tmp_path / "desk", "https://cloud.example/")
    codes = {desk.new_code("yard-07").code for _ in range(20)}
    assert len(codes) == 20
    code = desk.new_code("yard-07")
    assert code.url == "https://cloud.example"
    assert code.root == hashlib.sha256(desk.root_public).hexdigest()
    kept = b"".join(path.read_bytes() for path in (desk.directory / "codes").iterdir())
    assert code.code.encode() not in kept


def test_a_desk_is_not_made_twice_nor_opened_where_there_is_none(tmp_path: Path) -> None:
    make_desk(tmp_path / "desk", "https://cloud.example")
    with pytest.raises(EndpointError, match="already"):
        make_desk(tmp_path / "desk", "https://cloud.example")
    with pytest.raises(EndpointError, match="kiosk endpoint init"):
        Operator.load(tmp_path / "none", CLOCK)
    for name in ("root.key", "root.pub"):
        (tmp_path / "desk" / name).unlink()
    with pytest.raises(EndpointError, match="backup"):
        Operator.load(tmp_path / "desk", CLOCK)


@pytest.mark.parametrize("prices", [{}, {"paper": -1}])
def test_a_tariff_without_sense_is_refused(tmp_path: Path, prices: dict[str, int]) -> None:
    with pytest.raises(EndpointError):
        create(tmp_path / "desk", "https://cloud.example", prices, CLOCK)
    assert not (tmp_path / "desk" / "operator.json").exists()


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.configure(parser)
    return command.run(parser.parse_args(words))


def test_the_command_line_makes_a_desk_and_a_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = str(tmp_path / "books")
    made = ("--url", "http://127.0.0.1:8087", "--price", "paper=0.80", "--price", "metal=2.4")
    assert run("init", desk, *made) == 0
    assert run("tariff", desk, "--price", "paper=0.85") == 0
    assert "version 2" in capsys.readouterr().out
    assert run("code", desk, "--site", "yard-07") == 0
    text = capsys.readouterr().out.splitlines()[-1]
    code = msgspec.json.decode(text.removeprefix(CODE_PREFIX), type=EnrolmentCode)
    assert (code.url, code.site) == ("http://127.0.0.1:8087", "yard-07")


@given(st.integers(0, 99_999_999))
def test_prices_are_read_as_they_are_written(price: int) -> None:
    assert endpoint_tariff.parse_price(f"paper={price_text(price)}") == ("paper", price)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["paper", "paper=", "paper=-1", "paper=1.23456", "Paper=1", "p=１", "p=1e3", "p=10000"]
)
def test_prices_that_are_refused(text: str) -> None:
    with pytest.raises(EndpointError, match="MATERIAL=PRICE"):
        endpoint_tariff.parse_price(text)


def test_a_material_is_named_once(tmp_path: Path) -> None:
    prices = ("--price", "paper=1", "--price", "paper=2")
    with pytest.raises(EndpointError, match="twice"):
        run("init", str(tmp_path / "desk"), "--url", "https://cloud.example", *prices)


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    desk = make_desk(tmp_path / "desk", "https://cloud.example")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(EndpointError, match=f"port {port} .*--port"):
            Server(desk.directory, "127.0.0.1", port, CLOCK)


def test_every_commit_is_flushed_and_readers_only_read(tmp_path: Path) -> None:
    async def look() -> None:
        database = Database(sqlite_url(tmp_path))
        await database.open()
        async with database.writer.begin() as connection:
            mode = (await connection.exec_driver_sql("PRAGMA journal_mode")).scalar_one()
            flushes = (await connection.exec_driver_sql("PRAGMA synchronous")).scalar_one()
        assert (mode, flushes) == ("wal", 2)
        with pytest.raises(OperationalError, match="readonly"):
            async with database.reader.begin() as connection:
                await connection.exec_driver_sql("DELETE FROM records")
        await database.close()

    asyncio.run(look())


def test_damaged_drops_do_not_stop_the_server(tmp_path: Path) -> None:
    desk = make_desk(tmp_path / "desk", "https://cloud.example")
    (desk.directory / "documents" / "tariff-00000009.json").write_bytes(b"{}")
    (desk.directory / "codes" / "bad.json").write_bytes(b"\xff")
    with running_endpoint(desk.directory) as url:
        assert url


class MovableClock:
    """Time goes when the test says so."""

    now_ms = 0

    def monotonic_ms(self) -> Millis:
        return Millis(self.now_ms)

    def wall(self) -> WallTime:
        return CLOCK.wall()


def test_a_document_that_was_refused_is_tried_again_later(tmp_path: Path) -> None:
    desk = make_desk(tmp_path / "desk", "https://cloud.example")
    clock = MovableClock()
    path = desk.directory / "documents" / "tariff-00000002.json"
    path.write_bytes(b"half writ")

    async def look() -> list[int]:
        database = Database(sqlite_url(tmp_path))
        await database.open()
        shelf = Shelf(desk.directory, desk.root_public, database, clock)
        found = []
        machine = Machine("yard-07-01", "yard-07", "b", b"", b"")
        for later_ms in (0, 59_999, 1):
            clock.now_ms += later_ms
            await shelf.refresh()
            async with database.reader.begin() as connection:
                found.append((await current(connection, machine))["tariff"].version)
            path.unlink()
            desk.publish_tariff({"cardboard": 9000})
        await database.close()
        return found

    clock.now_ms = 1
    assert asyncio.run(look()) == [1, 1, 2]
