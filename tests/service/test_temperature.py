"""M-23: outside the range the scales are approved for, nothing is sold."""

import queue
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.thermometer import BYTES_MAX, PLAUSIBLE_MC, Thermometer, measure
from kiosk import views as v
from kiosk.config import ConfigError, parse
from kiosk.events import Event, TemperatureRead
from kiosk.records import DepositOpened, FaultCleared, FaultRaised
from tests.controller.test_config import GOOD
from tests.journeys.desk import Desk
from tests.journeys.steps import OPENS_PAPER, outcome, puts, sees, touches, walk
from tests.service.technician import faults, told, with_machine


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.power_cut()
    desk.config = with_machine(desk.config, temperature_input=tmp_path / "temp1_input")
    desk.power_on()
    feels(desk, 20_000)
    desk.until(desk.ready)
    return desk


def whole(desk: Desk) -> tuple[str, ...]:
    """The faults of the machine as a whole."""
    assert desk.status is not None
    return desk.status.faults


def feels(desk: Desk, milli_c: int | None, reason: str = "") -> None:
    desk.controller.handle(TemperatureRead(milli_c, reason))


@pytest.mark.parametrize("milli_c", [-10_001, 40_001])
def test_outside_the_range_nothing_is_sold(desk: Desk, milli_c: int) -> None:
    feels(desk, milli_c)
    assert faults(desk) == ("temperature",)
    assert desk.screen == v.OutOfService("temperature", "400-800-0000")
    desk.scan(desk.token())
    desk.touch("start")
    desk.wait(3_000)
    assert told(desk, DepositOpened) == []


@pytest.mark.parametrize("milli_c", [-10_000, 40_000])
def test_the_limits_are_within_the_range(desk: Desk, milli_c: int) -> None:
    feels(desk, milli_c)
    assert faults(desk) == ()


def test_it_returns_one_degree_within(desk: Desk) -> None:
    feels(desk, 40_500)
    feels(desk, 39_500)
    assert faults(desk) == ("temperature",)
    feels(desk, 39_000)
    assert faults(desk) == ()
    assert [one.fault for one in told(desk, FaultCleared)][-1] == "temperature"
    assert desk.ready()


def test_who_is_being_served_is_served(desk: Desk) -> None:
    walk(desk, OPENS_PAPER)
    feels(desk, 45_000)
    walk(desk, [puts(1_800), touches("done"), sees(v.Result), outcome("PAID", net_g=1_800)])


def test_a_sensor_that_cannot_be_read_is_told(desk: Desk) -> None:
    feels(desk, None, "temp1_input: No such device")
    assert whole(desk) == ("thermometer_lost",)
    assert desk.ready()
    feels(desk, 20_000)
    assert whole(desk) == ()


@pytest.mark.parametrize("before_mc", [20_000, 60_000])
def test_what_no_start_has_felt_is_not_known_to_be_right(desk: Desk, before_mc: int) -> None:
    """M-23: the sensor was torn off meanwhile, and nobody can say how warm it is now."""
    feels(desk, before_mc)
    desk.power_cut()
    desk.power_on()
    feels(desk, None, "temp1_input: No such device")
    desk.wait(8_000)
    assert (whole(desk), faults(desk)) == (("thermometer_lost",), ("temperature",))
    assert desk.screen == v.OutOfService("temperature", "400-800-0000")
    raised = [one.detail for one in told(desk, FaultRaised) if one.fault == "temperature"]
    assert raised[-1] == "not known since the start: temp1_input: No such device"
    feels(desk, 20_000)
    assert desk.ready()


def test_a_sensor_that_never_answered_since_the_start_stops_the_machine(desk: Desk) -> None:
    desk.power_cut()
    desk.power_on()
    desk.until(desk.ready)
    desk.wait(29_000)
    assert faults(desk) == ("temperature",)
    feels(desk, 39_500)
    assert faults(desk) == (), "nothing was outside: no degree within is asked for"


def test_a_sensor_that_fell_silent_is_told(desk: Desk) -> None:
    feels(desk, 20_000)
    desk.clock.now_ms += 299_000
    desk.wait(100)
    assert whole(desk) == ()
    desk.wait(2_000)
    assert whole(desk) == ("thermometer_lost",)
    assert told(desk, FaultRaised)[-1].detail == "it says nothing any more"


def test_without_a_sensor_nothing_is_judged(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.clock.now_ms += 3_600_000
    desk.until(desk.ready)
    assert whole(desk) == ()


# ---- the sensor's file ----


def test_the_kernels_file_is_thousandths_of_a_degree(tmp_path: Path) -> None:
    path = tmp_path / "temp1_input"
    path.write_bytes(b"-12345\n")
    assert measure(path) == TemperatureRead(-12_345, "")
    path.unlink()
    assert "No such file" in measure(path).reason


@given(st.binary(max_size=40))
def test_whatever_stands_in_the_file(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "temp"
    path.write_bytes(data)
    read = measure(path)
    assert (read.milli_c is None) == bool(read.reason)
    if read.milli_c is not None:
        assert read.milli_c in PLAUSIBLE_MC and int(data[:BYTES_MAX]) == read.milli_c


def test_it_is_read_at_once_by_a_thread_of_its_own(tmp_path: Path) -> None:
    events: queue.Queue[Event] = queue.Queue()
    (tmp_path / "temp").write_bytes(b"21500\n")
    sensor = Thermometer(tmp_path / "temp", events.put)
    sensor.start()
    assert events.get(timeout=10) == TemperatureRead(21_500, "")
    sensor.stop()


def test_a_range_that_is_none_is_refused() -> None:
    text = GOOD.replace("[gpio]", "temperature_min_c = 40\ntemperature_max_c = 40\n[gpio]", 1)
    with pytest.raises(ConfigError, match=r"temperature_min_c: 40 must be below"):
        parse(text.encode(), "kiosk.toml")
