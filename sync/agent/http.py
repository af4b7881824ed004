"""The only file that speaks HTTP: bounded, patient for a stated time, and never clever.

No proxy or credentials from the environment, no cookies, no redirects, no hidden retries: what
the policy decided is what happens, once (cloud.md, "What the agent does").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from kiosk.clock import Clock
from sync.agent.errors import UnreachableError

CONNECT_S = 5
SILENCE_S = 10
"""Longest silence between two pieces of an answer."""
WHOLE_MS = 20_000
"""Longest time for a whole answer: a server that drips must not hold the thread."""
ANSWER_MAX_BYTES = 2 * 1024 * 1024

_PIECE = 16 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are in lower case; ``media`` is without parameters."""

    status: int
    media: str
    headers: Mapping[str, str]
    body: bytes


class Http:
    """One session to one cloud; a connection is kept for the next request."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # Ours says no to everything else: no redirects, no encodings, no retries.
        self._session.headers.clear()
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=0))

    def exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        """Send a request and return its answer. Raises UnreachableError if none came whole."""
        deadline_ms = self._clock.monotonic_ms() + WHOLE_MS
        own = {"Accept-Encoding": "identity", "User-Agent": "kiosk-agent", **headers}
        try:
            with self._session.request(
                method,
                url,
                headers=own,
                data=body,
                timeout=(CONNECT_S, SILENCE_S),
                allow_redirects=False,
                stream=True,
            ) as response:
                found = {name.lower(): value for name, value in response.headers.items()}
                media = found.get("content-type", "").partition(";")[0].strip().lower()
                return Answer(response.status_code, media, found, self._read(response, deadline_ms))
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise UnreachableError(f"{type(error).__name__}: {error}"[:300]) from error

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()

    def _read(self, response: requests.Response, deadline_ms: int) -> bytes:
        body = bytearray()
        for piece in response.iter_content(_PIECE):
            body += piece
            if len(body) > ANSWER_MAX_BYTES:
                raise UnreachableError(f"the answer is longer than {ANSWER_MAX_BYTES} bytes")
            if self._clock.monotonic_ms() > deadline_ms:
                raise UnreachableError(f"the answer took longer than {WHOLE_MS} ms")
        return bytes(body)
