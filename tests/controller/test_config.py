"""A wrong configuration is refused with file, key, what is allowed and what to do."""

from pathlib import Path

import pytest

from kiosk.config import Config, ConfigError, load, parse

GOOD = """
[machine]
data_dir = "/var/lib/kiosk"
runtime_dir = "/run/kiosk"
agent_dir = "/var/lib/kiosk-sync"

[gpio]
factory = "lgpio"

[scanner.line]
port = "/dev/kiosk/scanner"

[screen]
surface = "memory"

[[compartment]]
id = "paper"
material = "paper"
full_g = 30000
[compartment.scale]
line = { port = "/dev/kiosk/scale-1", baud = 9600 }
dialect = "st-gs"
unit = "kg"
e_g = 10
min_g = 200
max_g = 30000
[compartment.door]
open_pin = 2
close_pin = 3
opened_switch_pin = 4
closed_switch_pin = 5
beam_pin = 6

[[compartment]]
id = "metal"
material = "metal"
full_g = 15000
[compartment.scale]
line = { port = "/dev/kiosk/scale-2" }
dialect = "mt-sics"
unit = "g"
e_g = 5
min_g = 100
max_g = 15000
[compartment.door]
open_pin = 8
close_pin = 9
opened_switch_pin = 10
closed_switch_pin = 11
beam_pin = 12
"""


def read(text: str) -> Config:
    return parse(text.encode(), "kiosk.toml")


def test_a_right_file_is_read() -> None:
    config = read(GOOD)
    assert [one.id for one in config.compartment] == ["paper", "metal"]
    assert config.compartment[1].scale.line.baud == 9600
    assert config.machine.data_dir == Path("/var/lib/kiosk")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('dialect = "st-gs"', 'dialekt = "st-gs"', "[0].scale.dialekt'; did you mean 'dialect'?"),
        ("[gpio]", "[gpoi]", "unknown key 'gpoi'; did you mean 'gpio'?"),
        ("factory =", "zzz =", "unknown key 'gpio.zzz'; known keys: factory, bridge"),
        ("baud = 9600", "baud = 9601", "[0].scale.line.baud: 9601 is not one of 1200, 2400"),
        ("e_g = 10", "e_g = 0", "compartment[0].scale.e_g: Expected `int` >= 1"),
        ("e_g = 10", "e_g = 10.5", "compartment[0].scale.e_g: Expected `int`, got `float`"),
        ("e_g = 10", 'e_g = "10"', "compartment[0].scale.e_g: Expected `int`, got `str`"),
        ("e_g = 10", "e_g = 30", "[0].scale.e_g: 30 is no scale interval; it is 1, 2 or 5 times"),
        ("e_g = 10", "e_g = 2", "[0].scale: 30000 g in steps of 2 g are more than 10000"),
        (
            "e_g = 10",
            'e_g = 20\naccuracy = "IIII"',
            "more than 1000, the most of class IIII",
        ),
        ("full_g = 30000", "full_g = 30001", "[0].full_g: 30001 is above scale.max_g (30000)"),
        (
            '"/var/lib/kiosk"',
            '"kiosk-data"',
            'machine.data_dir: "kiosk-data" must be a whole path, such as',
        ),
        ("/var/lib/kiosk-sync", "/var/lib/kiosk", "agent_dir: must not be machine.data_dir"),
        (
            "e_g = 10",
            "registers = { weight = 7 }\ne_g = 10",
            'registers: only with dialect = "modbus-profile", not st-gs',
        ),
        ("min_g = 200", "min_g = 5", "needs e_g <= min_g < max_g, has 10, 5, 30000"),
        ('id = "metal"', 'id = "paper"', "[1].id: id paper is already used by compartment[0].id"),
        (
            "open_pin = 8",
            "open_pin = 6",
            "[1].door.open_pin: pin 6 is already used by compartment[0].door.beam_pin",
        ),
        ("scale-2", "scale-1", "scale-1 is already used by compartment[0].scale.line.port"),
        ("scale-2", "scanner", "is already used by scanner.line.port"),
        ('factory = "lgpio"', 'factory = "virtual"', "gpio.bridge: needed"),
        ('surface = "memory"', 'surface = "browser"', "screen.browser_socket: needed"),
        ("full_g = 15000\n", "", "compartment[1]: Object missing required field `full_g`"),
        ("[machine]", "[machine", "not valid TOML"),
        (
            "[screen]",
            "[timing]\nbefore_age_ms = 10000\n[screen]",
            "before_age_ms: 10000 must be above",
        ),
        (
            "[screen]",
            "[timing]\ndoor_ms = 5249\n[screen]",
            "timing.door_ms: 5249 must be 5250 at least for compartment[0].door: announce_ms 1000",
        ),
    ],
)
def test_a_wrong_file_is_refused_with_key_and_cure(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(ConfigError) as refused:
        read(GOOD.replace(old, new))
    assert str(refused.value).startswith("kiosk.toml: ")
    assert message in str(refused.value)


def test_a_file_without_compartments_is_refused() -> None:
    with pytest.raises(ConfigError, match="compartment"):
        read(GOOD[: GOOD.index("[[compartment]]")] + "\n")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.toml: cannot be read .* --config"):
        load(tmp_path / "gone.toml")


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(ConfigError, match="not valid TOML"):
        parse(b"\xff\xfe\x00", "kiosk.toml")


@pytest.mark.parametrize(
    ("registers", "message"),
    [
        ("weight = 7, stable = 2048", "registers.stable: needs compartment[0].scale.registers.st"),
        ("weight = 7, status = 6, negative = 128", "registers.negative: needs signed = false"),
    ],
)
def test_a_profile_that_contradicts_itself_is_refused(registers: str, message: str) -> None:
    profile = f'dialect = "modbus-profile"\nregisters = {{ {registers} }}'
    with pytest.raises(ConfigError) as refused:
        read(GOOD.replace('dialect = "st-gs"', profile))
    assert message in str(refused.value)


@pytest.mark.parametrize("interval", [1, 2, 5, 10, 20, 50, 100, 200])
def test_every_scale_interval_is_one_two_or_five_times_a_power_of_ten(interval: int) -> None:
    few = GOOD.replace("30000", str(min(30_000, 10_000 * interval)))
    config = read(few.replace("e_g = 10", f"e_g = {interval}"))
    assert config.compartment[0].scale.e_g == interval


def test_a_door_gets_the_time_that_its_drive_may_take() -> None:
    """D-09: 1.3 times its travel, 10 s at most, after the announcement."""
    for door, needed in (("travel_ms = 7000", 11_100), ("travel_ms = 10000", 12_000)):
        slow = GOOD.replace("[compartment.door]", f"[compartment.door]\n{door}", 1)
        assert slow != GOOD
        timed = slow.replace("[screen]", f"[timing]\ndoor_ms = {needed}\n[screen]")
        assert read(timed).timing.door_ms == needed
        with pytest.raises(ConfigError, match=f"must be {needed} at least"):
            read(timed.replace(f"door_ms = {needed}", f"door_ms = {needed - 1}"))
