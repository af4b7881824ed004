"""Parameters of weight leave a numbered, permanent trace (P9, M-16, M-17)."""

from pathlib import Path

import msgspec
import pytest

from kiosk import wire
from kiosk.config import Change, Config
from kiosk.legal import LEGAL_FILES, legal_hash, legal_label
from kiosk.parameters import MACHINE_PARAMETERS, InLedger, Parameters, ParametersError, values_of
from kiosk.records import ParameterChange, ParameterChanged, SoftwareStarted, decode
from kiosk.units import Seq
from tests.journeys.desk import Desk
from tests.journeys.wiring import configuration
from tests.service.technician import WHO, ask, ends, hears, proceed, put

ROOT = Path(__file__).parents[2]


def with_e(config: Config, e_g: int) -> Config:
    first, *others = config.compartment
    scale = msgspec.structs.replace(first.scale, e_g=e_g)
    first = msgspec.structs.replace(first, scale=scale)
    return msgspec.structs.replace(config, compartment=(first, *others))


def counters(desk: Desk) -> list[int]:
    reader = desk.ledger.reader()
    found = [decode(one.data).event_counter for one in reader.after(Seq(0), 1000, 1 << 24)]
    reader.close()
    return found


def test_a_changed_parameter_is_a_record_with_old_and_new(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    before = counters(desk)[-1]
    desk.power_cut()
    desk.config = with_e(desk.config, 20)
    desk.power_on()
    changed = [one for one in desk.records() if isinstance(one, ParameterChanged)]
    name = "compartment.paper.scale.e_g"
    change = ParameterChange(name, "10", "20")
    assert changed == [ParameterChanged("configuration", (change,), "not said")]
    assert counters(desk)[-1] == before + 1
    assert desk.status is not None and desk.status.event_counter == before + 1
    desk.power_cut()
    desk.power_on()
    assert len([one for one in desk.records() if isinstance(one, ParameterChanged)]) == 1


def test_removing_the_file_resets_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.power_cut()
    desk.config = with_e(desk.config, 20)
    desk.power_on()
    before = counters(desk)[-1]
    desk.power_cut()
    (desk.config.machine.data_dir / "parameters.json").unlink()
    desk.power_on()
    assert counters(desk)[-1] == before


def test_a_change_with_the_file_removed_is_counted_and_recorded(tmp_path: Path) -> None:
    """The old values went with the file; the last record's hash of them did not."""
    desk = Desk(tmp_path)
    before, old = counters(desk)[-1], desk.parameters.hash
    desk.power_cut()
    desk.config = with_e(desk.config, 20)
    (desk.config.machine.data_dir / "parameters.json").unlink()
    desk.power_on()
    changed = [one for one in desk.records() if isinstance(one, ParameterChanged)]
    change = ParameterChange("every parameter (SHA-256)", old, desk.parameters.hash)
    assert changed == [ParameterChanged("configuration", (change,), "not said")]
    assert counters(desk)[-1] == before + 1


@pytest.mark.parametrize("how", ["removed", "an older one", "an older one, then removed"])
def test_no_file_takes_an_adjustment_back(tmp_path: Path, how: str) -> None:
    desk = Desk(tmp_path)
    path = desk.config.machine.data_dir / "parameters.json"
    older = path.read_bytes()
    ask(desk, wire.Calibrate("paper", 5_000, WHO, "yearly"))
    proceed(desk)
    hears(desk, "put 5.000 kg")
    put(desk, "paper", 5_000)
    hears(desk, "take the 5.000 kg off")
    put(desk, "paper", -5_000)
    ends(desk, done=True)
    before = counters(desk)[-1]
    for one in how.split(", then "):
        desk.power_cut()
        if one == "removed":
            path.unlink()
        else:
            path.write_bytes(older)
        desk.power_on()
        assert desk.parameters.calibration("paper") == 2
        assert counters(desk)[-1] == before


def test_a_file_of_the_version_before_is_read(tmp_path: Path) -> None:
    """It kept its untold changes apart, and named nobody."""
    config, path = configuration(tmp_path), tmp_path / "parameters.json"
    values = values_of(config)
    changes = [{"name": "step_down_g", "old": "400", "new": "500"}]
    older = {
        "counter": 7, "values": values, "untold": changes, "adjusted": changes, "calibrated": {},
    }  # fmt: skip
    path.write_bytes(msgspec.json.encode(older))
    found = Parameters(path, config, InLedger())
    change = ParameterChange("step_down_g", "400", "500")
    assert found.untold_records() == (
        ParameterChanged("configuration", (change,)),
        ParameterChanged("calibration", (change,)),
    )
    assert (found.counter, found.values) == (7, values)


def test_who_changed_it_and_why_is_in_the_record(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.power_cut()
    desk.config = msgspec.structs.replace(
        with_e(desk.config, 20), change=Change("Wang", "another scale for paper")
    )
    desk.power_on()
    (changed,) = [one for one in desk.records() if isinstance(one, ParameterChanged)]
    assert (changed.who, changed.why) == ("Wang", "another scale for paper")


@pytest.mark.parametrize("name", MACHINE_PARAMETERS)
def test_what_decides_about_weighing_is_in_the_set(tmp_path: Path, name: str) -> None:
    config = configuration(tmp_path)
    other = {"require_verification": True, "temperature_input": tmp_path}.get(name, 30)
    machine = msgspec.structs.replace(config.machine, **{name: other})
    changed = values_of(msgspec.structs.replace(config, machine=machine))
    assert changed != values_of(config)
    assert changed[f"machine.{name}"] == str(other)


def test_a_change_is_told_even_if_power_fails_in_between(tmp_path: Path) -> None:
    config = configuration(tmp_path)
    path = tmp_path / "parameters.json"
    Parameters(path, config, InLedger())
    Parameters(path, with_e(config, 20), InLedger())
    again = Parameters(path, with_e(config, 20), InLedger())
    assert len(again.untold_records()) == 1 and again.counter == 1
    again.told()
    assert Parameters(path, with_e(config, 20), InLedger()).untold_records() == ()


def test_the_hash_is_of_the_values(tmp_path: Path) -> None:
    config = configuration(tmp_path)
    one = Parameters(tmp_path / "a", config, InLedger())
    same = Parameters(tmp_path / "b", configuration(tmp_path), InLedger(7))
    other = Parameters(tmp_path / "c", with_e(config, 20), InLedger())
    assert one.hash == same.hash != other.hash
    assert same.counter == 7


def test_the_channel_map_is_a_parameter(tmp_path: Path) -> None:
    """M-31: which scale belongs to which bin."""
    values = values_of(configuration(tmp_path))
    assert values["compartment.paper.scale.port"] == str(tmp_path / "scale-paper")


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "parameters.json"
    path.write_bytes(b"{")
    with pytest.raises(ParametersError, match=r"parameters\.json: damaged .* remove it"):
        Parameters(path, configuration(tmp_path), InLedger())


def test_the_legal_software_is_named_in_records(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    assert [one.legal for one in desk.records() if isinstance(one, SoftwareStarted)] == ["1-test"]


def test_one_changed_byte_changes_the_legal_hash(tmp_path: Path) -> None:
    assert legal_label(ROOT).startswith("2-")
    for name in LEGAL_FILES:
        assert (ROOT / name).exists()
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "a.py").write_bytes(b"x = 1\n")
    (tmp_path / "b.py").write_bytes(b"y = 1\n")
    names = ("room", "b.py")
    first = legal_hash(tmp_path, names)
    (tmp_path / "room" / "a.py").write_bytes(b"x = 2\n")
    assert legal_hash(tmp_path, names) != first
    (tmp_path / "room" / "a.py").write_bytes(b"x = 1\n")
    assert legal_hash(tmp_path, names) == first
    (tmp_path / "room" / "a.py").rename(tmp_path / "room" / "c.py")
    assert legal_hash(tmp_path, names) != first
