"""Slow networks, several lines, and a server that was killed."""

from sync.conformance import drafts
from sync.conformance.errors import BrokenRuleError, CannotTellError
from sync.conformance.kit import Kit, need, took
from sync.conformance.line import Request
from sync.conformance.rule import Rule
from sync.conformance.rules.paying import credited, pay

_SECTION = "What holds for everything"
_MANY = 8


def _slow(kit: Kit) -> None:
    chain = kit.open()
    answer = kit.line.slowly(kit.batch(chain, chain.records), lambda: None)
    took(answer, "a batch that stood still in the middle")
    kit.unchanged(chain, 1, "a slow batch")


def _meanwhile(kit: Kit) -> None:
    slow, machine = kit.open(), kit.machine()
    answer = kit.line.slowly(kit.batch(slow, slow.records), lambda: _something_else(kit))
    took(answer, f"a slow batch of {machine.kiosk}")


def _something_else(kit: Kit) -> None:
    """Something else is asked while a request stands still."""
    kit.status(kit.machine())
    need(kit.plain("GET", "/healthz"), "GET /healthz while a request stands still", 200)


def _many(kit: Kit) -> None:
    chain = kit.open()
    chain.append(*[drafts.noise()] * (_MANY - 1))
    # Each line brings one record more than the one before: whatever is first, nothing is lost.
    batches: list[Request] = [kit.batch(chain, chain.records[: n + 1]) for n in range(_MANY)]
    for answer in kit.line.together(batches):
        need(answer, "one of several overlapping batches at once", 200, 409, 429, 503)
    took(kit.send(chain, chain.records), "the whole ledger afterwards")
    kit.unchanged(chain, _MANY, "several overlapping batches at once")


def _killed(kit: Kit) -> None:
    if kit.restart is None:
        raise CannotTellError("needs a command that kills and starts the endpoint (--restart)")
    since, chain = kit.feed.end(), kit.open()
    pay(chain)
    pay(chain)
    kit.stored(chain)
    kit.restart()
    what = "what was acknowledged before the endpoint was killed"
    kit.unchanged(chain, 3, what)
    body, _ = took(kit.send(chain, chain.records), "the same records after the start")
    if [one.seq for one in body.exceptions if one.verdict == "duplicate"] != [1, 2, 3]:
        raise BrokenRuleError(f"{what} is not known any more")
    pay(chain)
    took(kit.send(chain, chain.records[3:]), "a new record after the start")
    credited(kit, chain, since, 2, 3, 4)


RULES = (
    Rule("line.slow", "A request that stands still for a while is taken all the same.",
         _SECTION, _slow),
    Rule("line.meanwhile", "While one request stands still, others are answered.",
         _SECTION, _meanwhile),
    Rule("line.many", "Overlapping batches over many lines at once lose and double nothing.",
         _SECTION, _many),
    Rule("durable.killed", "What was acknowledged is there after the endpoint was killed.",
         "Mark", _killed),
)  # fmt: skip
