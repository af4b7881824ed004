"""An endpoint that is none: the kit says so of every rule, and never stumbles over an answer."""

import hashlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.cloud import Credit, Credits, EnrolAnswer, EnrolmentCode, LedgerAnswer, StatusAnswer
from sync.agent.errors import UnreachableError
from sync.agent.http import Answer
from sync.conformance.desk import Desk
from sync.conformance.feed import Feed
from sync.conformance.kit import Kit
from sync.conformance.line import Request
from sync.conformance.rule import run
from sync.conformance.rules import ALL
from tests.sync.places import CLOCK

ROOT = bytes(32)
CODE = EnrolmentCode(url="", site="s", code="c", root=hashlib.sha256(ROOT).hexdigest())


@dataclass
class Parrot:
    """Says the same to everybody, or the next of several things."""

    says: Sequence[Answer]
    turn: Iterator[Answer] = field(init=False)

    def __post_init__(self) -> None:
        self.turn = itertools.cycle(self.says)

    def exchange(self, request: Request) -> Answer:
        return next(self.turn)

    def together(self, requests: Sequence[Request]) -> tuple[Answer, ...]:
        return tuple(next(self.turn) for _ in requests)

    def slowly(self, request: Request, meanwhile: Callable[[], None]) -> Answer:
        meanwhile()
        return next(self.turn)


class Silence(Parrot):
    """Nothing comes back."""

    def exchange(self, request: Request) -> Answer:
        raise UnreachableError("nobody answers")


def passed(line: Parrot) -> set[str]:
    desk = Desk(Ed25519PrivateKey.generate(), CLOCK)
    feed = Feed(line, "http://x", CLOCK, patience_ms=0)
    kit = Kit("http://x", line, CLOCK, feed, (CODE, CODE), desk, lambda: None)
    return {one.rule.name for one in run(ALL, kit) if one.verdict == "pass"}


def answer(status: int, body: bytes, media: str = "application/json") -> Answer:
    return Answer(status, media, {"content-type": media}, body)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b"\xff", b"<html>", b"[" * 5000])
def test_a_captive_portal_keeps_no_rule_but_that_it_answers(body: bytes) -> None:
    assert passed(Parrot([answer(200, body, "text/html")])) == {"public.health"}


def test_nobody_keeps_no_rule() -> None:
    assert passed(Silence([answer(200, b"")])) == set()


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 409, 422, 500, 503])
def test_one_word_for_everything_is_not_enough(status: int) -> None:
    found = passed(Parrot([answer(status, b"{}")]))
    assert {name.partition(".")[0] for name in found} <= {"enrol"}


def test_answers_of_the_right_form_and_the_wrong_content() -> None:
    """Names that cannot be, keys that are none, rows that belong to nobody."""
    row = Credit(1, "not/a/key", "k", "s", 1, "X", "")
    forms = (
        EnrolAnswer(" name with blanks ", b"short", (b"{}",)),
        LedgerAnswer("x", -5, 10**30, "y"),
        StatusAnswer(0, -1, -1, {"tariff": -1}),
        Credits((row,), 10**30),
        Credits((), 0),
    )
    said = [answer(201 if i == 0 else 200, msgspec.json.encode(one)) for i, one in enumerate(forms)]
    for some in (*itertools.permutations(said, 2), said, said[::-1]):
        assert "credit.paid" not in passed(Parrot(some))
