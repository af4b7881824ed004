"""Every rule, in the order in which they are tried: enrolment first, the worst last."""

from sync.conformance.rule import Rule
from sync.conformance.rules import (
    batches,
    bodies,
    connections,
    decisions,
    documents,
    enrol,
    order,
    orders,
    paying,
    public,
    records,
    signatures,
    totals,
)

ALL: tuple[Rule, ...] = (
    *enrol.RULES,
    *signatures.RULES,
    *bodies.RULES,
    *batches.RULES,
    *order.RULES,
    *records.RULES,
    *documents.RULES,
    *public.RULES,
    *paying.RULES,
    *decisions.RULES,
    *totals.RULES,
    *orders.RULES,
    *connections.RULES,
)
