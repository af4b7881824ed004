"""What all of a machine's records add up to, for a ledger that follows another (P7)."""

import msgspec

from kiosk.cloud import TOTALS_NOT_READY, TOTALS_TYPE, LedgerTotals
from kiosk.envelope import TrustError, unseal
from kiosk.records import Resent, digest
from kiosk.wire import SignedRecord
from sync.agent.http import Answer
from sync.conformance import drafts
from sync.conformance.chain import Chain
from sync.conformance.errors import BrokenRuleError
from sync.conformance.kit import Kit, need, refused
from sync.conformance.rule import Rule

_SECTION = "GET /v1/ledgers/{ledger}/totals"
_NET_G = 1800


def _ask(kit: Kit, chain: Chain) -> Answer:
    return kit.call(chain.machine, "GET", f"/v1/ledgers/{chain.ledger}/totals")


def _totals(kit: Kit, chain: Chain) -> LedgerTotals:
    """The statement, as a controller verifies it."""
    answer = _ask(kit, chain)
    need(answer, "asking for the totals", 200)
    try:
        payload = unseal(answer.body, TOTALS_TYPE, kit.endpoint_keys(chain.machine))
        return msgspec.json.decode(payload, type=LedgerTotals)
    except (TrustError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BrokenRuleError(f"no machine would believe these totals: {error}") from error


def _resent(chain: Chain, signed: SignedRecord) -> Resent:
    return Resent(
        ledger=chain.ledger,
        seq=signed.seq,
        hash=digest(signed.data),
        data=signed.data,
        sig=signed.sig,
    )


def _followed(kit: Kit) -> tuple[Chain, Chain]:
    """A disk was put back that had record 2; the cloud holds records 2 and 3. On the disk another
    record 3 followed, and the next ledger brings records 2 and the other 3 again."""
    old = kit.open()
    for seq in (2, 3):
        old.append(drafts.deposit(seq))
    kit.stored(old)
    other = old.fork(through=2)
    other.append(drafts.noise(), drafts.deposit(4))
    new = kit.open(previous=old.ledger)
    for signed in (old.records[1], other.records[2], other.records[3]):
        new.append(_resent(old, signed))
    return old, new


def _counted(totals: LedgerTotals, deposits: int) -> None:
    """This many of the kit's deposits, for life and in the bag."""
    wanted = (deposits, deposits * _NET_G, deposits * drafts.AMOUNT_MINOR)
    for what, rows in (("life", totals.totals), ("the bag", totals.since)):
        found = [(one.deposits, one.net_g, one.amount_minor) for one in rows]
        if found != [wanted]:
            raise BrokenRuleError(f"for {what} the totals are {found}, not {wanted}")


def _reckoned(kit: Kit) -> None:
    _, new = _followed(kit)
    new.append(drafts.noise(), drafts.deposit(6))
    kit.stored(new)
    totals = _totals(kit, new)
    about = (totals.kiosk, totals.ledger, totals.through, totals.head_hash)
    if about != (new.machine.kiosk, new.ledger, 6, new.hash_of(6)):
        raise BrokenRuleError(f"the totals are about {about}")
    # Records 2 and 3, the other 4, and one of its own: record 2 came twice.
    _counted(totals, 4)
    if totals.gross != {"paper-1": 11_800}:
        raise BrokenRuleError(f"the last weights are {totals.gross}")


def _waits(kit: Kit) -> None:
    _, new = _followed(kit)
    kit.stored(new)
    what = "totals while more may be sent again"
    refused(_ask(kit, new), what, 409, TOTALS_NOT_READY)


def _pending(kit: Kit) -> None:
    new = kit.open(board="conformance-other-board")
    new.append(drafts.noise())
    kit.stored(new)
    refused(_ask(kit, new), "totals of a board that waits", 409, TOTALS_NOT_READY)


RULES = (
    Rule(
        "totals.reckoned",
        "Totals are signed, name the head, and count every record once, whichever way it came.",
        _SECTION,
        _reckoned,
    ),
    Rule(
        "totals.whole",
        "Totals are refused (409) until all that a ledger sends again has come.",
        _SECTION,
        _waits,
    ),
    Rule(
        "totals.pending",
        "Totals of a ledger on a board that nobody approved are refused (409).",
        _SECTION,
        _pending,
    ),
)
