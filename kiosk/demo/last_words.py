"""The end of a process's output, for the person who has to understand why it ended."""

import re
from pathlib import Path

import msgspec

_BYTES = 65_536
_LINES = 5
_LINE_CHARS = 300
_ERROR = re.compile(r"[\w.]+(Error|Exception)\b")


def of(log: Path) -> str:
    """Return its last lines, indented; events (kiosk.logs) in short."""
    try:
        with log.open("rb") as file:
            start = max(0, log.stat().st_size - _BYTES)
            file.seek(start)
            lines = file.read().decode("utf-8", "replace").splitlines()[start > 0 :]
    except OSError:
        return "(nothing)"
    return "\n".join(f"  {_in_short(line)}" for line in lines[-_LINES:]) or "(nothing)"


def _in_short(line: str) -> str:
    """One line of output; of an event (kiosk.logs) what a person needs first."""
    try:
        event = msgspec.json.decode(line, type=dict[str, object])
    except msgspec.DecodeError:
        return line[-_LINE_CHARS:]
    told = [event.get(key) for key in ("event", "reason", "text", "traceback")]
    return ": ".join(_telling(str(one)) for one in told if one)


def _telling(text: str) -> str:
    """The line of a text that says what happened: in a traceback the last error's."""
    lines = text.strip().splitlines() or [""]
    named = [line for line in lines if _ERROR.match(line)]
    return (named or lines)[-1][:_LINE_CHARS]
