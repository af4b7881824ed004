"""The controller's side of the operator: enrolment, documents and acknowledgements.

The agent that carries all this has a network and is not trusted: every byte is verified here
before anything changes (architecture.md, "Keys and trust").
"""

from collections.abc import Callable

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import cloud, wire
from kiosk.clock import Clock
from kiosk.commands import CommandBook
from kiosk.enrolment_code import read_code
from kiosk.envelope import TrustError, key_id, seal
from kiosk.events import (
    AgentAttached,
    AgentDetached,
    BlobArrived,
    BundleSent,
    CommandOffered,
    DocumentOffered,
    EnrolmentAnswered,
    EnrolmentFailed,
    MarkOffered,
)
from kiosk.keys import public_bytes
from kiosk.ledger import Ledger, LedgerError
from kiosk.logs import get
from kiosk.product_shelf import ProductShelf
from kiosk.trust import Trust

OperatorEvent = (
    AgentAttached
    | AgentDetached
    | BlobArrived
    | BundleSent
    | CommandOffered
    | DocumentOffered
    | EnrolmentAnswered
    | EnrolmentFailed
    | MarkOffered
)

_log = get(__name__)


class OperatorLink:
    """What is known of the agent, and the enrolment under way."""

    def __init__(
        self,
        trust: Trust,
        ledger: Ledger,
        products: ProductShelf,
        commands: CommandBook,
        record_key: Ed25519PrivateKey,
        board: str,
        clock: Clock,
        tell: Callable[[wire.ToAgent], None],
    ) -> None:
        self._trust = trust
        self._ledger = ledger
        self._products = products
        self._commands = commands
        self._record_key = record_key
        self._record_public = public_bytes(record_key)
        self._board = board
        self._clock = clock
        self._tell = tell
        self._transport_key: bytes | None = None
        self._code: cloud.EnrolmentCode | None = None
        self._said: wire.Hello | None = None
        self.condition = ""
        """What the operator wants to hear of within a minute (kiosk.status)."""
        self.refusal: str | None = None
        """Why the last enrolment failed, for the technician."""

    @property
    def attached(self) -> bool:
        """Whether an agent is connected."""
        return self._transport_key is not None

    @property
    def transport_key(self) -> bytes | None:
        """The public half of the connected agent's transport key."""
        return self._transport_key

    @property
    def enrolling(self) -> bool:
        """Whether the cloud's answer to an enrolment is awaited."""
        return self._code is not None

    def scanned(self, data: bytes) -> None:
        """A code was shown to a machine that is not enrolled."""
        try:
            code = read_code(data)
            if code is None:
                raise TrustError("this machine is not enrolled; show its enrolment code")
            if self._transport_key is None:
                raise TrustError("the cloud agent is not running; start kiosk sync")
        except TrustError as error:
            self._refuse(str(error))
            return
        self._code = code
        self.refusal = None
        self._ask(code, self._transport_key)

    def take(self, event: OperatorEvent) -> None:
        """Take what the agent brings."""
        match event:
            case AgentAttached(transport_key=key):
                self._transport_key = key
                self._said = None
                self.greet()
                if self._code is not None:
                    self._ask(self._code, key)
                self._want_products()
                self.upload()
            case AgentDetached():
                self._transport_key = None
            case EnrolmentAnswered():
                self._enrolled(event)
            case EnrolmentFailed(reason=reason):
                if self._code is not None:
                    self._refuse(reason)
            case DocumentOffered(envelope=envelope):
                self._offered(envelope)
            case BlobArrived(sha256=sha256, problem=problem):
                if problem is not None:
                    self._tell(wire.Refused("blob", problem))
                else:
                    _log.event("blob_arrived", sha256=sha256)
            case MarkOffered(envelope=envelope):
                self._marked(envelope)
            case CommandOffered(envelope=envelope):
                self._commanded(envelope)
            case BundleSent(sha256=sha256):
                self._commands.bundle_sent(sha256)

    def greet(self) -> None:
        """Tell the agent the facts it works by, if they changed since they were told."""
        hello = wire.Hello(
            kiosk=self._trust.kiosk or None,
            url=self._trust.url,
            ledger=self._ledger.id,
            board=self._board,
            record_key=self._record_public,
            head_seq=self._ledger.head_seq,
            acked_through=self._ledger.acked_through,
            documents=self._trust.versions,
            commands_through=self._commands.through,
            interval_s=self._commands.standing.interval_s,
            replace_key=self._commands.standing.replace_key,
            condition=self.condition,
            totals_wanted=self._ledger.totals_source == "earlier",
        )
        if hello != self._said:
            self._said = hello
            self._tell(hello)

    def upload(self) -> None:
        """Give the agent the diagnostics that the cloud does not have yet."""
        sha256, data = self._commands.standing.bundle, self._commands.bundle()
        if sha256 is not None and data is not None:
            self._tell(wire.Upload(sha256, data))

    def new_key(self) -> tuple[bytes, str] | None:
        """The agent's key and the id of the one before it, once the one to be replaced was."""
        before = self._commands.standing.replace_key
        if before is None or self._transport_key is None or key_id(self._transport_key) == before:
            return None
        return self._transport_key, before

    def took(self, totals: cloud.LedgerTotals) -> None:
        """The ledger holds what the cloud said."""
        self._tell(wire.Kept("totals", totals.through))

    def refused_totals(self, reason: str) -> None:
        """What the cloud said cannot be taken, or not any more."""
        _log.warning("totals_refused", reason=reason)
        self._tell(wire.Refused("totals", reason))

    def _commanded(self, envelope: bytes) -> None:
        try:
            payload = self._trust.command(envelope)
            number = self._commands.offer(self._trust.kiosk, envelope, payload)
        except TrustError as error:
            _log.warning("command_refused", reason=str(error))
            self._tell(wire.Refused("command", str(error)))
            return
        self._tell(wire.Kept("command", number))

    def _ask(self, code: cloud.EnrolmentCode, transport_key: bytes) -> None:
        statement = cloud.Statement(
            site=code.site,
            code=code.code,
            board=self._board,
            ledger=self._ledger.id,
            record_key=self._record_public,
            transport_key=transport_key,
        )
        sealed = seal(cloud.STATEMENT_TYPE, msgspec.json.encode(statement), self._record_key)
        self._tell(wire.Enrol(code.url, code.site, code.code, sealed))

    def _enrolled(self, event: EnrolmentAnswered) -> None:
        if self._code is None or self._transport_key is None:
            return
        answer = (event.kiosk, event.root_key, event.documents)
        try:
            self._trust.enrol(self._code, self._transport_key, answer, self._clock.wall())
        except TrustError as error:
            self._refuse(str(error))
            return
        self._code = None
        self.refusal = None
        _log.event("enrolled", kiosk=event.kiosk)
        self._want_products()

    def _offered(self, envelope: bytes) -> None:
        try:
            name, version = self._trust.offer(envelope, self._clock.wall())
        except TrustError as error:
            _log.warning("document_refused", reason=str(error))
            self._tell(wire.Refused("document", str(error)))
            return
        self._tell(wire.Kept(name, version))
        self._want_products()

    def _want_products(self) -> None:
        """Ask for the list that a document names and the disk does not hold."""
        for wanted in (self._trust.waiting_products(), self._trust.products):
            if wanted is not None and not self._products.has(wanted.sha256):
                self._tell(wire.WantBlob(wanted.sha256, wanted.size))
                return

    def _marked(self, envelope: bytes) -> None:
        try:
            mark = self._trust.mark(envelope)
            self._ledger.keep_mark(envelope, mark)
        except (TrustError, LedgerError) as error:
            _log.warning("mark_refused", reason=str(error))
            self._tell(wire.Refused("mark", str(error)))
            return
        self._tell(wire.Kept("mark", mark.acked_through))

    def _refuse(self, reason: str) -> None:
        self._code = None
        self.refusal = reason
        _log.warning("enrolment_refused", reason=reason)
