"""Anything chained and signed is kept: what cannot be read is suspect, and the line goes on."""

from typing import Any

import msgspec

from kiosk.records import Resent, encode
from kiosk.wire import SignedRecord
from sync.conformance import drafts
from sync.conformance.chain import Chain
from sync.conformance.errors import BrokenRuleError
from sync.conformance.kit import REFUSED, Kit, need, took
from sync.conformance.rule import Rule

_SECTION = "What holds for everything"


def _all_taken(kit: Kit, chain: Chain, suspects: tuple[int, ...], what: str) -> None:
    """Send the ledger; exactly these must be suspect, and the mark must stand at the end."""
    body, mark = took(kit.send(chain, chain.records), what)
    found = tuple(one.seq for one in body.exceptions if one.verdict == "stored_suspect")
    if found != suspects:
        raise BrokenRuleError(f"{what}: stored as suspect are {found}, not {suspects}")
    if mark.acked_through != chain.head_seq:
        raise BrokenRuleError(f"{what}: the mark stops at {mark.acked_through}")
    kit.unchanged(chain, chain.head_seq, what)


def _every_kind(kit: Kit) -> None:
    chain = kit.open()
    chain.append(
        *(chain.resent() if isinstance(one, Resent) else one for one in drafts.every_kind())
    )
    _all_taken(kit, chain, (), "one record of every kind")


def _unknown_kind(kit: Kit) -> None:
    chain = kit.open()
    later: dict[str, Any] = msgspec.json.decode(encode(chain.draft(drafts.deposit(2))))
    later["body"]["kind"] = "deposit_of_a_later_version"
    chain.keep(msgspec.json.encode(later))
    chain.append(drafts.noise())
    _all_taken(kit, chain, (2,), "a kind of record that nobody knows yet")


def _later_version(kit: Kit) -> None:
    chain = kit.open()
    later: dict[str, Any] = msgspec.json.decode(encode(chain.draft(drafts.noise())))
    chain.keep(msgspec.json.encode({**later, "v": 2, "body": ["of", "another", "form"]}))
    chain.append(drafts.noise())
    _all_taken(kit, chain, (2,), "a record of version 2")


def _undecodable(kit: Kit) -> None:
    chain = kit.open()
    chain.keep(b"\xff\x00 these bytes are nothing")
    chain.append(drafts.noise())
    _all_taken(kit, chain, (2,), "signed bytes that are no JSON")


def _more_fields(kit: Kit) -> None:
    chain = kit.open()
    later: dict[str, Any] = msgspec.json.decode(encode(chain.draft(drafts.noise())))
    later["mood"] = "good"
    later["body"]["colour"] = {"of": "the bag"}
    chain.keep(msgspec.json.encode(later))
    chain.append(drafts.noise())
    _all_taken(kit, chain, (), "a record with fields that nobody knows yet")


def _quarantined(kit: Kit) -> None:
    chain = kit.open()
    chain.append(drafts.noise(), drafts.noise())
    broken = SignedRecord(2, chain.records[1].data, b"no signature")
    took(kit.send(chain, chain.records[:1]), "a plain batch")
    need(kit.send(chain, [broken]), "a record that nobody signed", *REFUSED)
    what = "the same record, quarantined"
    body, mark = took(kit.send(chain, [broken], quarantined=(2,)), what)
    if [one.verdict for one in body.exceptions] != ["stored_suspect"] or mark.acked_through != 2:
        raise BrokenRuleError(f"{what}: {body.exceptions}, through {mark.acked_through}")
    took(kit.send(chain, chain.records[2:]), "the record after a quarantined one")
    kit.unchanged(chain, 3, what)


RULES = (
    Rule(
        "record.kinds",
        "A record of every kind is taken, and none is suspect.",
        "Records",
        _every_kind,
    ),
    Rule(
        "record.unknown-kind",
        "A kind that the endpoint does not know is stored as suspect, and the mark advances.",
        "Versions",
        _unknown_kind,
    ),
    Rule(
        "record.later-version",
        "A record of a later version is stored as suspect, and the mark advances.",
        "Versions",
        _later_version,
    ),
    Rule(
        "record.undecodable",
        "Signed bytes that cannot be read at all are stored as suspect; the mark advances.",
        _SECTION,
        _undecodable,
    ),
    Rule(
        "record.unknown-fields",
        "Fields that a newer machine adds to a record are passed over.",
        "Versions",
        _more_fields,
    ),
    Rule(
        "record.quarantined",
        "A record that was refused is taken unread when it comes as quarantined.",
        "Batch",
        _quarantined,
    ),
)
