"""What the operator hears of a machine: full, faulty, for how long, and how the board does."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from kiosk import cloud, prometheus, wire
from kiosk.board import LOOK_EVERY_MS, BoardFacts, BoardWatch
from kiosk.cli import status as command_line
from kiosk.cloud import CompartmentReport, MachineReport, StatusRequest
from kiosk.gauges import LEAST_MS, SPAN_MS
from kiosk.units import Millis
from sync.agent.http import Http
from sync.endpoint import fleet
from sync.endpoint.database import Database
from sync.endpoint.machines import Machine as Known
from sync.endpoint.tables import conditions
from tests.commands.orders import commands
from tests.journeys.desk import Desk
from tests.journeys.steps import (
    OPENS_PAPER,
    plugs_the_scale_in,
    pulls_the_scales_plug,
    puts,
    touches,
    waits,
    walk,
)
from tests.sync.controller import FakeController
from tests.sync.liar import Liar
from tests.sync.machine import Machine
from tests.sync.peer import Peer
from tests.sync.places import get_json, make_config, make_desk, running_agent, running_endpoint

DAY_MS = 24 * 3600 * 1000


@pytest.fixture
def machine(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def told(machine: Desk) -> wire.Status:
    """What the status socket says now."""
    machine.wait(1_100)
    assert machine.status is not None
    return machine.status


def paper(machine: Desk) -> wire.CompartmentStatus:
    return next(one for one in told(machine).compartments if one.id == "paper")


def hello(machine: Desk) -> wire.Hello:
    return [one for one in machine.told if isinstance(one, wire.Hello)][-1]


# ---- the board ----


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_a_board_that_says_nothing_is_unknown(tmp_path: Path) -> None:
    assert BoardWatch(tmp_path).facts(Millis(0)) == BoardFacts(None, None, None)


@pytest.mark.parametrize(
    ("bits", "weak", "slowed"),
    [("0", False, False), ("50000", False, False), ("50005", True, True), ("80008", False, True)],
)
def test_the_firmwares_bits(tmp_path: Path, bits: str, weak: bool, slowed: bool) -> None:
    """The high bits tell of the past, the low ones of now."""
    write(tmp_path, "devices/platform/soc/soc:firmware/get_throttled", f"{bits}\n")
    write(tmp_path, "class/thermal/thermal_zone0/temp", "52583\n")
    assert BoardWatch(tmp_path).facts(Millis(0)) == BoardFacts(53, weak, slowed)


def test_the_kernels_sensor_counts_before_the_firmwares_bit(tmp_path: Path) -> None:
    write(tmp_path, "devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled", "0")
    write(tmp_path, "class/hwmon/hwmon0/name", "cpu_thermal\n")
    write(tmp_path, "class/hwmon/hwmon1/name", "rpi_volt\n")
    write(tmp_path, "class/hwmon/hwmon1/in0_lcrit_alarm", "1\n")
    assert BoardWatch(tmp_path).facts(Millis(0)) == BoardFacts(None, True, False)


def test_nonsense_is_unknown_and_looking_is_rare(tmp_path: Path) -> None:
    write(tmp_path, "class/thermal/thermal_zone0/temp", "warm")
    watch = BoardWatch(tmp_path)
    assert watch.facts(Millis(0)).temperature_c is None
    write(tmp_path, "class/thermal/thermal_zone0/temp", "41000")
    assert watch.facts(Millis(LOOK_EVERY_MS - 1)).temperature_c is None
    assert watch.facts(Millis(LOOK_EVERY_MS)).temperature_c == 41


def test_a_weak_supply_reaches_the_status(machine: Desk) -> None:
    before = hello(machine).condition
    root = machine.directory / "sys"
    write(root, "devices/platform/soc/soc:firmware/get_throttled", "1")
    machine.wait(LOOK_EVERY_MS + 1_000)
    assert told(machine).under_voltage is True and told(machine).throttled is False
    assert hello(machine).condition != before


# ---- compartments ----


def test_how_long_a_compartment_has_been_faulty(machine: Desk) -> None:
    assert paper(machine).state == "open"
    pulls_the_scales_plug(machine)
    machine.until(lambda: paper(machine).state == "faulty")
    machine.wait(60_000)
    assert 59 <= paper(machine).for_s <= 70 and paper(machine).faults == ("scale_lost",)
    plugs_the_scale_in(machine)
    machine.until(lambda: paper(machine).state == "open")
    assert paper(machine).for_s <= 5


def test_the_agent_hears_of_what_changed_and_not_of_every_deposit(machine: Desk) -> None:
    before = hello(machine).condition
    walk(machine, [*OPENS_PAPER, puts(1_000), waits(2), touches("done"), waits(10)])
    walk(machine, [touches("finish"), touches("finish"), waits(2)])
    assert hello(machine).condition == before != "", "doors that move for residents are no news"
    commands(machine, 1, cloud.CloseCompartment("paper"))
    closed = hello(machine).condition
    assert closed != before
    commands(machine, 2, cloud.TakeOutOfService())
    assert hello(machine).condition not in (before, closed)


def test_the_forecast_goes_on_as_the_last_days_did(machine: Desk) -> None:
    """1 kg in a day or so and 24 kg of room: full in about 24 days, told after a day at least."""
    walk(machine, [*OPENS_PAPER, puts(1_000), waits(2), touches("done"), waits(10)])
    walk(machine, [touches("finish"), touches("finish"), waits(2)])
    filled = paper(machine)
    assert filled.full_percent is not None and filled.gross_g is not None
    assert filled.full_percent == filled.gross_g * 100 // 25_000
    assert filled.full_in_s is None, "less than a day says nothing"
    pace(machine, LEAST_MS)
    forecast = paper(machine).full_in_s
    room_g = 25_000 - filled.gross_g
    assert forecast is not None
    assert abs(forecast - room_g * 86_400 // 1_000) < 86_400
    # A restart reads the ledger again and says the same.
    machine.power_cut()
    machine.power_on()
    machine.until(lambda: paper(machine).gross_g is not None)
    again = paper(machine).full_in_s
    assert again is not None and abs(again - forecast) < 3_600
    machine.clock.quality = "U"
    assert paper(machine).full_in_s is None, "a clock that does not know makes no forecast"
    machine.clock.quality = "S"
    pace(machine, SPAN_MS)
    assert paper(machine).full_in_s is None, "a week without a deposit is no pace at all"


def pace(machine: Desk, ms: int) -> None:
    """Wall time passes without anything happening."""
    assert machine.clock.utc_ms is not None
    machine.clock.utc_ms += ms


# ---- agent and endpoint ----


def test_a_change_is_told_within_a_minute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server says once an hour; the news does not wait for it."""
    monkeypatch.setattr("sync.agent.agent.NEWS_MS", 0)
    desk = make_desk(tmp_path / "desk", "http://127.0.0.1:1", interval_s=3600)
    settings, machine = make_config(tmp_path), Machine()
    with (
        running_endpoint(desk.directory) as url,
        Liar(int(url.rpartition(":")[2])) as liar,
        FakeController(tmp_path / "run" / "agent.sock", machine) as controller,
        running_agent(settings),
    ):
        controller.show_code(desk.new_code("yard-07"), liar.url)
        controller.wait_acked(1)
        liar.wait_count("status", 1)
        beats = liar.count("status")
        controller.condition = "full"
        controller.announce()
        liar.wait_count("status", beats + 1)


FULL = CompartmentReport(
    "paper-1", "cardboard", "full", gross_g=40_000, for_s=7_200, full_percent=100, full_in_s=0
)
CLOSED = CompartmentReport("metal-1", "metal", "closed", closed_by_operator=True)
REPORT = MachineReport(
    clock="S", compartments=(FULL, CLOSED), temperature_c=71, under_voltage=True, throttled=False
)


def test_what_began_off_line_is_as_old_as_the_machine_says(database: str) -> None:
    now_ms = 100 * DAY_MS

    async def run() -> dict[tuple[str, str], int]:
        books = Database(database)
        await books.open()
        known = Known("yard-07-01", "yard-07", "b", b"", b"")
        mad = msgspec.structs.replace(FULL, id="p2", for_s=10**30)
        said = msgspec.structs.replace(REPORT, compartments=(FULL, CLOSED, mad))
        async with books.writer.begin() as connection:
            for later_ms in (0, 60_000):
                await fleet.note(connection, known, said, now_ms + later_ms)
            rows = (await connection.execute(conditions.select())).all()
        await books.close()
        return {(row.place, row.what): row.since_ms for row in rows}

    found = asyncio.run(run())
    assert found.pop(("p2", "state:full")) < 0
    assert found == {
        ("paper-1", "state:full"): now_ms - 7_200_000,
        ("metal-1", "state:closed_by_operator"): now_ms,
        ("", "power:under_voltage"): now_ms,
    }


def test_pages_map_and_metrics_tell_it(peer: Peer, http: Http) -> None:
    status = StatusRequest("0.1.0", peer.machine.ledger, 11, 0, {}, REPORT)
    assert peer.call("POST", "/v1/status", msgspec.json.encode(status)).status == 200
    text = http.exchange("GET", f"{peer.url}/fleet/yard-07-01", {}, None).body.decode()
    for words in ("100 %", "运营方关闭", "供电不足", "71", "2 h 0 min"):
        assert words in text
    (one,) = get_json(f"{peer.url}/v1/public/kiosks")["kiosks"]
    assert one["compartments"][0] == {"material": "cardboard", "state": "full", "full_percent": 100}
    lines = http.exchange("GET", f"{peer.url}/metrics", {}, None).body.decode().splitlines()
    of = 'kiosk="yard-07-01",site="yard-07"'
    where = f'{of},compartment="paper-1",material="cardboard"'
    for line in (
        f"kiosk_temperature_celsius{{{of}}} 71",
        f"kiosk_under_voltage{{{of}}} 1",
        f"kiosk_throttled{{{of}}} 0",
        f"kiosk_compartment_open{{{where}}} 0",
        f"kiosk_compartment_full_percent{{{where}}} 100",
        f"kiosk_compartment_full_in_seconds{{{where}}} 0",
    ):
        assert line in lines


def test_every_fact_of_the_status_reaches_the_report() -> None:
    """A field that is added to one and forgotten in the other would be lost in silence."""
    left_out = {"version", "kiosk", "ledger", "head_seq", "acked_through", "agent_attached"}
    left_out |= {"documents"}  # They travel beside the report.
    assert set(wire.Status.__struct_fields__) - left_out == set(MachineReport.__struct_fields__)
    parts = set(wire.CompartmentStatus.__struct_fields__)
    assert parts == set(CompartmentReport.__struct_fields__)


# ---- on the machine ----


def test_metrics_on_the_machine(machine: Desk) -> None:
    commands(machine, 1, cloud.CloseCompartment("paper"))
    lines = prometheus.write(told(machine)).splitlines()
    assert 'kiosk_compartment_open{compartment="paper",material="paper"} 0' in lines
    assert 'kiosk_compartment_open{compartment="metal",material="metal"} 1' in lines
    assert "kiosk_clock_synchronised 1" in lines
    names = {line.split("{")[0].split()[0] for line in lines if not line.startswith("#")}
    assert names <= set(prometheus._HELP)
    table = command_line.table(told(machine))
    assert "by the operator" in table and "nothing to tell" in table
