"""What the demo reads from the running processes: the machine's status and the cloud's books."""

import http.client
import socket
from pathlib import Path
from typing import Any

import msgspec

from kiosk.wire import MAX_LINE, Status

_PATIENCE_S = 1.0


def machine_status(path: Path) -> Status | None:
    """Ask the controller's status socket; None while nobody answers."""
    try:
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(_PATIENCE_S)
            sock.connect(str(path))
            line = bytearray()
            while (data := sock.recv(65536)) and len(line) <= MAX_LINE:
                line += data
        return msgspec.json.decode(bytes(line), type=Status)
    except (OSError, msgspec.DecodeError):
        return None


def cloud_books(port: int) -> dict[str, Any] | None:
    """Ask the operator's endpoint for its books, past the cable; None while it is away."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_S)
    try:
        connection.request("GET", "/books.json")
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != http.client.OK:
            return None
        return msgspec.json.decode(body, type=dict[str, Any])
    except (OSError, http.client.HTTPException, msgspec.DecodeError):
        return None
    finally:
        connection.close()
