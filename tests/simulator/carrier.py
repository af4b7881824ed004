"""The real cloud agent in virtual time; only its sockets are left out."""

import random
from collections.abc import Callable, Mapping
from functools import partial

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import wire
from kiosk.clock import Clock
from kiosk.cloud import BATCH_MAX_BYTES
from kiosk.config import Config
from kiosk.controller import Controller
from kiosk.envelope import TrustError
from kiosk.events import AgentAttached, BlobArrived
from kiosk.ledger.reader import LedgerReader
from kiosk.product_shelf import BlobRefusedError, ProductShelf
from kiosk.roles.agent import _event_of
from kiosk.units import Seq
from sync.agent.agent import Agent, _Session
from sync.agent.client import Client
from sync.agent.course import PATIENT, Shut
from sync.agent.http import Http
from sync.agent.keyring import KeyRing
from sync.agent.link import Link
from sync.agent.signing import Signer
from sync.agent.stop import Stop

KEY_HEADER = "simulated-key"
RESTART_MS = 5_000
TURNS_MAX = 2_000
"""More turns than this without time passing are a loop that would burn a machine's battery."""


class _Unsigned(Signer):
    """Names its key and leaves the requests' signatures out, a tenth of all time; tests/sync has
    them."""

    def sign(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> dict[str, str]:
        return {**headers, KEY_HEADER: self._key_id}


class _Ring(KeyRing):
    """One key, in no file."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self.key, self.following = key, None


class _AgentEndedError(Exception):
    """The agent's process ends; whoever supervises it starts it again."""


class FiledRing(KeyRing):
    """The real files. Where the agent's process would end, it says so."""

    def begin(self) -> Ed25519PrivateKey:
        try:
            return super().begin()
        except (TrustError, OSError) as error:
            raise _AgentEndedError from error

    def finish(self) -> None:
        try:
            super().finish()
        except (TrustError, OSError) as error:
            raise _AgentEndedError from error


class _Line(Link):
    """The agent's line to a controller in the same hand; says what kiosk.roles.agent says."""

    def __init__(
        self,
        controller: Controller,
        reader: LedgerReader,
        shelf: ProductShelf,
        told: list[wire.ToAgent],
    ) -> None:
        self._controller, self._ledger = controller, reader
        self._shelf, self._told = shelf, told
        self._ledger_id = ""

    def send(self, message: wire.FromAgent) -> None:
        match message:
            case wire.Attach(transport_key=key):
                self._controller.handle(AgentAttached(key))
            case wire.Want(after=after, most=most):
                records = self._ledger.after(Seq(after), most, BATCH_MAX_BYTES)
                self._told.append(wire.Records(self._ledger_id, records))
            case wire.Blob():
                self._receive(message)
            case _:
                self._controller.handle(_event_of(message))

    def receive(self) -> list[wire.ToAgent]:
        found = list(self._told)
        self._told.clear()
        for message in found:
            if isinstance(message, wire.Hello):
                self._ledger_id = message.ledger
        return found

    def close(self) -> None:
        pass

    def _receive(self, part: wire.Blob) -> None:
        try:
            whole = self._shelf.receive(part.sha256, part.offset, part.data, part.last)
        except BlobRefusedError as error:
            self._controller.handle(BlobArrived(part.sha256, str(error)))
            return
        if whole:
            self._controller.handle(BlobArrived(part.sha256, None))


class _VirtualAgent(Agent):
    """An agent that never waits: it says until when it would have."""

    line: _Line
    _rests_until_ms: int | None = None

    def rest(self) -> int | None:
        """Take one turn; returns until when nothing is to be done, None: go on."""
        self._rests_until_ms = None
        self.turn()
        return self._rests_until_ms

    def _connect(self) -> None:
        self._session = _Session(self.line)
        self.line.send(wire.Attach(self._ring.public))

    def _wait(self, until_ms: int) -> None:
        self._rests_until_ms = until_ms

    @property
    def shut(self) -> bool:
        return self._course is not None and isinstance(self._course.mood, Shut)


class Carrier:
    """Carries records and documents between one controller and the cloud, one turn at a time."""

    def __init__(
        self,
        cloud: Http,
        key: Ed25519PrivateKey,
        clock: Clock,
        config: Config,
        seed: int,
        signer: type[Signer] = _Unsigned,
        rings: Callable[[], KeyRing] | None = None,
    ) -> None:
        """``rings`` loads the transport keys at each start of the agent; else there is only
        ``key``."""
        self._cloud = cloud
        self._signer = signer
        self._rings = rings or (lambda: _Ring(key))
        self._clock = clock
        self._config = config
        self._dice = random.Random(f"carrier {seed}")
        self._stop = Stop()
        self._agent = self._fresh()
        self._told: list[wire.ToAgent] = []
        self.due_ms = 0
        """Until when there is nothing to do unless something happens."""

    @property
    def barred(self) -> bool:
        """People have to look."""
        return self._agent.shut

    def close(self) -> None:
        """Let go of what it holds of this computer."""
        self._stop.close()

    def attach(
        self,
        controller: Controller,
        reader: LedgerReader,
        shelf: ProductShelf,
        told: list[wire.ToAgent],
    ) -> None:
        """The agent is started, and finds this controller."""
        self._agent = self._fresh()
        self._told = told
        told.clear()
        self._agent.line = _Line(controller, reader, shelf, told)
        self._again = partial(self.attach, controller, reader, shelf, told)
        self.due_ms = self._clock.monotonic_ms()

    def turn(self) -> None:
        """Do everything that can be done now."""
        if not self._told and self._clock.monotonic_ms() < self.due_ms:
            return
        agent = self._agent
        for _ in range(TURNS_MAX):
            try:
                rests_until_ms = agent.rest()
            except _AgentEndedError:
                self._again()
                self.due_ms += RESTART_MS
                return
            if rests_until_ms is not None:
                self.due_ms = rests_until_ms
                return
        raise AssertionError("the agent does not rest")

    @property
    def public(self) -> bytes:
        """The transport key in use."""
        return self._ring.public

    def _fresh(self) -> _VirtualAgent:
        self._ring = self._rings()
        client = Client(self._cloud, self._signer(self._ring.key, self._clock))
        return _VirtualAgent(
            self._config, self._ring, client, self._stop, self._clock, self._dice,
            "simulated", PATIENT,
        )  # fmt: skip
