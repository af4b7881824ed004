"""The page answers this computer only, and passes on what a person does and sees."""

import asyncio
import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from drivers.sim.world import Code
from kiosk.clock import SystemClock
from kiosk.demo.bench import Bench
from kiosk.demo.bottles import BOTTLES
from kiosk.demo.collector import Collector
from kiosk.demo.errors import PortTakenError
from kiosk.demo.framing import HELLO, RECTANGLE, SPEECH, TARGETS, TOUCH, FrameReader, pack
from kiosk.demo.hub import PICTURES_HELD_MAX, Hub
from kiosk.demo.page import FILES, Line, Page, PageServer, listen
from kiosk.demo.panel import Panel
from kiosk.demo.phone import Phone
from kiosk.demo.serve import Picture
from tests.demo.fakes import StillMachine, Switches

CLOCK = SystemClock(Path("/nonexistent"), floor_ms=0)
PATIENCE_S = 10


@dataclass(frozen=True)
class Desk:
    """A served page with nothing real behind it but its panel."""

    port: int
    hub: Hub
    machine: StillMachine
    switches: Switches
    panel: Panel
    panel_path: Path


@contextmanager
def serve(folder: Path) -> Iterator[Desk]:
    """Serve a page until the end."""
    hub, machine, switches = Hub(), StillMachine(), Switches()
    panel = Panel(folder / "panel.sock")
    panel.listen(Picture(hub, CLOCK).hear)
    panel.start()
    hub.ask_for_picture_with(panel.refresh)
    phone = Phone(Ed25519PrivateKey.generate(), CLOCK)
    listener = listen(0)
    port = listener.getsockname()[1]
    collector = Collector(folder / "service.sock", machine.as_machine())
    table = Bench(machine.as_machine(), panel, phone, switches, collector)
    server = PageServer(Page(hub, table).app(port), listener)
    server.start()
    try:
        yield Desk(port, hub, machine, switches, panel, folder / "panel.sock")
    finally:
        server.stop()
        panel.stop()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with serve(tmp_path) as desk:
        yield desk


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A page for the tests that are refused, or only look."""
    with serve(tmp_path_factory.mktemp("page")) as desk:
        yield desk


def get(desk: Desk, path: str, host: str | None = None, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=PATIENCE_S)
    connection.request("GET", path, headers={"Host": host or f"127.0.0.1:{desk.port}", **headers})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def live(desk: Desk, origin: str | None = "", host: str = "127.0.0.1") -> ClientConnection:
    named = f"http://127.0.0.1:{desk.port}" if origin == "" else origin
    return connect(
        f"ws://{host}:{desk.port}/live",
        sock=socket.create_connection(("127.0.0.1", desk.port), timeout=PATIENCE_S),
        origin=None if named is None else Origin(named),
        open_timeout=PATIENCE_S,
    )


def facts_until(page: ClientConnection, kind: str) -> Any:
    """Read messages until a fact of this kind comes."""
    while True:
        message = page.recv(PATIENCE_S)
        if isinstance(message, str) and (told := json.loads(message))["type"] == kind:
            return told["fact"]


@pytest.mark.parametrize("path", sorted(FILES))
def test_every_file_is_served_with_a_strict_policy(untouched: Desk, path: str) -> None:
    answer = get(untouched, path)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == FILES[path][2]
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_nothing_but_its_files_is_served(untouched: Desk) -> None:
    assert get(untouched, "/../pyproject.toml").status == 404
    assert get(untouched, "/assets/index.html").status == 404


def test_the_page_is_written_for_its_policy() -> None:
    page = (Path(__file__).parents[2] / "kiosk/demo/assets/index.html").read_text()
    assert "style=" not in page
    assert "onclick=" not in page
    assert "//" not in page.replace("<!doctype html>", "")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "127.0.0.1", "[::1]:80"])
def test_a_foreign_host_gets_nothing(untouched: Desk, host: str) -> None:
    assert get(untouched, "/", host).status == 403


def test_localhost_is_a_name_of_this_computer(untouched: Desk) -> None:
    assert get(untouched, "/", f"localhost:{untouched.port}").status == 200


def test_a_page_from_elsewhere_cannot_fetch(untouched: Desk) -> None:
    assert get(untouched, "/demo.js", Origin="https://evil.example").status == 403


@pytest.mark.parametrize(
    "origin", [None, "null", "https://evil.example", "http://evil.example:8080"]
)
def test_a_websocket_needs_our_own_origin(untouched: Desk, origin: str | None) -> None:
    with pytest.raises(InvalidStatus) as refused:
        live(untouched, origin)
    assert refused.value.response.status_code == 403


def test_a_websocket_for_another_host_is_refused(untouched: Desk) -> None:
    with pytest.raises(InvalidStatus):
        live(untouched, host="evil.example")


def test_a_late_page_is_told_the_latest_of_everything(desk: Desk) -> None:
    desk.hub.tell("books", {"acked_through": 1})
    desk.hub.tell("books", {"acked_through": 2})
    with live(desk) as page:
        assert facts_until(page, "books") == {"acked_through": 2}


def test_the_picture_reaches_the_page_and_touches_reach_the_screen(desk: Desk) -> None:
    with socket.socket(socket.AF_UNIX) as screen, live(desk) as page:
        screen.settimeout(PATIENCE_S)
        # The picture is not kept for those who come later: wait until the page listens.
        desk.hub.tell("books", {})
        facts_until(page, "books")
        screen.connect(str(desk.panel_path))
        targets = b'{"view":1,"screen":"idle","targets":[]}'
        screen.sendall(
            pack(HELLO, b'{"width":320,"height":200,"version":1}')
            + pack(TARGETS, targets)
            + pack(SPEECH, b"no JSON")
            + pack(SPEECH, '{"text":"您好","language":"zh","volume":2}'.encode())
            + pack(RECTANGLE, bytes(8) + b"PNG")
        )
        assert facts_until(page, "panel")["width"] == 320
        assert facts_until(page, "targets")["screen"] == "idle"
        assert facts_until(page, "speech") == {"text": "您好", "language": "zh", "volume": 2}
        assert page.recv(PATIENCE_S) == bytes(8) + b"PNG"
        page.send('{"do":"touch","x":5,"y":6,"phase":"down"}')
        reader = FrameReader()
        messages: list[tuple[bytes, bytes]] = []
        while not any(kind == TOUCH for kind, _ in messages):
            messages += reader.feed(screen.recv(4096))
        assert json.loads(messages[-1][1]) == {"x": 5, "y": 6, "phase": "down"}
    with live(desk) as page:
        told = facts_until(page, "panel")
        # A page that comes at that moment may be told of the screen once more before it is gone.
        assert told is None or facts_until(page, "panel") is None


def test_the_world_refuses_in_plain_words(desk: Desk) -> None:
    with live(desk) as page:
        page.send('{"do":"put","compartment":"paper","grams":1800}')
        said = facts_until(page, "said")
        assert not said["ok"]
        assert said["en"].startswith("The door of paper is only 0 % open. Choose it on")
        desk.machine.open("paper")
        page.send('{"do":"put","compartment":"paper","grams":1800}')
        assert facts_until(page, "said")["ok"]
    assert desk.machine.world.snapshot().compartments["paper"].grams_in_bin == 3_800


def test_power_network_and_plugs_are_switched(desk: Desk) -> None:
    with live(desk) as page:
        for deed in (
            {"do": "network", "up": False},
            {"do": "power", "on": False},
            {"do": "plug", "device": "scale:metal", "plugged": False},
        ):
            page.send(json.dumps(deed))
            assert facts_until(page, "said")["ok"]
    assert not desk.switches.up
    assert not desk.switches.powered
    assert not desk.machine.world.snapshot().compartments["metal"].scale_plugged


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"do":"fly"}', '{"do":"put","compartment":"paper","grams":"1"}', '{"do":1}'],
)
def test_nonsense_is_refused_and_the_line_lives_on(untouched: Desk, text: str) -> None:
    with live(untouched) as page:
        page.send(text)
        assert not facts_until(page, "said")["ok"]
        page.send('{"do":"network","up":true}')
        assert facts_until(page, "said")["ok"]


@pytest.mark.parametrize(
    ("deed", "zh", "en"),
    [
        ({"do": "hand", "compartment": "glass", "held": True}, "没有这个投口", "no 'scale:glass'"),
        ({"do": "put", "compartment": "glass", "grams": 5}, "没有这个投口", "no 'scale:glass'"),
        ({"do": "take", "compartment": "glass", "grams": 0}, "没有这个投口", "nobody carries 0 g"),
        ({"do": "put", "compartment": "paper", "grams": 0}, "1 到 50000 克", "nobody carries 0 g"),
        ({"do": "put", "compartment": "paper", "grams": 5}, "先在触摸屏上选它", "only 0 % open"),
        ({"do": "take", "compartment": "metal", "grams": 9000}, "只有 2000 克", "only 2000 g"),
        ({"do": "hand", "compartment": "paper", "held": True}, "门关着", "is closed"),
        ({"do": "plug", "device": "printer", "plugged": False}, "没有这个设备", "no 'printer'"),
        ({"do": "show", "code": "used"}, "还没有用过的码", "no code was used yet"),
        ({"do": "empty", "compartment": "glass"}, "没有这个投口", "no 'scale:glass'"),
        ({"do": "fly"}, "没有这种操作", "Invalid value 'fly'"),
    ],
)
def test_a_refusal_says_the_same_in_both_languages(
    untouched: Desk, deed: dict[str, object], zh: str, en: str
) -> None:
    untouched.machine.open("metal")
    with live(untouched) as page:
        page.send(json.dumps(deed))
        said = facts_until(page, "said")
    assert not said["ok"]
    assert zh in said["zh"]
    assert en.lower() in said["en"].lower()


def test_a_bottle_is_scanned_and_put_in_or_neither(desk: Desk) -> None:
    bottle, world = BOTTLES[0], desk.machine.world
    message = json.dumps({"do": "bottle", "ean": bottle.ean})
    with live(desk) as page:
        page.send(message)
        assert facts_until(page, "said")["zh"].startswith("门没有打开")
        desk.machine.open("plastic")
        world.unplug("scanner")
        page.send(message)
        assert facts_until(page, "said")["zh"] == "扫码器断开了，看不到码"
        world.plug("scanner")
        assert world.snapshot().compartments["plastic"].grams_in_bin == 2_000
        assert world.take_codes() == []
        page.send(message)
        assert facts_until(page, "said")["ok"]
        assert world.snapshot().compartments["plastic"].grams_in_bin == 2_000 + bottle.grams
        assert world.take_codes() == [Code(bottle.ean.encode(), "E0")]
        page.send('{"do":"bottle","ean":"4006381333931"}')
        assert facts_until(page, "said")["zh"] == "没有这种瓶子"


def test_a_bag_is_carried_away_with_the_door_closed(desk: Desk) -> None:
    with live(desk) as page:
        page.send('{"do":"empty","compartment":"metal"}')
        said = facts_until(page, "said")
        # No controller runs here; tests/demo/test_collector.py has one.
        assert said["en"].startswith("The bag of 2000 g was carried away; the machine could not")
    assert desk.machine.world.snapshot().compartments["metal"].grams_in_bin == 0


def test_a_code_before_a_pulled_scanner_is_refused_for_that_reason(desk: Desk) -> None:
    desk.machine.world.unplug("scanner")
    with live(desk) as page:
        page.send('{"do":"show","code":"fresh"}')
        assert "扫码器断开了" in facts_until(page, "said")["zh"]


def test_a_page_that_reads_too_slowly_loses_pictures_but_no_facts() -> None:
    async def read_late() -> list[tuple[str | bytes, bool]]:
        line = Line(asyncio.get_running_loop())
        for _ in range(PICTURES_HELD_MAX + 50):
            line.picture(b"rectangle")
        line.fact("fact")
        return [await line.next() for _ in range(PICTURES_HELD_MAX + 1)]

    *_, last_picture, fact = asyncio.run(read_late())
    assert last_picture == (b"rectangle", True), "now the whole picture must be asked for"
    assert fact == ("fact", False)


def test_a_fact_is_told_once_until_it_changes() -> None:
    class Visitor:
        def __init__(self) -> None:
            self.facts: list[str] = []

        def fact(self, text: str) -> None:
            self.facts.append(text)

        def picture(self, message: bytes) -> None:
            raise AssertionError("it has left")

    hub, visitor = Hub(), Visitor()
    hub.join(visitor)
    for state in (1, 1, 2):
        hub.tell("state", state)
    hub.pass_on("speech", "again")
    hub.pass_on("speech", "again")
    hub.leave(visitor)
    hub.tell("state", 3)
    hub.show(b"")
    assert [json.loads(text)["fact"] for text in visitor.facts] == [1, 2, "again", "again"]
    late = Visitor()
    hub.join(late)
    assert [json.loads(text)["fact"] for text in late.facts] == [3], "what was said is over"


def test_a_taken_port_is_told_with_the_cure() -> None:
    with listen(0) as first:
        port = first.getsockname()[1]
        with pytest.raises(
            PortTakenError, match=f"port {port} on 127.0.0.1 is taken.*PORT=N.*--port N"
        ):
            listen(port)
