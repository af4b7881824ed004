"""What types cannot say: names, pins and ports are used once, limits fit each other."""

from collections.abc import Iterator
from typing import Any

import msgspec

from kiosk.config.compartment import Compartment
from kiosk.config.machine import Config, Machine, Timing
from kiosk.config.scale import Registers, Scale
from kiosk.config.scanner import Scanner

STEPS_MOST: dict[str, int] = {"III": 10_000, "IIII": 1_000}
"""Largest number of verification intervals by accuracy class (R 76, 3.2, table 3)."""
YAOHUA_LETTERS = 26
MOTOR_MS_MAX = 10_000
"""As the drive's own cap of one run (D-09)."""
DOOR_MARGIN_MS = 1_000
"""The beam's self-test takes up to 600 ms, the pause between two directions 200 ms."""


def conflicts(config: Config) -> Iterator[str]:
    """Every contradiction, as ``key: what is wrong and what to do``."""
    yield from _of_machine(config.machine)
    if not config.compartment:
        yield "no [[compartment]]: a machine needs one at least"
    yield from _used_twice(config)
    for index, one in enumerate(config.compartment):
        yield from _of_compartment(one, f"compartment[{index}]")
        yield from _of_door(one, config.timing, f"compartment[{index}].door")
    timing = config.timing
    if timing.door_ms >= timing.before_age_ms:
        yield (
            f"timing.before_age_ms: {timing.before_age_ms} must be above timing.door_ms "
            f"({timing.door_ms}), or no door could ever wait for its turn and open (M-22)"
        )
    yield from _of_scanner(config.scanner)
    if config.gpio.factory == "virtual" and config.gpio.bridge is None:
        yield 'gpio.bridge: needed with factory = "virtual"'
    if config.screen.surface == "browser" and config.screen.browser_socket is None:
        yield 'screen.browser_socket: needed with surface = "browser"'


def _of_machine(machine: Machine) -> Iterator[str]:
    for name in ("data_dir", "runtime_dir", "agent_dir"):
        folder = getattr(machine, name)
        # A relative one would be another ledger for every folder that a person starts it from.
        if not folder.is_absolute():
            yield f'machine.{name}: "{folder}" must be a whole path, such as "/var/lib/kiosk"'
    if machine.temperature_min_c >= machine.temperature_max_c:
        yield (
            f"machine.temperature_min_c: {machine.temperature_min_c} must be below "
            f"machine.temperature_max_c ({machine.temperature_max_c})"
        )
    if machine.data_dir == machine.agent_dir:
        yield "machine.agent_dir: must not be machine.data_dir: the agent may not touch the ledger"


def _used_twice(config: Config) -> Iterator[str]:
    seen: dict[tuple[str, Any], str] = {("port", config.scanner.line.port): "scanner.line.port"}
    for index, one in enumerate(config.compartment):
        where, door = f"compartment[{index}]", one.door
        pins = {
            name: getattr(door, name)
            for name in msgspec.structs.asdict(door)
            if name.endswith("_pin") and getattr(door, name) is not None
        }
        used: list[tuple[tuple[str, Any], str]] = [
            (("id", one.id), f"{where}.id"),
            (("port", one.scale.line.port), f"{where}.scale.line.port"),
            *((("pin", pin), f"{where}.door.{name}") for name, pin in pins.items()),
        ]
        for key, place in used:
            if key in seen:
                yield f"{place}: {key[0]} {key[1]} is already used by {seen[key]}"
            seen[key] = place


def _of_compartment(one: Compartment, where: str) -> Iterator[str]:
    scale = one.scale
    if not _is_scale_interval(scale.e_g):
        yield (
            f"{where}.scale.e_g: {scale.e_g} is no scale interval; "
            "it is 1, 2 or 5 times a power of ten, as the scale's plate says (R 76)"
        )
    if not scale.e_g <= scale.min_g < scale.max_g:
        yield (
            f"{where}.scale: needs e_g <= min_g < max_g, "
            f"has {scale.e_g}, {scale.min_g}, {scale.max_g}"
        )
    most = STEPS_MOST[scale.accuracy]
    if scale.max_g > most * scale.e_g:
        yield (
            f"{where}.scale: {scale.max_g} g in steps of {scale.e_g} g are more than {most}, the "
            f"most of class {scale.accuracy} (R 76, table 3); look at e on the scale's plate"
        )
    if one.full_g > scale.max_g:
        yield (
            f"{where}.full_g: {one.full_g} is above scale.max_g ({scale.max_g}): "
            "the scale would be overloaded before the bag is full"
        )
    yield from _of_dialect(scale, f"{where}.scale")


def _of_door(one: Compartment, timing: Timing, where: str) -> Iterator[str]:
    door = one.door
    needed = door.announce_ms + min(MOTOR_MS_MAX, door.travel_ms * 13 // 10) + DOOR_MARGIN_MS
    if timing.door_ms < needed:
        yield (
            f"timing.door_ms: {timing.door_ms} must be {needed} at least for {where}: announce_ms "
            f"{door.announce_ms}, 1.3 times travel_ms {door.travel_ms} (D-09) and "
            f"{DOOR_MARGIN_MS} for the beam's test and the switches, or the door is stopped on "
            "its way"
        )


def _is_scale_interval(e_g: int) -> bool:
    while e_g % 10 == 0:
        e_g //= 10
    return e_g in (1, 2, 5)


def _of_dialect(scale: Scale, where: str) -> Iterator[str]:
    if scale.dialect == "modbus-profile":
        if scale.registers is None:
            yield f'{where}.registers: needed with dialect = "modbus-profile"'
    elif scale.registers is not None:
        yield f'{where}.registers: only with dialect = "modbus-profile", not {scale.dialect}'
    if scale.registers is not None:
        yield from _of_registers(scale.registers, f"{where}.registers")
    if scale.dialect == "yaohua-cmd" and scale.address > YAOHUA_LETTERS:
        yield f"{where}.address: 1 to {YAOHUA_LETTERS} are Yaohua's A to Z"


def _of_registers(registers: Registers, where: str) -> Iterator[str]:
    if registers.status is None:
        for name in ("stable", "moving", "overload", "underload", "error", "net", "negative"):
            if getattr(registers, name) is not None:
                yield f"{where}.{name}: needs {where}.status, the register that has these bits"
    if registers.negative is not None and registers.signed:
        yield f"{where}.negative: needs signed = false: the sign is in one place only"


def _of_scanner(scanner: Scanner) -> Iterator[str]:
    if scanner.trigger == "host" and scanner.family == "line":
        yield 'scanner.trigger = "host" needs a scanner.family with commands'
    if scanner.aim and scanner.code_id != "none":
        yield "scanner.code_id: needs scanner.aim = false"
