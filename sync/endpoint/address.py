"""Where machines reach the endpoint: written once at the desk, believed by every machine."""

import ipaddress
import re
from urllib.parse import urlsplit

from sync.endpoint.errors import EndpointError

_HOST = re.compile(r"[0-9a-z]([0-9a-z.-]*[0-9a-z])?|[0-9a-f:]+", re.ASCII)


def checked_url(url: str) -> str:
    """Return how machines reach the endpoint, as they take it. Raises EndpointError.

    Scheme and host only: a proxy that cuts a path off breaks every signature over it.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise EndpointError(f"--url {url[:200]!r} cannot be read: {error}") from error
    plain = parts.scheme in ("http", "https") and _HOST.fullmatch(host) is not None
    if not plain or parts.username is not None or parts.path.strip("/") + parts.query:
        raise EndpointError(
            f"--url {url[:200]!r} is no address of a server: write scheme and host only, such as "
            "https://cloud.example"
        )
    if parts.scheme == "http" and not is_here(host):
        raise EndpointError(
            f"--url {url[:200]!r} is refused by every machine: only this computer is reached "
            f"without TLS; write https://{host} and put a proxy with a certificate in front"
        )
    name = f"[{host}]" if ":" in host else host
    # Written out, the usual port would be signed by machines and not seen by the server.
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{name}" + (f":{port}" if port not in (None, usual) else "")


def is_here(host: str) -> bool:
    """Tell whether a name or address is this computer itself."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
