"""The cloud's totals as a ledger took them: do they say what was signed, about this very chain?"""

import msgspec

from kiosk.cloud import TOTALS_TYPE, LedgerTotals
from kiosk.envelope import TrustError, peek
from kiosk.ledger.books import sorted_totals
from kiosk.records import Record, TotalsTaken


def wrong_with(record: Record, taken: TotalsTaken) -> str | None:
    """Hold a ``totals_taken`` record against the statement in it; None: it says the same.

    The operator's key is not asked: the controller did before it wrote the record, and who has
    the key of that day can do so again, because the statement stands in the record as it came.
    """
    try:
        said = msgspec.json.decode(peek(taken.statement, TOTALS_TYPE), type=LedgerTotals)
    except (TrustError, msgspec.DecodeError, UnicodeDecodeError) as error:
        return f"record {record.seq}: the cloud's statement cannot be read: {error}"
    about = (said.kiosk, said.ledger, said.through, said.head_hash)
    if about != (record.kiosk, record.ledger, record.seq - 1, record.prev):
        return (
            f"record {record.seq}: the cloud's statement is about record {said.through} of "
            f"{said.kiosk}'s ledger {said.ledger}, not about the one before this"
        )
    same = (
        sorted_totals(said.totals) == sorted_totals(taken.totals)
        and sorted_totals(said.since) == sorted_totals(taken.since)
        and (said.gross, said.bags) == (taken.gross, taken.bags)
    )
    return None if same else f"record {record.seq}: not the totals that the cloud's statement says"
