"""Who is here: a token is checked off-line and once, a phone number is sealed (cloud.md)."""

from kiosk.caps import Tallies
from kiosk.clock import Clock
from kiosk.events import LabelScanned
from kiosk.product_shelf import ProductShelf
from kiosk.session.inputs import Identified, ItemScanned, NumberSealed, TokenRefused
from kiosk.subjects import seal_phone
from kiosk.tokens import SeenTokens, TokenError, check
from kiosk.trust import Trust
from kiosk.units import Millis

SCAN_TTL_MS = 5_000
"""Scans perish: an older one was meant for a question that is gone (serial.md, 3)."""


SAME_ITEM_MS = 700
"""A presentation scanner reads one label several times a second; a hand brings the next piece
later than this. Six identical bottles are six pieces: count against mass decides (M-29)."""


class ItemCounter:
    """Tells pieces from repeated readings of one label, by their timing."""

    def __init__(self, products: ProductShelf) -> None:
        self._products = products
        self._last: tuple[bytes, Millis] | None = None

    def item(self, scan: LabelScanned) -> ItemScanned | None:
        """The piece a scan counts, or None for another reading of the label just read."""
        last, self._last = self._last, (scan.data, scan.at_ms)
        if last is not None and last[0] == scan.data and scan.at_ms - last[1] < SAME_ITEM_MS:
            return None
        return ItemScanned(None if scan.gtin is None else self._products.find(scan.gtin))


class Reception:
    """Checks tokens against the issuers in force and the ids accepted before.

    ``floor_ms`` is the latest wall time known to be past, for machines whose clock does not know.
    """

    def __init__(
        self, trust: Trust, seen: SeenTokens, tallies: Tallies, clock: Clock, floor_ms: int
    ) -> None:
        self._trust = trust
        self._tallies = tallies
        self._seen = seen
        self._clock = clock
        self._floor_ms = floor_ms

    def greet(self, scan: LabelScanned) -> Identified | TokenRefused | None:
        """Return who it is, or why not; None for a scan that perished.

        A good token's id is durable before this returns. Raises SeenTokensError when it cannot
        be kept.
        """
        if self._clock.monotonic_ms() - scan.at_ms > SCAN_TTL_MS:
            return None
        wall = self._clock.wall()
        try:
            token = check(scan.data, self._trust.issuers, wall, self._floor_ms)
        except TokenError as error:
            return TokenRefused(error.notice)
        if not self._seen.accept(token, max(wall.utc_ms or 0, self._floor_ms)):
            return TokenRefused("replayed")
        person = self._tallies.person("token", token.subject)
        return Identified(token.subject, token.id, person)

    def number(self, digits: str) -> NumberSealed | None:
        """Seal a confirmed phone number to the operator; None when it takes none (any more).

        Raises TrustError for a key of the operator's that is none.
        """
        settings = self._trust.settings
        if settings is None or settings.phones is None:
            return None
        sealed = seal_phone(digits, settings.phones.key)
        return NumberSealed(sealed, self._tallies.person("phone", digits))
