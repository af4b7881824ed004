"""The credit feed as a wallet reads it, with some patience: it may be filled a little later."""

import threading

import msgspec

from kiosk.clock import Clock
from kiosk.cloud import Credit, Credits
from sync.agent.http import Answer
from sync.conformance.errors import BrokenRuleError, CannotTellError
from sync.conformance.line import Line, Request

PATIENCE_MS = 10_000
"""How late a credit may come after its batch was acknowledged."""

_LOOK_AGAIN_S = 0.2
_PAGES_MAX = 100_000


class Feed:
    """``authorization`` is the header of the operator's login, or empty."""

    def __init__(
        self,
        line: Line,
        url: str,
        clock: Clock,
        authorization: str = "",
        patience_ms: int = PATIENCE_MS,
    ) -> None:
        self.url = url
        self._line = line
        self._clock = clock
        self._headers = {"Authorization": authorization} if authorization else {}
        self._patience_ms = patience_ms
        self._end = 0

    def ask(self, path: str, body: bytes | None = None) -> Answer:
        """GET, or POST with a body, as the operator. Raises CannotTellError when it may not."""
        headers = dict(self._headers)
        if body is not None:
            headers["Content-Type"] = "application/json"
        method = "GET" if body is None else "POST"
        return self._line.exchange(Request(method, self.url + path, headers, body))

    def page(self, after: int) -> Credits:
        """One answer of the feed."""
        answer = self.ask(f"/v1/credits?after={after}")
        if answer.status in (401, 403, 404):
            raise CannotTellError(
                f"the credit feed answered {answer.status}: give --operator-url, --operator-login"
            )
        if answer.status != 200:
            raise BrokenRuleError(f"the credit feed answered {answer.status}")
        try:
            return msgspec.json.decode(answer.body, type=Credits)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BrokenRuleError(f"the credit feed cannot be read: {error}") from error

    def after(self, cursor: int) -> tuple[tuple[Credit, ...], int]:
        """Everything after a cursor, and the cursor to go on from."""
        found: list[Credit] = []
        for _ in range(_PAGES_MAX):
            page = self.page(cursor)
            found += page.credits
            if not page.credits:
                return tuple(found), cursor
            if page.next <= cursor:
                raise BrokenRuleError(f"the feed's `next` goes from {cursor} to {page.next}")
            cursor = page.next
        raise BrokenRuleError(f"the credit feed does not end after {_PAGES_MAX} answers")

    def end(self) -> int:
        """The cursor after the newest row; what was read before is not read again."""
        _, self._end = self.after(self._end)
        return self._end

    def of(self, ledger: str, since: int, until: int) -> tuple[Credit, ...]:
        """This ledger's rows after a cursor, once the one of record ``until`` is there.

        Raises BrokenRuleError when it does not come.
        """
        wanted = f"{ledger}/{until}"
        deadline_ms = self._clock.monotonic_ms() + self._patience_ms
        while True:
            rows, _ = self.after(since)
            if any(row.key == wanted for row in rows):
                return tuple(row for row in rows if row.key.partition("/")[0] == ledger)
            if self._clock.monotonic_ms() >= deadline_ms:
                raise BrokenRuleError(
                    f"the credit of a paid deposit ({wanted}) is not in the feed after "
                    f"{self._patience_ms} ms"
                )
            threading.Event().wait(_LOOK_AGAIN_S)
