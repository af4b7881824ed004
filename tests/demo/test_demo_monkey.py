"""Whatever is done at the bench, the machine's ledger and the operator's books agree (P1, P2).

A seeded stranger plays through the page's own WebSocket: touches what is offered, shows good and
bad codes, throws things in, reaches into doors, pulls cables, cuts network and power, and kills
processes. Then everything is put right again, and both sides are compared.
"""

import json
import os
import random
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from kiosk.demo.facts import cloud_books
from kiosk.demo.layout import BINS, Layout
from kiosk.demo.verdict import judge
from tests.demo.conftest import RunningDemo, start_demo
from tests.demo.processes import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

SOAK = os.environ.get("KIOSK_SOAK") == "1"
"""Set by `make soak`: more strangers, who stay longer."""
SEEDS = range(1, 7) if SOAK else (1,)
DEEDS = 200 if SOAK else 40
PAUSE_S = (0.05, 0.25)
DEVICES = (*(f"scale:{one.id}" for one in BINS), "scanner")


class Stranger:
    """Somebody at the page with a die."""

    def __init__(self, page: ClientConnection, demo: RunningDemo, seed: int) -> None:
        self._page = page
        self._demo = demo
        self._die = random.Random(seed)
        self._never = threading.Event()
        self.facts: dict[str, Any] = {}

    def read(self) -> None:
        """Keep the latest of every fact until the page closes."""
        try:
            for message in self._page:
                if isinstance(message, str):
                    told = json.loads(message)
                    self.facts[told["type"]] = told["fact"]
        except ConnectionClosed:
            pass

    def do(self, **deed: object) -> None:
        """Send one deed."""
        self._page.send(json.dumps(deed))

    def play(self) -> None:
        """Do one thing, mostly what leads on."""
        self._never.wait(self._die.uniform(*PAUSE_S))
        chance = self._die.random()
        if chance < 0.45:
            self.touch()
        elif chance < 0.80:
            if self.screen == "identify":
                self.do(do="show", code=self._die.choice(["fresh", "fresh", "forged", "used"]))
            for one in BINS:
                self.do(do="put", compartment=one.id, grams=self._die.choice([20, 650, 1800]))
        elif chance < 0.88:
            held = self._die.random() < 0.3
            self.do(do="hand", compartment=self._die.choice(BINS).id, held=held)
        elif chance < 0.92:
            plugged = self._die.random() < 0.8
            self.do(do="plug", device=self._die.choice(DEVICES), plugged=plugged)
        elif chance < 0.95:
            self.do(do="network", up=self._die.random() < 0.6)
        elif chance < 0.97:
            self.do(do="power", on=False)
            self.do(do="power", on=True)
        elif children := self._demo.children():
            os.kill(self._die.choice(children), signal.SIGKILL)

    def touch(self) -> None:
        """Press something that is offered; seldom what leads back."""
        targets = (self.facts.get("targets") or {"targets": []})["targets"]
        forward = [one for one in targets if one["choice"].partition(":")[0] != "language"]
        if forward and (one := self._die.choice(forward))["choice"] != "cancel":
            x, y = one["x"] + one["w"] // 2, one["y"] + one["h"] // 2
            self.do(do="touch", x=x, y=y, phase="down")
            self._never.wait(0.06)
            self.do(do="touch", x=x, y=y, phase="up")

    def put_right(self) -> None:
        """Take the hands out, plug everything in, and switch the machine off and on again.

        Off and on, so that a visit under way does not have to run out by its deadlines.
        """
        for one in BINS:
            self.do(do="hand", compartment=one.id, held=False)
        for device in DEVICES:
            self.do(do="plug", device=device, plugged=True)
        self.do(do="network", up=True)
        self.do(do="power", on=False)
        eventually(lambda: self.facts["state"]["machine"] is None and self.screen == "dark")
        self.do(do="power", on=True)

    @property
    def screen(self) -> str:
        """Which question is on the screen."""
        return str((self.facts.get("targets") or {"screen": "dark"})["screen"])

    def settled(self) -> bool:
        """True when nobody is served, no compartment recovers, and the cloud has everything."""
        machine = self.facts["state"]["machine"]
        return (
            self.screen in ("idle", "out_of_service")
            and machine is not None
            and machine["agent_attached"]
            and all(one["state"] != "closed" for one in machine["compartments"])
            and 0 < machine["head_seq"] == machine["acked_through"]
        )


@contextmanager
def stranger_at(demo: RunningDemo, seed: int) -> Iterator[Stranger]:
    """A stranger with the page open."""
    address = demo.url.removeprefix("http://").rstrip("/")
    origin = Origin(f"http://{address}")
    with connect(f"ws://{address}/live", origin=origin, max_size=None) as page:
        stranger = Stranger(page, demo, seed)
        reader = threading.Thread(target=stranger.read)
        reader.start()
        try:
            yield stranger
        finally:
            page.close()
            reader.join()


@pytest.mark.parametrize("seed", SEEDS)
def test_books_agree_whatever_a_stranger_does(short_tmp: Path, seed: int) -> None:
    home = short_tmp / "machine"
    layout = Layout(home, short_tmp)
    pace = () if SOAK else ("--quick",)
    with (
        start_demo(short_tmp, "--dir", str(home), *pace) as demo,
        stranger_at(demo, seed) as stranger,
    ):
        eventually(lambda: stranger.screen == "idle")
        for _ in range(DEEDS):
            stranger.play()
        stranger.put_right()
        eventually(stranger.settled, 150)
        _, endpoint = layout.remembered_ports()
        books = cloud_books(endpoint)
        assert books is not None
    verdict = judge(layout.ledger_home, books)
    assert [one for one in verdict.differences if one != "the ledger holds no deposit"] == []
