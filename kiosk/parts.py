"""What a controller is made of."""

from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.caps import Tallies
from kiosk.clock import Clock
from kiosk.commands import CommandBook
from kiosk.config import Config
from kiosk.disk import DiskWatch
from kiosk.gauges import Gauges
from kiosk.ledger import Ledger
from kiosk.operator_link import OperatorLink
from kiosk.parameters import Parameters
from kiosk.product_shelf import ProductShelf
from kiosk.reception import Reception
from kiosk.refusal_book import RefusalBook
from kiosk.service.book import ServiceBook
from kiosk.stamping import StampMaker
from kiosk.trust import Trust


@dataclass(frozen=True, slots=True)
class Parts:
    """What a controller is made of; each is tested by itself."""

    settings: Config
    clock: Clock
    ledger: Ledger
    record_key: Ed25519PrivateKey
    trust: Trust
    link: OperatorLink
    reception: Reception
    tallies: Tallies
    products: ProductShelf
    commands: CommandBook
    parameters: Parameters
    service: ServiceBook
    refusal: RefusalBook
    stamps: StampMaker
    disk: DiskWatch
    gauges: Gauges
    version: str
    legal: str
    """Label of the legally relevant software (kiosk.legal)."""
    recent_log: Callable[[], tuple[str, ...]]
    """The newest lines of this process's log, for diagnostics."""
    fresh_id: Callable[[], str]
    """Makes a UUID; an argument so that a simulation can replay one."""
