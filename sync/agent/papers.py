"""The operator's documents on their way: fetched when newer, and offered to the controller."""

import re
from collections.abc import Iterator, Mapping

from kiosk.clock import Clock
from kiosk.logs import get
from kiosk.wire import Offer
from sync.agent.client import Client, Fetched
from sync.agent.outcomes import Failed

_log = get(__name__)

OFFER_AGAIN_MS = 3_600_000
_NAME = re.compile(r"[a-z][a-z_]{0,31}")


class Papers:
    """Used by the agent's one thread. Whether a document holds is the controller's to judge."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._held: dict[str, Fetched] = {}
        self._offered: dict[str, tuple[int, int]] = {}
        """By name: which version was offered, and when (monotonic milliseconds)."""

    def offer_anew(self) -> None:
        """Another connection to the controller: it may not have heard what was offered."""
        self._offered.clear()

    def newer(
        self, url: str, versions: Mapping[str, int], adopted: Mapping[str, int]
    ) -> Iterator[Offer]:
        """Fetch and yield what is newer than what is adopted.

        One that was offered and not adopted (it may hold from tomorrow on) is offered again after
        an hour; its tag saves carrying it twice.
        """
        for name, version in sorted(versions.items()):
            offered, offered_ms = self._offered.get(name, (0, 0))
            now_ms = self._clock.monotonic_ms()
            fresh = version > offered or now_ms - offered_ms >= OFFER_AGAIN_MS
            if version <= adopted.get(name, 0) or not fresh or _NAME.fullmatch(name) is None:
                continue
            held = self._held.get(name)
            found = self._client.document(url, name, held.etag if held else "")
            if isinstance(found, Failed):
                _log.warning("document_not_fetched", document=name, why=found.why)
                continue
            held = found or held
            if held is not None:
                self._held[name] = held
                self._offered[name] = (version, self._clock.monotonic_ms())
                yield Offer(held.envelope)
