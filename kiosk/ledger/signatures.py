"""Checks the signatures of many records at once, over all cores.

Checking one costs about four times as much as all other checks of a record together, and the
library lets other threads run meanwhile.
"""

import os
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

from kiosk.envelope import TrustError, verify
from kiosk.records import RECORD_TYPE
from kiosk.wire import SignedRecord

SLICE = 64
"""Records a thread takes at a time."""


def check_signature(signed: SignedRecord, public: bytes) -> str | None:
    """Return what is wrong with a record's signature, None when it holds."""
    try:
        verify(RECORD_TYPE, signed.data, signed.sig, public)
    except TrustError as error:
        return f"record {signed.seq}: {error}"
    return None


class Signatures:
    """A pool of threads that check signatures; the caller goes on with other checks meanwhile."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(os.cpu_count(), "signatures")

    def __enter__(self) -> "Signatures":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def begin(self, records: Sequence[SignedRecord], public: bytes) -> "Checking":
        """Begin to check these records under one key."""
        slices = [records[start : start + SLICE] for start in range(0, len(records), SLICE)]
        return Checking([self._pool.submit(_check, part, public) for part in slices])


class Checking:
    """Signatures being checked."""

    def __init__(self, parts: list[Future[list[str | None]]]) -> None:
        self._parts = parts

    def found(self) -> list[str | None]:
        """Wait, and return what is wrong with each record, in their order."""
        return [one for part in self._parts for one in part.result()]


def _check(records: Sequence[SignedRecord], public: bytes) -> list[str | None]:
    return [check_signature(signed, public) for signed in records]
