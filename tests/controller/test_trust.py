"""Trust enters through the scanner, and everything later is verified under it."""

import hashlib
from pathlib import Path

import msgspec
import pytest
from pytest_mock import MockerFixture

from kiosk import durable
from kiosk.clock import ClockQuality, WallTime
from kiosk.cloud import EnrolmentCode
from kiosk.documents import Document, Tariff, issue
from kiosk.enrolment_code import read_code
from kiosk.envelope import TrustError
from kiosk.records import DocumentAdopted, Enrolled
from kiosk.trust import Trust
from tests.journeys.operator import KIOSK, Operator

NOW_MS = 1_795_500_000_000
NOW = WallTime(NOW_MS, "S")
DAY_MS = 86_400_000
KEY = b"t" * 32


@pytest.fixture
def operator() -> Operator:
    return Operator()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "trust.json"


def _never(sha256: str) -> bool:
    """No product list is here."""
    return False


def code_of(operator: Operator) -> EnrolmentCode:
    code = read_code(operator.code())
    assert code is not None
    return code


def enrolled(path: Path, operator: Operator) -> Trust:
    trust = Trust(path)
    root = operator.root.public_key().public_bytes_raw()
    trust.enrol(code_of(operator), KEY, (KIOSK, root, operator.documents()), NOW)
    trust.told()
    return trust


def test_a_machine_without_an_operator_trusts_nobody(path: Path, operator: Operator) -> None:
    trust = Trust(path)
    assert not trust.enrolled and trust.tariff is None and trust.issuers == ()
    with pytest.raises(TrustError, match="not enrolled"):
        trust.offer(operator.tariff(), NOW)
    with pytest.raises(TrustError, match="no endpoint keys"):
        trust.mark(operator.mark("a" * 32, 1, "b" * 64))


def test_enrolment_survives_a_restart(path: Path, operator: Operator) -> None:
    enrolled(path, operator)
    trust = Trust(path)
    assert (trust.kiosk, trust.url, trust.counter) == (KIOSK, "https://cloud.example", 5)
    assert trust.tariff is not None and trust.tariff.prices["paper"] == 8000
    assert trust.versions == {"tariff": 1, "issuers": 1, "endpoint_keys": 1, "settings": 1}


def test_another_root_than_the_scanned_one_is_refused(path: Path, operator: Operator) -> None:
    """The network cannot bring a root of its own."""
    trust = Trust(path)
    stranger = operator.issuer.public_key().public_bytes_raw()
    with pytest.raises(TrustError, match="root key is not the one on the enrolment code"):
        trust.enrol(code_of(operator), KEY, (KIOSK, stranger, operator.documents()), NOW)
    assert not trust.enrolled and not path.exists()


def test_an_enrolment_without_all_documents_is_refused(path: Path, operator: Operator) -> None:
    trust = Trust(path)
    root = operator.root.public_key().public_bytes_raw()
    with pytest.raises(TrustError, match="sent no tariff"):
        trust.enrol(code_of(operator), KEY, (KIOSK, root, operator.documents()[1:]), NOW)
    assert not trust.enrolled


def test_a_second_enrolment_is_refused(path: Path, operator: Operator) -> None:
    trust = enrolled(path, operator)
    root = operator.root.public_key().public_bytes_raw()
    with pytest.raises(TrustError, match="enrolled already"):
        trust.enrol(code_of(operator), KEY, (KIOSK, root, operator.documents()), NOW)


def test_a_newer_tariff_waits_until_nobody_is_here(path: Path, operator: Operator) -> None:
    trust = enrolled(path, operator)
    assert trust.offer(operator.tariff(2, paper=9000), NOW) == ("tariff", 2)
    assert trust.tariff is not None and trust.tariff.prices["paper"] == 8000
    assert trust.adopt(_never, lambda: NOW)
    assert trust.tariff.prices["paper"] == 9000
    assert not trust.adopt(_never, lambda: NOW)


def later(operator: Operator, version: int = 2, ends_ms: int | None = None) -> bytes:
    """A tariff that begins tomorrow."""
    prices = Tariff("CNY", 1, {"paper": 9000})
    begins_ms = NOW_MS + DAY_MS
    return issue(Document("tariff", "*", version, begins_ms, ends_ms, prices), operator.root)


def test_a_tariff_whose_time_has_not_come_waits_for_it_off_line_too(
    path: Path, operator: Operator
) -> None:
    """It is kept on the disk: nobody needs to bring it again when its time comes."""
    trust = enrolled(path, operator)
    assert trust.offer(later(operator), NOW) == ("tariff", 2)
    assert not trust.adopt(_never, lambda: NOW)
    trust = Trust(path)
    for soon in (WallTime(NOW_MS + DAY_MS - 1, "S"), WallTime(None, "U")):
        assert not trust.adopt(_never, lambda soon=soon: soon)  # type: ignore[misc]
    assert trust.versions["tariff"] == 1 and trust.untold_records() == ()
    assert trust.adopt(_never, lambda: WallTime(NOW_MS + DAY_MS, "S"))
    assert trust.tariff is not None and trust.tariff.prices["paper"] == 9000
    assert trust.untold_records() == (
        DocumentAdopted("tariff", 2, hashlib.sha256(later(operator)).hexdigest()),
    )
    assert not Trust(path).adopt(_never, lambda: WallTime(NOW_MS + 2 * DAY_MS, "S"))


def test_what_waits_for_its_time_is_written_once_and_gives_way_to_what_is_newer(
    path: Path, operator: Operator, mocker: MockerFixture
) -> None:
    trust = enrolled(path, operator)
    trust.offer(later(operator), NOW)
    written = mocker.spy(durable, "replace")
    trust.offer(later(operator), NOW)
    assert written.call_count == 0
    trust.offer(operator.tariff(3, paper=7000), NOW)
    assert trust.adopt(_never, lambda: NOW)
    assert not trust.adopt(_never, lambda: WallTime(NOW_MS + DAY_MS, "S"))
    assert trust.versions["tariff"] == 3


def test_what_ended_while_it_waited_never_begins(path: Path, operator: Operator) -> None:
    trust = enrolled(path, operator)
    trust.offer(later(operator, ends_ms=NOW_MS + 2 * DAY_MS), NOW)
    assert not trust.adopt(_never, lambda: WallTime(NOW_MS + 2 * DAY_MS + 1, "S"))
    assert trust.versions["tariff"] == 1


@pytest.mark.parametrize(
    ("quality", "past_ms", "ended"),
    [("S", 0, False), ("S", 1, True), ("R", 1, True), ("I", 1, False), ("U", 1, False)],
)
def test_a_document_ends_by_a_clock_that_was_synchronised(
    path: Path, operator: Operator, quality: ClockQuality, past_ms: int, ended: bool
) -> None:
    """architecture.md, "Time": with U or I the adopted tariff is kept."""
    trust = enrolled(path, operator)
    prices = Tariff("CNY", 1, {"paper": 9000})
    trust.offer(issue(Document("tariff", "*", 2, 0, NOW_MS, prices), operator.root), NOW)
    trust.adopt(_never, lambda: NOW)
    assert trust.ended("tariff", lambda: WallTime(NOW_MS + past_ms, quality)) is ended
    assert not trust.ended("issuers", lambda: WallTime(NOW_MS + past_ms, quality))
    assert not trust.ended("products", lambda: WallTime(NOW_MS + past_ms, quality))


def test_a_lower_version_is_refused(path: Path, operator: Operator) -> None:
    trust = enrolled(path, operator)
    trust.offer(operator.tariff(3), NOW)
    trust.adopt(_never, lambda: NOW)
    with pytest.raises(TrustError, match="version 2 is older than version 3"):
        trust.offer(operator.tariff(2), NOW)


def test_the_same_version_with_another_text_is_refused(path: Path, operator: Operator) -> None:
    trust = enrolled(path, operator)
    assert trust.offer(operator.tariff(1), NOW) == ("tariff", 1)
    with pytest.raises(TrustError, match="another tariff under version 1"):
        trust.offer(operator.tariff(1, paper=8001), NOW)
    assert not trust.adopt(_never, lambda: NOW)


def test_a_document_by_another_key_is_refused(path: Path, operator: Operator) -> None:
    trust = enrolled(path, operator)
    forger = Operator(root=operator.issuer)
    with pytest.raises(TrustError, match="not trusted here"):
        trust.offer(forger.tariff(9), NOW)


def test_a_document_for_another_machine_is_refused(path: Path, operator: Operator) -> None:
    trust = enrolled(path, operator)
    tariff = trust.tariff
    assert tariff is not None
    other = operator.document("tariff", 2, tariff, scope="kiosk:k-0002")
    with pytest.raises(TrustError, match="is for kiosk:k-0002, not for k-0001"):
        trust.offer(other, NOW)
    mine = operator.document("tariff", 2, tariff, scope=f"kiosk:{KIOSK}")
    assert trust.offer(mine, NOW) == ("tariff", 2)


def test_a_mark_is_believed_only_from_the_endpoint(path: Path, operator: Operator) -> None:
    trust = enrolled(path, operator)
    mark = trust.mark(operator.mark("a" * 32, 7, "b" * 64))
    assert (mark.acked_through, mark.ledger) == (7, "a" * 32)
    with pytest.raises(TrustError, match="not trusted here"):
        trust.mark(Operator(endpoint=operator.issuer).mark("a" * 32, 7, "b" * 64))
    with pytest.raises(TrustError, match="is for k-9, not for k-0001"):
        trust.mark(operator.mark("a" * 32, 7, "b" * 64, kiosk="k-9"))
    with pytest.raises(TrustError, match="the envelope holds"):
        trust.mark(operator.tariff())


def test_a_change_is_told_even_if_power_fails_in_between(path: Path, operator: Operator) -> None:
    """P9: written first, told second; a start that finds it untold tells it."""
    trust = Trust(path)
    root = operator.root.public_key().public_bytes_raw()
    trust.enrol(code_of(operator), KEY, (KIOSK, root, operator.documents()), NOW)
    first, *documents = Trust(path).untold_records()
    assert isinstance(first, Enrolled) and first.root_key == root
    named = [one.name for one in documents if isinstance(one, DocumentAdopted)]
    assert named == ["tariff", "issuers", "endpoint_keys", "settings"]
    trust.told()
    assert Trust(path).untold_records() == ()


@pytest.mark.parametrize("data", [b"", b"{", b'{"kiosk": 1}', b"\xff\x00"])
def test_a_damaged_file_is_named(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with pytest.raises(TrustError, match=r"trust\.json: damaged .* enrol this machine anew"):
        Trust(path)


def test_a_file_signed_by_nobody_is_refused_at_start(path: Path, operator: Operator) -> None:
    """Editing a price in the file does not change the price."""
    enrolled(path, operator)
    saved = msgspec.json.decode(path.read_bytes())
    forged = Operator(root=operator.issuer).tariff(1, paper=99_000)
    saved["documents"]["tariff"] = msgspec.to_builtins(forged)
    path.write_bytes(msgspec.json.encode(saved))
    with pytest.raises(TrustError, match="not trusted here"):
        Trust(path)


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        (b"KIOSK1:", "damaged"),
        (b"KIOSK1:{}", "damaged"),
        (b"KIOSK1:\xff", "damaged"),
        (b"KIOSK1:" + b"x" * 1000, "too long"),
    ],
)
def test_a_damaged_code_is_told(data: bytes, wrong: str) -> None:
    with pytest.raises(TrustError, match=wrong):
        read_code(data)


def test_anything_else_is_no_enrolment_code() -> None:
    assert read_code(b"6901234567892") is None


def test_a_document_waits_while_the_disk_is_full(
    path: Path, operator: Operator, mocker: MockerFixture
) -> None:
    """Found by a simulated year: the process ended, the document came again, it ended again."""
    trust = enrolled(path, operator)
    trust.offer(operator.tariff(2), NOW)
    full = mocker.patch.object(durable, "replace", side_effect=OSError(28, "No space left"))
    assert not trust.adopt(_never, lambda: NOW)
    assert trust.versions["tariff"] == 1 and not trust.untold_records()
    mocker.stop(full)
    assert trust.adopt(_never, lambda: NOW)
    assert trust.versions["tariff"] == Trust(path).versions["tariff"] == 2
