"""Who may see the operator's pages: somebody at this computer, or whom a proxy's login let in.

The pages name residents' pseudonyms and ask for no password, so three things have to be kept out:
other computers; a site in a browser on this one, which has its own name resolve to 127.0.0.1 (DNS
rebinding) or sends a form across sites; and strangers whom a reverse proxy on this computer brings
along with the machines' requests. No header is believed for the better, X-Forwarded-For least.
"""

import re

from starlette.requests import Request

from sync.endpoint.address import is_here
from sync.endpoint.problems import RefusedError

_PASSED_ON = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
"""What proxies add: any of them says that the one who asks is not the one who is connected."""

_HOST = re.compile(r"(?P<name>\[[0-9a-fA-F:]+\]|[0-9A-Za-z._-]+)(?::[0-9]{1,5})?", re.ASCII)


class Visitors:
    """``names``: under which a proxy with a login shows the pages; by itself there are none."""

    def __init__(self, names: tuple[str, ...] = ()) -> None:
        self._names = frozenset(name.lower() for name in names)

    def check(self, request: Request) -> None:
        """Raise RefusedError 403 for anybody else; 421 for a name that is not this computer's."""
        if not is_here(request.client.host if request.client else ""):
            raise _refused("Only from the server itself", "use a proxy with a login")
        host = request.headers.get("host", "")
        name = _name(host)
        if name not in self._names:
            if not is_here(name):
                raise RefusedError(
                    421, "operator-only", "This page has another address",
                    "open it as 127.0.0.1, or name your proxy's address by --page-host",
                )  # fmt: skip
            if any(header in request.headers for header in _PASSED_ON):
                raise _refused(
                    "A proxy brought this request",
                    "let it ask for a login, and name its address by --page-host",
                )
        if request.method not in ("GET", "HEAD"):
            _check_same_site(request, host)


def _check_same_site(request: Request, host: str) -> None:
    """A form of another site arrives with that site's Origin; a program sends none."""
    origin = request.headers.get("origin")
    if origin is not None and origin.lower().partition("://")[2] != host.lower():
        raise _refused("This form came from another site", "use the page itself")
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise _refused("This form came from another site", "use the page itself")


def _name(host: str) -> str:
    found = _HOST.fullmatch(host)
    return "" if found is None else found["name"].lower().strip("[]")


def _refused(title: str, detail: str) -> RefusedError:
    return RefusedError(403, "operator-only", title, detail)
