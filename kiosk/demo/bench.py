"""What a person at the bench can do, as messages of the page, and what comes of it.

Weights, doors and plugs go through the simulated world, which refuses what physics forbids; the
network and the power go to the cable and the processes. Nothing here reaches into the machine.
"""

import threading
from typing import Literal, Protocol, TypeVar

import msgspec
from msgspec import Struct

from drivers.errors import ImpossibleError
from drivers.sim.machine import VirtualMachine
from drivers.sim.world import OPEN_ENOUGH, SCANNER, World, WorldState
from kiosk.demo.bottles import EAN_AIM, named
from kiosk.demo.collector import Collector
from kiosk.demo.errors import DemoError
from kiosk.demo.framing import Touch
from kiosk.demo.panel import Panel
from kiosk.demo.phone import CodeKind, Phone
from kiosk.units import CompartmentId

QR_AIM = "Q1"
"""AIM identifier of a QR code (ISO/IEC 15424)."""
GRAMS_MAX = 50_000


class Press(Struct, frozen=True, forbid_unknown_fields=True, tag="touch", tag_field="do"):
    """A finger on the glass, in pixels of the panel."""

    x: int
    y: int
    phase: Literal["down", "move", "up"]


class Put(Struct, frozen=True, forbid_unknown_fields=True, tag="put", tag_field="do"):
    """Throw grams into a compartment."""

    compartment: str
    grams: int


class Take(Struct, frozen=True, forbid_unknown_fields=True, tag="take", tag_field="do"):
    """Take grams out again."""

    compartment: str
    grams: int


class Empty(Struct, frozen=True, forbid_unknown_fields=True, tag="empty", tag_field="do"):
    """Carry the whole bag away by the service side, as the operator's collector does."""

    compartment: str


class Hand(Struct, frozen=True, forbid_unknown_fields=True, tag="hand", tag_field="do"):
    """Hold a hand in a door's way, or pull it back."""

    compartment: str
    held: bool


class Plug(Struct, frozen=True, forbid_unknown_fields=True, tag="plug", tag_field="do"):
    """Pull or plug a cable: ``scale:<compartment>`` or ``scanner``."""

    device: str
    plugged: bool


class Network(Struct, frozen=True, forbid_unknown_fields=True, tag="network", tag_field="do"):
    """Cut or mend the network cable."""

    up: bool


class Power(Struct, frozen=True, forbid_unknown_fields=True, tag="power", tag_field="do"):
    """Cut or restore the mains."""

    on: bool


class Show(Struct, frozen=True, forbid_unknown_fields=True, tag="show", tag_field="do"):
    """Hold the phone before the scanner."""

    code: CodeKind


class ScanBottle(Struct, frozen=True, forbid_unknown_fields=True, tag="bottle", tag_field="do"):
    """Hold a bottle's barcode before the scanner and throw it in."""

    ean: str


Deed = Press | Put | Take | Empty | Hand | Plug | Network | Power | Show | ScanBottle


class Said(Struct, frozen=True):
    """What came of a deed, in both languages; ``ok`` False: it was not possible."""

    ok: bool
    zh: str
    en: str


class Mains(Protocol):
    """What holds the machine's power and network."""

    def power(self, on: bool) -> None:
        """Cut (SIGKILL everything at once) or restore."""
        ...

    def network(self, up: bool) -> None:
        """Cut or mend the cable."""
        ...


T = TypeVar("T")


def parse(text: str | bytes) -> Deed:
    """Read a page's message. Raises DemoError for anything else."""
    try:
        deed: Deed = msgspec.json.decode(text, type=Deed)
        return deed
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DemoError(f"not understood: {error}") from error


class Bench:
    """Carries out deeds, one at a time, from any thread."""

    def __init__(
        self,
        machine: VirtualMachine,
        panel: Panel,
        phone: Phone,
        mains: Mains,
        collector: Collector,
    ) -> None:
        self._machine = machine
        self._collector = collector
        self._panel = panel
        self.phone = phone
        self._mains = mains
        self.lock = threading.Lock()
        """Held while a deed is done; also guards the phone."""

    def do(self, deed: Deed) -> Said | None:
        """Do it; None when there is nothing to say about it (a touch)."""
        if isinstance(deed, Press):
            self._panel.touch(Touch(deed.x, deed.y, deed.phase))
            return None
        with self.lock:
            try:
                return self._done(deed)
            except (ImpossibleError, DemoError) as error:
                world = self._machine.call(lambda world: world.snapshot())
                why = _refusal(deed, world)
                cure = f" {SHUT[1]}" if why == SHUT[0] else ""
                return Said(False, why, _sentence(str(error)) + cure)

    def _done(self, deed: Deed) -> Said:
        if isinstance(deed, Put | Take):
            return self._carry(deed)
        if isinstance(deed, Empty):
            return self._collect(deed)
        if isinstance(deed, Hand):
            compartment, held = CompartmentId(deed.compartment), deed.held
            self._machine.call(lambda world: world.hold_hand(compartment, held))
            return _said(
                held, ("手放在门口", "手收回了"), ("A hand is in the door.", "The hand is gone.")
            )
        if isinstance(deed, Plug):
            return self._plug(deed)
        if isinstance(deed, Network):
            self._mains.network(deed.up)
            return _said(
                deed.up,
                ("网线接好了", "网线断开了"),
                ("The network cable is mended.", "The network cable is cut."),
            )
        if isinstance(deed, Power):
            self._mains.power(deed.on)
            return _said(
                deed.on,
                ("恢复供电，机器正在启动", "断电了：三个进程同时被 SIGKILL"),
                ("Power is back; the machine starts.", "Power cut: SIGKILL for all at once."),
            )
        if isinstance(deed, ScanBottle):
            return self._scan(deed)
        assert isinstance(deed, Show)
        return self._show(deed)

    def _collect(self, deed: Empty) -> Said:
        grams, closed = self._collector.collect(CompartmentId(deed.compartment))
        zh, en = f"整袋取走了：{grams} 克", f"The bag of {grams} g was carried away"
        if closed:
            return Said(True, f"{zh}，账已结清", f"{en} and its books are closed.")
        return Said(True, f"{zh}，机器没有记账", f"{en}; the machine could not be asked.")

    def _carry(self, deed: Put | Take) -> Said:
        compartment, grams = CompartmentId(deed.compartment), deed.grams
        if not 1 <= grams <= GRAMS_MAX:
            raise DemoError(f"nobody carries {grams} g at once; 1 to {GRAMS_MAX} g will do")
        if isinstance(deed, Put):
            self._machine.call(lambda world: world.put(compartment, grams))
            return Said(True, f"投入 {grams} 克", f"{grams} g put in.")
        self._machine.call(lambda world: world.take(compartment, grams))
        return Said(True, f"取出 {grams} 克", f"{grams} g taken out.")

    def _plug(self, deed: Plug) -> Said:
        device = deed.device
        if deed.plugged:
            self._machine.call(lambda world: world.plug(device))
        else:
            self._machine.call(lambda world: world.unplug(device))
        zh, en = ("扫码器", "scanner") if device == SCANNER else ("秤", "scale")
        return _said(
            deed.plugged,
            (f"{zh}的线插上了", f"{zh}的线拔掉了"),
            (f"The {en}'s cable is plugged in.", f"The {en}'s cable is pulled."),
        )

    def _show(self, deed: Show) -> Said:
        code = self.phone.code(deed.code)
        self._machine.call(lambda world: world.show_code(code, QR_AIM))
        if deed.code == "fresh":
            self.phone.was_shown()
        return Said(True, "已出示二维码", "The code was shown to the scanner.")

    def _scan(self, deed: ScanBottle) -> Said:
        bottle = named(deed.ean)
        if bottle is None:
            raise DemoError(f"there is no bottle with the code {deed.ean}")

        def scan_and_put(world: World) -> None:
            # A scanner that sees nothing says so, and the bottle stays in the hand.
            if world.is_live(SCANNER):
                world.put(CompartmentId(bottle.compartment), bottle.grams)
            world.show_code(bottle.ean.encode("ascii"), EAN_AIM)

        self._machine.call(scan_and_put)
        return Said(True, f"扫了{bottle.zh}并投入", f"{bottle.en}: scanned and put in.")


SHUT = ("门没有打开，先在触摸屏上选它", "Choose it on the touchscreen first.")
"""Why nothing goes into a closed bin, and what opens it: a new visitor tries the bin first."""


def _said(first: bool, zh: tuple[str, str], en: tuple[str, str]) -> Said:
    return Said(True, zh[not first], en[not first])


def _refusal(deed: Deed, world: WorldState) -> str:
    """The Chinese words for a refusal; the English ones are the world's own."""
    if isinstance(deed, Empty):
        known = deed.compartment in world.compartments
        return "机器正忙，等这位投完再收袋" if known else "没有这个投口"
    if isinstance(deed, Put | Take | Hand):
        place = world.compartments.get(deed.compartment)
        if place is None:
            return "没有这个投口"
        if isinstance(deed, Hand):
            return "门关着，手伸不进去"
        if not 1 <= deed.grams <= GRAMS_MAX:
            return f"重量要在 1 到 {GRAMS_MAX} 克之间"
        if place.door_position >= OPEN_ENOUGH and isinstance(deed, Take):
            return f"箱里只有 {place.grams_in_bin} 克"
        return SHUT[0]
    if isinstance(deed, Plug):
        return "没有这个设备"
    seen = world.powered and world.scanner_plugged
    if isinstance(deed, ScanBottle):
        if named(deed.ean) is None:
            return "没有这种瓶子"
        return SHUT[0] if seen else "扫码器断开了，看不到码"
    if isinstance(deed, Show):
        return "还没有用过的码，请先出示新的" if seen else "扫码器断开了，看不到码"
    return "机器不能执行"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
