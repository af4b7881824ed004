"""A technician at the desk: asks, listens, moves masses in virtual time."""

from typing import TypeVar

import msgspec

from kiosk import wire
from kiosk.config import Config
from kiosk.events import ServiceAsked, ServiceLeft
from kiosk.records import Body
from kiosk.units import CompartmentId
from kiosk.wire import ServiceRequest, ServiceSaid
from tests.journeys.desk import Desk

LINE = 7
WHO = "Wang"
Kind = TypeVar("Kind", bound=Body)


def ask(desk: Desk, request: ServiceRequest, line: int = LINE) -> None:
    desk.controller.handle(ServiceAsked(line, request))


def proceed(desk: Desk) -> None:
    ask(desk, wire.Proceed())


def leave(desk: Desk) -> None:
    desk.controller.handle(ServiceLeft(LINE))


def last(desk: Desk) -> ServiceSaid:
    return desk.said[-1]


def hears(desk: Desk, words: str, limit_ms: int = 60_000) -> None:
    """Wait until the machine says something with these words."""
    desk.until(lambda: any(words in one.text for one in desk.said), limit_ms)


def ends(desk: Desk, *, done: bool, limit_ms: int = 300_000) -> str:
    """Wait for the last sentence, which must say so."""
    desk.until(lambda: bool(desk.said) and last(desk).done is not None, limit_ms)
    assert last(desk).done is done, last(desk).text
    return last(desk).text


def put(desk: Desk, where: str, grams: int) -> None:
    """By the service side, whose door the machine does not move."""
    pan = desk.world.pans[CompartmentId(where)]
    pan.load(pan.grams + grams)


def faults(desk: Desk, where: str = "paper") -> tuple[str, ...]:
    assert desk.status is not None
    return next(one.faults for one in desk.status.compartments if one.id == where)


def state(desk: Desk, where: str = "paper") -> str:
    assert desk.status is not None
    return next(one.state for one in desk.status.compartments if one.id == where)


def told(desk: Desk, kind: type[Kind]) -> list[Kind]:
    return [one for one in desk.records() if isinstance(one, kind)]


def with_machine(config: Config, **changes: object) -> Config:
    machine = msgspec.structs.replace(config.machine, **changes)
    return msgspec.structs.replace(config, machine=machine)
