"""What an operator can tell a machine to do from far away."""

from typing import Annotated

from msgspec import Meta, Struct


class CloseCompartment(Struct, frozen=True, forbid_unknown_fields=True, tag="close_compartment"):
    """Offer a compartment no longer. Its door stays as it is: no command moves a door."""

    compartment: Annotated[str, Meta(min_length=1, max_length=64)]


class OpenCompartment(Struct, frozen=True, forbid_unknown_fields=True, tag="open_compartment"):
    """Offer a compartment again. Its door stays shut until a resident deposits."""

    compartment: Annotated[str, Meta(min_length=1, max_length=64)]


class TakeOutOfService(Struct, frozen=True, forbid_unknown_fields=True, tag="out_of_service"):
    """Sell nothing until :class:`PutInService`."""


class PutInService(Struct, frozen=True, forbid_unknown_fields=True, tag="in_service"):
    """Sell again."""


class Restart(Struct, frozen=True, forbid_unknown_fields=True, tag="restart"):
    """End the controller in order; systemd starts it again."""


class SendDiagnostics(Struct, frozen=True, forbid_unknown_fields=True, tag="send_diagnostics"):
    """Upload facts for a technician by PUT /v1/blobs, without personal data and tokens."""


class ChangeInterval(Struct, frozen=True, forbid_unknown_fields=True, tag="change_interval"):
    """Ask for news this often, whatever the answers say; 0: as the answers say again."""

    interval_s: Annotated[int, Meta(ge=0, le=3600)]


class RotateKey(Struct, frozen=True, forbid_unknown_fields=True, tag="rotate_key"):
    """Replace the transport key by a new one (POST /v1/keys)."""


Order = (
    CloseCompartment
    | OpenCompartment
    | TakeOutOfService
    | PutInService
    | Restart
    | SendDiagnostics
    | ChangeInterval
    | RotateKey
)
"""What a machine can be told to do. There is none that opens a door, and never will be."""


class Command(Struct, frozen=True, forbid_unknown_fields=True):
    """payload: one order to one machine, signed by the operator's root."""

    kiosk: str
    number: Annotated[int, Meta(ge=1)]
    """Rises with every command to this machine; one that is not above the last done is refused."""
    expires_ms: int
    """Not done after this moment; milliseconds since 1970 UTC."""
    who: Annotated[str, Meta(max_length=100)]
    order: Annotated[Order, Meta(description="told apart by its field `type`")]
