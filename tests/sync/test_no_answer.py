"""Silence, cuts, certificates of nobody's: no answer that counts (docs/protocol/behaviour.md)."""

import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kiosk.clock import WallTime
from kiosk.units import Millis
from sync.agent import answers
from sync.agent import http as speaking
from sync.agent.errors import UnreachableError
from sync.agent.http import Http
from sync.agent.outcomes import Failed


@contextlib.contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that takes one connection and does one thing with it."""
    listener = socket.create_server(("127.0.0.1", 0))

    def work() -> None:
        with contextlib.suppress(OSError):
            peer, _ = listener.accept()
            with peer:
                serve(peer)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)
        listener.close()


def unreachable(url: str, http: Http) -> str:
    with pytest.raises(UnreachableError) as caught:
        http.exchange("POST", url, {}, b"{}")
    return str(caught.value)


def test_a_server_that_never_answers(http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaking, "SILENCE_S", 0.05)
    over = threading.Event()

    def keep_silent(_peer: socket.socket) -> None:
        over.wait(10)

    with listening(keep_silent) as port:
        assert "timed out" in unreachable(f"http://127.0.0.1:{port}/", http)
        over.set()


def test_a_server_that_drips_is_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never silent, never done: the whole answer has its own limit."""

    class Running:
        """Each look at this clock is a second later."""

        now_ms = 0

        def monotonic_ms(self) -> Millis:
            self.now_ms += 1_000
            return Millis(self.now_ms)

        def wall(self) -> WallTime:
            return WallTime(None, "U")

    def drip(peer: socket.socket) -> None:
        peer.recv(65536)
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        while True:
            peer.sendall(b"." * 65536)

    monkeypatch.setattr(speaking, "ANSWER_MAX_BYTES", 1 << 40)
    http = Http(Running())
    with listening(drip) as port:
        assert "took longer" in unreachable(f"http://127.0.0.1:{port}/", http)
        http.close()


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\x15\x03\x01\x00\x02\x02\x28",
    ],
    ids=["nothing", "half a body", "half a chunk", "no HTTP", "a TLS alert"],
)
def test_an_answer_that_is_cut_off_or_is_none(said: bytes, http: Http) -> None:
    def answer(peer: socket.socket) -> None:
        peer.recv(65536)
        peer.sendall(said)

    with listening(answer) as port:
        unreachable(f"http://127.0.0.1:{port}/", http)


def test_half_a_head_is_no_answer(http: Http) -> None:
    """The library below hands over what there is of a head: nothing in it counts."""

    def answer(peer: socket.socket) -> None:
        peer.recv(65536)
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Le")

    with listening(answer) as port:
        found = http.exchange("POST", f"http://127.0.0.1:{port}/", {}, b"{}")
    assert isinstance(answers.of_status(found), Failed)
    sent = answers.Sent("0" * 64, "a1" * 16, 1, ("0" * 64,))
    assert isinstance(answers.of_batch(found, sent), Failed)


def test_a_connection_that_is_reset(http: Http) -> None:
    def reset(peer: socket.socket) -> None:
        peer.recv(65536)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

    with listening(reset) as port:
        unreachable(f"http://127.0.0.1:{port}/", http)


# ---- TLS ----


def certificate(directory: Path, name: str, *, until: int = 2100) -> Path:
    """A certificate of its own for ``name``, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    whom = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    try:
        other: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        other = x509.DNSName(name)
    made = (
        x509.CertificateBuilder()
        .subject_name(whom)
        .issuer_name(whom)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
        .not_valid_after(datetime.datetime(until, 1, 1, tzinfo=datetime.UTC))
        .add_extension(x509.SubjectAlternativeName([other]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = directory / f"{name}.pem"
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(made.public_bytes(Encoding.PEM) + pem)
    return path


def over_tls(file: Path) -> Callable[[socket.socket], None]:
    """Answer 200 to whoever accepts this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)

    def answer(peer: socket.socket) -> None:
        with contextlib.suppress(ssl.SSLError), context.wrap_socket(peer, server_side=True) as line:
            line.recv(65536)
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    return answer


def test_a_certificate_nobody_vouches_for(tmp_path: Path, http: Http) -> None:
    """A captive portal that terminates TLS: not a byte of a request reaches it."""
    with listening(over_tls(certificate(tmp_path, "127.0.0.1"))) as port:
        assert "CERTIFICATE_VERIFY_FAILED" in unreachable(f"https://127.0.0.1:{port}/", http)


@pytest.mark.parametrize(
    ("name", "until", "word"),
    [("cloud.example", 2100, "match"), ("127.0.0.1", 2021, "expired")],
    ids=["for another name", "expired"],
)
def test_a_known_certificate_that_does_not_hold(
    name: str, until: int, word: str, tmp_path: Path, http: Http
) -> None:
    file = certificate(tmp_path, name, until=until)
    http._session.verify = str(file)
    with listening(over_tls(file)) as port:
        assert word in unreachable(f"https://127.0.0.1:{port}/", http)


def test_a_certificate_that_holds(tmp_path: Path, http: Http) -> None:
    """So that the refusals above are refusals of what they say."""
    file = certificate(tmp_path, "127.0.0.1")
    http._session.verify = str(file)
    with listening(over_tls(file)) as port:
        assert http.exchange("GET", f"https://127.0.0.1:{port}/", {}, None).body == b"{}"


def test_plain_http_where_tls_is_spoken(tmp_path: Path, http: Http) -> None:
    with listening(over_tls(certificate(tmp_path, "127.0.0.1"))) as port:
        unreachable(f"http://127.0.0.1:{port}/", http)
