"""The kit's wallet: patient with a credit that comes late, and not with a feed that is none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec
import pytest

from kiosk.clock import WallTime
from kiosk.cloud import Credit, Credits
from kiosk.units import Millis
from sync.agent.http import Answer
from sync.conformance.errors import BrokenRuleError, CannotTellError
from sync.conformance.feed import Feed
from sync.conformance.line import Request

LEDGER = "a1" * 16


@dataclass
class Wallet:
    """A line to a feed that answers from a list, a second of the clock for each request."""

    answers: list[Answer]
    asked: list[Request] = field(default_factory=list)

    def monotonic_ms(self) -> Millis:
        return Millis(1000 * len(self.asked))

    def wall(self) -> WallTime:
        return WallTime(0, "U")

    def exchange(self, request: Request) -> Answer:
        self.asked.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def together(self, requests: Sequence[Request]) -> tuple[Answer, ...]:
        return tuple(self.exchange(request) for request in requests)

    def slowly(self, request: Request, meanwhile: Callable[[], None]) -> Answer:
        meanwhile()
        return self.exchange(request)

    def feed(self, patience_ms: int = 3000) -> Feed:
        return Feed(self, "http://wallet", self, "Basic 123", patience_ms)


def page(*numbers: int, after: int = 0) -> Answer:
    rows = tuple(Credit(n, f"{LEDGER}/{n}", "k", "s", 1, "CNY", "r") for n in numbers)
    body = msgspec.json.encode(Credits(rows, numbers[-1] if numbers else after))
    return Answer(200, "application/json", {}, body)


def test_a_credit_that_comes_late_is_waited_for() -> None:
    wallet = Wallet([page(), page(), page(1, 2), page(after=2)])
    assert [row.cursor for row in wallet.feed().of(LEDGER, 0, 2)] == [1, 2]
    assert {request.headers["Authorization"] for request in wallet.asked} == {"Basic 123"}


def test_a_credit_that_never_comes_is_told() -> None:
    with pytest.raises(BrokenRuleError, match=f"{LEDGER}/2.* after 3000 ms"):
        Wallet([page()]).feed().of(LEDGER, 0, 2)


def test_the_end_is_read_once() -> None:
    wallet = Wallet([page(1, 2), page(3, after=2), page(after=3)])
    feed = wallet.feed()
    assert (feed.end(), feed.end()) == (3, 3)
    assert [request.url.partition("=")[2] for request in wallet.asked] == ["0", "2", "3", "3"]


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_feed_that_refuses_the_kit_cannot_be_judged(status: int) -> None:
    with pytest.raises(CannotTellError, match="--operator-url"):
        Wallet([Answer(status, "", {}, b"")]).feed().end()


def test_a_feed_that_is_none_is_broken() -> None:
    for answer in (Answer(500, "", {}, b""), Answer(200, "", {}, b"{}")):
        with pytest.raises(BrokenRuleError, match="the credit feed"):
            Wallet([answer]).feed().end()
    with pytest.raises(BrokenRuleError, match="`next` goes from 2 to 2"):
        Wallet([page(1, 2)]).feed().after(0)
