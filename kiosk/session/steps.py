"""What a handler answers, and what a handler is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kiosk.records import Body
from kiosk.session import inputs as i
from kiosk.session import states as s


@dataclass(frozen=True, slots=True)
class Step:
    """What a handler answers: where the visit stands now, and what must be durable first."""

    state: s.State
    records: tuple[Body, ...] = ()


Handler = Callable[[Any, Any, i.Facts], Step]
"""The table guarantees the types of state and input, so handlers name the exact ones."""
