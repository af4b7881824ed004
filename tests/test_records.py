"""A record is its bytes: written once, read back the same, refused when they are not one."""

import base64
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk import records
from kiosk.errors import KioskError
from kiosk.records import GENESIS, Body, Record, RecordUnreadableError
from tests.ledger.samples import SESSION, STAMP, held, opened, outcome

begun = opened(1)
BODIES: list[Body] = [
    begun,
    outcome(begun, 2),
    held(begun, 2),
    records.Correction(
        of_ledger="ab" * 16,
        of_seq=2,
        receipt="R1",
        amount_minor=144,
        currency="CNY",
        who="Wang",
        why="seen on the photograph",
        version=3,
    ),
    records.Dispute(number="D1", receipt="R1", of_seq=2),
    records.Ticket(number="T1", about="dropped", compartment="paper", bag="bag-1", receipt="R1"),
    records.LedgerOpened(b"k" * 32, "board", None, "there was none"),
    records.Resent(ledger="cd" * 16, seq=7, hash="ef" * 32, data=b"{}", sig=b"s" * 64),
    records.SegmentOpened("segment-1.db", (records.Totals("a", "b", "CNY", 1, 2, 3),)),
    records.TotalsTaken(
        statement=b"{}",
        totals=(records.Totals("a", "b", "CNY", 1, 2, 3),),
        since=(),
        gross={"a": 2_000},
    ),
    records.Collection(
        compartment="paper",
        bag_out="bag-1",
        bag_in="bag-2",
        deposits=3,
        sum_g=5_400,
        removed_g=5_420,
        tolerance_g=63,
        difference_g=20,
        gross_g=2_000,
    ),
    records.MassChange(
        compartment="paper", old_g=2_000, gross=begun.before, who="Wang", why="bag changed"
    ),
    records.CheckMass(
        compartment="paper",
        mass_g=5_000,
        before=begun.before,
        after=begun.before,
        error_g=-5,
        limit_g=20,
        passed=True,
        who="Wang",
    ),
    records.Commissioned(
        compartment="paper",
        port="/dev/kiosk-scale-1",
        mass_g=5_000,
        before=begun.before,
        after=begun.before,
        others_g={"metal": 0},
        who="Wang",
    ),
    records.Maintenance(compartment="paper", work="adjustment", who="Wang", why="yearly"),
    records.Calibration(
        compartment="paper",
        old_version=1,
        new_version=2,
        old_g=None,
        gross=begun.before,
        mass_g=5_000,
        loaded=begun.before,
        error_g=0,
        limit_g=10,
        passed=True,
        who="Wang",
        why="yearly",
    ),
    records.SoftwareStarted("0.1.0", 1),
    records.Enrolled("k-1", "yard-7", "https://cloud.example", b"r" * 32, b"t" * 32),
    records.DocumentAdopted("tariff", 2, "ab" * 32),
    records.ParameterChanged("settings", (records.ParameterChange("paper.e_g", "10", "20"),)),
    records.FaultRaised("scale_lost", "paper", "no frame for 2 s"),
    records.FaultCleared("scale_lost", None),
    records.Dispute(number="0123AB-9", receipt="0123AB-7", of_seq=8),
    records.Ticket(number="0123AB-9", about="help", compartment=None, bag=None, receipt=None),
    records.CommandDone(
        number=4,
        command="close_compartment",
        result="done",
        detail="paper",
        envelope="ab" * 32,
    ),
    records.KeyChanged("transport", b"n" * 32, "0123456789abcdef"),
    records.Anchor(61_000, "2026-11-23T07:51:00.000Z"),
]


def record(body: Body, **changes: Any) -> Record:
    fields = {name: getattr(STAMP, name) for name in STAMP.__slots__}
    whole = Record(
        v=1,
        ledger="ab" * 16,
        seq=2,
        prev=GENESIS,
        key="0123456789abcdef",
        session=SESSION,
        cause="touch",
        body=body,
        **fields,
    )
    return msgspec.structs.replace(whole, **changes)


def test_every_kind_is_tried() -> None:
    assert {type(body) for body in BODIES} == set(Body.__args__)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: type(body).__name__)
def test_every_kind_comes_back_and_names_itself(body: Body) -> None:
    data = records.encode(record(body))
    assert records.decode(data) == record(body)
    assert records.encode(records.decode(data)) == data
    assert json.loads(data)["body"]["kind"] == type(body).__struct_config__.tag


@given(
    st.integers(-(10**9), 10**9),
    st.text(max_size=30),
    st.binary(max_size=50),
    st.none() | st.text(max_size=10),
)
def test_anything_in_it_comes_back(
    grams: int, text: str, frame: bytes, subject: str | None
) -> None:
    before = msgspec.structs.replace(begun.before, gross_g=grams, frames=(frame,))
    body = msgspec.structs.replace(begun, receipt=text, subject=subject, before=before)
    assert records.decode(records.encode(record(body))) == record(body)


def test_frames_are_base64_in_the_json() -> None:
    data = json.loads(records.encode(record(begun)))
    frame = data["body"]["before"]["frames"][0]
    assert base64.b64decode(frame) == begun.before.frames[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"v": 2}, "v"),
        ({"seq": "2"}, "seq"),
        ({"seq": 2.5}, "seq"),
        ({"clk": "X"}, "clk"),
        ({"body": {"kind": "wish"}}, "wish"),
        ({"body": None}, "body"),
    ],
)
def test_what_is_no_record_is_refused_by_name(change: dict[str, Any], words: str) -> None:
    tree = json.loads(records.encode(record(begun)))
    with pytest.raises(RecordUnreadableError, match=words) as caught:
        records.decode(json.dumps({**tree, **change}).encode())
    assert isinstance(caught.value, KioskError)


@given(st.binary(max_size=200))
def test_any_bytes_raise_that_error_only(data: bytes) -> None:
    with pytest.raises(RecordUnreadableError):
        records.decode(data)


def test_the_digest_is_sha_256_in_hexadecimal() -> None:
    assert records.digest(b"abc") == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
