"""What a browser's form sends, in its two spellings. Lengths are bounded by ``bodies.read``."""

from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl

from starlette.requests import Request

from sync.endpoint import bodies
from sync.endpoint.problems import RefusedError

FIELDS_MAX = 1000
_PLAIN = "application/x-www-form-urlencoded"


async def read_fields(request: Request) -> list[tuple[str, str]]:
    """Return names and values in their order. Raises RefusedError 400, 408, 413 or 415."""
    body = await bodies.read(request)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _PLAIN:
        raise RefusedError(415, "form", "This is not a form", _PLAIN)
    try:
        return parse_qsl(
            body.decode("ascii"), True, strict_parsing=False, max_num_fields=FIELDS_MAX,
            errors="strict",
        )  # fmt: skip
    except ValueError as error:
        raise RefusedError(400, "form", "The form cannot be read", str(error)[:200]) from error


async def read_file(request: Request, name: str) -> bytes:
    """Return the one file that a form carries. Raises RefusedError 400, 408, 413 or 415."""
    body = await bodies.read(request)
    kind = request.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/form-data;"):
        raise RefusedError(415, "form", "This is not a form with a file", "multipart/form-data")
    head = f"Content-Type: {kind}\r\n\r\n".encode("latin-1", "replace")
    form = BytesParser(policy=HTTP).parsebytes(head + body)
    for part in form.iter_parts() if form.is_multipart() else ():
        if part.get_param("name", header="content-disposition") == name:
            content = part.get_payload(decode=True)
            if isinstance(content, bytes) and content:
                return content
    raise RefusedError(400, "form", "The form holds no file", name)
