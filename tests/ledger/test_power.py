"""Kill the writer anywhere: what it acknowledged is there, and every deposit gets one outcome.

A child process appends deposits and says over a pipe what it was told is durable. It is killed
at a random instant, or by the kernel at a chosen byte of the file it is writing (RLIMIT_FSIZE),
which tears that very write. Then the ledger is opened, recovered and verified.
"""

import os
import random
import resource
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.ledger import LedgerError
from kiosk.ledger.folders import current, segments
from kiosk.ledger.verify import verify
from kiosk.records import Anchor, Deposit, DepositOpened
from tests.ledger.samples import STAMP, draft, held, ledger_in, opened, outcome, read, stored

pytestmark = pytest.mark.timeout(30)

SEGMENT_RECORDS = 7
DEPOSITS_MAX = 1000
FRAME_BYTES = 4096 + 24
"""A page in the WAL and its header."""


def make_deposits(directory: Path, pipe: int, records_max: int = SEGMENT_RECORDS) -> None:
    """Open, then append: an opened deposit; its outcome together with two more records.

    Goes on for longer than anybody lets it, but not for ever.
    """
    ledger = ledger_in(directory, records_max=records_max, reserve_bytes=0)
    os.write(pipe, b"%d\n" % ledger.head_seq)
    for number in range(DEPOSITS_MAX):
        begun = opened(number)
        (first,) = ledger.append([draft(begun)], STAMP)
        os.write(pipe, b"%d\n" % first.seq)
        bodies = (outcome(begun, first.seq), Anchor(number, "first"), Anchor(number, "last"))
        last = ledger.append([draft(body) for body in bodies], STAMP)
        os.write(pipe, b"%d\n" % last[-1].seq)


def killed(work: Callable[[int], None], during: Callable[[int, int], None]) -> tuple[int, bytes]:
    """Run ``work(pipe)`` in a child, ``during(child, pipe)`` here; returns signal and last words.

    The child is always reaped before this returns, and never comes back into the tests.
    """
    source, sink = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(source)
            work(sink)
        except LedgerError as error:
            os.write(sink, b"error: %b\n" % str(error).encode())
        finally:
            os._exit(0)
    os.close(sink)
    try:
        during(child, source)
        with os.fdopen(source, "rb") as rest:
            said = rest.read()
    finally:
        _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, said


def acknowledged(said: bytes) -> int:
    """The last number the child was told is durable."""
    numbers = [int(line) for line in said.split(b"\n")[:-1] if line.isdigit()]
    return max(numbers, default=0)


def recover_and_judge(directory: Path, promised: int) -> None:
    """What the next start does, and then everything must hold."""
    if promised:
        # Somebody may look before the next start: that reads the WAL the dead one left.
        assert verify(directory).problems == ()
    ledger = ledger_in(directory, records_max=SEGMENT_RECORDS)
    assert ledger.head_seq >= promised
    assert len(ledger.open_deposits) <= 1
    for seq, record in ledger.open_deposits:
        assert isinstance(record.body, DepositOpened)
        ledger.append([draft(held(record.body, seq))], STAMP)
    ledger.close()
    report = verify(directory)
    assert (report.problems, report.open, report.aside) == ((), (), ())
    bodies = [read(signed).body for signed in stored(directory)]
    begun = [body.receipt for body in bodies if isinstance(body, DepositOpened)]
    ended = [body.receipt for body in bodies if isinstance(body, Deposit)]
    assert sorted(begun) == sorted(ended)
    # All or none of one append.
    firsts = [body.mono_ms for body in bodies if isinstance(body, Anchor) and body.utc == "first"]
    lasts = [body.mono_ms for body in bodies if isinstance(body, Anchor) and body.utc == "last"]
    assert firsts == lasts
    paid = [body for body in bodies if isinstance(body, Deposit) and body.outcome == "PAID"]
    assert len(paid) == len(firsts)


def after(reads: int, pause: int, heard: bytearray | None = None) -> Callable[[int, int], None]:
    """Kill the child once it was heard so many times, and a moment later."""

    def kill(child: int, pipe: int) -> None:
        for _ in range(reads):
            said = os.read(pipe, 4096)
            if heard is not None:
                heard.extend(said)
        for _ in range(pause):
            pass
        os.kill(child, signal.SIGKILL)

    return kill


@pytest.mark.parametrize("seed", range(60))
def test_killed_at_any_instant(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    heard = bytearray()
    during = after(chance.randrange(1, 20), chance.randrange(30_000), heard)
    _, rest = killed(lambda pipe: make_deposits(tmp_path, pipe), during)
    recover_and_judge(tmp_path, acknowledged(bytes(heard) + rest))


def limited(directory: Path, limit: int, pipe: int, action: signal.Handlers) -> None:
    """Let no file grow beyond ``limit``: the write across it is torn, the next one is refused."""
    signal.signal(signal.SIGXFSZ, action)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    make_deposits(directory, pipe, records_max=50_000)


def wait(child: int, pipe: int) -> None:
    """Leave the child alone."""


# Around every boundary of the WAL's first frames, and further on in coarser steps.
LIMITS = sorted(
    {
        *(
            frames * FRAME_BYTES + 32 + more
            for frames in range(9)
            for more in (-33, -1, 0, 24, 2000)
        ),
        *range(9 * FRAME_BYTES, 40 * FRAME_BYTES, 3 * FRAME_BYTES + 1111),
    }
    - {-1}
)


@pytest.mark.parametrize("limit", [max(0, limit) for limit in LIMITS])
def test_killed_at_any_byte(tmp_path: Path, limit: int) -> None:
    ended, said = killed(lambda pipe: limited(tmp_path, limit, pipe, signal.SIG_DFL), wait)
    assert ended == signal.SIGXFSZ
    recover_and_judge(tmp_path, acknowledged(said))


@pytest.mark.parametrize("limit", [0, 5000, 40_000, 70_000, 100_000])
def test_a_disk_without_room_is_an_error_in_words(tmp_path: Path, limit: int) -> None:
    ended, said = killed(lambda pipe: limited(tmp_path, limit, pipe, signal.SIG_IGN), wait)
    assert ended == 0
    assert said.splitlines()[-1].startswith(b"error: ")
    assert b"the disk" in said or b"File too large" in said
    recover_and_judge(tmp_path, acknowledged(said))


def test_killed_again_and_again_the_ledger_stays_one(tmp_path: Path) -> None:
    """Many lives on one disk: start, die, recover, through several segments."""
    chance = random.Random(3)
    names = set()
    for _ in range(25):
        lives = (chance.randrange(1, 8), chance.randrange(20_000))
        killed(lambda pipe: recover_and_go_on(tmp_path, pipe), after(*lives))
        folder = current(tmp_path)
        if folder is not None:
            names.add(folder.name)
    ledger = ledger_in(tmp_path, records_max=SEGMENT_RECORDS)
    for seq, record in ledger.open_deposits:
        assert isinstance(record.body, DepositOpened)
        ledger.append([draft(held(record.body, seq))], STAMP)
    ledger.close()
    report = verify(tmp_path)
    assert (report.problems, report.open, len(names)) == ((), (), 1)
    folder = current(tmp_path)
    assert folder is not None and len(segments(folder)) > 3


def recover_and_go_on(directory: Path, pipe: int) -> None:
    """Recover what the life before left open, then go on."""
    ledger = ledger_in(directory, records_max=SEGMENT_RECORDS)
    for seq, record in ledger.open_deposits:
        assert isinstance(record.body, DepositOpened)
        ledger.append([draft(held(record.body, seq))], STAMP)
    ledger.close()
    make_deposits(directory, pipe)
