"""Who may see the operator's pages, and what a slow or vanished sender costs."""

import contextlib
import logging
import socket

import pytest
from starlette.requests import Request

from sync.agent.http import Http
from sync.endpoint import bodies, impatience
from sync.endpoint.operator import Operator
from sync.endpoint.problems import RefusedError
from sync.endpoint.visitors import Visitors
from tests.sync.places import running_endpoint

HERE = {"host": "127.0.0.1:8087"}
PROXY = {"host": "books.example:443", "x-forwarded-for": "9.9.9.9"}


def status(headers: dict[str, str], client: str = "127.0.0.1", method: str = "GET") -> int:
    """What such a request is answered with; 200 is welcome."""
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "headers": raw, "client": (client, 1)}
    try:
        Visitors(("Books.example",)).check(Request(scope))
    except RefusedError as error:
        return error.problem.status
    return 200


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1:8087", 200),
        ("127.9.9.9", 200),
        ("localhost:1", 200),
        ("LOCALHOST", 200),
        ("[::1]:8087", 200),
        ("books.example", 200),
        ("books.example:443", 200),
        ("rebound.example:8087", 421),
        ("127.0.0.1.rebound.example", 421),
        ("localhost.rebound.example", 421),
        ("books.example.rebound.example", 421),
        ("rebound.example@127.0.0.1", 421),
        ("10.0.0.7", 421),
        ("", 421),
    ],
)
def test_the_page_is_opened_by_this_computers_own_name(host: str, expected: int) -> None:
    assert status({"host": host}) == expected


@pytest.mark.parametrize(
    ("client", "expected"), [("127.0.0.1", 200), ("::1", 200), ("10.0.0.7", 403), ("", 403)]
)
def test_only_this_computer_reads_the_books(client: str, expected: int) -> None:
    assert status(HERE, client) == expected


def test_a_request_without_a_host_is_refused() -> None:
    assert status({}) == 421


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "via", "x-real-ip"])
def test_whom_a_proxy_brings_along_is_a_stranger(header: str) -> None:
    assert status(HERE | {header: "127.0.0.1"}) == 403


def test_whom_a_proxy_with_a_login_lets_in_is_welcome_from_here_only() -> None:
    assert status(PROXY) == 200
    assert status(PROXY, "10.0.0.7") == 403


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, 200),
        ({"origin": "http://127.0.0.1:8087"}, 200),
        ({"origin": "http://127.0.0.1:8080"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1:8087"}, 200),
    ],
)
def test_no_other_site_sends_a_form(headers: dict[str, str], expected: int) -> None:
    assert status(HERE | headers, method="POST") == expected
    assert status(HERE | headers) == 200  # looking is another matter


@pytest.mark.parametrize(
    "path", ["/books", "/books.json", "/fleet", "/fleet/x", "/metrics", "/v1/credits"]
)
def test_every_page_of_the_operator_asks_who_is_there(
    desk: Operator, http: Http, path: str
) -> None:
    with running_endpoint(desk.directory) as url:
        assert http.exchange("GET", url + path, {"Host": "rebound.example"}, None).status == 421
        # An address that a header claims is not believed, whether it helps or harms.
        assert http.exchange("GET", url + path, {"X-Forwarded-For": "::1"}, None).status == 403


def dial(url: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=20)


def ask(url: str, *pieces: bytes) -> bytes:
    """Send, wait for the server to close, and return all it said."""
    with dial(url) as line:
        for piece in pieces:
            line.sendall(piece)
        answer = b""
        while got := line.recv(4096):
            answer += got
    return answer


@pytest.mark.parametrize("body", [b"", b"{"])
def test_a_body_that_does_not_come_is_not_waited_for(
    desk: Operator, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    monkeypatch.setattr(bodies, "READ_MAX_S", 0.05)
    with running_endpoint(desk.directory) as url:
        head = b"POST /v1/enrol HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
        answer = ask(url, head, body)
    assert answer.startswith(b"HTTP/1.1 408 ") and b"did not come in time" in answer
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]


@pytest.mark.parametrize("head", [b"", b"POST /v1/enr", b"GET /healthz HTTP/1.1\r\nHost: x\r\n"])
def test_a_head_that_does_not_come_is_not_waited_for(
    desk: Operator, monkeypatch: pytest.MonkeyPatch, head: bytes
) -> None:
    monkeypatch.setattr(impatience, "HEAD_MAX_S", 0.05)
    with running_endpoint(desk.directory) as url:
        assert ask(url, head) == b""


def test_a_connection_that_is_used_again_is_watched_again(
    desk: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, answer = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", b""
    with running_endpoint(desk.directory) as url, contextlib.closing(dial(url)) as line:
        line.sendall(whole)
        while not answer.endswith(b'"ok"}'):
            answer += line.recv(4096)
        line.sendall(whole[:9])
        line.sendall(whole[9:])
        while answer.count(b'"ok"}') < 2:
            answer += line.recv(4096)
        monkeypatch.setattr(impatience, "HEAD_MAX_S", 0.05)
        line.sendall(whole[:9])
        assert line.recv(4096) == b""


def test_who_hangs_up_early_is_no_error(desk: Operator, caplog: pytest.LogCaptureFixture) -> None:
    with running_endpoint(desk.directory) as url, contextlib.closing(dial(url)) as line:
        line.sendall(b"POST /v1/enrol HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
        line.shutdown(socket.SHUT_WR)
        line.recv(10)
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]
