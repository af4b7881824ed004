"""Where the agent stands with a blob that the controller wants; pure, time and dice are arguments.

A part that did not come is asked for again with growing patience, from where it stopped. A blob
that the controller refused is brought anew, a minute later at the earliest: bytes that are wrong
now are likely to be wrong in a second.
"""

from dataclasses import dataclass, replace
from random import Random

from kiosk.wire import Blob, WantBlob
from sync.agent.course import Pace

ANEW_MS = 60_000


@dataclass(frozen=True, slots=True)
class Fetching:
    """A wanted blob."""

    wanted: WantBlob
    offset: int
    """So much of it was brought."""
    from_ms: int
    """When to go on."""
    failures: int = 0
    """Parts in a row that did not come."""
    whole: bool = False
    """The last part was handed over: there is nothing to do unless the controller complains."""


def wanted(now: Fetching | None, asked: WantBlob, now_ms: int) -> Fetching:
    """The controller wants a blob; asking again for the one under way changes nothing.

    One that was brought whole and is wanted still (it is being compiled, or its index was lost) is
    brought anew, but not at once.
    """
    if now is None or now.wanted != asked:
        return Fetching(asked, 0, now_ms)
    return refused(now, now_ms) if now.whole else now


def part_came(now: Fetching, data: bytes) -> tuple[Fetching, Blob]:
    """A part came: where that leaves us, and what the controller gets."""
    end = now.offset + len(data)
    # A cloud that has less than the document says, or more, is the controller's to refuse.
    last = end >= now.wanted.size or not data
    blob = Blob(now.wanted.sha256, now.offset, data, last)
    return replace(now, offset=end, failures=0, whole=last), blob


def part_failed(now: Fetching, now_ms: int, dice: Random, pace: Pace) -> Fetching:
    """A part did not come; full jitter up to a cap, as for everything else (policy)."""
    ceiling_ms = min(pace.backoff_cap_ms, pace.backoff_ms << min(now.failures, 30))
    wait_ms = dice.randint(0, ceiling_ms)
    return replace(now, from_ms=now_ms + wait_ms, failures=now.failures + 1)


def refused(now: Fetching, now_ms: int) -> Fetching:
    """The controller dropped what it had."""
    return Fetching(now.wanted, 0, now_ms + ANEW_MS)
