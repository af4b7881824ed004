"""How the machines do: reports in, ages, the public map and Prometheus out."""

import asyncio
import socket
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kiosk import wire
from kiosk.cloud import CompartmentReport, MachineReport, StatusRequest
from sync.agent import report
from sync.agent.http import Http
from sync.endpoint import fleet
from sync.endpoint.database import Database
from sync.endpoint.machines import Machine
from sync.endpoint.tables import conditions
from tests.sync.peer import Peer
from tests.sync.places import get_json

MINUTE = 60_000
FINE = MachineReport(
    state="Idle",
    free_mib=900,
    clock="S",
    event_counter=7,
    compartments=(CompartmentReport("paper-1", "cardboard", "open", gross_g=2000),),
)
FULL = CompartmentReport("paper-1", "cardboard", "full", gross_g=40_000)


def beat(peer: Peer, found: MachineReport | None, head_seq: int = 11) -> None:
    status = StatusRequest("0.1.0", peer.machine.ledger, head_seq, 0, {}, found)
    assert peer.call("POST", "/v1/status", msgspec.json.encode(status)).status == 200


def test_a_map_sees_what_is_open_and_nothing_else(peer: Peer, http: Http) -> None:
    beat(peer, msgspec.structs.replace(FINE, faults=("clock_unknown",)))
    answer = http.exchange("GET", f"{peer.url}/v1/public/kiosks", {}, None)
    assert answer.headers["access-control-allow-origin"] == "*"
    (one,) = msgspec.json.decode(answer.body)["kiosks"]
    assert one["online"] and one["site"] == "yard-07"
    assert one["compartments"] == [{"material": "cardboard", "state": "open", "full_percent": None}]
    assert b"clock_unknown" not in answer.body and b"2000" not in answer.body
    beat(peer, msgspec.structs.replace(FINE, compartments=(FULL,)))
    (one,) = get_json(f"{peer.url}/v1/public/kiosks")["kiosks"]
    assert one["compartments"][0]["state"] == "full"


def test_prometheus_reads_it(peer: Peer, http: Http) -> None:
    beat(peer, msgspec.structs.replace(FINE, compartments=(FULL,), faults=('odd"\\\n',)))
    answer = http.exchange("GET", f"{peer.url}/metrics", {}, None)
    lines = answer.body.decode().splitlines()
    one = 'kiosk="yard-07-01",site="yard-07"'
    assert answer.media == "text/plain"
    for line in (
        f"kiosk_online{{{one}}} 1",
        f"kiosk_backlog_records{{{one}}} 11",
        f"kiosk_free_mebibytes{{{one}}} 900",
        f"kiosk_event_counter{{{one}}} 7",
        f'kiosk_compartment_gross_grams{{{one},compartment="paper-1",material="cardboard"}} 40000',
        "endpoint_held_deposits 0",
    ):
        assert line in lines
    assert any('what="fault:odd\\"\\\\\\n"' in line for line in lines)
    assert any('compartment="paper-1",what="state:full"' in line for line in lines)


def test_what_is_wrong_ages_until_it_is_over(database: str) -> None:
    broken = CompartmentReport("paper-1", "cardboard", "faulty", faults=("scale_lost",))
    machine = Machine("yard-07-01", "yard-07", "b", b"", b"")

    async def run() -> list[set[tuple[str, str, int]]]:
        books = Database(database)
        await books.open()
        found = []
        steps: list[tuple[int, MachineReport]] = [
            (0, FINE),
            (1, msgspec.structs.replace(FINE, compartments=(broken,))),
            (2, msgspec.structs.replace(FINE, compartments=(broken,), faults=("disk_low",))),
            (3, msgspec.structs.replace(FINE, compartments=(FULL,), faults=("disk_low",))),
            (4, FINE),
        ]
        for minute, said in steps:
            async with books.writer.begin() as connection:
                await fleet.note(connection, machine, said, minute * MINUTE)
                rows = await connection.execute(conditions.select())
                found.append({(row.place, row.what, row.since_ms // MINUTE) for row in rows})
        await books.close()
        return found

    assert asyncio.run(run()) == [
        set(),
        {("paper-1", "fault:scale_lost", 1), ("paper-1", "state:faulty", 1)},
        {
            ("paper-1", "fault:scale_lost", 1),
            ("paper-1", "state:faulty", 1),
            ("", "fault:disk_low", 2),
        },
        {("paper-1", "state:full", 3), ("", "fault:disk_low", 2)},
        set(),
    ]


def test_a_silent_machine_is_unknown_to_the_map(peer: Peer, database: str) -> None:
    beat(peer, FINE)

    async def look(later_ms: int) -> Any:
        books = Database(database)
        async with books.reader.begin() as connection:
            (seen,) = (await fleet.read(connection, 60, 0)).kiosks
            found = await fleet.read(connection, 60, seen.seen_ms + later_ms)
        await books.close()
        return fleet.public(found).kiosks[0]

    assert asyncio.run(look(3 * MINUTE)).online
    silent = asyncio.run(look(3 * MINUTE + 1))
    assert not silent.online and silent.compartments[0].state == "unknown"


def test_a_mad_machine_fills_no_table(peer: Peer) -> None:
    many = tuple(CompartmentReport(f"c{n}", "x" * 500, "faulty") for n in range(500))
    beat(peer, MachineReport(compartments=many, faults=tuple(f"f{n}" * 50 for n in range(500))))
    (one,) = get_json(f"{peer.url}/v1/public/kiosks")["kiosks"]
    assert len(one["compartments"]) == 64 and len(one["compartments"][0]["material"]) == 64


def test_an_older_machine_says_less(peer: Peer) -> None:
    beat(peer, FINE)
    beat(peer, None)
    (one,) = get_json(f"{peer.url}/v1/public/kiosks")["kiosks"]
    assert one["compartments"][0]["state"] == "open"


# ---- the agent's side --------------------------------------------------------


def serve(path: Path, line: bytes) -> threading.Thread:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(1)

    def once() -> None:
        with listener:
            peer, _ = listener.accept()
            with peer:
                peer.sendall(line)

    thread = threading.Thread(target=once)
    thread.start()
    return thread


STATUS = wire.Status(
    version="0.1.0",
    legal="1.0 abcd",
    kiosk="yard-07-01",
    state="Idle",
    ledger="a1" * 16,
    head_seq=11,
    acked_through=11,
    agent_attached=True,
    screen_attached=True,
    free_mib=900,
    clock="S",
    event_counter=7,
    documents={},
    compartments=(
        wire.CompartmentStatus("paper-1", "cardboard", "open", "closed", "well", 2000, ()),
    ),
    faults=(),
)


@pytest.mark.parametrize("cut", [0, 40, None])
def test_the_agent_asks_the_controller_or_goes_without(tmp_path: Path, cut: int | None) -> None:
    whole = msgspec.json.encode(STATUS) + b"\n"
    thread = serve(tmp_path / "status.sock", whole[:cut])
    found = report.read(tmp_path / "status.sock")
    thread.join(10)
    if cut is not None:
        assert found is None
        return
    assert found is not None
    assert (found.free_mib, found.clock, found.event_counter, found.legal) == (
        900,
        "S",
        7,
        "1.0 abcd",
    )
    assert found.compartments[0].gross_g == 2000


def test_nobody_there_is_no_report(tmp_path: Path) -> None:
    assert report.read(tmp_path / "status.sock") is None
