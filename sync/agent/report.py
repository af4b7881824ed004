"""What the controller says of itself on its status socket, for the heartbeat."""

import socket
from pathlib import Path

import msgspec

from kiosk.cloud import MachineReport
from kiosk.wire import MAX_LINE, Status

ANSWER_S = 1.0
"""The controller answers at once or is busy dying; the heartbeat goes without it then."""


def read(path: Path) -> MachineReport | None:
    """Ask the status socket; None when nobody answers with a whole line."""
    data = b""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as connection:
        connection.settimeout(ANSWER_S)
        try:
            connection.connect(str(path))
            while len(data) < MAX_LINE and (more := connection.recv(65536)):
                data += more
        except OSError:
            return None
    try:
        status = msgspec.json.decode(data, type=Status)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return msgspec.convert(msgspec.to_builtins(status), MachineReport)
