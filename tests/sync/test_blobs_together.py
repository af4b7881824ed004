"""The real agent brings a real endpoint's list to a machine, whatever happens on the way."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from kiosk import documents
from kiosk.documents import DOCUMENT_TYPE, Products
from kiosk.envelope import unseal
from kiosk.events import AgentAttached, EnrolmentAnswered
from kiosk.product_shelf import BlobRefusedError, ProductShelf
from kiosk.wire import (
    BLOB_PART_BYTES_MAX,
    Attach,
    Blob,
    Enrolment,
    FromAgent,
    Offer,
    Refused,
    WantBlob,
)
from tests.journeys.desk import Desk
from tests.journeys.operator import KIOSK
from tests.sync.controller import FakeController
from tests.sync.lists import a_list, gtin, sha256
from tests.sync.machine import Machine
from tests.sync.places import (
    make_config,
    make_desk,
    running_agent,
    running_endpoint,
)
from tests.sync.relay import Relay

ROWS = 100_000


class ListController(FakeController):
    """Wants the list that a document names, and compiles it on the product's own shelf."""

    def __init__(self, path: Path, machine: Machine, shelf: ProductShelf) -> None:
        self.shelf = shelf
        self.wanted: Products | None = None
        self.compiled: list[str] = []
        self.problems: list[str] = []
        self.drop_after = 0
        """Drop the connection once after so many parts, as a restart does."""
        super().__init__(path, machine)

    def _hear(self, message: FromAgent) -> None:
        super()._hear(message)
        if isinstance(message, Blob):
            self._take(message)
        elif self.wanted is not None and isinstance(message, Attach | Enrolment | Offer):
            self._send(WantBlob(self.wanted.sha256, self.wanted.size))

    def _adopt(self, envelope: bytes) -> None:
        super()._adopt(envelope)
        payload = unseal(envelope, DOCUMENT_TYPE, (self.root_public,))
        body = msgspec.json.decode(payload, type=documents.Document).body
        if isinstance(body, Products):
            self.wanted = body

    def _take(self, part: Blob) -> None:
        try:
            if self.shelf.receive(part.sha256, part.offset, part.data, part.last):
                self.compiled.append(part.sha256)
        except BlobRefusedError as error:
            self.problems.append(str(error))
            self._send(Refused("blob", str(error)))
        if len(self.blobs) == self.drop_after:
            self.drop()


@pytest.fixture
def controller(tmp_path: Path) -> Iterator[ListController]:
    make_config(tmp_path)
    machine, shelf = Machine(), ProductShelf(tmp_path / "shelf")
    with ListController(tmp_path / "run" / "agent.sock", machine, shelf) as controller:
        yield controller


def test_a_hundred_thousand_products_reach_the_machine(
    tmp_path: Path, controller: ListController
) -> None:
    desk = make_desk(tmp_path / "desk", "http://127.0.0.1:1")
    text = a_list(ROWS)
    desk.publish_products(text)
    with running_endpoint(tmp_path / "desk") as url, running_agent(make_config(tmp_path)):
        controller.show_code(desk.new_code("yard-07"), url)
        controller.wait(lambda: controller.compiled == [sha256(text)])
    parts = controller.blobs
    assert len(parts) == -(-len(text) // BLOB_PART_BYTES_MAX) > 10
    assert b"".join(part.data for part in parts) == text
    assert all(len(part.data) <= BLOB_PART_BYTES_MAX for part in parts)
    document = Products(sha256(text), len(text))
    controller.shelf.use(document)
    assert controller.shelf.in_use(document)
    found = controller.shelf.find(gtin(690_000_000_000 + ROWS - 1))
    assert found is not None
    assert (found.material, found.price_minor, found.min_g, found.max_g) == ("plastic", 10, 18, 32)


class BreakingRelay(Relay):
    """A network that breaks once, after so many bytes of answers, until it is mended."""

    def __init__(self, target: int, break_at: int) -> None:
        self.left = break_at
        self.broken = threading.Event()
        super().__init__(target)

    def __enter__(self) -> "BreakingRelay":
        return self

    def _pump_back(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                sink.sendall(piece)
                self._count(len(piece))
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _count(self, size: int) -> None:
        with self.changed:
            self.left -= size
            breaks = self.left < 0 and not self.broken.is_set()
        if breaks:
            self.cut()
            self.broken.set()


def test_it_goes_on_where_the_network_was_lost(tmp_path: Path, controller: ListController) -> None:
    desk = make_desk(tmp_path / "desk", "http://127.0.0.1:1")
    text = a_list(30_000)
    desk.publish_products(text)
    with (
        running_endpoint(tmp_path / "desk") as url,
        BreakingRelay(int(url.rpartition(":")[2]), 3 * BLOB_PART_BYTES_MAX) as relay,
        running_agent(make_config(tmp_path)),
    ):
        controller.show_code(desk.new_code("yard-07"), f"http://127.0.0.1:{relay.port}")
        assert relay.broken.wait(20)
        with controller.changed:
            before = len(controller.blobs)
            assert not controller.compiled
        assert before >= 1
        relay.mend()
        controller.wait(lambda: controller.compiled == [sha256(text)])
    offsets = [part.offset for part in controller.blobs]
    assert offsets == sorted(set(offsets)), "no part was carried twice"
    assert not controller.problems


def test_a_controller_that_restarts_gets_it_from_the_beginning(
    tmp_path: Path, controller: ListController
) -> None:
    desk = make_desk(tmp_path / "desk", "http://127.0.0.1:1")
    text = a_list(30_000)
    desk.publish_products(text)
    controller.drop_after = 3
    with running_endpoint(tmp_path / "desk") as url, running_agent(make_config(tmp_path)):
        controller.show_code(desk.new_code("yard-07"), url)
        controller.wait(lambda: controller.attached >= 2)
        controller.wait(lambda: controller.compiled == [sha256(text)])
    assert [part.offset for part in controller.blobs].count(0) == 2


def test_wrong_bytes_are_refused_and_not_asked_for_in_a_hurry(
    tmp_path: Path, controller: ListController
) -> None:
    desk = make_desk(tmp_path / "desk", "http://127.0.0.1:1")
    text = a_list(20_000)
    desk.publish_products(text)
    stored = desk.directory / "blobs" / sha256(text)
    stored.write_bytes(text[:-2] + b"3\n")
    with running_endpoint(tmp_path / "desk") as url, running_agent(make_config(tmp_path)):
        controller.show_code(desk.new_code("yard-07"), url)
        controller.wait(lambda: controller.problems)
        controller.machine.deposit()
        controller.announce()
        # Meanwhile records go on as ever.
        controller.wait_acked(controller.machine.head_seq)
    assert controller.problems == [f"what came is not {sha256(text)[:12]}"]
    assert not controller.shelf.has(sha256(text))
    assert [part.offset for part in controller.blobs].count(0) == 1


def test_a_machine_that_is_enrolled_with_a_list_wants_it_at_once(tmp_path: Path) -> None:
    """The real controller: the list is among the documents that come with the enrolment."""
    machine = Desk(tmp_path, enrolled=False)
    machine.controller.handle(AgentAttached(b"t" * 32))
    machine.scan(machine.operator.code())
    named = machine.operator.document("products", 1, Products("0" * 64, 10))
    answer = (*machine.operator.documents(), named)
    machine.controller.handle(EnrolmentAnswered(KIOSK, machine.root_public, answer))
    assert WantBlob("0" * 64, 10) in machine.told
