"""Commands as an operator signs them, for tests."""

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import cloud
from kiosk.envelope import seal
from kiosk.events import CommandOffered
from kiosk.records import CommandDone
from tests.journeys.desk import Desk
from tests.journeys.operator import KIOSK
from tests.journeys.virtual import START_UTC_MS

TOMORROW_MS = START_UTC_MS + 24 * 3600 * 1000


def signed(
    number: int,
    order: cloud.Order,
    key: Ed25519PrivateKey,
    *,
    kiosk: str = KIOSK,
    expires_ms: int = TOMORROW_MS,
) -> bytes:
    """One command in its envelope."""
    command = cloud.Command(kiosk, number, expires_ms, "Ms Li", order)
    return seal(cloud.COMMAND_TYPE, msgspec.json.encode(command), key)


def commands(desk: Desk, number: int, order: cloud.Order, **how: str | int) -> None:
    """The agent brings a command to the machine."""
    envelope = signed(number, order, desk.operator.root, **how)  # type: ignore[arg-type]
    desk.controller.handle(CommandOffered(envelope))


def answers(desk: Desk) -> list[tuple[int, str, str, str]]:
    """What the ledger holds of commands."""
    return [
        (one.number, one.command, one.result, one.detail)
        for one in desk.records()
        if isinstance(one, CommandDone)
    ]
