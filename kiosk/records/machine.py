"""What is recorded of the machine: starts, trust, documents, parameters, faults, commands."""

from typing import Literal

from msgspec import Struct


class SoftwareStarted(Struct, frozen=True, tag="software_started", tag_field="kind"):
    """The controller started; ``version`` is the package's."""

    version: str
    recovered: int
    """How many opened deposits this start found without an outcome."""
    legal: str = ""
    """Version and hash of the software that weighs, prices and records (kiosk.legal)."""


class Enrolled(Struct, frozen=True, tag="enrolled", tag_field="kind"):
    """The machine trusts an operator from here on."""

    operator_kiosk: str
    site: str
    url: str
    root_key: bytes
    transport_key: bytes


class DocumentAdopted(Struct, frozen=True, tag="document_adopted", tag_field="kind"):
    """A signed document took effect (P9)."""

    name: str
    version: int
    sha256: str
    """Of the document's envelope, which the cloud keeps under this version."""


class ParameterChange(Struct, frozen=True, forbid_unknown_fields=True):
    """One parameter of weight or money; None: it did not exist."""

    name: str
    old: str | None
    new: str | None


class ParameterChanged(Struct, frozen=True, tag="parameter_change", tag_field="kind"):
    """Parameters of weight or money changed (M-16)."""

    who: str
    """In their own words; ``configuration``: the configuration names nobody."""
    changes: tuple[ParameterChange, ...]
    why: str = ""


class FaultRaised(Struct, frozen=True, tag="fault_raised", tag_field="kind"):
    """A fault of the machine began (kiosk.faults)."""

    fault: str
    compartment: str | None
    detail: str


class FaultCleared(Struct, frozen=True, tag="fault_cleared", tag_field="kind"):
    """A fault of the machine ended."""

    fault: str
    compartment: str | None


class CommandDone(Struct, frozen=True, kw_only=True, tag="command_done", tag_field="kind"):
    """The answer to a signed command of the operator; durable before the command takes effect,
    so that a restart happens once. It moves no event counter: it is neither weight nor money."""

    number: int
    command: str
    """``kiosk.cloud.Order``: its ``type``."""
    result: Literal["done", "expired", "refused"]
    detail: str
    """Which compartment, the diagnostics' SHA-256, or why it was refused."""
    envelope: str
    """SHA-256 of the command's envelope."""


class KeyChanged(Struct, frozen=True, tag="key_changed", tag_field="kind"):
    """The agent shows the transport key that follows the one the operator had replaced."""

    which: Literal["transport"]
    key: bytes
    """The new public half."""
    previous: str
    """Id of the key before (``kiosk.envelope.key_id``)."""
