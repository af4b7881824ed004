"""Digital pins; nothing else imports ``gpiozero`` (but the simulator its mock pins).

All inputs are contacts to ground with the pull-up on, so that a broken wire is the safe answer:
an end switch not reached, a light beam not seen. All outputs are active high and start low.
"""

import os
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol

from gpiozero import DigitalInputDevice, DigitalOutputDevice

from drivers.errors import DriverError


class InputPin(Protocol):
    """One contact."""

    def active(self) -> bool:
        """Tell whether the contact is made (the pin is low)."""
        ...


class OutputPin(Protocol):
    """One switched output."""

    def set(self, on: bool) -> None:
        """Switch it."""
        ...


class PinFactory(Protocol):
    """Makes pins by BCM number and gives them all back."""

    def input(self, number: int, on_edge: Callable[[], None]) -> InputPin:
        """Claim an input; ``on_edge`` is called from any thread and may only enqueue."""
        ...

    def output(self, number: int) -> OutputPin:
        """Claim an output, switched off. Raises DriverError."""
        ...

    def close(self) -> None:
        """Switch all outputs off and let go of every pin."""
        ...


class GpioPins:
    """Pins through gpiozero, on a factory that was named, never guessed."""

    def __init__(self, factory: Any) -> None:
        self._factory = factory
        self._devices: list[Any] = []

    def input(self, number: int, on_edge: Callable[[], None]) -> InputPin:
        """Claim an input with its pull-up on. Raises DriverError."""
        device = self._claim(DigitalInputDevice, number, pull_up=True)
        device.when_activated = on_edge
        device.when_deactivated = on_edge
        return _Input(device)

    def output(self, number: int) -> OutputPin:
        """Claim an output, switched off. Raises DriverError."""
        return _Output(self._claim(DigitalOutputDevice, number, initial_value=False))

    def close(self) -> None:
        """Switch all outputs off and let go of every pin."""
        for device in self._devices:
            device.close()
        self._devices.clear()
        self._factory.close()

    def _claim(self, kind: Any, number: int, **settings: Any) -> Any:
        try:
            device = kind(number, pin_factory=self._factory, **settings)
        except Exception as error:  # boundary: lgpio raises a class of its own, gpiozero twenty
            raise DriverError(f"GPIO{number} cannot be used: {error}") from error
        self._devices.append(device)
        return device


class _Input:
    def __init__(self, device: Any) -> None:
        self._device = device

    def active(self) -> bool:
        return bool(self._device.is_active)


class _Output:
    def __init__(self, device: Any) -> None:
        self._device = device

    def set(self, on: bool) -> None:
        self._device.value = on


def lgpio_pins(scratch: Path) -> GpioPins:
    """The Pi's own pins. Raises DriverError instead of falling back to another library.

    ``scratch`` is a writable directory: lgpio keeps a pipe in LG_WD and fails without. gpiozero's
    factory is loaded by its registered name, so ``lgpio`` is imported on a Pi only.
    """
    os.environ.setdefault("LG_WD", str(scratch))
    try:
        (entry,) = entry_points(group="gpiozero_pin_factories", name="lgpio")
        return GpioPins(entry.load()())
    except Exception as error:  # boundary: a missing library, chip or right, each its own class
        raise DriverError(
            f"the pins cannot be opened with lgpio: {error}; on a Pi install the extra 'pi' and "
            'put the user into group gpio; elsewhere set gpio.factory = "virtual"'
        ) from error
