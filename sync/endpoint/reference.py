"""The protocol as pages to read, written from the OpenAPI document."""

from collections.abc import Iterable
from typing import Any

from sync.endpoint.protocol import OPERATIONS

_WHO = {
    "machine": "an enrolled machine (signed)",
    "anybody": "anybody",
    "operator": "the operator",
}


def write(document: dict[str, Any]) -> str:
    """Return the tables in Markdown: requests, their bodies, records, documents."""
    schemas: dict[str, Any] = document["components"]["schemas"]
    kinds = _mapping(schemas["Record"])
    names = _mapping(schemas["Document"])
    below = {*kinds.values(), *names.values(), "Record", "Document"}
    bodies = [name for name in schemas if name not in below]
    return "".join(
        (
            "## Requests\n\n",
            "| request | who | what |\n|---|---|---|\n",
            *(
                f"| `{one.method} {one.path}` | {_WHO[one.by]} | {one.what} |\n"
                for one in OPERATIONS
            ),
            *_requests(document),
            "\n## Bodies\n",
            *(_table(name, schemas[name]) for name in bodies),
            "\n## Records\n\nThe header, the same for all:\n",
            _table("Record", schemas["Record"]),
            "\nThe bodies, told apart by `kind`:\n",
            *(_table(schema, schemas[schema], kind) for kind, schema in kinds.items()),
            "\n## Documents\n",
            _table("Document", schemas["Document"]),
            *(_table(schema, schemas[schema], kind) for kind, schema in names.items()),
        )
    )


def _requests(document: dict[str, Any]) -> Iterable[str]:
    for one in OPERATIONS:
        found = document["paths"][one.path][one.method.lower()]
        yield f"\n### `{one.method} {one.path}`\n\n{one.what}\n\n"
        if one.body or one.envelope:
            yield f"Body: {_link(one.body.__name__ if one.body else 'Envelope')}.\n\n"
        yield "| answer | media type | body | means |\n|---|---|---|---|\n"
        for status, answer in found["responses"].items():
            content = answer.get("content", {"": {"schema": {}}})
            for media, what in content.items():
                body = _type(what["schema"]) if what["schema"] else ""
                yield f"| {status} | {media} | {body} | {answer['description']} |\n"


def _mapping(schema: dict[str, Any]) -> dict[str, str]:
    mapping: dict[str, str] = schema["properties"]["body"]["discriminator"]["mapping"]
    return {kind: ref.rpartition("/")[2] for kind, ref in mapping.items()}


def _table(name: str, schema: dict[str, Any], kind: str = "") -> str:
    title = f"{name} (`{kind}`)" if kind else name
    rows = "".join(
        f"| `{field}` | {_type(what)} | {'yes' if field in schema['required'] else 'no'} "
        f"| {what.get('description', '')} |\n"
        for field, what in schema["properties"].items()
    )
    said = " ".join(schema.get("description", "").split())
    head = "| field | type | always there | means |\n|---|---|---|---|\n"
    anchor = f'<a id="{name.lower()}"></a>'
    return f"\n### {anchor}{title}\n\n{said}\n\n{head}{rows}"


def _link(name: str) -> str:
    return f"[{name}](#{name.lower()})"


def _type(what: dict[str, Any]) -> str:
    if "$ref" in what:
        return _link(what["$ref"].rpartition("/")[2])
    if "anyOf" in what:
        return " or ".join(_type(one) for one in what["anyOf"])
    if "enum" in what:
        return ", ".join(f"`{one}`" for one in what["enum"])
    if what.get("type") == "array":
        return f"list of {_type(what.get('items', {}))}"
    if what.get("contentEncoding"):
        return "bytes (base64)"
    if what.get("type") == "object" and "additionalProperties" in what:
        return f"object of {_type(what['additionalProperties'])}"
    bounds = [f"{word} {what[key]}" for key, word in _BOUNDS.items() if key in what]
    return " ".join((str(what.get("type", "anything")), *bounds))


_BOUNDS = {"minimum": "≥", "maximum": "≤", "maxLength": "length ≤", "pattern": "like"}
