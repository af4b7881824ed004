"""Who is here and what they may ask for: numbers, caps, gifts, help, and people who walk away."""

import re

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from kiosk import views as v
from kiosk.documents import Caps, Neighbour, Neighbours, Phones, Settings
from kiosk.envelope import TrustError
from kiosk.events import DocumentOffered, LabelScanned
from kiosk.helpdesk import LOCKED_MS
from kiosk.records import Dispute, FaultRaised, Ticket
from kiosk.subjects import open_phone, seal_phone
from kiosk.units import CompartmentId
from tests.journeys.desk import Desk

PAPER = CompartmentId("paper")
KEY = X25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = X25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
PHONES = Phones(KEY.public_key().public_bytes_raw())
NUMBER = "13800138000"


def settings(desk: Desk, phones: Phones | None = None, caps: Caps | None = None) -> None:
    body = Settings("Green Loop", "400-800-0000", True, "东门", "East gate", phones, caps)
    desk.controller.handle(DocumentOffered(desk.operator.document("settings", 2, body)))


def types(desk: Desk, number: str) -> None:
    for digit in number:
        desk.touch(f"digit:{digit}")


def deposits(desk: Desk, grams: int) -> None:
    desk.touch("compartment:paper")
    desk.until(lambda: isinstance(desk.screen, v.Depositing))
    desk.world.put(PAPER, grams)
    desk.wait(2_000)
    desk.touch("done")
    desk.until(lambda: isinstance(desk.screen, v.Result))


def everything_on_disk(desk: Desk) -> bytes:
    return b"".join(path.read_bytes() for path in desk.directory.rglob("*") if path.is_file())


# ---- numbers ----


def test_a_number_is_typed_confirmed_sealed_and_forgotten(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    settings(desk, PHONES, Caps(deposits=9))
    desk.touch("start")
    assert isinstance(desk.screen, v.Identify) and desk.screen.phone_allowed
    desk.touch("phone")
    asked = desk.views[-1].id
    types(desk, NUMBER)
    assert desk.views[-1].entry == v.Entry(NUMBER, wrong=False)
    assert desk.views[-1].id == asked, "the question is the same: a quick finger is not lost"
    desk.touch("confirm")
    assert desk.views[-1].screen == v.ConfirmPhone(NUMBER, "Green Loop", "400-800-0000")
    desk.touch("confirm")
    chosen = desk.views[-1].screen
    assert isinstance(chosen, v.Choose) and chosen.id_level == "phone"
    deposits(desk, 1_800)
    paid = desk.deposits()[-1]
    assert (paid.outcome, paid.amount_minor, paid.id_level, paid.token) == (
        "PAID",
        144,
        "phone",
        None,
    )
    assert paid.subject is not None and open_phone(paid.subject, KEY) == NUMBER
    assert NUMBER.encode() not in everything_on_disk(desk)
    assert NUMBER not in caplog.text
    assert NUMBER not in repr(desk.controller.state)
    assert NUMBER not in repr(desk.status)


def test_a_number_that_is_none_is_refused_and_corrected(desk: Desk) -> None:
    settings(desk, PHONES)
    desk.touch("start")
    desk.touch("phone")
    types(desk, "23800138000999")
    assert desk.views[-1].entry == v.Entry("23800138000", wrong=False), "no more than 11 digits"
    desk.touch("confirm")
    assert desk.views[-1].entry == v.Entry("23800138000", wrong=True)
    for _ in range(11):
        desk.touch("erase")
    types(desk, NUMBER)
    desk.touch("confirm")
    desk.touch("cancel")  # not mine after all
    assert desk.views[-1].entry == v.Entry(NUMBER, wrong=False)
    desk.touch("cancel")
    assert isinstance(desk.screen, v.Identify)
    assert desk.records() and NUMBER.encode() not in everything_on_disk(desk)


def test_no_number_is_asked_for_where_the_operator_takes_none(desk: Desk) -> None:
    desk.touch("start")
    assert isinstance(desk.screen, v.Identify) and not desk.screen.phone_allowed
    desk.touch("phone")
    assert isinstance(desk.screen, v.Identify)


@given(st.text("0123456789", min_size=1, max_size=15))
def test_only_the_operators_key_opens_a_number(number: str) -> None:
    sealed, again = (seal_phone(number, PHONES.key) for _ in range(2))
    assert sealed != again and len(sealed) == len(seal_phone("1", PHONES.key))
    assert open_phone(sealed, KEY) == open_phone(again, KEY) == number
    with pytest.raises(TrustError, match="sealed to key"):
        open_phone(sealed, OTHER_KEY)
    head, _, box = sealed.rpartition(":")
    swapped = "A" if box[20] != "A" else "B"
    with pytest.raises(TrustError, match="damaged"):
        open_phone(f"{head}:{box[:20]}{swapped}{box[21:]}", KEY)


@given(st.text(max_size=120))
def test_what_is_no_sealed_number_is_said_to_be_none(text: str) -> None:
    with pytest.raises(TrustError):
        open_phone(text, KEY)


def test_a_key_that_is_none_seals_nothing() -> None:
    with pytest.raises(TrustError, match="is none"):
        seal_phone(NUMBER, b"\0" * 32)
    with pytest.raises(ValueError, match="15 digits"):
        seal_phone("1" * 16, PHONES.key)
    with pytest.raises(ValueError, match="pattern"):
        Phones(PHONES.key, pattern="1[3-9")


# ---- caps and gifts ----


def test_a_cap_is_said_before_a_door_opens_and_gifts_go_on(desk: Desk) -> None:
    settings(desk, None, Caps(minor=100))
    desk.scan(desk.token("anna"))
    deposits(desk, 1_800)  # 1.44: the deposit that passes the cap is paid whole
    assert desk.deposits()[-1].amount_minor == 144
    desk.touch("another")
    limited = v.Limited("money", 100, "CNY", donation_allowed=True, contact="400-800-0000")
    assert desk.screen == limited
    desk.touch("compartment:paper")
    assert desk.screen == limited
    desk.touch("donate")
    deposits(desk, 1_000)
    gift = desk.deposits()[-1]
    assert (gift.outcome, gift.subject, gift.id_level) == ("PAID", None, "donation")
    desk.touch("finish")
    receipt = desk.screen
    assert isinstance(receipt, v.Receipt)
    assert (receipt.id_level, receipt.total_minor, receipt.total_g) == ("token", 144, 1_800)
    assert [line.donated for line in receipt.lines] == [False, True]


def test_a_cap_holds_for_a_person_and_a_day(desk: Desk) -> None:
    settings(desk, None, Caps(deposits=1))
    desk.scan(desk.token("anna"))
    deposits(desk, 500)
    desk.touch("finish")
    desk.touch("finish")
    desk.scan(desk.token("anna"))
    assert isinstance(desk.screen, v.Limited)
    desk.touch("cancel")
    desk.scan(desk.token("bert"))
    assert isinstance(desk.screen, v.Choose)
    desk.touch("cancel")
    assert b"anna" not in (desk.directory / "run" / "caps.json").read_bytes()
    assert desk.clock.utc_ms is not None
    desk.clock.utc_ms += 24 * 3600 * 1000
    desk.scan(desk.token("anna"))
    assert isinstance(desk.screen, v.Choose)


# ---- help ----


def test_a_dispute_is_tied_to_the_record_and_takes_nothing_back(desk: Desk) -> None:
    desk.scan(desk.token())
    deposits(desk, 1_800)
    shown = desk.screen
    desk.touch("help")
    assert isinstance(desk.screen, v.Help)
    desk.touch("dispute")
    filed = desk.screen
    assert isinstance(filed, v.Filed) and filed.about == "dispute"
    bodies = desk.records()
    dispute = next(one for one in bodies if isinstance(one, Dispute))
    assert bodies[dispute.of_seq - 1] == desk.deposits()[-1]
    assert (dispute.receipt, dispute.number) == (desk.deposits()[-1].receipt, filed.number)
    desk.touch("cancel")
    assert desk.screen == shown
    desk.touch("help")
    desk.touch("dispute")
    assert desk.screen == filed, "the same number again, and no second record"
    assert sum(isinstance(one, Dispute) for one in desk.records()) == 1


def test_what_fell_in_keeps_its_compartment_shut_for_a_while(desk: Desk) -> None:
    desk.scan(desk.token())
    deposits(desk, 1_800)
    desk.touch("help")
    desk.touch("report:dropped")
    ticket = next(one for one in desk.records() if isinstance(one, Ticket))
    assert (ticket.about, ticket.compartment, ticket.bag) == ("dropped", "paper", "paper-1")
    raised = [one for one in desk.records() if isinstance(one, FaultRaised)]
    assert [(one.fault, one.compartment) for one in raised] == [("item_dropped", "paper")]
    desk.touch("cancel")
    desk.touch("another")
    assert isinstance(desk.screen, v.Choose)
    states = {one.compartment: one.state for one in desk.screen.offers}
    assert states == {"paper": "closed", "plastic": "open", "metal": "open", "textiles": "open"}
    desk.touch("cancel")
    desk.touch("finish")
    desk.clock.pass_ms(LOCKED_MS)
    desk.until(desk.ready)


def test_help_at_the_idle_screen_is_one_ticket_however_often_it_is_pressed(desk: Desk) -> None:
    numbers = set()
    for _ in range(5):
        desk.touch("help")
        desk.touch("report:help")
        assert isinstance(desk.screen, v.Filed)
        numbers.add(desk.screen.number)
        desk.touch("cancel")
        assert isinstance(desk.screen, v.Idle)
    assert len(numbers) == 1
    tickets = [one for one in desk.records() if isinstance(one, Ticket)]
    assert [(one.about, one.compartment, one.receipt) for one in tickets] == [("help", None, None)]


def test_an_inspector_reads_software_parameters_and_the_worst_case(desk: Desk) -> None:
    """M-16, M-17; docs/metrology.md: +-(30 + 5) g twice for e = 10 g at 30 kg."""
    desk.touch("help")
    desk.touch("about")
    shown = desk.screen
    assert isinstance(shown, v.About)
    assert shown.legal == "1-test" and re.fullmatch("[0-9a-f]{64}", shown.parameters)
    assert desk.status is not None
    assert (shown.event_counter, shown.head_seq) == (
        desk.status.event_counter,
        desk.status.head_seq,
    )
    assert shown.scales[0] == v.AboutScale("paper", 30_000, 200, 10, 70)


# ---- people who walk away, and full machines ----


def test_whoever_is_silent_is_asked_before_anything_happens(desk: Desk) -> None:
    desk.scan(desk.token())
    desk.touch("compartment:paper")
    desk.until(lambda: isinstance(desk.screen, v.Depositing))
    desk.world.put(PAPER, 1_800)
    desk.until(lambda: isinstance(desk.screen, v.StillThere), 91_000)
    warned = desk.views[-1]
    assert warned.screen == v.StillThere("close_door") and warned.left_ms == warned.total_ms
    assert warned.total_ms == 25_000
    desk.touch("done", view=warned.id - 1)
    assert isinstance(desk.screen, v.StillThere), "an answer to the old question is none"
    desk.touch("more_time")
    assert isinstance(desk.screen, v.Depositing) and desk.screen.extensions_left == 9
    desk.until(lambda: isinstance(desk.screen, v.StillThere), 91_000)
    desk.until(lambda: isinstance(desk.screen, v.Result), 40_000)
    assert (desk.deposits()[-1].outcome, desk.deposits()[-1].amount_minor) == ("PAID", 144)


def test_a_code_still_counts_while_the_machine_asks_who_is_there(desk: Desk) -> None:
    desk.touch("start")
    desk.until(lambda: isinstance(desk.screen, v.StillThere), 61_000)
    desk.controller.handle(LabelScanned(desk.token(), "Q1", desk.clock.monotonic_ms()))
    assert isinstance(desk.screen, v.Choose)


def test_a_full_machine_names_the_nearest_other_one(desk: Desk) -> None:
    near = (Neighbour("西门", "West gate", 400), Neighbour("北门", "North gate", 120))
    document = desk.operator.document("neighbours", 1, Neighbours(near))
    desk.controller.handle(DocumentOffered(document))
    for pan in desk.world.pans.values():
        pan.load(26_000)
    desk.until(lambda: getattr(desk.screen, "reason", "") == "all_full")
    shown = desk.screen
    assert isinstance(shown, v.OutOfService)
    assert [one.distance_m for one in shown.nearby] == [120, 400]
