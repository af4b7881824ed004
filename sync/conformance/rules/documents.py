"""What comes down: documents with their tags and signatures, heartbeats, and blobs."""

import msgspec

from kiosk.cloud import CompartmentReport, MachineReport, StatusAnswer, StatusRequest
from kiosk.documents import Products
from sync.agent.answers import JSON_MEDIA
from sync.agent.http import Answer
from sync.conformance.chain import Machine
from sync.conformance.documents import read_document
from sync.conformance.errors import BrokenRuleError, CannotTellError
from sync.conformance.kit import Kit, need, read, sha256
from sync.conformance.rule import Rule

_DOCUMENTS = "GET /v1/documents/{name}"
_BLOBS = "GET /v1/blobs/{sha256}"
_YEAR_2020_MS = 1_577_836_800_000


def _get(kit: Kit, machine: Machine, name: str) -> Answer:
    answer = kit.call(machine, "GET", f"/v1/documents/{name}")
    need(answer, f"the document {name}", 200)
    return answer


def _signed(kit: Kit) -> None:
    machine = kit.machine()
    versions = kit.status(machine).documents
    if missing := {"endpoint_keys", "tariff", "issuers", "settings"} - set(versions):
        raise BrokenRuleError(f"a heartbeat's documents lack {', '.join(sorted(missing))}")
    for name, version in versions.items():
        answer = _get(kit, machine, name)
        if answer.media != JSON_MEDIA:
            raise BrokenRuleError(f"{name}: the media type is {answer.media!r}")
        document = read_document(answer.body, machine, name)
        if (document.name, document.version) != (name, version):
            raise BrokenRuleError(
                f"a heartbeat tells of {name} version {version}; "
                f"what is served is {document.name} version {document.version}"
            )


def _tags(kit: Kit) -> None:
    machine = kit.machine()
    tag = _get(kit, machine, "tariff").headers.get("etag", "")
    if not tag.startswith(('"', 'W/"')):
        raise BrokenRuleError(f"a document's ETag is {tag!r}")
    again = _conditional(kit, machine, tag)
    need(again, "the document with its own tag", 304)
    if again.body:
        raise BrokenRuleError(f"304 with a body of {len(again.body)} bytes")
    need(_conditional(kit, machine, '"of-another-version"'), "the document with another tag", 200)


def _conditional(kit: Kit, machine: Machine, tag: str) -> Answer:
    headers = {"If-None-Match": tag}
    return kit.call(machine, "GET", "/v1/documents/tariff", headers=headers)


def _no_document(kit: Kit) -> None:
    answer = kit.call(kit.machine(), "GET", "/v1/documents/horoscope")
    need(answer, "a document that does not exist", 404)


def _answered(kit: Kit) -> None:
    chain = kit.open()
    found = kit.status(chain.machine, chain.ledger)
    if found.next_interval_s <= 0 or found.retry_cap_s <= 0:
        raise BrokenRuleError(
            f"next_interval_s {found.next_interval_s}, retry_cap_s {found.retry_cap_s}: "
            "a machine would not know when to come again"
        )
    if found.server_time_ms < _YEAR_2020_MS:
        raise BrokenRuleError(f"server_time_ms is {found.server_time_ms}: before 2020")
    if found.state != "accepted":
        raise BrokenRuleError(f"the machine's own ledger is {found.state!r}")


def _reports(kit: Kit) -> None:
    machine = kit.machine()
    bin_ = CompartmentReport("paper-1", "paper", "full", "closed", "ok", 40_000, ("full",))
    empty = CompartmentReport("metal-1")
    for report in (
        MachineReport("idle", "1 abc", 512, "S", 7, False, (bin_, empty), ("disk_low",)),
        MachineReport(),
    ):
        beat = StatusRequest("conformance", "", 0, 0, {"tariff": 1}, report)
        answer = kit.call(machine, "POST", "/v1/status", msgspec.json.encode(beat))
        read(answer, StatusAnswer, "a heartbeat with a report")


def _products(kit: Kit) -> tuple[Machine, Products]:
    machine = kit.machine()
    if "products" not in kit.status(machine).documents:
        raise CannotTellError("publishes no product list, so there is no blob to fetch")
    document = read_document(_get(kit, machine, "products").body, machine, "products")
    try:
        return machine, msgspec.convert(document.body, Products)
    except msgspec.ValidationError as error:
        raise BrokenRuleError(f"the document products: {error}") from error


def _blob(kit: Kit, machine: Machine, sha256_: str, range_: str = "") -> Answer:
    headers = {"Range": range_} if range_ else {}
    return kit.call(machine, "GET", f"/v1/blobs/{sha256_}", headers=headers)


def _whole_blob(kit: Kit) -> None:
    machine, products = _products(kit)
    answer = _blob(kit, machine, products.sha256)
    need(answer, "the blob of the product list", 200)
    if (sha256(answer.body), len(answer.body)) != (products.sha256, products.size):
        raise BrokenRuleError(
            f"{len(answer.body)} bytes of another hash came; "
            f"the document names {products.size} bytes"
        )


def _parts(kit: Kit) -> None:
    machine, products = _products(kit)
    half = products.size // 2
    whole = b""
    for first, last in ((0, half), (half + 1, products.size + 1000)):
        answer = _blob(kit, machine, products.sha256, f"bytes={first}-{last}")
        need(answer, f"bytes {first} to {last} of a blob", 206)
        end = min(last, products.size - 1)
        wanted = f"bytes {first}-{end}/{products.size}"
        if (found := answer.headers.get("content-range", "")) != wanted:
            raise BrokenRuleError(f"Content-Range is {found!r}, not {wanted!r}")
        whole += answer.body
    if sha256(whole) != products.sha256:
        raise BrokenRuleError("two parts together are not the blob")
    beyond = _blob(kit, machine, products.sha256, f"bytes={products.size}-")
    need(beyond, "a part after the end of a blob", 416)


def _no_blob(kit: Kit) -> None:
    machine = kit.machine()
    for name in ("0" * 64, "..%2froot.key", "short"):
        need(_blob(kit, machine, name), f"a blob named {name}", 404)


RULES = (
    Rule(
        "document.signed",
        "Every document a heartbeat tells of is served in that version, signed by the root.",
        _DOCUMENTS,
        _signed,
    ),
    Rule(
        "document.etag",
        "A document has a tag; with If-None-Match it is not carried twice (304).",
        _DOCUMENTS,
        _tags,
    ),
    Rule("document.unknown", "A document that is none is 404.", _DOCUMENTS, _no_document),
    Rule(
        "status.answer",
        "A heartbeat is answered with the pace, the time and the ledger's state.",
        "StatusAnswer",
        _answered,
    ),
    Rule("status.report", "A report may be full or empty.", "MachineReport", _reports),
    Rule("blob.whole", "A blob's bytes have the hash that names them.", _BLOBS, _whole_blob),
    Rule("blob.parts", "A blob comes in parts by Range, and never beyond its end.", _BLOBS, _parts),
    Rule("blob.unknown", "A blob that is none is 404.", _BLOBS, _no_blob),
)
