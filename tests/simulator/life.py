"""Plays scenes on the machine, and shows the reference everything that can be seen."""

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from kiosk.documents import Products, Tariff
from kiosk.errors import KioskError
from kiosk.events import BlobArrived, DocumentOffered
from kiosk.ledger.verify import verify
from kiosk.products import HEADER
from kiosk.session.states import Idle
from kiosk.units import Seq
from tests.simulator.bureau import Bureau, unseal
from tests.simulator.cloud import Cloud
from tests.simulator.copies import Copies
from tests.simulator.crew import Crew
from tests.simulator.disk import Disk, PowerCut
from tests.simulator.machine import WAKING_MS, SimulatedMachine
from tests.simulator.mishaps import Mishaps, true_utc_ms
from tests.simulator.people import BOTTLE, Guest
from tests.simulator.plan import HOUR_MS
from tests.simulator.reference import Broken, Reference
from tests.simulator.scenes import (
    BY_PIECE,
    Clone,
    Collect,
    Keep,
    Quiet,
    Restore,
    Scene,
    Service,
    Visit,
)
from tests.simulator.signatures import remembered
from tests.simulator.unflushed import Unflushed
from tests.simulator.yard import Seen

PRODUCTS = {BOTTLE: (5, 18, 30)}
LIST = b"\n".join((HEADER, f"{BOTTLE};{BY_PIECE};5;18;30".encode(), b""))
OFF_MS = 20_000
RESTART_MS = 5_000
RESTART_CAP_MS = 600_000
READ_MOST = 500


class Life:
    """One machine, its yard, its cloud and the reference that watches them."""

    def __init__(self, directory: Path, seed: int) -> None:
        self.seed = seed
        self.disk = Disk(seed, Unflushed.below(directory, os.environ, seed))
        self.directory = directory
        self.told: Counter[str] = Counter()
        self.last_good = b""
        self._view = -1
        self._looked = ("", 0, 0, 0)
        """What was read and shown at the last look: most looks find nothing new."""
        self._copies = Copies(self)
        self.catch_up: Callable[[], None] = self.read_records
        self.machine = SimulatedMachine(directory / "machine", seed, self.disk)
        self.reference = Reference(
            {one.id: one.scale.e_g for one in self.machine.config.compartment}, PRODUCTS, unseal
        )
        self.machine.enrol()
        self._bring_products(self.machine)
        self.cloud = Cloud(
            self.machine.operator,
            self.machine.record_public,
            self._stored,
            self.reference.credited,
            self.reference.office.uploaded,
            self._true_ms,
        )
        office = self.reference.office
        office.knows = lambda: self.cloud.transport_key
        self.bureau = Bureau(self.machine.operator, self.cloud, office, self._true_ms)
        self.mishaps = Mishaps(self.machine, self.cloud, self.bureau)
        self.mishaps.change_prices(1_000)
        self.bureau.change_rules(0)
        self.machine.connect(self.cloud)
        self.know_key()
        self._started()

    def play(self, scene: Scene) -> None:
        """One scene, whatever becomes of it. Raises Broken."""
        self.told[type(scene).__name__] += 1
        self.mishaps.expect(scene.mishaps if isinstance(scene, Visit | Quiet) else ())
        try:
            match scene:
                case Visit():
                    Guest(self, scene).visit()
                case Quiet():
                    self.wait(scene.ms)
                case Collect():
                    Crew(self).collect(scene)
                case Service():
                    Crew(self).service()
                case Keep():
                    self._copies.keep()
                case Restore():
                    self._copies.restore()
                case Clone():
                    self._copies.clone()
        except PowerCut:
            self.power_fails()
        self.disk.tend()
        self._calm(isinstance(scene, Quiet) and scene.ms >= HOUR_MS)

    def end(self) -> None:
        """The last check of all: every record again from its bytes."""
        if self.machine.carrier is not None:
            self.machine.carrier.close()
        self.machine.power_fails()
        found = verify(self.machine.config.machine.data_dir / "ledger")
        if not found.ok:
            raise Broken(f"P1: kiosk ledger verify finds {found.problems[:3]}")

    # ---- time ----

    def wait(self, ms: int) -> None:
        """Let time pass, watching. Raises PowerCut, and Broken."""
        clock = self.machine.clock
        end_ms = clock.now_ms + ms
        while clock.now_ms < end_ms:
            self._stride(end_ms)

    def _stride(self, end_ms: int) -> None:
        machine, clock = self.machine, self.machine.clock
        due_ms = self.mishaps.next_ms()
        if due_ms is not None:
            end_ms = min(end_ms, max(due_ms, clock.now_ms + 1))
        dt_ms = max(1, min(machine.stride_ms(), end_ms - clock.now_ms))
        try:
            machine.pass_one(dt_ms)
            self.watch(dt_ms)
            machine.carry()
            self.look()
            self.mishaps.pass_on()
            if machine.controller.restarting:
                machine.stop()
                self.start_again()
        except (KioskError, OSError) as error:
            self.told[f"process ended: {type(error).__name__}"] += 1
            machine.stop()
            self.start_again()

    def watch(self, dt_ms: int) -> None:
        """Show the reference the yard after ``dt_ms``, and whatever else is new."""
        machine, reference = self.machine, self.reference
        clock = machine.clock
        reference.office.clock_says(clock.utc_ms, clock.now_ms)
        for name, hatch in machine.world.hatches.items():
            seen = Seen(
                machine.world.pans[name].grams,
                hatch.position,
                hatch.motor,
                hatch.hand,
                # While the machine itself is off it decides nothing that this could spoil.
                not machine.running or machine.world.is_live(machine.cables[name]),
                not machine.noisy.get(name),
            )
            reference.looked(name, seen, dt_ms)
        self.look()

    def look(self) -> None:
        """Show the reference new records and pictures."""
        machine, reference = self.machine, self.reference
        ledger = machine.ledger
        seen = (ledger.id, ledger.head_seq, ledger.acked_through, len(machine.views))
        if seen == self._looked and machine.views[-1].id == self._view:
            return
        self._looked = seen
        self.read_records()
        reference.acknowledged(machine.ledger.id, machine.ledger.acked_through)
        for view in machine.views:
            if view.id != self._view:
                self._view = view.id
                reference.shown(msgspec.to_builtins(view.screen))
        del machine.views[:-1]

    def know_key(self) -> None:
        """A technician enrols the machine (again): the cloud knows the key it has now."""
        if self.machine.carrier is not None:
            self.cloud.know(self.machine.carrier.public)

    def _true_ms(self) -> int:
        return true_utc_ms(self.machine.clock)

    def _stored(self, ledger: str, seq: int, data: bytes) -> None:
        """The cloud stores a record: what the machine wrote by now is looked at first."""
        self.catch_up()
        self.reference.stored(ledger, seq, data)

    def read_records(self) -> None:
        machine, reference = self.machine, self.reference
        if machine.reader is None:
            return
        chain = reference.chains.get(machine.ledger.id)
        seq = 0 if chain is None else chain.seq
        while seq < machine.ledger.head_seq:
            found = machine.reader.after(Seq(seq), READ_MOST, 1 << 24)
            if not found:
                raise Broken(f"P1: record {seq + 1} cannot be read")
            for signed in found:
                reference.recorded(signed.data)
            seq = found[-1].seq

    # ---- power ----

    def power_fails(self) -> None:
        self.mishaps.forget()
        self.machine.power_fails()
        self.wait(OFF_MS)
        self.start_again()

    def start_again(self) -> None:
        """Start until it runs: the power may fail again, the disk may still be full."""
        wait_ms = RESTART_MS
        while not self.machine.running:
            try:
                self.machine.power_on()
            except PowerCut:
                self.machine.power_fails()
            except (KioskError, OSError) as error:
                self.told[f"no start: {type(error).__name__}"] += 1
                self.machine.stop()
                self.wait(wait_ms)
                wait_ms = min(2 * wait_ms, RESTART_CAP_MS)
        self._started()

    def _started(self) -> None:
        machine, reference = self.machine, self.reference
        ledger = machine.ledger.id
        chain = reference.chains.get(ledger)
        if chain is None and reference.chains and not reference.forked >= reference.chains.keys():
            raise Broken(f"P1: another ledger after a start: {ledger}")
        if chain is not None:
            assert machine.reader is not None
            there = machine.reader.after(Seq(chain.seq - 1), 1, 0)
            digest = hashlib.sha256(there[0].data).hexdigest() if there else ""
            reference.head(ledger, there[0].seq if there else 0, digest)
        self.read_records()
        self._view = -1
        del machine.views[:-1]
        reference.started(f"boot-{machine.boots}")

    # ---- checks ----

    def _calm(self, long: bool) -> None:
        machine = self.machine
        awake = machine.clock.now_ms - machine.booted_ms > WAKING_MS
        if not awake or not isinstance(machine.controller.state, Idle):
            return
        ledger = machine.ledger.id
        through = self.cloud.acked_through(ledger)
        settled = long and not self.mishaps.under_way
        owed = self.reference.office.waiting(self._true_ms()) if settled else frozenset()
        if through < machine.ledger.head_seq and not settled:
            return
        for _ in range(8):
            asks = settled and machine.ledger.totals_source == "earlier"
            if ledger in self.reference.forked:
                break
            owed &= self.reference.office.waiting(self._true_ms())
            if through >= machine.ledger.head_seq and not asks and not owed:
                break
            try:
                self.wait(HOUR_MS // 2)
            except PowerCut:
                self.power_fails()
            through = self.cloud.acked_through(ledger)
        totals = [
            (one.compartment, one.deposits, one.net_g, one.amount_minor)
            for one in machine.ledger.totals
        ]
        settled = settled and not self.mishaps.under_way
        self.reference.calm(ledger, totals, through, settled)
        if settled and ledger not in self.reference.forked:
            self.reference.office.calm(owed, self._true_ms())

    def _bring_products(self, machine: SimulatedMachine) -> None:
        sha = hashlib.sha256(LIST).hexdigest()
        operator, take = machine.operator, machine.controller.handle
        take(DocumentOffered(operator.document("products", 1, Products(sha, len(LIST)))))
        machine.products.receive(sha, 0, LIST, last=True)
        take(BlobArrived(sha, None))
        prices = {"paper": 8_000, "metal": 35_000, "textiles": 3_000}
        tariff = Tariff("CNY", 1, prices, by_piece=(BY_PIECE,))
        take(DocumentOffered(operator.document("tariff", 2, tariff)))


def live(life: Life, scenes: Iterable[Scene]) -> tuple[int, Exception | None]:
    """Play scenes; returns how many were played and what broke, if anything did."""
    number = 0
    with life.disk.in_place(), remembered():
        try:
            for scene in scenes:
                number += 1
                life.play(scene)
            life.end()
        except Exception as error:  # boundary: whatever it is, it is a finding
            return number, error
    return number, None
