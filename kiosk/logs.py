"""Logs are events with fields: one JSON line each, rate-limited per event, no personal data.

``setup`` is called once, by the process's composition root; everybody else calls ``get`` and
``event``. Before ``setup`` (in tests, say) events go through the standard library's logging as
they are. A rejected scale once wrote 270 MB of tracebacks a day in a peer: hence the limit.
"""

import logging
from collections import deque
from collections.abc import Callable, Mapping
from typing import TextIO

import msgspec

from kiosk.clock import Clock, utc_text

WINDOW_MS = 60_000
WINDOW_EVENTS_MAX = 20
"""More events of one name within a window are counted, and the count told with the next."""
TEXT_CHARS_MAX = 4000

WITHHELD = frozenset({"badge", "phone", "pin", "private_key", "secret", "subject", "token"})
"""Fields by these names never show their value, whatever a caller passes."""

# syslog(3) priorities, which journald reads from the start of a line (sd-daemon(3)).
_PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
_DEBUG_PRIORITY = 7


class EventLogger:
    """Writes events under one name, usually the module's."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger

    def event(self, name: str, **fields: object) -> None:
        """Something happened: ``name`` is a short literal, the fields tell the rest."""
        self._write(logging.INFO, name, fields)

    def warning(self, name: str, **fields: object) -> None:
        """Something is not as it should be, and the process goes on."""
        self._write(logging.WARNING, name, fields)

    def error(self, name: str, **fields: object) -> None:
        """Something failed that a technician has to know of."""
        self._write(logging.ERROR, name, fields)

    def exception(self, name: str, **fields: object) -> None:
        """Like :meth:`error`, within an ``except``: adds the traceback."""
        self._write(logging.ERROR, name, fields, exc_info=True)

    def _write(
        self, level: int, name: str, fields: Mapping[str, object], exc_info: bool = False
    ) -> None:
        self._logger.log(level, name, exc_info=exc_info, extra={"kiosk_fields": dict(fields)})


def get(name: str) -> EventLogger:
    """Return the logger of a module: ``get(__name__)``."""
    return EventLogger(logging.getLogger(name))


def setup(process: str, clock: Clock, stream: TextIO, *, journal: bool = False) -> None:
    """Write every event as one JSON line to ``stream``; calling it again replaces the first.

    ``journal``: the stream is journald's (``JOURNAL_STREAM`` is set), so begin each line with
    its priority.
    """
    root = logging.getLogger()
    for handler in root.handlers[:]:
        if isinstance(handler, _EventHandler):
            root.removeHandler(handler)
    handler = _EventHandler(stream)
    handler.addFilter(_RateLimit(clock))
    handler.setFormatter(_JsonLine(process, clock, journal=journal))
    root.addHandler(handler)
    root.setLevel(logging.INFO)


def keep(process: str, clock: Clock, most: int) -> Callable[[], tuple[str, ...]]:
    """Also keep the newest ``most`` of our own events in memory, for diagnostics.

    Returns how to read them, one JSON line each. A library's texts are left out: nobody answers
    for what is in them.
    """
    handler = _Newest(most)
    handler.addFilter(_RateLimit(clock))
    handler.setFormatter(_JsonLine(process, clock, journal=False))
    logging.getLogger().addHandler(handler)
    return lambda: tuple(handler.lines)


class _Newest(logging.Handler):
    """Keeps lines instead of writing them."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.lines: deque[str] = deque(maxlen=most)
        self.addFilter(lambda record: hasattr(record, "kiosk_fields"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


class _EventHandler(logging.StreamHandler[TextIO]):
    """Writes lines, and never raises or prints: a full disk must not end what works (P5)."""

    lost = 0
    """Lines that could not be written; told with the next that can."""

    def handle(self, record: logging.LogRecord) -> bool:
        record.kiosk_lost = self.lost
        try:
            return bool(super().handle(record))
        except Exception:  # boundary: the filter reads a library's arguments, which may not fit
            self.handleError(record)
            return False

    def emit(self, record: logging.LogRecord) -> None:
        lost = self.lost
        super().emit(record)
        if self.lost == lost:
            self.lost = 0

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # logging's own name
        self.lost += 1


class _RateLimit(logging.Filter):
    """Lets a number of events of each name pass in each window of time."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._windows: dict[tuple[str, str], tuple[int, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        # Our event names are literals; a library's texts vary, so it has one budget for all.
        ours = hasattr(record, "kiosk_fields")
        key = (record.name, record.getMessage() if ours else "")
        now_ms = self._clock.monotonic_ms()
        started_ms, count = self._windows.get(key, (now_ms, 0))
        if now_ms - started_ms >= WINDOW_MS:
            record.kiosk_dropped = max(0, count - WINDOW_EVENTS_MAX)
            started_ms, count = now_ms, 0
        self._windows[key] = (started_ms, count + 1)
        return count < WINDOW_EVENTS_MAX


class _JsonLine(logging.Formatter):
    """Formats one record as one line."""

    def __init__(self, process: str, clock: Clock, *, journal: bool) -> None:
        super().__init__()
        self._process = process
        self._clock = clock
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        wall = self._clock.wall()
        line: dict[str, object] = {
            "time": None if wall.utc_ms is None else utc_text(wall.utc_ms),
            "clk": wall.quality,
            "mono_ms": self._clock.monotonic_ms(),
            "process": self._process,
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        fields: dict[str, object] | None = getattr(record, "kiosk_fields", None)
        if fields is None:
            line |= {"event": "log", "text": _cut(record.getMessage())}
        else:
            line["event"] = record.getMessage()
            line |= {_free(name, line): _shown(name, fields[name]) for name in fields}
        if dropped := getattr(record, "kiosk_dropped", 0):
            line["dropped"] = dropped
        if lost := getattr(record, "kiosk_lost", 0):
            line["lost"] = lost
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)[-TEXT_CHARS_MAX:]
        text = msgspec.json.encode(line, enc_hook=str).decode()
        return f"<{_priority(record.levelno)}>{text}" if self._journal else text


def _free(name: str, line: Mapping[str, object]) -> str:
    """A field never hides one of the line's own."""
    return f"{name}_" if name in line else name


def _cut(text: str) -> str:
    """Beginning and end: the last line of a library's traceback is the one that tells."""
    half = TEXT_CHARS_MAX // 2
    return text if len(text) <= TEXT_CHARS_MAX else text[:half] + text[-half:]


def _shown(name: str, value: object) -> object:
    if name in WITHHELD:
        return "[withheld]"
    if isinstance(value, str):
        return _cut(value)
    return value


def _priority(level: int) -> int:
    return next((number for least, number in _PRIORITIES if level >= least), _DEBUG_PRIORITY)
