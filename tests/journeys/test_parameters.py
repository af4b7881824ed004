"""Parameters of weight leave a numbered, permanent trace (P9, M-16, M-17)."""

from pathlib import Path

import msgspec
import pytest

from kiosk.config import Config
from kiosk.legal import LEGAL_FILES, legal_hash, legal_label
from kiosk.parameters import Parameters, ParametersError, values_of
from kiosk.records import ParameterChange, ParameterChanged, SoftwareStarted, decode
from kiosk.units import Seq
from tests.journeys.desk import Desk
from tests.journeys.wiring import configuration

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
    assert changed == [ParameterChanged("configuration", (ParameterChange(name, "10", "20"),))]
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


def test_a_change_is_told_even_if_power_fails_in_between(tmp_path: Path) -> None:
    config = configuration(tmp_path)
    path = tmp_path / "parameters.json"
    Parameters(path, config, 0)
    Parameters(path, with_e(config, 20), 0)
    again = Parameters(path, with_e(config, 20), 0)
    assert len(again.untold_records()) == 1 and again.counter == 1
    again.told()
    assert Parameters(path, with_e(config, 20), 0).untold_records() == ()


def test_the_hash_is_of_the_values(tmp_path: Path) -> None:
    config = configuration(tmp_path)
    one = Parameters(tmp_path / "a", config, 0)
    same = Parameters(tmp_path / "b", configuration(tmp_path), 7)
    other = Parameters(tmp_path / "c", with_e(config, 20), 0)
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
        Parameters(path, configuration(tmp_path), 0)


def test_the_legal_software_is_named_in_records(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    assert [one.legal for one in desk.records() if isinstance(one, SoftwareStarted)] == ["1-test"]


def test_one_changed_byte_changes_the_legal_hash(tmp_path: Path) -> None:
    assert legal_label(ROOT).startswith("1-")
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
