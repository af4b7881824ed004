"""Broken in what it says that all records add up to."""

from typing import Any

import msgspec

from kiosk.cloud import TOTALS_TYPE, LedgerTotals
from kiosk.envelope import peek, seal
from sync.endpoint import reckoning
from tests.conformance.broken import After, Asked, Broken, Stage, Told, replaced


def _resealed(stage: Stage, key: Any = None, **fields: Any) -> After:
    """Other totals, signed as they should be or by ``key``."""

    def change(asked: Asked, told: Told) -> Told | None:
        if not asked.path.endswith("/totals") or told.status != 200:
            return None
        totals = msgspec.json.decode(peek(told.body, TOTALS_TYPE), type=LedgerTotals)
        said = msgspec.json.encode(msgspec.structs.replace(totals, **fields))
        body = seal(TOTALS_TYPE, said, key or stage.desk.endpoint_key)
        return Told(told.status, told.headers, body)

    return change


def _signed_by_the_root(stage: Stage) -> None:
    stage.after(_resealed(stage, stage.desk.root_key))


def _about_another_head(stage: Stage) -> None:
    stage.after(_resealed(stage, head_hash="0" * 64))


def _counts_again(stage: Stage) -> None:
    """What is sent again is counted, though it is here under its own number."""
    honest = stage.part(reckoning, "_origin")

    async def origin(connection: Any, kiosk: str, resent: Any, known: Any) -> Any:
        known.ledgers = frozenset()
        return await honest(connection, kiosk, resent, known)

    stage.replace(reckoning, "_origin", origin)


async def _nothing(*_: Any, **__: Any) -> None:
    return None


def _counts_pending(stage: Stage) -> None:
    honest = stage.part(reckoning, "find")

    async def find(*what: Any) -> Any:
        row = await honest(*what)

        class Row:
            state, newest = "accepted", row.generation

            def __getattr__(self, name: str) -> Any:
                return getattr(row, name)

        return Row()

    stage.replace(reckoning, "find", find)


TOTALS = (
    Broken("signs totals with the root's key", ("totals.reckoned",), _signed_by_the_root),
    Broken("says totals of another head", ("totals.reckoned",), _about_another_head),
    Broken("counts what came before again", ("totals.reckoned",), _counts_again),
    replaced(
        "counts nothing that is sent again", reckoning, "_origin", _nothing, "totals.reckoned"
    ),
    replaced(
        "says totals before all is there", reckoning, "_check_whole", _nothing, "totals.whole"
    ),
    Broken("says totals of boards that wait", ("totals.pending",), _counts_pending),
)
