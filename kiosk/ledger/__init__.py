"""The ledger: append-only, hash-chained, signed, durable before it counts (architecture.md).

store.py    Ledger            append, read, marks, upkeep      one thread writes
reader.py   LedgerReader      records for another thread
drafts.py   Draft, Stamp      from a draft to exact bytes
begin.py, boot.py             which ledger a start goes on with
segment.py  folders.py        one SQLite file; where the files lie
chain.py    books.py          the links; the sums and open deposits
upkeep.py   reserve.py        pruning, the check of older ones; room for a begun deposit
verify.py   audit.py          checks all of it again, for anybody
statement.py                  the cloud's totals that a ledger took
tolerance.py                  how far a bag may be off its deposits (M-34)
locks.py    DataLock          one controller on one folder
"""

from kiosk.ledger.drafts import Draft, Stamp
from kiosk.ledger.errors import (
    AlreadyRunningError,
    LedgerError,
    LedgerMisuseError,
    MarkRefusedError,
)
from kiosk.ledger.folders import LEDGER_DIR
from kiosk.ledger.locks import DataLock
from kiosk.ledger.reader import LedgerReader
from kiosk.ledger.store import Ledger
from kiosk.ledger.upkeep import Tended

__all__ = [
    "LEDGER_DIR",
    "AlreadyRunningError",
    "DataLock",
    "Draft",
    "Ledger",
    "LedgerError",
    "LedgerMisuseError",
    "LedgerReader",
    "MarkRefusedError",
    "Stamp",
    "Tended",
]
