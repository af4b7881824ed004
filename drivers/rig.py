"""Everything the controller holds in its hands, built from the configuration."""

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.doors.bank import DoorBank
from drivers.pins import PinFactory
from drivers.scale.link import ScaleDevice
from drivers.scanner import ScannerDevice
from kiosk.clock import Clock
from kiosk.config import Config
from kiosk.ports import Device, Doors, EventSink
from kiosk.units import CompartmentId


@dataclass(frozen=True, slots=True)
class Rig:
    """The devices; a part that cannot start takes only its compartment out, by events (P8)."""

    scales: Mapping[CompartmentId, Device]
    scanner: Device
    doors: Doors

    def start(self) -> None:
        """Start every device; the doors first, so that their state is known before a weight."""
        for device in (self.doors, *self.scales.values(), self.scanner):
            device.start()

    def stop(self) -> None:
        """Stop every device; the motors first."""
        for device in (self.doors, *self.scales.values(), self.scanner):
            device.stop()


def build(config: Config, sink: EventSink, clock: Clock, pins: PinFactory) -> Rig:
    """Build the devices without touching any. ``pins`` is chosen by the composition root."""
    return Rig(
        scales={
            CompartmentId(one.id): ScaleDevice(one.scale, CompartmentId(one.id), sink, clock)
            for one in config.compartment
        },
        scanner=ScannerDevice(config.scanner, sink, clock),
        doors=DoorBank(
            {CompartmentId(one.id): one.door for one in config.compartment}, pins, sink, clock
        ),
    )
