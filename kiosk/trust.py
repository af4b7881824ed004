"""Whom this machine trusts, and the documents in force (architecture.md, "Keys and trust").

Trust enters through the machine's own scanner: an enrolment QR carries the fingerprint of the
operator's root key, and only a root key with that fingerprint is accepted from the network.
Everything later is verified under that root, here, in the controller.
"""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from kiosk import cloud, durable, statements
from kiosk.clock import WallTime
from kiosk.documents import (
    Adjudication,
    Adjudications,
    Document,
    EndpointKeys,
    Issuers,
    Neighbours,
    Products,
    Settings,
    Tariff,
    check,
    name_of,
    unsettled,
)
from kiosk.envelope import TrustError, unseal
from kiosk.logs import get
from kiosk.records import Body, DocumentAdopted, Enrolled
from kiosk.upcoming import Kept, Upcoming, begins

PRICED = ("tariff", "products")
"""What people are paid by: those in force stay until the time is known."""

B = TypeVar("B", Tariff, Issuers, EndpointKeys, Settings, Products, Adjudications, Neighbours)


class _Saved(Struct, frozen=True, forbid_unknown_fields=True):
    """The trust file. ``untold``: records about it that the ledger may not hold yet."""

    kiosk: str
    site: str
    url: str
    root_key: bytes
    transport_key: bytes
    counter: int
    documents: dict[str, bytes]
    untold: tuple[str, ...]
    decided: tuple[Adjudication, ...] = ()
    """Decisions of the operator that the ledger may hold no ``correction`` of yet."""
    later: dict[str, bytes] = {}
    """Documents whose time has not come, by name and version (kiosk.upcoming)."""


_log = get(__name__)
_decoder = msgspec.json.Decoder(_Saved)


class Trust:
    """The operator's root, the machine's name under it, and the documents in force.

    ``path`` is the file that keeps them, replaced whole. Every change is written first and then
    told to the ledger; ``untold`` bridges a power cut between the two.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._saved = self._load()
        self._documents: dict[str, Document] = {}
        self._upcoming = Upcoming()
        self._versions: dict[str, int] = {}
        if self._saved is not None:
            unclocked = WallTime(None, "U")
            for envelope in self._saved.documents.values():
                self._remember(self._check(self._saved, envelope, unclocked, None))
            later = self._saved.later.values()
            checked = [self._check(self._saved, one, unclocked, None) for one in later]
            self._upcoming = Upcoming(zip(later, checked, strict=True))
        self._pending: dict[str, Kept] = {}

    # ---- what is in force ----

    @property
    def enrolled(self) -> bool:
        """Whether an operator's root is trusted."""
        return self._saved is not None

    @property
    def kiosk(self) -> str:
        """The operator's name for this machine; empty before enrolment."""
        return "" if self._saved is None else self._saved.kiosk

    @property
    def url(self) -> str | None:
        """The operator's cloud."""
        return None if self._saved is None else self._saved.url

    @property
    def counter(self) -> int:
        """Counts every adopted change; never reset (M-16)."""
        return 0 if self._saved is None else self._saved.counter

    @property
    def versions(self) -> dict[str, int]:
        """Versions in force by document name; not to be changed."""
        return self._versions

    @property
    def tariff(self) -> Tariff | None:
        """The prices in force."""
        return self._body("tariff", Tariff)

    @property
    def issuers(self) -> tuple[bytes, ...]:
        """Public keys of those who issue residents' tokens."""
        body = self._body("issuers", Issuers)
        return () if body is None else body.keys

    @property
    def settings(self) -> Settings | None:
        """What the machine says of itself."""
        return self._body("settings", Settings)

    @property
    def products(self) -> Products | None:
        """Which product list is in force."""
        return self._body("products", Products)

    @property
    def neighbours(self) -> Neighbours | None:
        """Which machines are near."""
        return self._body("neighbours", Neighbours)

    def ended(self, name: str, wall: Callable[[], WallTime]) -> bool:
        """Whether a document in force is past its time, by a clock that was synchronised in this
        boot: with any other one the adopted document is kept (architecture.md, "Time")."""
        document = self._documents.get(name)
        if document is None or document.not_after_ms is None:
            return False
        now = wall()
        known = now.utc_ms is not None and now.quality in ("S", "R")
        return known and (now.utc_ms or 0) > document.not_after_ms

    # ---- enrolment ----

    def enrol(
        self,
        code: cloud.EnrolmentCode,
        transport_key: bytes,
        answer: tuple[str, bytes, tuple[bytes, ...]],
        now: WallTime,
    ) -> None:
        """Trust the operator whose root key has the fingerprint the machine's scanner saw.

        ``answer`` is kiosk name, root key and documents as the network brought them. Raises
        TrustError, and then nothing has changed.
        """
        kiosk, root_key, envelopes = answer
        if self._saved is not None:
            raise TrustError("this machine is enrolled already")
        if hashlib.sha256(root_key).hexdigest() != code.root:
            raise TrustError("the cloud's root key is not the one on the enrolment code")
        saved = _Saved(kiosk, code.site, code.url, root_key, transport_key, 0, {}, ())
        documents = [self._check(saved, one, now, None, early=False) for one in envelopes]
        names = tuple(document.name for document in documents)
        missing = {"tariff", "issuers", "endpoint_keys", "settings"} - set(names)
        if missing:
            raise TrustError(f"the cloud sent no {', '.join(sorted(missing))}")
        self._save(
            msgspec.structs.replace(
                saved,
                counter=1 + len(names),
                documents=dict(zip(names, envelopes, strict=True)),
                untold=("enrolled", *names),
            )
        )
        for document in documents:
            self._remember(document)

    # ---- documents ----

    def offer(self, envelope: bytes, now: WallTime) -> tuple[str, int]:
        """Check a document; it waits for :meth:`adopt`. Returns its name and version.

        One whose time has not come is kept on the disk, to begin without a network. Raises
        TrustError: not enrolled, signature, scope, past its time, a lower version, or another text
        under the version in force.
        """
        if self._saved is None:
            raise TrustError("this machine is not enrolled")
        name = name_of(envelope, self._saved.root_key)
        adopted = self.versions.get(name)
        document = self._check(self._saved, envelope, now, adopted)
        if document.version == adopted:
            if document != self._documents[name]:
                raise TrustError(f"another {name} under version {adopted}, which is in force")
            return name, document.version
        # Tomorrow's prices come today, and a start without a clock chip knows no day.
        no_day = name in PRICED and adopted is not None and now.quality == "U"
        if no_day or not begins(document, now):
            self._keep_for_later(self._saved, envelope, document)
            return name, document.version
        waiting = self._pending.get(name)
        if waiting is None or waiting[1].version < document.version:
            self._pending[name] = (envelope, document)
        return name, document.version

    def waiting_products(self) -> Products | None:
        """The product list that waits to be adopted, if one does."""
        waiting = self._pending.get("products")
        body = None if waiting is None else waiting[1].body
        return body if isinstance(body, Products) else None

    def adopt(self, has_list: Callable[[str], bool], wall: Callable[[], WallTime]) -> bool:
        """Put what waits in force; to be called only when nobody is being served. True: changed.

        A product list waits until ``has_list(sha256)``. Durable before it returns;
        ``untold_records`` then says what the ledger must be told. While the disk is full
        everything waits on.
        """
        if self._upcoming:
            self._call_up(wall())
        ready = {
            name: (envelope, document)
            for name, (envelope, document) in self._pending.items()
            if not isinstance(document.body, Products) or has_list(document.body.sha256)
        }
        if self._saved is None or not ready:
            return False
        adopted = {name: envelope for name, (envelope, _) in ready.items()}
        upcoming = self._upcoming.without(ready)
        # Before its decisions are remembered: only those that are new become corrections.
        fresh = self._fresh_decisions(ready)
        changed = msgspec.structs.replace(
            self._saved,
            documents=self._saved.documents | adopted,
            counter=self._saved.counter + len(ready),
            untold=(*self._saved.untold, *ready),
            decided=(*self._saved.decided, *fresh),
            later=upcoming.envelopes(),
        )
        try:
            self._save(changed)
        except OSError as error:
            # Ending here would end every start to come: the agent brings the document again.
            _log.warning("documents_wait", names=sorted(ready), reason=str(error))
            return False
        for name, (_, document) in ready.items():
            self._remember(document)
            del self._pending[name]
        self._upcoming = upcoming
        return True

    def untold_records(self) -> tuple[Body, ...]:
        """The records of every change that the ledger may not hold yet (P9).

        A power cut between the ledger's flush and :meth:`told` tells one twice, never not at all.
        """
        if self._saved is None:
            return ()
        return tuple(self._record(self._saved, name) for name in self._saved.untold)

    def untold_decisions(self) -> tuple[Adjudication, ...]:
        """The operator's decisions that are to be closed by ``correction`` records."""
        return () if self._saved is None else self._saved.decided

    def told(self) -> None:
        """The ledger holds what ``untold_records`` and ``untold_decisions`` returned."""
        if self._saved is not None and self._saved.untold:
            self._save(msgspec.structs.replace(self._saved, untold=(), decided=()))

    # ---- commands and acknowledgements ----

    def command(self, envelope: bytes) -> bytes:
        """Return the payload of a command that the operator signed. Raises TrustError."""
        if self._saved is None:
            raise TrustError("this machine is not enrolled")
        return unseal(envelope, cloud.COMMAND_TYPE, (self._saved.root_key,))

    def mark(self, envelope: bytes) -> cloud.Mark:
        """Verify the endpoint's acknowledgement. Raises TrustError."""
        keys = self._endpoint_keys()
        return statements.read(envelope, cloud.MARK_TYPE, cloud.Mark, keys, self.kiosk)

    def totals(self, envelope: bytes) -> cloud.LedgerTotals:
        """Verify what the endpoint says all records add up to. Raises TrustError."""
        keys = self._endpoint_keys()
        return statements.read(envelope, cloud.TOTALS_TYPE, cloud.LedgerTotals, keys, self.kiosk)

    # ---- inside ----

    def _endpoint_keys(self) -> tuple[bytes, ...]:
        keys = self._body("endpoint_keys", EndpointKeys)
        if keys is None:
            raise TrustError("no endpoint keys are in force")
        return keys.keys

    def _load(self) -> _Saved | None:
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise TrustError(f"{self._path}: cannot be read ({error.strerror})") from error
        try:
            return _decoder.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise TrustError(f"{self._path}: damaged ({error}); enrol this machine anew") from error

    def _save(self, saved: _Saved) -> None:
        durable.replace(self._path, msgspec.json.encode(saved))
        self._saved = saved

    def _check(
        self,
        saved: _Saved,
        envelope: bytes,
        now: WallTime,
        adopted: int | None,
        *,
        early: bool = True,
    ) -> Document:
        return check(
            envelope,
            saved.root_key,
            kiosk=saved.kiosk,
            site=saved.site,
            now=now,
            adopted=adopted,
            early=early,
        )

    def _keep_for_later(self, saved: _Saved, envelope: bytes, document: Document) -> None:
        if self._upcoming.has(document):
            return
        upcoming = self._upcoming.keeping(envelope, document)
        try:
            self._save(msgspec.structs.replace(saved, later=upcoming.envelopes()))
        except OSError as error:
            name = document.name
            raise TrustError(f"{name} cannot be kept until its time: {error}") from error
        self._upcoming = upcoming

    def _call_up(self, now: WallTime) -> None:
        """Let documents wait for :meth:`adopt` whose time has come."""
        for name, kept in self._upcoming.due(now):
            waiting = self._pending.get(name)
            newest = max(self._versions.get(name, 0), 0 if waiting is None else waiting[1].version)
            if kept[1].version > newest:
                self._pending[name] = kept

    def _fresh_decisions(self, ready: Mapping[str, Kept]) -> tuple[Adjudication, ...]:
        """What a waiting ``adjudications`` says that the one in force did not say.

        The document repeats a decision until it is closed, so the one in force tells which were.
        """
        if "adjudications" not in ready:
            return ()
        body = ready["adjudications"][1].body
        if not isinstance(body, Adjudications):
            return ()
        before = self._body("adjudications", Adjudications)
        known = set() if before is None else {(one.ledger, one.seq) for one in before.decided}
        return unsettled(body, known)

    def _remember(self, document: Document) -> None:
        self._documents[document.name] = document
        self._versions = self._versions | {document.name: document.version}

    def _body(self, name: str, kind: type[B]) -> B | None:
        document = self._documents.get(name)
        body: Any = None if document is None else document.body
        return body if isinstance(body, kind) else None

    def _record(self, saved: _Saved, name: str) -> Body:
        if name == "enrolled":
            return Enrolled(saved.kiosk, saved.site, saved.url, saved.root_key, saved.transport_key)
        digest = hashlib.sha256(saved.documents[name]).hexdigest()
        return DocumentAdopted(name, self._documents[name].version, digest)
