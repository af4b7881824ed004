"""The wallet's feed: who is paid, exactly once, and who is not.

Every rule ends with a paid deposit. When its credit is in the feed, what should not be there had
its chance to appear.
"""

from typing import Any

import msgspec

from kiosk.cloud import Credit
from kiosk.records import encode
from kiosk.wire import SignedRecord
from sync.conformance import drafts
from sync.conformance.chain import Chain
from sync.conformance.errors import BrokenRuleError
from sync.conformance.kit import Kit, need, took
from sync.conformance.rule import Rule

_SECTION = "GET /v1/credits"


def pay(chain: Chain) -> SignedRecord:
    """Append a paid deposit."""
    return chain.append(drafts.deposit(chain.head_seq + 1))


def credited(kit: Kit, chain: Chain, since: int, *numbers: int) -> tuple[Credit, ...]:
    """Return this ledger's credits since a cursor, in the order of the feed.

    They must be these records' and no others', once each; the last number is waited for. Raises
    BrokenRuleError.
    """
    rows = kit.feed.of(chain.ledger, since, numbers[-1])
    found = sorted(row.key.partition("/")[2] for row in rows)
    if found != sorted(str(number) for number in numbers):
        raise BrokenRuleError(f"credited are records {', '.join(found)}, not {sorted(numbers)}")
    return rows


def row_of(rows: tuple[Credit, ...], seq: int) -> Credit:
    """The credit of this record."""
    (row,) = (row for row in rows if row.key.endswith(f"/{seq}"))
    return row


def _paid(kit: Kit) -> None:
    since, chain = kit.feed.end(), kit.open()
    pay(chain)
    chain.append(drafts.deposit(3, amount_minor=77, subject="conformance-kit-2"))
    kit.stored(chain)
    rows = credited(kit, chain, since, 2, 3)
    for seq, subject, amount_minor in (
        (2, drafts.SUBJECT, drafts.AMOUNT_MINOR),
        (3, "conformance-kit-2", 77),
    ):
        row = row_of(rows, seq)
        key = f"{chain.ledger}/{seq}"
        wanted = Credit(
            row.cursor, key, chain.machine.kiosk, subject, amount_minor, "CNY", f"CK{seq:06d}"
        )
        if row != wanted:
            raise BrokenRuleError(f"the row is {row}, not {wanted}")


def _rows_stay(kit: Kit) -> None:
    since, chain = kit.feed.end(), kit.open()
    pay(chain)
    pay(chain)
    kit.stored(chain)
    before = credited(kit, chain, since, 2, 3)
    pay(chain)
    took(kit.send(chain, chain.records[3:]), "a plain batch")
    after = credited(kit, chain, since, 2, 3, 4)
    if after[:2] != before:
        raise BrokenRuleError("the rows that were read before are other ones now")
    cursors = [row.cursor for row in after]
    if cursors != sorted(set(cursors)):
        raise BrokenRuleError(f"the cursors do not rise: {cursors}")
    on = kit.feed.page(after[0].cursor).credits
    if not on or on[0].cursor <= after[0].cursor:
        raise BrokenRuleError("reading on from a row's cursor gives that row again")


def _resent(kit: Kit) -> None:
    since, chain = kit.feed.end(), kit.open()
    for _ in range(4):
        pay(chain)
    batch = kit.batch(chain, chain.records)
    kit.line.together((batch, batch))
    for records in (chain.records, chain.records[1:3], chain.records[:4], chain.records):
        took(kit.send(chain, records), "records that were sent before")
    pay(chain)
    took(kit.send(chain, chain.records[2:]), "a batch that overlaps")
    credited(kit, chain, since, 2, 3, 4, 5, 6)


def _only_paid(kit: Kit) -> None:
    since, chain = kit.feed.end(), kit.open()
    for seq, outcome in ((2, "HELD"), (3, "VOID"), (4, "UNPRICED")):
        chain.append(drafts.deposit(seq, outcome))  # type: ignore[arg-type]
    chain.append(drafts.deposit(5, subject=None), drafts.deposit(6, amount_minor=0))
    pay(chain)
    kit.stored(chain)
    credited(kit, chain, since, 7)


def _unread(kit: Kit) -> None:
    since, chain = kit.feed.end(), kit.open()
    later: dict[str, Any] = msgspec.json.decode(encode(chain.draft(drafts.deposit(2))))
    later["body"]["kind"] = "deposit_of_a_later_version"
    chain.keep(msgspec.json.encode(later))
    pay(chain)
    took(kit.send(chain, chain.records[:2]), "a record of an unknown kind")
    took(kit.send(chain, chain.records[2:], quarantined=(3,)), "a quarantined record")
    pay(chain)
    took(kit.send(chain, chain.records[3:]), "the record after it")
    credited(kit, chain, since, 4)


def _forked(kit: Kit) -> None:
    since, chain = kit.feed.end(), kit.open()
    chain.append(drafts.noise(), drafts.noise())
    kit.stored(chain)
    forked = chain.signed(2, encode(chain.draft(drafts.deposit(2), 2)))
    need(kit.send(chain, [forked]), "another record in a taken place", 409)
    pay(chain)
    took(kit.send(chain, chain.records[3:]), "a plain batch")
    credited(kit, chain, since, 4)


def _one_outcome(kit: Kit) -> None:
    since, chain = kit.feed.end(), kit.open()
    for seq in (2, 3):
        chain.append(drafts.deposit(seq, opened_seq=1))
    kit.stored(chain)
    chain.append(drafts.deposit(4, opened_seq=1))
    pay(chain)
    body, _ = took(kit.send(chain, chain.records[3:]), "a third outcome of one deposit")
    credited(kit, chain, since, 2, 5)
    if [one.seq for one in body.exceptions if one.verdict == "stored_suspect"] != [4]:
        raise BrokenRuleError("a third outcome of one deposit is not told to be suspect")


def _pending(kit: Kit) -> None:
    since, chain = kit.feed.end(), kit.open()
    copy = kit.open(board="conformance-other-board")
    pay(copy)
    took(kit.send(copy, copy.records), "a batch for a pending ledger")
    pay(chain)
    kit.stored(chain)
    credited(kit, chain, since, 2)
    rows, _ = kit.feed.after(since)
    if any(row.key.startswith(copy.ledger) for row in rows):
        raise BrokenRuleError("a deposit of a board that nobody approved is credited")


def _cursor(kit: Kit) -> None:
    kit.feed.end()
    for cursor in ("x", "-1", "1e3"):
        answer = kit.feed.ask(f"/v1/credits?after={cursor}")
        need(answer, f"after={cursor}", 400)


RULES = (
    Rule(
        "credit.paid",
        "A paid deposit of somebody is in the feed, under <ledger>/<seq>, as it was recorded.",
        "Credit",
        _paid,
    ),
    Rule(
        "credit.stays",
        "Reading again from the same cursor gives the same rows first, in rising order.",
        _SECTION,
        _rows_stay,
    ),
    Rule(
        "credit.once",
        "However often, however cut and over however many lines: credited once.",
        _SECTION,
        _resent,
    ),
    Rule(
        "credit.only-paid",
        "HELD, VOID, UNPRICED, donated and worthless deposits are not credited.",
        "Deposit",
        _only_paid,
    ),
    Rule(
        "credit.unread",
        "What is stored as suspect or quarantined is not credited.",
        "What holds for everything",
        _unread,
    ),
    Rule(
        "credit.forked",
        "Nothing of a fork is credited.",
        "What holds for everything",
        _forked,
    ),
    Rule(
        "credit.one-outcome",
        "An opened deposit has one outcome: a second one is suspect and not credited.",
        "Deposit",
        _one_outcome,
    ),
    Rule(
        "credit.pending",
        "Nothing is credited that a board sends which the operator has not approved.",
        "POST /v1/ledgers",
        _pending,
    ),
    Rule("credit.cursor", "A cursor that is none is refused (400).", _SECTION, _cursor),
)
