"""What becomes of a batch: refused whole, or stored and acknowledged by a signed mark."""

import gzip

import msgspec

from kiosk.cloud import BATCH_ANSWER_MEDIA, MARK_TYPE
from kiosk.envelope import TrustError, unseal
from kiosk.records import encode
from kiosk.wire import SignedRecord
from sync.conformance import drafts
from sync.conformance.chain import Chain, Machine
from sync.conformance.errors import BrokenRuleError
from sync.conformance.kit import JSON, REFUSED, Kit, batch_body, need, sha256, took
from sync.conformance.rule import Rule

_SECTION = "What holds for everything"


def _three(kit: Kit) -> Chain:
    chain = kit.open()
    chain.append(drafts.noise(), drafts.noise())
    return chain


def _place(kit: Kit) -> None:
    chain = _three(kit)
    wrong_seq = chain.signed(3, encode(chain.draft(drafts.noise(), 2)))
    what = "a record that says it is another number"
    need(kit.send(chain, [*chain.records[:2], wrong_seq]), what, *REFUSED)
    other = Chain(chain.machine, "0" * 32, 1, chain.utc)
    what = "a record of another ledger"
    need(kit.send(chain, [other.records[0]]), what, *REFUSED)
    kit.unchanged(chain, 0, what)


def _chained(kit: Kit) -> None:
    chain = _three(kit)
    stray = msgspec.structs.replace(chain.draft(drafts.noise(), 2), prev="0" * 64)
    broken = [chain.records[0], chain.signed(2, encode(stray)), chain.records[2]]
    what = "a record that does not name the hash of the one before it"
    need(kit.send(chain, broken), what, *REFUSED)
    kit.unchanged(chain, 0, what)
    # The first of a batch has to follow what is stored.
    took(kit.send(chain, chain.records[:1]), "a plain batch")
    need(kit.send(chain, broken[1:2]), "a batch that does not follow the one before", *REFUSED)
    kit.unchanged(chain, 1, what)


def _signed(kit: Kit) -> None:
    chain = _three(kit)
    stranger = Machine("", "", chain.ledger)
    forged = Chain(stranger, chain.ledger, chain.generation, chain.utc)
    last = forged.signed(3, chain.records[2].data)
    what = "a batch whose last record another key signed"
    need(kit.send(chain, [*chain.records[:2], last]), what, *REFUSED)
    short = SignedRecord(3, last.data, b"short")
    need(kit.send(chain, [*chain.records[:2], short]), "a signature of five bytes", *REFUSED)
    kit.unchanged(chain, 0, what)


def _altered(kit: Kit) -> None:
    chain = kit.open()
    chain.append(drafts.deposit(2), drafts.noise(), drafts.noise())
    amount = b'"amount_minor":%d' % drafts.AMOUNT_MINOR
    for place in (1, 3):
        records = list(chain.records)
        data = records[place].data.replace(amount, b'"amount_minor":99900')
        data = data if place == 1 else data.replace(b'"recovered":0', b'"recovered":9')
        records[place] = SignedRecord(place + 1, data, records[place].sig)
        what = f"a batch whose record {place + 1} was altered after it was signed"
        need(kit.send(chain, records), what, *REFUSED)
        kit.unchanged(chain, 0, what)


def _media(kit: Kit) -> None:
    chain = kit.open()
    answer = kit.send(chain, chain.records)
    need(answer, "a plain batch", 200)
    if answer.media != BATCH_ANSWER_MEDIA:
        raise BrokenRuleError(f"the media type is {answer.media!r}, not {BATCH_ANSWER_MEDIA!r}")


def _echo(kit: Kit) -> None:
    chain = kit.open()
    plain = batch_body(chain, chain.records)
    for body, headers in (
        (plain, JSON),
        (gzip.compress(plain, mtime=0), {**JSON, "Content-Encoding": "gzip"}),
    ):
        answer = kit.call(chain.machine, "POST", chain.path, body, headers)
        found = took(answer, "a plain batch")[0].batch_digest
        if found != sha256(body):
            raise BrokenRuleError(
                f"batch_digest is {found[:80]!r}, not the SHA-256 of the body as sent"
            )


def _mark(kit: Kit) -> None:
    chain = _three(kit)
    body, _ = took(kit.send(chain, chain.records), "a plain batch")
    try:
        unseal(body.mark, MARK_TYPE, kit.endpoint_keys(chain.machine))
    except TrustError as error:
        raise BrokenRuleError(f"the mark is not signed by an endpoint key: {error}") from error


def _says(kit: Kit) -> None:
    chain = _three(kit)
    _, mark = took(kit.send(chain, chain.records), "a plain batch")
    said = (mark.kiosk, mark.ledger, mark.acked_through, mark.head_hash)
    wanted = (chain.machine.kiosk, chain.ledger, 3, chain.hash_of(3))
    for name, one, other in zip(
        ("kiosk", "ledger", "acked_through", "head_hash"), said, wanted, strict=True
    ):
        if one != other:
            raise BrokenRuleError(f"the mark's {name} is {one!r}, not {other!r}")


def _within(kit: Kit) -> None:
    chain = _three(kit)
    kit.stored(chain)
    _, mark = took(kit.send(chain, chain.records[:2]), "the first two records again")
    if mark.acked_through > 2:
        raise BrokenRuleError(
            f"two records were sent and the mark acknowledges {mark.acked_through}: "
            "a machine takes that for a stranger's answer"
        )
    if (mark.acked_through, mark.head_hash) != (2, chain.hash_of(2)):
        raise BrokenRuleError(f"the mark is not that of record 2: {mark.acked_through}")


def _told(kit: Kit) -> None:
    chain = _three(kit)
    kit.stored(chain)
    found = kit.ledger(chain)
    wanted = (chain.ledger, chain.generation, 3, chain.hash_of(3))
    if (found.ledger, found.generation, found.acked_through, found.head_hash) != wanted:
        raise BrokenRuleError(f"after three records were acknowledged it says {found}")


RULES = (
    Rule(
        "batch.place",
        "A record that names another number or ledger than its place is refused.",
        "Record",
        _place,
    ),
    Rule(
        "batch.chain",
        "A record that does not follow the one before it is refused, and its batch whole.",
        _SECTION,
        _chained,
    ),
    Rule(
        "batch.signature",
        "A batch that the machine's record key did not sign is refused whole.",
        "SignedRecord",
        _signed,
    ),
    Rule(
        "batch.altered",
        "A record that was altered after its signing is refused, wherever it stands.",
        "SignedRecord",
        _altered,
    ),
    Rule(
        "answer.media",
        "A batch is answered with the media type that no captive portal knows.",
        "BatchAnswer",
        _media,
    ),
    Rule(
        "answer.digest",
        "The answer echoes the SHA-256 of the body as it was sent.",
        "BatchAnswer",
        _echo,
    ),
    Rule(
        "mark.signed",
        "The mark is signed by a key of the document `endpoint_keys`.",
        "Mark",
        _mark,
    ),
    Rule(
        "mark.says",
        "The mark names the machine, the ledger, the last record sent and its hash.",
        "Mark",
        _says,
    ),
    Rule(
        "mark.within",
        "A mark never acknowledges more than its batch held, whatever is stored.",
        "Mark",
        _within,
    ),
    Rule(
        "ledger.told",
        "What the endpoint says of a ledger is what it acknowledged.",
        "LedgerAnswer",
        _told,
    ),
)
