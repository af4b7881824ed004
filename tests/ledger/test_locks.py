"""One controller on one data folder, and nobody reads its files meanwhile."""

import os
from pathlib import Path

import pytest

from kiosk.ledger import AlreadyRunningError, DataLock, LedgerError


def test_a_second_controller_is_told_of_the_first(tmp_path: Path) -> None:
    data = tmp_path / "data"
    lock = DataLock(data)
    with pytest.raises(AlreadyRunningError) as caught:
        DataLock(data)
    assert str(caught.value) == f"another controller (pid {os.getpid()}) is running on {data}"
    with pytest.raises(AlreadyRunningError):
        DataLock(data, shared=True)
    lock.release()
    others = set(os.listdir("/proc/self/fd"))
    lock.release()
    assert set(os.listdir("/proc/self/fd")) == others
    with DataLock(data):
        pass


@pytest.mark.parametrize(("held", "said"), [(b"", "unknown"), (b"\xff\n", "\ufffd")])
def test_whatever_the_lock_holds_is_told(tmp_path: Path, held: bytes, said: str) -> None:
    """A power cut between lock and number, or another hand, leaves it so."""
    with DataLock(tmp_path):
        file = tmp_path / "controller.lock"
        assert file.stat().st_mode & 0o777 == 0o600
        file.write_bytes(held)
        with pytest.raises(AlreadyRunningError) as caught:
            DataLock(tmp_path)
    assert str(caught.value) == f"another controller (pid {said}) is running on {tmp_path}"


def test_readers_share_and_keep_a_controller_out(tmp_path: Path) -> None:
    DataLock(tmp_path).release()
    with (
        DataLock(tmp_path, shared=True),
        DataLock(tmp_path, shared=True),
        pytest.raises(AlreadyRunningError, match=r"a tool such as .* is reading"),
    ):
        DataLock(tmp_path)
    DataLock(tmp_path).release()


def test_a_reader_leaves_no_file_behind(tmp_path: Path) -> None:
    with DataLock(tmp_path, shared=True):
        assert not list(tmp_path.iterdir())


def test_the_lock_ends_with_its_process(tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:
        DataLock(tmp_path)
        os._exit(0)
    os.waitpid(child, 0)
    DataLock(tmp_path).release()


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(LedgerError, match="file"):
        DataLock(tmp_path / "file")
    with pytest.raises(LedgerError, match="nowhere"):
        DataLock(tmp_path / "nowhere", shared=True)
