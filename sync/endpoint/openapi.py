"""The protocol as an OpenAPI 3.1 document, assembled from the structs that are its bodies."""

import ast
import inspect
import itertools
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from kiosk import cloud, documents, records, wire
from kiosk.cloud import Approval, Command, KeyRotation, LedgerTotals, Mark, Problem, Statement
from kiosk.documents import DOCUMENT_TYPE, Document
from kiosk.records import Record
from sync.endpoint.protocol import (
    ANYBODY,
    BYTES,
    DESK,
    JSON,
    MACHINE,
    OPERATIONS,
    VERSION,
    Operation,
)

_SOURCES = tuple(one.__name__ for one in (cloud, documents, records, wire))
"""The modules and packages whose structs are bodies."""
_SCHEMA = "#/components/schemas/"

_TITLES = {
    304: "Not modified",
    400: "The body or a parameter cannot be read",
    401: "Not signed, or not by a machine known here",
    403: "Not allowed",
    404: "Not here; the problem's type says what",
    408: "The body did not come within a minute",
    409: "Gap, fork or stale generation; the problem's type says which",
    413: "Too large: halve the batch",
    415: "Content encoding other than gzip",
    416: "The range is outside of it",
    421: "This page is shown under the server's own names only",
    422: "Read, and refused: look at the problem's type",
    426: "Another schema is needed; the problem's `schemas` says which",
    503: "Later; Retry-After may say when",
}

_INTRODUCTION = """\
What recycling kiosks and an operator's cloud say to each other, version 1.

Everything the machine must believe is signed: documents under the operator's root, marks by the
endpoint's key. Everything the cloud must believe is signed by the machine's record key. Requests
are signed by its transport key (RFC 9421 with Content-Digest, RFC 9530), tag `kiosk-v1`, covering
@method, @authority, @path, @query and, with a body, content-type, content-encoding and
content-digest; the age of a signature is not judged, because idempotence protects, not clocks."""


def assemble(examples: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the document. ``examples``: by operation, ``request`` and ``answer`` as JSON."""
    bodies = [operation.body for operation in OPERATIONS if operation.body]
    bodies += [answer.body for one in OPERATIONS for answer in one.answers if answer.body]
    kinds: list[Any] = [
        *dict.fromkeys(bodies),
        Problem,
        Mark,
        LedgerTotals,
        Statement,
        Approval,
        Command,
        KeyRotation,
        Record,
        Document,
    ]
    _, schemas = msgspec.json.schema_components(kinds, ref_template=_SCHEMA + "{name}")
    _describe(schemas)
    schemas["Envelope"] = _envelope()
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        found = _operation(operation, examples.get(operation.name, {}))
        paths.setdefault(operation.path, {})[operation.method.lower()] = found
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Recycling kiosk cloud protocol",
            "version": VERSION,
            "description": _INTRODUCTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": {name: schemas[name] for name in sorted(schemas)},
            "securitySchemes": {
                MACHINE: {
                    "type": "http",
                    "scheme": "signature",
                    "description": "RFC 9421 by the transport key; keyid: the first 16 "
                    "hexadecimal digits of the SHA-256 of its 32 public bytes",
                },
                DESK: {
                    "type": "http",
                    "scheme": "basic",
                    "description": "the reference endpoint answers its own computer only; put a "
                    "proxy with a login in front",
                },
            },
        },
    }


def encode(document: dict[str, Any]) -> str:
    """Write it as the file in docs/protocol."""
    return msgspec.json.format(msgspec.json.encode(document), indent=1).decode() + "\n"


def _operation(operation: Operation, example: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.what.partition(". ")[0].rstrip("."),
        "description": operation.what,
        "security": [] if operation.by == ANYBODY else [{operation.by: []}],
    }
    names = re.findall(r"\{(\w+)\}", operation.path)
    parameters = [_parameter(name, "path", "") for name in names]
    parameters += [_parameter(name, "query", what) for name, what in operation.query.items()]
    if parameters:
        found["parameters"] = parameters
    schema = operation.body.__name__ if operation.body else "Envelope" * operation.envelope
    if operation.octets:
        found["requestBody"] = {"required": True, "content": {BYTES: {"schema": {}}}}
    elif schema:
        content = {JSON: _media(schema, example.get("request"))}
        found["requestBody"] = {"required": True, "content": content}
    answers: dict[str, Any] = {}
    for answer in operation.answers:
        answers[str(answer.status)] = {"description": answer.what}
        if answer.status not in (204, 304):
            shown = example.get("answer") if answer is operation.answers[0] else None
            content = {answer.media: _media(answer.schema, shown)}
            answers[str(answer.status)]["content"] = content
    for status in sorted(operation.problems):
        answers[str(status)] = {
            "description": _TITLES[status],
            "content": {cloud.PROBLEM_MEDIA: _media("Problem", None)},
        }
    found["responses"] = answers
    return found


def _parameter(name: str, place: str, what: str) -> dict[str, Any]:
    kind = {"type": "integer", "minimum": 0} if name == "after" else {"type": "string"}
    found = {"name": name, "in": place, "required": place == "path", "schema": kind}
    return found | ({"description": what} if what else {})


def _media(schema: str, example: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"schema": {"$ref": _SCHEMA + schema} if schema else {}}
    return found if example is None else found | {"example": example}


def _envelope() -> dict[str, Any]:
    """DSSE, as every base64 text called an envelope holds it."""
    signature = {"keyid": {"type": "string"}, "sig": {"type": "string"}}
    return {
        "title": "Envelope",
        "description": "DSSE envelope, JSON: `sig` is Ed25519 over the pre-authentication encoding "
        f"of payloadType and payload. Types: {cloud.MARK_TYPE}, {cloud.STATEMENT_TYPE}, "
        f"{cloud.TOTALS_TYPE}, "
        f"{DOCUMENT_TYPE}.",
        "type": "object",
        "properties": {
            "payloadType": {"type": "string"},
            "payload": {"type": "string", "contentEncoding": "base64"},
            "signatures": {
                "type": "array",
                "maxItems": 8,
                "items": {"type": "object", "properties": signature, "required": list(signature)},
            },
        },
        "required": ["payloadType", "payload", "signatures"],
    }


def _describe(schemas: dict[str, Any]) -> None:
    """Say of each field what stands under it in the source: msgspec knows the structs only."""
    modules = [sys.modules[one] for one in sorted(sys.modules) if _is_source(one)]
    said: dict[str, dict[str, str]] = {}
    for module in modules:
        for name, docs in field_docs(module).items():
            # A request on a role socket may have the name of the record it leads to.
            said[name] = docs | said.get(name, {})
    for name, schema in schemas.items():
        for field, text in said.get(name, {}).items():
            if field in schema.get("properties", {}):
                schema["properties"][field].setdefault("description", text)


def _is_source(module: str) -> bool:
    return any(module == one or module.startswith(f"{one}.") for one in _SOURCES)


def field_docs(module: Any) -> dict[str, dict[str, str]]:
    """Return, by class and field, the string that stands below the field."""
    tree = ast.parse(inspect.getsource(module))
    classes = (node for node in tree.body if isinstance(node, ast.ClassDef))
    return {one.name: dict(_pairs(one.body)) for one in classes}


def _pairs(body: list[ast.stmt]) -> Iterable[tuple[str, str]]:
    for one, below in itertools.pairwise(body):
        if (
            isinstance(one, ast.AnnAssign)
            and isinstance(one.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
            and isinstance(below.value.value, str)
        ):
            yield one.target.id, " ".join(below.value.value.split())
