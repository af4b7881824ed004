"""Bottles paid by the piece (M-29): barcode, price per piece, count against mass."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from kiosk import views as v
from kiosk import wire
from kiosk.documents import Products, Tariff
from kiosk.events import AgentAttached, BlobArrived, DocumentOffered, LabelScanned
from kiosk.product_shelf import BlobRefusedError, ProductShelf
from kiosk.products import HEADER
from kiosk.records import Piece
from tests.journeys.desk import Desk
from tests.journeys.steps import Step, outcome, puts, sees, shows_her_code, touches, walk

WATER = "06901234567892"
JUICE = "06901234567908"
LIST = b"\n".join(
    (
        HEADER,
        f"{WATER};plastic;5;18;30".encode(),
        f"{JUICE};plastic;8;28;45".encode(),
        b"06901234567915;metal;10;12;18",
        b"",
    )
)
SHA = hashlib.sha256(LIST).hexdigest()
BY_PIECE = Tariff("CNY", 1, {"paper": 8_000, "metal": 35_000}, by_piece=("plastic",))


def offered(desk: Desk, version: int = 1) -> None:
    document = desk.operator.document("products", version, Products(SHA, len(LIST)))
    desk.controller.handle(DocumentOffered(document))


def brought(desk: Desk, sha: str = SHA) -> None:
    """The agent brings the list in two parts; the connection's thread compiles it."""
    assert not desk.products.receive(sha, 0, LIST[:40], last=False)
    assert desk.products.receive(sha, 40, LIST[40:], last=True)
    desk.controller.handle(BlobArrived(sha, None))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    offered(desk)
    brought(desk)
    desk.controller.handle(DocumentOffered(desk.operator.document("tariff", 2, BY_PIECE)))
    return desk


def scans(gtin: str, pause_ms: int = 1_000) -> Step:
    def step(desk: Desk) -> None:
        label = LabelScanned(gtin[1:].encode(), "E0", desk.clock.monotonic_ms(), gtin)
        desk.controller.handle(label)
        desk.wait(pause_ms)

    return step


OPENS_PLASTIC: Sequence[Step] = [
    shows_her_code,
    touches("compartment:plastic"),
    sees(v.Depositing),
]


def test_three_bottles_are_three_pieces(desk: Desk) -> None:
    """Six identical bottles are six pieces; here two of one kind and one of another."""
    walk(
        desk,
        [
            *OPENS_PLASTIC,
            scans(WATER),
            scans(WATER),
            scans(JUICE),
            puts(85, "plastic"),
            touches("done"),
            sees(v.Result),
            outcome(
                "PAID",
                net_g=85,
                amount_minor=18,
                by_piece=True,
                products_version=1,
                pieces=(Piece(WATER, 2, 5, 18, 30), Piece(JUICE, 1, 8, 28, 45)),
            ),
        ],
    )
    assert isinstance(desk.screen, v.Result) and desk.screen.pieces == 3


def counted(desk: Desk) -> tuple[int, int, str | None]:
    """Pieces, their worth and the notice, as the screen shows them."""
    shown = desk.screen
    assert isinstance(shown, v.Depositing) and shown.offer.by_piece
    return shown.pieces, shown.pieces_minor, shown.item_notice


def test_the_screen_counts_along(desk: Desk) -> None:
    walk(desk, [*OPENS_PLASTIC, scans(WATER), scans(JUICE)])
    assert counted(desk) == (2, 13, None)
    scans("06901234567922")(desk)
    assert counted(desk) == (2, 13, "unknown_item")
    scans("06901234567915")(desk)
    assert counted(desk) == (2, 13, "other_material")
    scans(WATER)(desk)
    assert counted(desk) == (3, 18, None)


def test_one_bottle_shown_fifty_times_is_held(desk: Desk) -> None:
    """M-30: nothing rewards scanning; the mass must fit the count."""
    walk(desk, [*OPENS_PLASTIC, *(scans(WATER) for _ in range(50)), puts(25, "plastic")])
    walk(desk, [touches("done"), sees(v.Result), outcome("HELD", "count_mass", amount_minor=0)])


def test_a_scanner_that_reads_one_label_again_counts_it_once(desk: Desk) -> None:
    walk(desk, [*OPENS_PLASTIC, *(scans(WATER, pause_ms=200) for _ in range(10))])
    assert isinstance(desk.screen, v.Depositing) and desk.screen.pieces == 1


def test_bottles_put_in_without_a_scan_are_recorded_and_not_priced(desk: Desk) -> None:
    walk(desk, [*OPENS_PLASTIC, puts(200, "plastic"), touches("done"), sees(v.Result)])
    outcome("UNPRICED", "no_items", net_g=200, amount_minor=0)(desk)


def test_scanned_and_taken_home_is_void(desk: Desk) -> None:
    walk(desk, [*OPENS_PLASTIC, scans(WATER), touches("done"), sees(v.Result)])
    outcome("VOID", "nothing_deposited", amount_minor=0)(desk)


def test_a_barcode_at_a_bin_by_weight_means_nothing(desk: Desk) -> None:
    walk(desk, [shows_her_code, touches("compartment:paper"), sees(v.Depositing), scans(WATER)])
    assert isinstance(desk.screen, v.Depositing) and desk.screen.pieces == 0


def test_a_bin_by_piece_without_a_list_stays_shut(tmp_path: Path) -> None:
    """M-13: the price must be known before the door opens."""
    desk = Desk(tmp_path)
    desk.controller.handle(DocumentOffered(desk.operator.document("tariff", 2, BY_PIECE)))
    desk.wait(1_000)
    assert isinstance(desk.screen, v.Idle)
    assert "plastic" not in [offer.compartment for offer in desk.screen.offers]


def test_the_list_is_asked_for_until_it_is_here(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    offered(desk)
    assert desk.told[-1] == wire.WantBlob(SHA, len(LIST))
    assert "products" not in desk.trust.versions
    desk.controller.handle(AgentAttached(b"t" * 32))
    assert desk.told[-1] == wire.WantBlob(SHA, len(LIST))
    brought(desk)
    assert desk.trust.versions["products"] == 1


def test_the_list_is_in_use_after_a_restart(desk: Desk) -> None:
    desk.power_cut()
    desk.power_on()
    desk.until(desk.ready)
    walk(desk, [*OPENS_PLASTIC, scans(WATER)])
    assert isinstance(desk.screen, v.Depositing) and desk.screen.pieces == 1


def test_a_damaged_index_is_asked_for_again(desk: Desk) -> None:
    desk.power_cut()
    index = desk.config.machine.data_dir / "products" / f"{SHA}.index"
    index.write_bytes(index.read_bytes()[:-1])
    desk.power_on()
    assert not index.exists()
    desk.told.clear()
    desk.controller.handle(AgentAttached(b"t" * 32))
    assert wire.WantBlob(SHA, len(LIST)) in desk.told


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([(0, b"x", True)], "is not"),
        ([(5, LIST[5:], True)], "does not follow"),
        ([(0, LIST[:10], False), (11, LIST[11:], True)], "does not follow"),
        ([(0, LIST[:10], False), (10, LIST[10:] + b"more", True)], "is not"),
    ],
)
def test_a_blob_that_is_not_the_named_one_is_refused(
    tmp_path: Path, parts: list[tuple[int, bytes, bool]], message: str
) -> None:
    shelf = ProductShelf(tmp_path)
    with pytest.raises(BlobRefusedError, match=message):
        for offset, data, last in parts:
            shelf.receive(SHA, offset, data, last)
    assert not shelf.has(SHA)
    assert not shelf.receive(SHA, 0, LIST[:10], last=False)
    assert shelf.receive(SHA, 10, LIST[10:], last=True)


def test_a_list_that_is_none_is_refused(tmp_path: Path) -> None:
    text = b"gtin,price\n"
    sha = hashlib.sha256(text).hexdigest()
    with pytest.raises(BlobRefusedError, match="line 1: must be"):
        ProductShelf(tmp_path).receive(sha, 0, text, last=True)
