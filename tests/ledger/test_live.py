"""``kiosk ledger`` beside a running controller takes its records, and not its word."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from kiosk import wire
from kiosk.keys import public_bytes
from kiosk.ledger import LedgerError
from kiosk.ledger.live import AgentSocket
from kiosk.lines import LineReader, encode
from kiosk.wire import SignedRecord
from tests.ledger.samples import BOARD, KEY

Serve = Callable[..., Path]
HELLO = wire.Hello(
    kiosk=None,
    url=None,
    ledger="0123ab",
    board=BOARD,
    record_key=public_bytes(KEY),
    head_seq=3,
    acked_through=0,
    documents={},
)
ONE, TWO, THREE, FOUR = (SignedRecord(seq, b"%d" % seq, bytes(64)) for seq in (1, 2, 3, 4))


def records(*found: SignedRecord, ledger: str = "0123ab") -> bytes:
    return encode(wire.Records(ledger, found))


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """A controller that says the first bytes at once and the next for each thing it is asked, and
    then waits; None: it hangs up. Returns where to ask; ``asked`` becomes what it was asked."""
    path = tmp_path / "agent.sock"
    listener = socket.socket(socket.AF_UNIX)
    threads: list[threading.Thread] = []

    def begin(*said: bytes | None, asked: list[bytes] | None = None) -> Path:
        listener.bind(str(path))
        listener.listen()

        def talk() -> None:
            peer, _ = listener.accept()
            with peer, suppress(ConnectionError):
                for answer in said:
                    if answer is None:
                        return
                    peer.sendall(answer)
                    heard = LineReader(wire.MAX_LINE).feed(peer.recv(65_536))
                    if asked is not None:
                        asked.extend(heard)

        threads.append(threading.Thread(target=talk))
        threads[0].start()
        return path

    yield begin
    for thread in threads:
        thread.join(10)
    listener.close()


def test_records_are_asked_for_up_to_the_head_that_was_named_first(serve: Serve) -> None:
    """What is written meanwhile, and what is meant for the agent, is passed over."""
    asked: list[bytes] = []
    kept = encode(wire.Kept("mark", 3))
    announced = encode(wire.Refused("mark", "old")) + kept
    path = serve(
        announced + encode(HELLO), kept + records(ONE, TWO), records(THREE, FOUR), asked=asked
    )
    with AgentSocket(path) as controller:
        assert controller.hello == HELLO
        assert list(controller.records()) == [ONE, TWO, THREE]
    assert asked == [encode(wire.Want(seq, 200))[:-1] for seq in (0, 2)]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ((encode(HELLO), records(ONE, ledger="other")), "the controller changed its ledger"),
        ((encode(HELLO), records(ONE), records()), "named 3 records, sent 1 of them"),
        ((encode(HELLO), b"{}\n"), "not understood: Object missing required field `type`"),
        ((encode(HELLO), b"\xff\n"), "not understood: "),
        ((None,), "the controller closed the connection"),
        ((b"x" * (wire.MAX_LINE + 1),), "a line of more than 1048576 bytes was received"),
    ],
)
def test_what_goes_wrong_is_told_with_the_socket_that_was_asked(
    serve: Serve, said: tuple[bytes | None, ...], words: str
) -> None:
    path = serve(*said)
    with pytest.raises(LedgerError, match=words) as caught, AgentSocket(path) as controller:
        list(controller.records())
    assert str(caught.value).startswith(f"{path}: ")


def test_a_controller_that_says_nothing_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.ledger.live.ANSWER_LIMIT_S", 0.01)
    path = tmp_path / "agent.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        with pytest.raises(LedgerError) as caught:
            AgentSocket(path)
    assert str(caught.value) == f"{path}: a controller runs, but does not answer (timed out)"


def test_a_controller_that_falls_silent_is_not_waited_for_either(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.ledger.live.ANSWER_LIMIT_S", 0.2)
    path = serve(encode(HELLO), records(ONE), b"")
    with pytest.raises(LedgerError, match="does not answer"), AgentSocket(path) as controller:
        list(controller.records())


def test_nobody_there_is_told_in_the_words_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=r"does not answer \(No such file or directory\)"):
        AgentSocket(tmp_path / "agent.sock")
