"""A peer of the endpoint: bare ASGI that checks each batch's records, and has no database.

    python -m tests.bench.bare_endpoint KEYS

KEYS is a file: ledger, machine and record key of each machine as JSON. It listens on any port and
writes which. The request's own signature is not checked, nothing is stored and nothing is signed:
what is left is HTTP, gunzip, JSON, Ed25519 of the last record and the chain.
"""

import asyncio
import socket
import sys
from pathlib import Path
from typing import Any

import msgspec
import uvicorn

from sync.endpoint import bodies
from sync.endpoint.batches import Head, examine, place, read_batch

_ANSWER = b'{"acked_through":1}'
_HEAD = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-length", str(len(_ANSWER)).encode())],
}


class Bare:
    """Keeps each ledger's head in memory."""

    def __init__(self, keys: dict[str, tuple[str, bytes]]) -> None:
        self._keys = keys
        self._heads: dict[str, Head] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        body, more = b"", True
        while more:
            message = await receive()
            body += message["body"]
            more = message.get("more_body", False)
        ledger = scope["path"].split("/")[3]
        kiosk, key = self._keys[ledger]
        batch = read_batch(bodies.decompress(body, "gzip"))
        examined = examine(batch, kiosk, ledger, key)
        head = self._heads.get(ledger) or Head(0, examined[0].prev or "")
        place(examined, head, {})
        self._heads[ledger] = Head(examined[-1].seq, examined[-1].hash)
        await send(_HEAD)
        await send({"type": "http.response.body", "body": _ANSWER})


def main(path: Path) -> None:
    """Serve until killed."""
    keys = msgspec.json.decode(path.read_bytes(), type=dict[str, tuple[str, bytes]])
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    config = uvicorn.Config(
        Bare(keys), http="h11", lifespan="off", log_config=None, access_log=False
    )
    asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
