"""Again, out of order, twice over: what may come twice, and what must never come at all."""

import gzip
from collections.abc import Iterable

from kiosk.cloud import FORK, GAP, LEDGER_UNKNOWN, OTHER_BOARD, STALE_GENERATION, LedgerAnswer
from kiosk.records import GENESIS, encode
from kiosk.wire import SignedRecord
from sync.conformance import drafts
from sync.conformance.chain import Chain
from sync.conformance.errors import BrokenRuleError
from sync.conformance.kit import GZIP, REFUSED, Kit, batch_body, need, read, refused, took
from sync.conformance.rule import Rule

_SECTION = "What holds for everything"
_LEDGERS = "POST /v1/ledgers"


def _five(kit: Kit) -> Chain:
    chain = kit.open()
    chain.append(*[drafts.noise()] * 4)
    return chain


def _send(kit: Kit, chain: Chain, records: list[SignedRecord], duplicates: Iterable[int]) -> None:
    """Send records; exactly these must be told to be duplicates."""
    first, last = records[0].seq, records[-1].seq
    what = f"records {first} to {last}"
    body, mark = took(kit.send(chain, records), what)
    found = sorted(one.seq for one in body.exceptions if one.verdict == "duplicate")
    if found != list(duplicates):
        raise BrokenRuleError(f"{what}: told to be duplicates: {found}, not {list(duplicates)}")
    if (mark.acked_through, mark.head_hash) != (last, chain.hash_of(last)):
        raise BrokenRuleError(f"{what}: the mark acknowledges {mark.acked_through}")


def _same(kit: Kit) -> None:
    chain = _five(kit)
    _send(kit, chain, chain.records, ())
    for _ in range(2):
        _send(kit, chain, chain.records, range(1, 6))
    kit.unchanged(chain, 5, "the same batch three times")


def _cut(kit: Kit) -> None:
    chain = _five(kit)
    _send(kit, chain, chain.records[:3], ())
    _send(kit, chain, chain.records[1:4], (2, 3))
    _send(kit, chain, chain.records[:1], (1,))
    _send(kit, chain, chain.records[3:], (4,))
    kit.unchanged(chain, 5, "batches that overlap")


def _together(kit: Kit) -> None:
    chain = _five(kit)
    batch = kit.batch(chain, chain.records)
    for answer in kit.line.together((batch, batch)):
        # One of them may be told to come again, which it can: nothing is lost by that.
        if answer.status in (429, 503):
            continue
        _, mark = took(answer, "a batch over two connections at once")
        if mark.acked_through != 5:
            raise BrokenRuleError(f"one of two equal batches ends at {mark.acked_through}")
    _send(kit, chain, chain.records, range(1, 6))


def _gap(kit: Kit) -> None:
    chain = _five(kit)
    for sent, through in (((1, 5), 0), ((4, 5), 2)):
        first, last = sent
        if through:
            took(kit.send(chain, chain.records[:through]), "a plain batch")
        what = f"records {first + 1} to {last} after {through}"
        problem = refused(kit.send(chain, chain.records[first:last]), what, 409, GAP)
        if problem.expected_seq != through + 1:
            raise BrokenRuleError(f"{what}: expected_seq is {problem.expected_seq}")
        kit.unchanged(chain, through, what)


def _fork(kit: Kit) -> None:
    chain = _five(kit)
    kit.stored(chain)
    other = chain.signed(5, encode(chain.draft(drafts.deposit(5), 5)))
    forked = [*chain.records[3:4], other]
    for time in ("", " for the second time"):
        what = f"another record in the place of a stored one{time}"
        refused(kit.send(chain, forked), what, 409, FORK)
    # The first one stands: its own bytes are known still, and the ledger goes on from it.
    _send(kit, chain, chain.records, range(1, 6))
    chain.append(drafts.noise())
    _send(kit, chain, chain.records[5:], ())


def _stale(kit: Kit) -> None:
    old = _five(kit)
    took(kit.send(old, old.records[:2]), "a plain batch")
    new = kit.open()
    if new.generation <= old.generation:
        raise BrokenRuleError(f"generation {new.generation} follows {old.generation}")
    what = "a batch for a ledger that was followed by another"
    refused(kit.send(old, old.records[2:]), what, 409, STALE_GENERATION)
    kit.unchanged(old, 2, what)


def _generation(kit: Kit) -> None:
    chain = kit.open()
    what = "a batch of another generation than its ledger's"
    answer = kit.send(chain, chain.records, generation=chain.generation + 1)
    refused(answer, what, 409, STALE_GENERATION)
    kit.unchanged(chain, 0, what)


def _unknown(kit: Kit) -> None:
    chain = Chain(kit.machine(), "0" * 32, 1, "")
    what = "a batch for a ledger that was not opened"
    refused(kit.send(chain, chain.records), what, 404, LEDGER_UNKNOWN)
    asked = kit.call(chain.machine, "GET", f"/v1/ledgers/{chain.ledger}")
    refused(asked, "asking about a ledger that was not opened", 404, LEDGER_UNKNOWN)


def _opened_again(kit: Kit) -> None:
    chain = _five(kit)
    fresh = kit.ledger(chain)
    if (fresh.acked_through, fresh.head_hash, fresh.state) != (0, GENESIS, "accepted"):
        raise BrokenRuleError(f"a ledger that was just opened is {fresh}")
    kit.stored(chain)
    what = "opening a ledger again"
    again = read(kit.open_as(chain.machine, chain.ledger), LedgerAnswer, what)
    wanted = (chain.generation, 5, chain.hash_of(5))
    if (again.generation, again.acked_through, again.head_hash) != wanted:
        raise BrokenRuleError(f"{what}: {again}")


def _name(kit: Kit) -> None:
    machine = kit.machine()
    for ledger in ("", "none", "0" * 31, "G" * 32):
        need(kit.open_as(machine, ledger), f"a ledger named {ledger!r}", *REFUSED)


def _board(kit: Kit) -> None:
    chain = kit.open()
    answer = kit.open_as(chain.machine, chain.ledger, "conformance-other-board")
    refused(answer, "the same ledger on another board", 409, OTHER_BOARD)


def _pending(kit: Kit) -> None:
    chain = kit.open()
    copy = kit.open(board="conformance-other-board")
    what = "a ledger on another board"
    for state in (kit.ledger(copy).state, kit.status(chain.machine, copy.ledger).state):
        if state != "pending":
            raise BrokenRuleError(f"{what} is {state!r}, not pending")
    took(kit.send(copy, copy.records), f"a batch for {what}")
    # A copy of a disk must not silence the machine it was copied from.
    took(kit.send(chain, chain.records), "a batch for the ledger before a pending one")


def _others(kit: Kit) -> None:
    chain = kit.open()
    kit.stored(chain)
    stranger = kit.machine(1)
    need(kit.open_as(stranger, chain.ledger), "opening another machine's ledger", 409)
    asked = kit.call(stranger, "GET", f"/v1/ledgers/{chain.ledger}")
    need(asked, "asking about another machine's ledger", 404)
    body = gzip.compress(batch_body(chain, chain.records), mtime=0)
    sent = kit.call(stranger, "POST", chain.path, body, GZIP)
    need(sent, "a batch for another machine's ledger", 403, 404, 409, *REFUSED)


RULES = (
    Rule(
        "again.same",
        "The same batch again changes nothing, and every record is told to be a duplicate.",
        "Verdict",
        _same,
    ),
    Rule(
        "again.cut",
        "The same records may be cut otherwise and overlap; only what is new is new.",
        "POST /v1/ledgers/{ledger}/batches",
        _cut,
    ),
    Rule(
        "again.together",
        "The same batch over two connections at once is stored once and acknowledged.",
        _SECTION,
        _together,
    ),
    Rule(
        "order.gap",
        "A batch that leaves a gap is refused (409), with the number that comes first.",
        _SECTION,
        _gap,
    ),
    Rule(
        "order.fork",
        "Another record in a taken place is refused (409); the first one stands.",
        _SECTION,
        _fork,
    ),
    Rule(
        "generation.stale",
        "A newer ledger fences off the one before it: 409, nothing is stored.",
        _LEDGERS,
        _stale,
    ),
    Rule(
        "generation.wrong",
        "A batch of another generation than its ledger's is refused (409).",
        "Batch",
        _generation,
    ),
    Rule(
        "ledger.unknown",
        "A ledger that was not opened is told to be unknown (404), so the agent opens it.",
        _SECTION,
        _unknown,
    ),
    Rule(
        "ledger.again",
        "A new ledger is empty; opening it again changes nothing and tells what is held.",
        _LEDGERS,
        _opened_again,
    ),
    Rule("ledger.name", "A ledger's name is 128 bits in hexadecimal.", "Record", _name),
    Rule(
        "ledger.board",
        "A ledger is not opened again by another board (409).",
        _LEDGERS,
        _board,
    ),
    Rule(
        "ledger.pending",
        "On another board a ledger is pending: taken, and it fences nothing off.",
        _LEDGERS,
        _pending,
    ),
    Rule(
        "ledger.others",
        "A machine can neither see nor touch another machine's ledger.",
        "GET /v1/ledgers/{ledger}",
        _others,
    ),
)
