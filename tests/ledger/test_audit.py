"""What a verification says of records that are wrong, to the word: people act on it."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.envelope import key_id
from kiosk.keys import public_bytes
from kiosk.ledger import LedgerError
from kiosk.ledger.audit import PROBLEMS_MAX, Audit
from kiosk.ledger.chain import Owner
from kiosk.ledger.drafts import Draft, Pen
from kiosk.ledger.segment import Signed
from kiosk.ledger.signatures import SLICE, Signatures
from kiosk.ledger.verify import verify, verify_stream
from kiosk.records import GENESIS, Correction, LedgerOpened, SegmentOpened, Totals, digest
from kiosk.wire import SignedRecord
from tests.ledger.samples import BOARD, KEY, STAMP, anchor, ledger_in

PUBLIC = public_bytes(KEY)
OWNER = Owner("ab" * 16, PUBLIC, BOARD)
OTHER = Ed25519PrivateKey.from_private_bytes(b"o" * 32)


def chain(*drafts: Draft) -> list[SignedRecord]:
    """A ledger of these records, after the one that opens it."""
    pen, found, prev = Pen(OWNER.ledger, KEY), list[SignedRecord](), GENESIS
    first = Draft(None, "start", LedgerOpened(PUBLIC, BOARD, None, "test"))
    for draft in (first, *drafts):
        signed, _ = pen.write(draft, STAMP, len(found) + 1, prev)
        found.append(signed)
        prev = digest(signed.data)
    return found


def segmented() -> list[SignedRecord]:
    """Ten records; number 6 begins another segment."""
    six = Draft(None, "segment", SegmentOpened("segment-0000000001.db", (), ()))
    numbers = [anchor(number) for number in range(4)]
    return chain(*numbers, six, *numbers)


@pytest.mark.parametrize("count", [1, PROBLEMS_MAX, PROBLEMS_MAX + 1])
def test_a_hundred_problems_are_told_and_the_rest_counted(count: int) -> None:
    every = [f"record {seq} is wrong" for seq in range(count)]
    told = Audit(OWNER, list(every)).report().problems
    rest = ("and 1 more",) if count > PROBLEMS_MAX else ()
    assert told == (*every[:PROBLEMS_MAX], *rest)


@pytest.mark.parametrize(
    ("kept", "acked", "problems"),
    [
        (10, 0, ()),
        (10, 10, ()),
        (9, 10, ("ends at record 9, but the cloud acknowledged 10",)),
        (0, 10, ("ends at record 0, but the cloud acknowledged 10",)),
    ],
)
def test_the_end_is_held_against_what_was_acknowledged(
    kept: int, acked: int, problems: tuple[str, ...]
) -> None:
    audit = Audit(OWNER)
    audit.take(segmented()[:kept])
    audit.take_acknowledged(acked)
    assert audit.report().problems == problems


@pytest.mark.parametrize(
    ("acked", "problems"),
    [
        (5, ()),
        (10, ()),
        (4, ("begins with record 6, but the cloud acknowledged 4",)),
        (0, ("begins with record 6, but the cloud acknowledged none",)),
    ],
)
def test_only_what_was_acknowledged_may_be_gone(acked: int, problems: tuple[str, ...]) -> None:
    report = verify_stream(segmented()[5:], PUBLIC, owner=OWNER, acked_through=acked)
    assert (report.problems, report.first_seq, report.records) == (problems, 6, 5)


def test_a_wrong_sum_is_said_once_and_gone_on_from() -> None:
    totals = (Totals("paper", "cardboard", "CNY", 1, 1_800, 144),)
    begins = Draft(None, "segment", SegmentOpened("segment-0000000001.db", totals, totals))
    every = chain(anchor(1), begins, anchor(2), begins)
    assert verify_stream(every).problems == (
        "record 3: the totals carried over are not the sums of the deposits",
    )
    # What is left of a pruned ledger has nothing to compare its first sums with.
    report = verify_stream(every[2:], owner=OWNER, acked_through=2)
    assert (report.problems, report.totals, report.since) == ((), totals, totals)


def test_a_ledger_may_be_pruned_to_its_second_record() -> None:
    begins = Draft(None, "segment", SegmentOpened("segment-0000000001.db", (), ()))
    report = verify_stream(chain(begins, anchor(1))[1:], owner=OWNER, acked_through=1)
    assert (report.problems, report.first_seq, report.records) == ((), 2, 2)


def test_the_first_record_follows_nothing_whatever_it_is() -> None:
    """Only a later one may begin a segment that follows what was pruned."""
    begins = Draft(None, "segment", SegmentOpened("segment-0000000001.db", (), ()))
    signed, _ = Pen(OWNER.ledger, KEY).write(begins, STAMP, 1, "ab" * 32)
    audit = Audit(OWNER)
    audit.take([signed])
    assert audit.problems == [f"record 1: its predecessor is {'ab' * 32}, not {GENESIS}"]


def test_what_is_wrong_with_a_link_is_said_beside_what_is_wrong_with_a_segment() -> None:
    every = segmented()
    audit = Audit(OWNER)
    audit.take(every[:3])
    audit.begin_segment("here.db", 7, Signed(every[0].data, every[0].sig))
    audit.take(every[5:])
    assert audit.problems[0] == "record 6 follows 3"
    assert audit.problems[-1] == "here.db: begins with record 6"


def test_what_begins_in_the_middle_needs_a_segments_beginning() -> None:
    """Only that says the head it follows: any other first record follows nothing."""
    left = segmented()[3:]
    problems = verify_stream(left, PUBLIC, owner=OWNER).problems
    assert problems[0] == "record 4 follows 0"
    two = verify_stream(segmented()[1:], PUBLIC, owner=OWNER).problems
    assert two[0] == "record 2 follows 0"


@pytest.mark.parametrize(
    ("first_seq", "taken", "problems"),
    [
        (1, 0, []),
        (2, 0, ["here.db: begins with record 1"]),
        (6, 5, []),
        (7, 5, ["here.db: begins with record 6"]),
        (5, 4, ["here.db: begins without saying what it follows"]),
        (2, 1, ["here.db: begins without saying what it follows"]),
    ],
)
def test_a_segments_first_record_is_the_one_its_name_says(
    first_seq: int, taken: int, problems: list[str]
) -> None:
    every = segmented()
    audit = Audit(OWNER)
    audit.take(every[:taken])
    audit.begin_segment("here.db", first_seq, Signed(every[0].data, every[0].sig))
    audit.take(every[taken : taken + 1])
    assert audit.problems == problems
    audit.take(every[taken + 1 :])
    assert audit.problems == problems


def test_a_segment_of_another_ledger_or_with_another_first_record_is_told() -> None:
    every = segmented()
    other, _ = Pen("cd" * 16, KEY).write(
        Draft(None, "start", LedgerOpened(PUBLIC, BOARD, None, "test")), STAMP, 1, GENESIS
    )
    audit = Audit(OWNER)
    audit.begin_segment("here.db", 1, Signed(other.data, other.sig))
    audit.take(every[:1])
    assert audit.problems == [
        "here.db: says it is of another ledger",
        "here.db: names another first record than it has",
    ]


def test_weights_carried_over_are_those_of_the_records_before() -> None:
    pen = Pen(OWNER.ledger, KEY)
    begun = Audit(OWNER)
    begun.take_carried(pen.carry(1, {"paper": 5}), 1)
    begun.take(segmented())
    begun.take_carried(pen.carry(11, {"paper": 5}), 11)
    assert begun.problems == []
    begun.take_carried(pen.carry(11, {"paper": 6}), 11)
    begun.take_carried(pen.carry(12, {"paper": 5}), 11)
    begun.take_carried(Pen("cd" * 16, KEY).carry(11, {"paper": 5}), 11)
    begun.take_carried(Pen(OWNER.ledger, OTHER).carry(11, {"paper": 5}), 11)
    assert begun.problems[:3] == [
        "record 11: the weights carried over are not the last",
        "the weights carried over are of record 12",
        "the weights carried over are of record 11",
    ]
    assert begun.problems[3].startswith("the weights carried over cannot be believed: ")


def test_weights_outlive_a_segment_that_does_not_say_them() -> None:
    """One of an older software, after what was pruned or with sums that are wrong."""
    pen, weights = Pen(OWNER.ledger, KEY), {"paper": 5}
    pruned = Audit(OWNER)
    pruned.take_carried(pen.carry(6, weights), 6)
    pruned.take(segmented()[5:])
    pruned.take_carried(pen.carry(11, weights), 11)
    assert pruned.problems == []
    totals = (Totals("paper", "cardboard", "CNY", 1, 1_800, 144),)
    begins = Draft(None, "segment", SegmentOpened("segment-0000000001.db", totals, totals))
    summed = Audit(OWNER)
    summed.take_carried(pen.carry(1, weights), 1)
    summed.take(chain(anchor(1), begins))
    summed.take_carried(pen.carry(4, weights), 4)
    assert summed.problems == ["record 3: the totals carried over are not the sums of the deposits"]


def test_what_the_operator_decided_stands_beside_the_totals() -> None:
    decided = Correction(
        of_ledger=OWNER.ledger, of_seq=2, receipt="R-1", amount_minor=144, currency="CNY",
        who="Li", why="seen on the scale", version=1,
    )  # fmt: skip
    report = verify_stream(chain(anchor(1), Draft(None, "cloud", decided)))
    assert (report.problems, report.corrections, report.totals) == ((), (decided,), ())


def test_each_record_with_its_own_troubles_in_their_order() -> None:
    """First its signature, then its links, then the hash beside it."""
    every = segmented()
    every[2] = SignedRecord(3, every[2].data, every[3].sig)
    hashes = [digest(one.data) for one in every]
    hashes[2], hashes[4] = hashes[0], hashes[0]
    for many in (False, True):
        audit = Audit(OWNER)
        with Signatures() as signatures:
            audit.take(every, signatures.begin(every, PUBLIC) if many else None, hashes)
        assert audit.problems[0].startswith("record 3: ")
        assert audit.problems[1:] == [
            "record 3 is not what its hash says",
            "record 5 is not what its hash says",
        ]


def test_many_signatures_are_found_in_the_order_of_their_records() -> None:
    (one,) = chain()
    bad = SignedRecord(1, one.data, bytes(64))
    every = [bad if index in (0, SLICE - 1, SLICE, 2 * SLICE) else one for index in range(150)]
    with Signatures() as signatures:
        found = signatures.begin(every, PUBLIC).found()
        assert signatures.begin([], PUBLIC).found() == []
    assert [index for index, said in enumerate(found) if said] == [0, 63, 64, 128]
    assert len(found) == 150


def test_a_ledger_whose_beginning_cannot_be_believed_is_nobodys(tmp_path: Path) -> None:
    report = verify_stream([SignedRecord(1, b"{}", bytes(64))])
    assert (report.ledger, report.board, report.record_key) == ("unknown",) * 3
    assert report.problems[0].startswith("the first record cannot be believed: ")
    assert (report.records, report.first_seq, report.head_seq) == (0, 0, 0)
    with pytest.raises(LedgerError) as caught:
        verify_stream([])
    assert str(caught.value) == "no records were received"
    ledger = ledger_in(tmp_path)
    path = ledger._current.path
    ledger.close()
    path.write_bytes(path.read_bytes().replace(b"ledger_opened", b"ledger_apened"))
    report = verify(tmp_path)
    assert (report.ledger, report.board, report.record_key) == (ledger.id, "unknown", "unknown")
    (problem,) = report.problems
    assert problem.startswith("the first record cannot be believed: ")


def test_the_key_that_was_expected_is_the_key() -> None:
    assert verify_stream(segmented(), PUBLIC).problems == ()
    expected = public_bytes(OTHER)
    assert verify_stream(segmented(), expected).problems == (
        f"signed under key {key_id(PUBLIC)}, not under {key_id(expected)}",
    )
