"""The operator's desk: keys, signed documents and enrolment codes, as files in one directory.

    operator.json        name, address and pace (no secrets)
    root.key             signs documents; the machines' trust hangs on it
    root.pub             what it is checked by; a server needs no more of it
    endpoint.key         signs marks; the server holds it
    issuer.key           signs residents' tokens
    documents/           one envelope a file, <name>-<version>.json; never overwritten
    codes/               enrolment codes not yet taken in by the server
    blobs/               what documents name by SHA-256: product lists

The desk never opens the server's database: it drops files which the server takes in, so the
database has one writer, and root.key may be kept off the server (``kiosk endpoint sign``).
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from kiosk import documents, durable, keys
from kiosk.clock import Clock
from kiosk.cloud import EnrolmentCode
from kiosk.envelope import PUBLIC_BYTES
from sync.endpoint.address import checked_url
from sync.endpoint.errors import EndpointError

CODE_PREFIX = "KIOSK1:"
"""What an enrolment QR starts with."""

CODE_LIFE_MS = 24 * 3600 * 1000
"""An enrolment code is good for a day (cloud.md)."""

SLOW_CLOCK_MS = 5 * 60 * 1000
"""Documents hold from a little before their signing: a machine's clock may be slow."""


class Profile(Struct, frozen=True, forbid_unknown_fields=True):
    """operator.json"""

    url: str
    operator: str
    currency: str
    step_minor: int
    interval_s: int
    """How often a machine asks for news (heartbeat)."""
    retry_cap_s: int
    """Longest back-off of a machine that cannot reach the server: after an outage all machines are
    back within it, evenly, the first most (decision 62). A larger fleet takes more."""


class CodeOnFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A code as the server takes it in: its hash only, so a copy of the disk enrols nobody."""

    code_sha256: str
    site: str
    expires_ms: int


@dataclass(frozen=True, slots=True)
class Operator:
    """An opened desk. Every method that writes is durable when it returns."""

    directory: Path
    profile: Profile
    root_public: bytes
    """The public root key: 32 bytes."""
    kept_key: Ed25519PrivateKey | None
    """The private one, unless it is kept elsewhere."""
    endpoint_key: Ed25519PrivateKey
    issuer_key: Ed25519PrivateKey
    clock: Clock

    @staticmethod
    def load(directory: Path, clock: Clock) -> "Operator":
        """Open a desk that :func:`create` made. Raises EndpointError, or TrustError for a key."""
        profile = load_profile(directory)
        for name in ("endpoint.key", "issuer.key"):
            if not (directory / name).exists():
                raise EndpointError(f"{directory / name} is missing; restore it from your backup")
        if not (directory / "root.key").exists() and not (directory / "root.pub").exists():
            raise EndpointError(
                f"{directory / 'root.key'} is missing, and root.pub too; restore one of them from "
                "your backup: root.pub is enough to serve, root.key signs"
            )
        return _opened(directory, profile, clock)

    @property
    def root_key(self) -> Ed25519PrivateKey:
        """The private root key. Raises EndpointError when it is kept elsewhere."""
        if self.kept_key is None:
            raise EndpointError(
                f"root.key is not in {self.directory}: sign where it is kept, and bring the "
                "signed file back (a tariff by the page, see: kiosk endpoint sign --help)"
            )
        return self.kept_key

    def new_code(self, site: str) -> EnrolmentCode:
        """Make a one-time enrolment code for a site, good for 24 hours (80 bits, cloud.md)."""
        if not site:
            raise EndpointError("an enrolment code needs a site, such as --site yard-07")
        code = secrets.token_hex(10)
        hashed = hash_code(code)
        on_file = CodeOnFile(hashed, site, _now_ms(self.clock) + CODE_LIFE_MS)
        path = self.directory / "codes" / f"{hashed[:32]}.json"
        write_durably(path, msgspec.json.encode(on_file))
        root = hashlib.sha256(self.root_public).hexdigest()
        return EnrolmentCode(url=self.profile.url, site=site, code=code, root=root)

    def publish_tariff(
        self, prices: Mapping[str, int], scope: str = "*", by_piece: Sequence[str] = ()
    ) -> int:
        """Sign new prices (PriceE4 by material); return the version, one higher than the last.

        ``by_piece``: materials paid per piece instead, by the product list (M-29).
        """
        profile = self.profile
        _check_prices(prices, by_piece)
        body = documents.Tariff(profile.currency, profile.step_minor, dict(prices), tuple(by_piece))
        return self.publish("tariff", body, scope)

    def publish_products(self, text: bytes, scope: str = "*") -> int:
        """Store a product list and sign the document that names it; return its version.

        The caller has read it with ``kiosk.products.ProductList.parse``: a list that no machine
        would take is refused by every machine, and the one before stays in force.
        """
        sha256 = hashlib.sha256(text).hexdigest()
        body = documents.Products(sha256, len(text))
        folder = self.directory / "blobs"
        make_folder(folder)
        # The list before the document: no machine may ask for what is not there yet.
        write_durably(folder / sha256, text)
        return self.publish("products", body, scope)

    def publish(
        self,
        name: str,
        body: documents.Body,
        scope: str = "*",
    ) -> int:
        """Sign a document under the root with the next version and drop it for the server."""
        version = max(self.versions(name), default=0) + 1
        document = documents.Document(
            name=name,
            scope=scope,
            version=version,
            not_before_ms=_now_ms(self.clock) - SLOW_CLOCK_MS,
            not_after_ms=None,
            body=body,
        )
        path = self.directory / "documents" / f"{name}-{version:08d}.json"
        write_durably(path, documents.issue(document, self.root_key))
        return version

    def versions(self, name: str) -> tuple[int, ...]:
        """Return the versions of a document signed so far."""
        found = (self.directory / "documents").glob(f"{name}-*.json")
        return tuple(sorted(int(path.stem.rpartition("-")[2]) for path in found))


def create(
    directory: Path,
    url: str,
    prices: Mapping[str, int],
    clock: Clock,
    *,
    operator: str = "Recycling operator",
    contact: str = "",
    site_name_zh: str = "",
    site_name_en: str = "",
    currency: str = "CNY",
    step_minor: int = 1,
    donation_allowed: bool = True,
    interval_s: int = 60,
    retry_cap_s: int = 480,
) -> Operator:
    """Make a desk: keys, and first versions of tariff, issuers, endpoint_keys and settings.

    ``prices`` are PriceE4 by material. Raises EndpointError when one is there already.
    """
    if (directory / "operator.json").exists():
        raise EndpointError(f"{directory} is an operator's directory already; use it, or another")
    _check_prices(prices)
    url = checked_url(url)
    for part in (directory, directory / "documents", directory / "codes", directory / "blobs"):
        make_folder(part)
    profile = Profile(url, operator, currency, step_minor, interval_s, retry_cap_s)
    desk = _opened(directory, profile, clock, make=True)
    desk.publish_tariff(prices)
    desk.publish("issuers", documents.Issuers((keys.public_bytes(desk.issuer_key),)))
    desk.publish("endpoint_keys", documents.EndpointKeys((keys.public_bytes(desk.endpoint_key),)))
    desk.publish(
        "settings",
        documents.Settings(operator, contact, donation_allowed, site_name_zh, site_name_en),
    )
    # Last: a directory without it is unfinished and may be made again.
    write_durably(directory / "operator.json", msgspec.json.format(msgspec.json.encode(profile)))
    return desk


def load_profile(directory: Path) -> Profile:
    """Read operator.json. Raises EndpointError saying what is wrong and what to do."""
    path = directory / "operator.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=Profile)
    except OSError as error:
        raise EndpointError(
            f"{directory} is no operator's directory ({error.strerror}); "
            f"make one with: kiosk endpoint init {directory}"
        ) from error
    except msgspec.DecodeError as error:
        raise EndpointError(f"{path}: {error}") from error


def code_text(code: EnrolmentCode) -> str:
    """Return what the enrolment QR holds."""
    return CODE_PREFIX + msgspec.json.encode(code).decode()


def hash_code(code: str) -> str:
    """Return what is kept of a code: SHA-256 in hexadecimal."""
    return hashlib.sha256(code.encode()).hexdigest()


def make_folder(path: Path) -> None:
    """Make a folder for the owner only, if it is not there. Raises EndpointError."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise EndpointError(f"{path} cannot be made ({error.strerror})") from error


def write_durably(path: Path, data: bytes) -> None:
    """Write a file so that it is whole or absent after a power cut. Raises EndpointError."""
    try:
        durable.replace(path, data)
    except OSError as error:
        raise EndpointError(f"{path} cannot be written ({error.strerror})") from error


def _opened(directory: Path, profile: Profile, clock: Clock, *, make: bool = False) -> Operator:
    kept, public = directory / "root.key", directory / "root.pub"
    root_key = keys.load_or_create(kept) if make or kept.exists() else None
    if root_key is not None and not public.exists():
        write_durably(public, f"{keys.public_bytes(root_key).hex()}\n".encode())
    root_public = _read_public(public)
    if root_key is not None and keys.public_bytes(root_key) != root_public:
        raise EndpointError(f"{public} is not of {kept}; restore both from your backup")
    return Operator(
        directory=directory,
        profile=profile,
        root_public=root_public,
        kept_key=root_key,
        endpoint_key=keys.load_or_create(directory / "endpoint.key"),
        issuer_key=keys.load_or_create(directory / "issuer.key"),
        clock=clock,
    )


def _read_public(path: Path) -> bytes:
    try:
        found = bytes.fromhex(path.read_text("ascii"))
    except (OSError, ValueError) as error:
        raise EndpointError(f"{path} cannot be read; restore it from your backup") from error
    if len(found) != PUBLIC_BYTES:
        raise EndpointError(f"{path} holds no public key; restore it from your backup")
    return found


def _check_prices(prices: Mapping[str, int], by_piece: Sequence[str] = ()) -> None:
    if not prices and not by_piece:
        raise EndpointError("a tariff needs one price at least")
    if both := sorted(set(prices) & set(by_piece)):
        raise EndpointError(f"{both[0]} cannot have a price per kilogram and be paid by the piece")
    for material, price in prices.items():
        if price < 0:
            raise EndpointError(f"the price of {material} is negative")


def _now_ms(clock: Clock) -> int:
    now_ms = clock.wall().utc_ms
    if now_ms is None:
        raise EndpointError("this computer does not know the time; set its clock and try again")
    return now_ms
