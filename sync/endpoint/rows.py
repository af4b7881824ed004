"""What a record becomes in the tables: itself, what it deposited, what is owed for it."""

from typing import Any

from sync.endpoint.batches import Examined

SEALED = "sealed:"
"""What the subject of a typed phone number begins with (kiosk.subjects)."""

UNCLAIMED = 0
"""Instead of a place in the feed, which begins with 1."""


def feed_place(subject: str) -> int | None:
    """Return a new credit's ``cursor``: none yet, or never until somebody claims it.

    Nobody here can read a sealed number, and no two sealings of it look alike, so the wallet could
    pay nobody: the operator says whose it is (sync.endpoint.claims).
    """
    return UNCLAIMED if subject.startswith(SEALED) else None


def record_row(one: Examined) -> dict[str, Any]:
    """Return the row of ``records``, without the machine, the ledger and the time."""
    return {
        "seq": one.seq,
        "hash": one.hash,
        "data": one.data,
        "sig": one.sig,
        "suspect": one.suspect,
    }


def deposit_row(one: Examined) -> dict[str, Any] | None:
    """Return the row of ``deposits``, or None when it is no deposit."""
    deposit = one.deposit
    if deposit is None:
        return None
    return {
        "seq": one.seq,
        "opened_seq": deposit.opened_seq,
        "receipt": deposit.receipt,
        "subject": deposit.subject,
        "compartment": deposit.compartment,
        "material": deposit.material,
        "net_g": deposit.net_g,
        "price_e4": deposit.price_e4,
        "amount_minor": deposit.amount_minor,
        "currency": deposit.currency,
        "outcome": deposit.outcome,
        "reason": deposit.reason,
        "utc": one.utc,
    }


def credit_row(one: Examined) -> dict[str, Any] | None:
    """Return the row of ``credits``: only a PAID deposit of somebody, worth something, is owed."""
    deposit = one.deposit
    if deposit is None or deposit.outcome != "PAID":
        return None
    if deposit.subject is None or deposit.amount_minor <= 0:
        return None
    return {
        "seq": one.seq,
        "subject": deposit.subject,
        "amount_minor": deposit.amount_minor,
        "currency": deposit.currency,
        "receipt": deposit.receipt,
        "cursor": feed_place(deposit.subject),
    }
