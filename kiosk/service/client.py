"""Asks the running controller over service.sock, on behalf of a person who does what it says."""

import socket
from collections.abc import Callable
from pathlib import Path

import msgspec

from kiosk import wire
from kiosk.errors import KioskError
from kiosk.lines import LineReader, encode
from kiosk.wire import MAX_LINE, ServiceSaid

PATIENCE_S = 1_900
"""A little longer than the controller waits for a person."""


class ServiceError(KioskError, OSError):
    """The controller cannot be asked, or went away."""


def converse(
    path: Path, request: wire.ServiceRequest, heard: Callable[[ServiceSaid], None]
) -> ServiceSaid:
    """Ask for one thing and follow it to its last sentence, which is returned.

    ``heard`` is given every sentence; when it returns from one that asks for something
    (:attr:`ServiceSaid.asks`), that is done. Raises ServiceError.
    """
    lines = LineReader(MAX_LINE)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.settimeout(PATIENCE_S)
        try:
            sock.connect(str(path))
            sock.sendall(encode(request))
            while data := sock.recv(65536):
                for line in lines.feed(data):
                    said = msgspec.json.decode(line, type=ServiceSaid)
                    heard(said)
                    if said.done is not None:
                        return said
                    if said.asks:
                        sock.sendall(encode(wire.Proceed()))
        except OSError as error:
            raise ServiceError(
                f"{path}: no answer ({error.strerror or error}); is the controller running, and "
                "are you in the group kiosk-role-service?"
            ) from error
    raise ServiceError(f"{path}: the controller ended before it was done; look at its log")
