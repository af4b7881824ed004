"""Bodies that do not come whole."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest
from starlette.requests import Request

from sync.endpoint import bodies
from sync.endpoint.problems import RefusedError


def test_a_request_that_is_cut_off_is_no_error_of_the_servers() -> None:
    """A network that drops calls must not fill the log with tracebacks, one a call."""
    messages: list[MutableMapping[str, Any]] = [
        {"type": "http.request", "body": b"half of", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> MutableMapping[str, Any]:
        return messages.pop(0)

    with pytest.raises(RefusedError) as refused:
        asyncio.run(bodies.read(Request({"type": "http", "headers": []}, receive)))
    assert refused.value.problem.status == 400
