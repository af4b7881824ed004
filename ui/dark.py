"""Is it night? By the hours of the configuration, in the machine's local time."""

from datetime import UTC, datetime, tzinfo

from msgspec import Struct

from kiosk.clock import WallTime

HOUR_MS = 3_600_000


class Dark(Struct, frozen=True):
    """The hours in which the screen is dark: from one to the other, none if they are the same."""

    from_h: int
    to_h: int
    zone: tzinfo | None = None
    """None: the zone that the machine is set to."""

    def at(self, wall: WallTime) -> bool:
        """True at night; a machine that does not know the time shows the day."""
        if wall.utc_ms is None:
            return False
        hour = datetime.fromtimestamp(wall.utc_ms // 1000, UTC).astimezone(self.zone).hour
        return (hour - self.from_h) % 24 < (self.to_h - self.from_h) % 24

    def wait_ms(self, wall: WallTime) -> int:
        """How long the answer surely holds, in milliseconds: to the next full hour."""
        if self.from_h == self.to_h:
            return 24 * HOUR_MS
        if wall.utc_ms is None:
            return HOUR_MS // 60
        local = datetime.fromtimestamp(wall.utc_ms // 1000, UTC).astimezone(self.zone)
        return HOUR_MS - (local.minute * 60 + local.second) * 1000 - wall.utc_ms % 1000
