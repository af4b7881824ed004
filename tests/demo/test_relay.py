"""The network cable carries, breaks and heals, on real sockets."""

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator

import pytest

from kiosk.demo.errors import DemoError
from kiosk.demo.relay import Relay

PATIENCE_S = 10
BIG = 3_000_000


class Echo(socketserver.BaseRequestHandler):
    """Sends back what comes, until the other side has finished."""

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):
            while data := self.request.recv(65536):
                self.request.sendall(data)


class EchoServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@pytest.fixture
def relay() -> Iterator[Relay]:
    with EchoServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        relay = Relay(0, ("127.0.0.1", server.server_address[1]))
        relay.start()
        try:
            yield relay
        finally:
            relay.stop()
            server.shutdown()


def connect(relay: Relay) -> socket.socket:
    return socket.create_connection(("127.0.0.1", relay.port), timeout=PATIENCE_S)


def echo(sock: socket.socket, data: bytes) -> bytes:
    sock.sendall(data)
    found = b""
    while len(found) < len(data):
        found += sock.recv(65536)
    return found


def test_it_carries_both_ways(relay: Relay) -> None:
    with connect(relay) as one, connect(relay) as two:
        assert echo(one, b"first") == b"first"
        assert echo(two, b"second") == b"second"
        assert echo(one, b"again") == b"again"


def test_a_slow_reader_loses_nothing(relay: Relay) -> None:
    data = bytes(range(256)) * (BIG // 256)
    with connect(relay) as sock:
        writer = threading.Thread(target=sock.sendall, args=(data,))
        writer.start()
        found = bytearray()
        while len(found) < len(data):
            found += sock.recv(4096)
        writer.join()
    assert bytes(found) == data


def test_cut_breaks_what_runs_and_refuses_what_comes(relay: Relay) -> None:
    with connect(relay) as sock:
        assert echo(sock, b"x") == b"x"
        relay.cut()
        assert not relay.mended
        with pytest.raises(ConnectionResetError):
            sock.recv(1)
        with pytest.raises(ConnectionRefusedError):
            connect(relay)


def test_mended_it_carries_again_on_the_same_port(relay: Relay) -> None:
    with connect(relay) as sock:
        echo(sock, b"x")
    port = relay.port
    for _ in range(3):
        relay.cut()
        relay.cut()
        relay.mend()
        relay.mend()
    assert relay.port == port
    with connect(relay) as sock:
        assert echo(sock, b"back") == b"back"


def test_a_closed_partner_closes_the_other_side(relay: Relay) -> None:
    with connect(relay) as sock:
        assert echo(sock, b"x") == b"x"
        sock.shutdown(socket.SHUT_WR)
        assert sock.recv(1) == b""


def test_without_a_cloud_the_connection_is_reset() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        relay = Relay(0, ("127.0.0.1", closed.getsockname()[1]))
        relay.start()
        try:
            # The reset may come before or after the client knows that it is connected.
            with pytest.raises(ConnectionResetError), connect(relay) as sock:
                sock.recv(1)
        finally:
            relay.stop()


def test_a_port_in_use_is_told(relay: Relay) -> None:
    with pytest.raises(DemoError, match=f"port {relay.port} on 127.0.0.1.*--dir"):
        Relay(relay.port, ("127.0.0.1", 1))


def test_a_relay_that_never_ran_gives_its_port_back() -> None:
    relay = Relay(0, ("127.0.0.1", 1))
    relay.stop()
    again = Relay(relay.port, ("127.0.0.1", 1))
    again.stop()
