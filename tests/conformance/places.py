"""An endpoint that is served in this process, and kits that try it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Self

import pytest

from kiosk.clock import WallTime
from kiosk.units import Millis
from sync.conformance.desk import Desk
from sync.conformance.feed import Feed
from sync.conformance.kit import Kit
from sync.conformance.rule import Rule, run
from tests.conformance.broken import Broken, Stage
from tests.conformance.inprocess import URL, InProcess
from tests.sync.lists import a_list
from tests.sync.places import CLOCK, make_desk


class LaterClock:
    """A kit a while after the one before: what it decides has a later date."""

    def __init__(self, later_ms: int) -> None:
        self._later_ms = later_ms

    def monotonic_ms(self) -> Millis:
        return CLOCK.monotonic_ms()

    def wall(self) -> WallTime:
        return WallTime((CLOCK.wall().utc_ms or 0) + self._later_ms, "I")


class Place:
    """Use as a context manager."""

    def __init__(self, home: Path, database: str | None = None) -> None:
        self.desk = make_desk(home / "desk", URL)
        self.desk.publish_products(a_list())
        self.line = InProcess(self.desk.directory, CLOCK, database)
        self._kits = 0

    def __enter__(self) -> Self:
        self.line.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.line.__exit__()

    def kit(self) -> Kit:
        """A kit with everything it could ask for."""
        self._kits += 1
        codes = (self.desk.new_code("yard-07"), self.desk.new_code("yard-08"))
        feed = Feed(self.line, URL, CLOCK, patience_ms=0)
        desk = Desk(self.desk.root_key, LaterClock(self._kits * 60_000))
        return Kit(URL, self.line, CLOCK, feed, codes, desk, self._restart)

    def failures(self, broken: Broken, rules: Iterable[Rule]) -> dict[str, str]:
        """Try rules against a broken endpoint; return why those fail that do."""
        honest = self.line.front
        with pytest.MonkeyPatch.context() as patch:
            broken.breaks(Stage(self.line, self.desk, patch))
            found = {one.rule.name: one for one in run(rules, self.kit())}
        self.line.front = honest
        return {name: one.reason for name, one in found.items() if one.verdict == "fail"}

    def _restart(self) -> None:
        self.line.stop()
        self.line.start()
