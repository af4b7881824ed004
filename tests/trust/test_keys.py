"""A private key is made once, kept to its owner, and never replaced silently."""

import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pytest_mock import MockerFixture

from kiosk import keys
from kiosk.envelope import TrustError


def test_a_key_is_made_once_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "new" / "record.key"
    made = keys.public_bytes(keys.load_or_create(path))
    assert keys.public_bytes(keys.load_or_create(path)) == made
    assert len(made) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert os.listdir(path.parent) == ["record.key"]


def test_two_at_once_agree_on_the_first(tmp_path: Path, mocker: MockerFixture) -> None:
    path = tmp_path / "record.key"
    first = keys.public_bytes(keys.load_or_create(path))
    mocker.patch.object(Path, "exists", return_value=False)
    assert keys.public_bytes(keys.load_or_create(path)) == first


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "record.key"
    keys.load_or_create(path)
    path.chmod(0o640)
    with pytest.raises(TrustError, match=r"mode 640.*chmod 600"):
        keys.load_or_create(path)


def other_kind() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize("content", [b"", b"\x00" * 32, b"-----BEGIN", other_kind()])
def test_a_file_that_holds_something_else_is_refused_and_kept(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "record.key"
    path.touch(0o600)
    path.write_bytes(content)
    with pytest.raises(TrustError, match=r"record\.key: holds"):
        keys.load_or_create(path)
    assert path.read_bytes() == content


def test_a_link_a_folder_and_a_full_disk_are_refused_in_words(
    tmp_path: Path, mocker: MockerFixture
) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    (tmp_path / "folder").mkdir()
    for name in ("link", "folder"):
        with pytest.raises(TrustError, match=name):
            keys.load_or_create(tmp_path / name)
    mocker.patch("kiosk.keys.os.fsync", side_effect=OSError(28, "No space left on device"))
    with pytest.raises(TrustError, match="No space left"):
        keys.load_or_create(tmp_path / "record.key")
    assert sorted(os.listdir(tmp_path)) == ["folder", "link"]
