"""One machine's line to the cloud: HTTP on one connection, in the one event loop of all machines.

The bounds and time-outs are those of the real agent (``sync.agent.http``), and so is what becomes
of an answer that does not come whole.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

import h11

from sync.agent.errors import UnreachableError
from sync.agent.http import ANSWER_MAX_BYTES, CONNECT_S, SILENCE_S, WHOLE_MS, Answer

_PIECE = 64 * 1024


class Line:
    """A kept connection; a dropped one is opened anew for the next request."""

    def __init__(self, base: str) -> None:
        parts = urlsplit(base)
        self._secure = ssl.create_default_context() if parts.scheme == "https" else None
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if self._secure else 80)
        self._authority = parts.netloc
        self._prefix = parts.path
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._http = h11.Connection(h11.CLIENT)

    async def exchange(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        """Send a request and return its whole answer. Raises UnreachableError."""
        try:
            async with asyncio.timeout(WHOLE_MS / 1000):
                return await self._exchange(method, self._prefix + path, headers, body)
        except (OSError, TimeoutError, EOFError, h11.ProtocolError) as error:
            await self.close()
            raise UnreachableError(f"{type(error).__name__}: {error}"[:300]) from error
        except BaseException:  # boundary: a cancelled request leaves the connection half-used
            await self.close()
            raise

    async def close(self) -> None:
        """Let go of the connection; may be called twice."""
        if self._streams is not None:
            (_, writer), self._streams = self._streams, None
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _exchange(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        reader, writer = await self._connected()
        whole = {"Host": self._authority, "Accept-Encoding": "identity", **headers}
        if body is not None:
            whole["Content-Length"] = str(len(body))
        data = self._http.send(h11.Request(method=method, target=target, headers=[*whole.items()]))
        if body is not None:
            data = (data or b"") + (self._http.send(h11.Data(data=body)) or b"")
        writer.write((data or b"") + (self._http.send(h11.EndOfMessage()) or b""))
        await writer.drain()
        answer = await self._read(reader)
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
        else:
            await self.close()
        return answer

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is not None and self._streams[0].at_eof():
            await self.close()
        if self._streams is None:
            async with asyncio.timeout(CONNECT_S):
                self._streams = await asyncio.open_connection(
                    self._host, self._port, ssl=self._secure
                )
            self._http = h11.Connection(h11.CLIENT)
        return self._streams

    async def _read(self, reader: asyncio.StreamReader) -> Answer:
        status, found, body = 0, {}, bytearray()
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                async with asyncio.timeout(SILENCE_S):
                    self._http.receive_data(await reader.read(_PIECE))
            elif isinstance(event, h11.Response):
                status = event.status_code
                found = {name.decode(): value.decode("latin-1") for name, value in event.headers}
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > ANSWER_MAX_BYTES:
                    raise UnreachableError(f"the answer is longer than {ANSWER_MAX_BYTES} bytes")
            elif isinstance(event, h11.EndOfMessage):
                media = found.get("content-type", "").partition(";")[0].strip().lower()
                return Answer(status, media, found, bytes(body))
            elif isinstance(event, h11.ConnectionClosed):
                raise EOFError("the connection was closed before an answer")
