"""What the operator decides under the root key: HELD deposits, and boards."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.cloud import STALE_GENERATION, Credit
from sync.conformance import drafts
from sync.conformance.chain import Chain
from sync.conformance.desk import Desk
from sync.conformance.documents import read_document
from sync.conformance.errors import BrokenRuleError, CannotTellError
from sync.conformance.kit import Kit, need, refused, took
from sync.conformance.rule import Rule
from sync.conformance.rules.paying import credited, pay, row_of

_HELD = "POST /v1/adjudications"
_BOARDS = "POST /v1/approvals"
_AMOUNT_MINOR = 99


def desk_of(kit: Kit) -> Desk:
    """The operator's desk of this endpoint. Raises CannotTellError without its root key."""
    if kit.desk is None:
        raise CannotTellError("needs the root key of an endpoint that is only tried (--root-key)")
    if kit.desk.public != kit.machine().root:
        raise CannotTellError("the key of --root-key is not this endpoint's root")
    return kit.desk


def _held(kit: Kit) -> Chain:
    """A ledger whose record 2 waits for a person, and is not credited."""
    chain = kit.open()
    chain.append(drafts.deposit(2, "HELD", amount_minor=0))
    kit.stored(chain)
    return chain


def _pay_on(kit: Kit, chain: Chain, since: int, *numbers: int) -> tuple[Credit, ...]:
    """Pay one more deposit; these and it must be credited, once each."""
    pay(chain)
    took(kit.send(chain, chain.records[-1:]), "a plain batch")
    return credited(kit, chain, since, *numbers, chain.head_seq)


def _decided(kit: Kit) -> None:
    desk = desk_of(kit)
    since, chain = kit.feed.end(), _held(kit)
    _pay_on(kit, chain, since)
    desk.decided += (desk.decision(chain, 2, _AMOUNT_MINOR),)
    # Twice, as it is repeated until a correction closes it.
    for _ in range(2):
        answer = kit.feed.ask("/v1/adjudications", desk.document(chain.machine))
        need(answer, "a decision about a HELD deposit", 201)
    row = row_of(_pay_on(kit, chain, since, 2, 3), 2)
    if (row.amount_minor, row.subject) != (_AMOUNT_MINOR, drafts.SUBJECT):
        raise BrokenRuleError(f"{_AMOUNT_MINOR} were decided; the row is {row}")
    version = kit.status(chain.machine, chain.ledger).documents.get("adjudications")
    answer = kit.call(chain.machine, "GET", "/v1/documents/adjudications")
    need(answer, "the machine asks for the decision", 200)
    if read_document(answer.body, chain.machine, "adjudications").version != version:
        raise BrokenRuleError("a heartbeat tells of another version of adjudications")


def _decided_once(kit: Kit) -> None:
    desk = desk_of(kit)
    since, chain = kit.feed.end(), _held(kit)
    first = desk.decision(chain, 2, _AMOUNT_MINOR)
    need(kit.feed.ask("/v1/adjudications", desk.document(chain.machine, first)), "a decision", 201)
    other = desk.decision(chain, 2, _AMOUNT_MINOR + 1)
    answer = kit.feed.ask("/v1/adjudications", desk.document(chain.machine, other))
    need(answer, "another decision about the same deposit", 409)
    desk.decided += (first,)
    row = row_of(_pay_on(kit, chain, since, 2), 2)
    if row.amount_minor != _AMOUNT_MINOR:
        raise BrokenRuleError(f"the first decision was {_AMOUNT_MINOR}; the row is {row}")


def _decided_by_nobody(kit: Kit) -> None:
    desk = desk_of(kit)
    since, chain = kit.feed.end(), _held(kit)
    stranger = Desk(Ed25519PrivateKey.generate(), kit.clock)
    document = stranger.document(chain.machine, desk.decision(chain, 2, _AMOUNT_MINOR))
    answer = kit.feed.ask("/v1/adjudications", document)
    need(answer, "a decision that the root did not sign", 403)
    _pay_on(kit, chain, since)


def _approved(kit: Kit) -> None:
    desk = desk_of(kit)
    since, old = kit.feed.end(), kit.open()
    board = f"conformance-board-{old.ledger[:8]}"
    new = kit.open(board=board)
    pay(new)
    kit.stored(new)
    for _ in range(2):
        answer = kit.feed.ask("/v1/approvals", desk.approval(new, board))
        need(answer, "the approval of a board", 200, 204)
    # From here on this is the machine's board.
    old.machine.board = board
    _pay_on(kit, new, since, 2)
    what = "a batch for the ledger before the approved one"
    refused(kit.send(old, old.records), what, 409, STALE_GENERATION)


def _approved_by_nobody(kit: Kit) -> None:
    desk_of(kit)
    new = kit.open(board="conformance-other-board")
    stranger = Desk(Ed25519PrivateKey.generate(), kit.clock)
    answer = kit.feed.ask("/v1/approvals", stranger.approval(new, "conformance-other-board"))
    need(answer, "an approval that the root did not sign", 403)
    if (state := kit.ledger(new).state) != "pending":
        raise BrokenRuleError(f"the ledger is {state!r} afterwards")


RULES = (
    Rule(
        "held.decided",
        "A HELD deposit is credited when it is decided, once, and the machine hears of it.",
        _HELD,
        _decided,
    ),
    Rule(
        "held.once",
        "The first decision about a deposit stands; another one is refused (409).",
        _HELD,
        _decided_once,
    ),
    Rule(
        "held.signed",
        "A decision that the root did not sign is refused (403), and credits nothing.",
        _HELD,
        _decided_by_nobody,
    ),
    Rule(
        "board.approved",
        "An approved board's deposits are credited, once, and it fences off the one before.",
        _BOARDS,
        _approved,
    ),
    Rule(
        "board.signed",
        "An approval that the root did not sign is refused (403).",
        _BOARDS,
        _approved_by_nobody,
    ),
)
