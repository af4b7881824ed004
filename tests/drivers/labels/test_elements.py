"""GS1 element strings and Digital Links: values by identifier, or a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.labels import digital_link, element_string, identifiers
from drivers.labels.check_digits import check_digit
from drivers.labels.label import LabelError

GTIN = "05901234123457"


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (f"01{GTIN}", {"01": GTIN}),
        (f"01{GTIN}15210526", {"01": GTIN, "15": "210526"}),
        (f"01{GTIN}10ABC123\x1d17250630", {"01": GTIN, "10": "ABC123", "17": "250630"}),
        # A separator after a value of predefined length is tolerated (7.8.5).
        (f"01{GTIN}\x1d17250630\x1d21X\x1d", {"01": GTIN, "17": "250630", "21": "X"}),
        (f"\x1d01{GTIN}", {"01": GTIN}),
        (f"01{GTIN}3103000123", {"01": GTIN, "3103": "000123"}),
        ("00157035381410375177", {"00": "157035381410375177"}),
        ("17250600", {"17": "250600"}),
        ("80082611230751", {"8008": "2611230751"}),
        ("7007261123261124", {"7007": "261123261124"}),
        ("17240229", {"17": "240229"}),
        ("2530614141000012SER", {"253": "0614141000012SER"}),
        ("4140614141000012254X", {"414": "0614141000012", "254": "X"}),
        # 7003 has ten digits and yet ends at a separator: figure 7.8.5-2 lists no 70.
        ("70032611230751\x1d10X", {"7003": "2611230751", "10": "X"}),
        (f"01{GTIN}01{GTIN}", {"01": GTIN}),
    ],
)
def test_values_by_identifier(data: str, found: dict[str, str]) -> None:
    assert element_string.parse(data) == found


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "empty GS1 data"),
        ("\x1d", "empty GS1 data"),
        ("0105901234123458", "AI 01 check digit: expected 7, got 8"),
        ("010590123412345", "AI 01"),
        (f"01{GTIN}10", "AI 10"),
        (f"01{GTIN}10\x1d17250630", "AI 10"),
        (f"01{GTIN}10{'A' * 21}", "AI 10"),
        (f"01{GTIN}10A B", "AI 10"),
        ("17251301", "no date"),
        ("17250231", "no date"),
        ("17230229", "no date"),
        ("17250001", "no date"),
        ("0412345678901234567", "unknown application identifier"),
        ("3106000123", "unknown application identifier"),
        ("ABC", "unknown application identifier"),
        (f"01{GTIN}0196385074963850", "AI 01"),
        (f"01{GTIN}0100000096385074", "twice with different values"),
        ("7003261123075110X", "AI 7003"),
        ("70032611232451", "no time"),
        ("800826112307516", "no time"),
        ("7007261123261131", "no date"),
        ("70072611232611", "AI 7007"),
        ("20012", "unknown application identifier"),
    ],
)
def test_what_breaks_a_rule_is_named(data: str, reason: str) -> None:
    with pytest.raises(LabelError, match=reason):
        element_string.parse(data)


def test_the_table_of_identifiers() -> None:
    for number, length in {"00": 18, "01": 14, "17": 6, "20": 2, "3922": None, "411": 13}.items():
        found = identifiers.find(number)
        assert found is not None
        assert found.length == length
    for number in ("10", "21", "22", "7003", "8005", "402", "3941", "30"):
        found = identifiers.find(number)
        assert found is not None
        assert found.length is None, "its length is not predefined, so a separator follows"
    for unknown in ("04", "05", "14", "18", "19", "23", "3106", "3380", "4100", "9", "999"):
        assert identifiers.find(unknown) is None


LOT = st.text(r"!\"%&'()*+,-./0123456789:;<=>?ABCZ_abz".replace("\\", ""), min_size=1, max_size=20)
PRODUCT = st.text("0123456789", min_size=13, max_size=13).map(lambda body: body + check_digit(body))


@given(PRODUCT, LOT, LOT, st.booleans())
def test_what_was_put_together_is_taken_apart(
    product: str, lot: str, serial: str, superfluous: bool
) -> None:
    mark = "\x1d" if superfluous else ""
    data = f"01{product}{mark}10{lot}\x1d17260630{mark}21{serial}{mark}"
    assert element_string.parse(data) == {"01": product, "10": lot, "17": "260630", "21": serial}


@given(st.text(max_size=60))
def test_any_text_is_values_or_a_reason(text: str) -> None:
    for parse in (element_string.parse, digital_link.parse):
        try:
            assert parse(text)
        except LabelError as error:
            assert str(error)


LINK_GTIN = "00614141123452"


@pytest.mark.parametrize(
    ("link", "found"),
    [
        (f"https://id.gs1.org/01/{LINK_GTIN}", {"01": LINK_GTIN}),
        ("https://example.com/01/614141123452", {"01": LINK_GTIN}),
        ("HTTP://example.com/01/0614141123452/", {"01": LINK_GTIN}),
        ("https://example.com/01/96385074", {"01": "00000096385074"}),
        (
            f"https://e.com/01/{LINK_GTIN}/10/ABC123?15=250330",
            {"01": LINK_GTIN, "10": "ABC123", "15": "250330"},
        ),
        (
            f"https://e.com/shop/01/{LINK_GTIN}/22/2A/10/L/21/S?foo=bar&linkType=all",
            {"01": LINK_GTIN, "22": "2A", "10": "L", "21": "S"},
        ),
        (f"https://e.com/01/x/01/{LINK_GTIN}", {"01": LINK_GTIN}),
        (f"https://e.com/01/{LINK_GTIN}/10/01", {"01": LINK_GTIN, "10": "01"}),
        (f"https://e.com/01/{LINK_GTIN}/10/A%2FB", {"01": LINK_GTIN, "10": "A/B"}),
        (
            f"https://e.com/01/{LINK_GTIN}?17=250630;3103=000123#frag",
            {"01": LINK_GTIN, "17": "250630", "3103": "000123"},
        ),
        ("https://e.com/00/157035381410375177", {"00": "157035381410375177"}),
    ],
)
def test_digital_links(link: str, found: dict[str, str]) -> None:
    assert digital_link.is_link(link)
    assert digital_link.parse(link) == found


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("https://example.com/foo/bar", "no primary identifier in path"),
        ("https://example.com", "no primary identifier in path"),
        ("https:///01/00614141123452", "without a host"),
        ("https://e.com/01/00614141123453", "check digit"),
        ("https://e.com/01/61414112345", "AI 01"),
        ("https://e.com/01/00614141123452/17/250630", "does not qualify"),
        ("https://e.com/01/00614141123452/21/S/10/L", "does not qualify"),
        ("https://e.com/01/00614141123452?17=259930", "no date"),
        ("https://e.com/01/00614141123452?01=00614141123469", "twice with different values"),
        ("https://e.com/01/00614 141123452", "blanks"),
        ("https://[e/01/00614141123452", "not a web address"),
    ],
)
def test_links_that_name_nothing(link: str, reason: str) -> None:
    with pytest.raises(LabelError, match=reason):
        digital_link.parse(link)
