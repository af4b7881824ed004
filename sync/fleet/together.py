"""Tasks that run together, whose failure is told as it is."""

import asyncio
from types import TracebackType


class Together(asyncio.TaskGroup):
    """A task group that raises the first task's error itself, not the group it came in."""

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Wait for all; when one fails, the others are cancelled."""
        try:
            await super().__aexit__(kind, error, traceback)
        except ExceptionGroup as several:
            raise several.exceptions[0] from several
