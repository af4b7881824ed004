"""Triggering by the host: the scanner is kept looking, and must say that it heard.

A scanner ends a trigger session by itself after a read or some seconds, so it is begun again: a
moment after each code, and otherwise from time to time.
"""

from drivers.errors import PortError
from drivers.scanning.families import Family
from kiosk.units import Millis

WAKE_MS = 50
"""SSI: a sleeping decoder is ready so long after its wake-up byte."""
ANSWER_MS = 500
TRIES = 3
AGAIN_MS = 400
"""From a code to the next session, so that one code held still is not read twenty times."""
SESSION_MS = 4000
"""GM65 and SSI end a session without a code after 5 s by default."""


class Trigger:
    """Says which command is due; time is an argument."""

    def __init__(self, family: Family, now: Millis) -> None:
        """The line was opened at ``now``."""
        self._family = family
        self._plan: list[tuple[Millis, bytes]] = [(Millis(now + WAKE_MS), family.on)]
        if family.wake:
            self._plan.insert(0, (now, family.wake))
        self._asked: bytes | None = None
        self._asked_at = now
        self._tries = 0
        self._begun_at = now

    def due(self, now: Millis) -> bytes:
        """The command to send now, if any. Raises PortError for a scanner that never answers."""
        if self._asked is not None:
            if now - self._asked_at < ANSWER_MS:
                return b""
            if self._tries >= TRIES:
                raise PortError("the scanner does not answer its trigger command")
            return self._ask(self._asked, now)
        if not self._plan and now - self._begun_at >= SESSION_MS:
            self._plan = [(now, self._family.off), (now, self._family.on)]
        if not self._plan or now < self._plan[0][0]:
            return b""
        _, command = self._plan.pop(0)
        if command == self._family.wake:
            return command
        self._begun_at = now
        self._tries = 0
        return self._ask(command, now)

    def answered(self) -> None:
        """The scanner acknowledged a command."""
        self._asked = None

    def decoded(self, now: Millis) -> None:
        """A code came, which ends the session and proves that the scanner listens."""
        self._asked = None
        self._plan = [(Millis(now + AGAIN_MS), self._family.on)]

    def _ask(self, command: bytes, now: Millis) -> bytes:
        self._tries += 1
        self._asked_at = now
        self._asked = command if self._family.must_answer else None
        return command
