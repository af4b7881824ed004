"""A comma is a decimal point only where the settings say so."""

from decimal import Decimal

import pytest

from drivers.scale.decimal_comma import DecimalComma
from drivers.scale.decoded import Dialect, Error, Other, Weight
from drivers.scale.registry import DIALECTS
from kiosk.events import WeightRead
from tests.drivers.test_scale_talk import Line


def decoder(dialect: str) -> Dialect:
    return DecimalComma(DIALECTS[dialect])


@pytest.mark.parametrize(
    ("dialect", "data", "weight"),
    [
        ("st-gs", b"ST,GS,   682,0,kg\r\n", "682.0"),
        ("st-gs", b"ST,GS,+  1,236KG\r\n", "1.236"),
        ("st-gs", b"ST,GS,1\xc4,000013,5 kg\r\n", "13.5"),
        ("mt-sics", b"S S      1,235 kg\r\n", "1.235"),
        ("ohaus-defender", b"   1,640 kg    G\r\n", "1.640"),
        ("st-gs", b"ST,GS,+   1236KG\r\n", "1236"),
    ],
)
def test_a_comma_is_a_point(dialect: str, data: bytes, weight: str) -> None:
    frames = decoder(dialect).feed(data)
    (frame,) = frames
    assert isinstance(frame, Weight)
    assert str(frame.weight) == weight
    assert frame.raw == data.rstrip(b"\r\n")


@pytest.mark.parametrize(
    "data",
    [
        b"ST,GS,+  1.236KG\r\n",  # a point means thousands there
        b"ST,GS,+1.236,5KG\r\n",
        b"ST,GS,+1,236,5KG\r\n",
        b"ST,GS,+  1,236K\r\n",
        b"ST,GS,+  ,236KG\r\n",
    ],
)
def test_what_stays_rejected(data: bytes) -> None:
    (frame,) = decoder("st-gs").feed(data)
    assert isinstance(frame, Other)
    assert frame.kind == "reject"


def test_errors_and_requests_pass() -> None:
    (frame,) = decoder("mt-sics").feed(b"S +\r\n")
    assert isinstance(frame, Error)
    assert decoder("mt-sics").request == b"SI\r\n"


def test_no_cut_frame_is_another_mass() -> None:
    data = b"ST,GS,+ 12,345KG\r\n"
    for cut in range(len(data)):
        for piece in (data[:cut], data[cut:]):
            one = decoder("st-gs")
            for frame in [*one.feed(piece), *one.end()]:
                if isinstance(frame, Weight):
                    assert frame.weight == Decimal("12.345")


def test_the_setting_decides() -> None:
    told = {}
    for comma in (False, True):
        line = Line(decimal_comma=comma)
        line.talk.opened()
        line.hear(b"ST,GS,+  1,235KG\r\n")
        told[comma] = [
            event.reading.grams for event in line.events if isinstance(event, WeightRead)
        ]
    assert told == {False: [], True: [1235]}
