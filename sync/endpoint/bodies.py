"""Reading what strangers send: every length is bounded before a byte of it is looked at."""

import asyncio
import zlib
from typing import TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request

from kiosk.cloud import BODY_MAX_BYTES, DECODED_MAX_BYTES
from sync.endpoint.problems import RefusedError

RATIO_MAX = 100
"""Records compress 3 to 20 times; a bomb about 1,000 times."""

READ_MAX_S = 60
"""The longest body of all in this time is 9 kB/s: the slowest mobile network is faster."""

_GZIP = 16 + zlib.MAX_WBITS

Wanted = TypeVar("Wanted")


async def read(request: Request) -> bytes:
    """Return the body as sent.

    Raises RefusedError 413 as soon as it is longer than allowed, 408 when it takes too long, and
    400 when it ends before it is whole: nobody hears that, but a call that was cut off is no error
    of ours, and a traceback for each would fill the log.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(READ_MAX_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > BODY_MAX_BYTES:
                    raise RefusedError(
                        413,
                        "too-large",
                        "The body is too long",
                        f"at most {BODY_MAX_BYTES} bytes as sent",
                    )
    except TimeoutError as error:
        raise RefusedError(
            408, "too-slow", "The body did not come in time", f"within {READ_MAX_S} s"
        ) from error
    except ClientDisconnect as error:
        raise RefusedError(400, "cut-off", "The request was cut off") from error
    return bytes(body)


def decompress(body: bytes, encoding: str) -> bytes:
    """Undo the content encoding, within bounds. Raises RefusedError 400, 413 or 415."""
    if encoding in ("", "identity"):
        return body
    if encoding != "gzip":
        raise RefusedError(415, "encoding", "Unknown content encoding", "gzip or none")
    limit = min(DECODED_MAX_BYTES, RATIO_MAX * len(body))
    inflate = zlib.decompressobj(_GZIP)
    try:
        decoded = inflate.decompress(body, limit)
    except zlib.error as error:
        raise RefusedError(400, "gzip", "The body is not gzip", str(error)) from error
    if inflate.unconsumed_tail:
        raise RefusedError(413, "too-large", "The body unpacks too far", f"at most {limit} bytes")
    if not inflate.eof or inflate.unused_data:
        raise RefusedError(400, "gzip", "The body is not one whole gzip member")
    return decoded


def parse(decoded: bytes, kind: type[Wanted]) -> Wanted:
    """Read JSON into a struct. Raises RefusedError 400 naming the field that is wrong."""
    if b"\\u0000" in decoded:
        raise RefusedError(400, "body", "The body has a NUL in its text")
    try:
        return msgspec.json.decode(decoded, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RefusedError(400, "body", "The body cannot be read", str(error)) from error
