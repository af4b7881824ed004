"""A demo's directories are its own while it lives, and are swept once it is dead."""

import tempfile
from fcntl import LOCK_EX, flock
from pathlib import Path

import pytest

from kiosk.demo.errors import DemoError
from kiosk.demo.home import OWNER, Home


@pytest.fixture
def temporary(short_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary directories are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(short_tmp))
    return short_tmp


def left_behind(path: Path, *names: str) -> Path:
    """What a demo that was killed leaves: files whose locks went with it."""
    path.mkdir()
    for name in names:
        (path / name).write_bytes(b"")
    return path


def test_a_home_is_removed_at_the_end_unless_it_is_kept(temporary: Path) -> None:
    home = Home.make(None, keep=False)
    assert len(list(temporary.iterdir())) == 2
    home.remove()
    assert list(temporary.iterdir()) == []
    kept = Home.make(None, keep=True)
    kept.remove()
    assert list(temporary.iterdir()) == [kept.layout.home]
    Home.make(None, keep=False).remove()
    assert list(temporary.iterdir()) == [kept.layout.home]


def test_a_named_directory_is_kept(temporary: Path) -> None:
    home = Home.make(temporary / "some" / "machine", keep=False)
    assert home.layout.home.stat().st_mode & 0o777 == 0o700
    home.remove()
    assert home.layout.home.is_dir()
    assert list(temporary.iterdir()) == [temporary / "some"]


def test_a_second_demo_in_a_directory_is_refused_and_writes_nothing(temporary: Path) -> None:
    home = Home.make(temporary / "machine", keep=False)
    home.layout.prepare()
    before = home.layout.config.read_bytes()
    here = sorted(temporary.rglob("*"))
    with pytest.raises(DemoError, match=r"another demo runs in .*--dir"):
        Home.make(temporary / "machine", keep=False)
    assert home.layout.config.read_bytes() == before
    assert sorted(temporary.rglob("*")) == here
    home.remove()
    Home.make(temporary / "machine", keep=False).remove()


def test_what_killed_demos_left_is_swept(temporary: Path) -> None:
    left_behind(temporary / "kiosk-run-a", OWNER, "pins.sock")
    left_behind(temporary / "kiosk-demo-b", OWNER, "demo.lock", "kiosk.toml")
    others = {
        left_behind(temporary / "kiosk-demo-kept", "demo.lock", "kiosk.toml"),
        left_behind(temporary / "somebody-elses", OWNER),
    }
    (temporary / "kiosk-demo-file").write_text("no directory")
    (temporary / "kiosk-demo-link").symlink_to(temporary / "somebody-elses")
    others |= {temporary / "kiosk-demo-file", temporary / "kiosk-demo-link"}
    Home.make(None, keep=False).remove()
    assert set(temporary.iterdir()) == others
    assert (temporary / "somebody-elses" / OWNER).exists()


def test_a_living_demo_is_never_swept(temporary: Path) -> None:
    living = Home.make(None, keep=False)
    Home.make(None, keep=False).remove()
    assert living.layout.home.is_dir()
    assert living.layout.run.is_dir()
    living.remove()


def test_what_a_killed_demo_left_is_kept_once_a_person_goes_on_in_it(temporary: Path) -> None:
    left = left_behind(temporary / "kiosk-demo-b", OWNER, "demo.lock")
    with (left / OWNER).open("rb") as owner:
        # It is being killed at this moment, so that making a home does not sweep it.
        flock(owner, LOCK_EX)
        taken = Home.make(left, keep=False)
    Home.make(None, keep=False).remove()
    assert left.is_dir()
    taken.remove()
    Home.make(None, keep=False).remove()
    assert left.is_dir()


@pytest.mark.parametrize("name", ["file", "file/machine"])
def test_a_file_in_the_way_is_told_by_its_own_name(temporary: Path, name: str) -> None:
    (temporary / "file").write_text("not a directory")
    with pytest.raises(DemoError, match=rf"/{name}: a file is in the way.*--dir"):
        Home.make(temporary / name, keep=False)
    assert list(temporary.iterdir()) == [temporary / "file"]


def test_without_room_for_temporary_files_the_cure_is_told(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(temporary / "nowhere"))
    with pytest.raises(DemoError, match="TMPDIR"):
        Home.make(None, keep=False)


def test_a_log_that_cannot_be_finished_does_not_end_the_demo(temporary: Path) -> None:
    home = Home.make(temporary / "machine", keep=False)
    home.layout.logs.mkdir()
    (home.layout.logs / "demo.log").symlink_to("/dev/full")
    with home.log() as log, pytest.raises(OSError, match="No space left"):
        log.write("a line\n")
    home.remove()
