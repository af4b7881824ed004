"""The tariff editor: a form, the unsigned document out, the signed one in (cloud.md, endpoint).

Nobody needs to be believed here: prices take effect by the root's signature alone, which is made
where the key is kept (``kiosk endpoint sign``).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk.clock import Clock
from kiosk.documents import Document, Tariff
from kiosk.envelope import TrustError
from sync.endpoint import forms, page, tariff_page, tariffs
from sync.endpoint.database import Database
from sync.endpoint.errors import EndpointError
from sync.endpoint.operator import Operator, write_durably
from sync.endpoint.problems import RefusedError
from sync.endpoint.shelf import Shelf
from sync.endpoint.tariffs import DraftError, Running, Wish, WishedRow, Words
from sync.endpoint.visitors import Visitors


class TariffDesk:
    """Draws the form, judges what comes back, and publishes what is signed."""

    def __init__(
        self, desk: Operator, database: Database, shelf: Shelf, clock: Clock, visitors: Visitors
    ) -> None:
        self._desk = desk
        self._database = database
        self._shelf = shelf
        self._clock = clock
        self._visitors = visitors

    async def show(self, request: Request) -> Response:
        """GET /tariff, ``?scope=site:yard-07``."""
        self._visitors.check(request)
        scope = request.query_params.get("scope", "*")
        running = await self._running(scope)
        return self._drawn(running, tariff_page.wish_of(running, scope))

    async def draft(self, request: Request) -> Response:
        """POST /tariff: compare, or download what is to be signed."""
        self._visitors.check(request)
        fields = await forms.read_fields(request)
        wish = _wish(fields)
        running = await self._running(wish.scope)
        try:
            drafted = tariffs.draft(wish, running, self._desk.profile, self._now_ms())
        except DraftError as error:
            return self._drawn(running, wish, status=422, mistakes=error.mistakes)
        if ("do", "download") in fields:
            name = tariffs.file_name(drafted, "unsigned")
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
            text = msgspec.json.format(msgspec.json.encode(drafted))
            return Response(text, headers=headers, media_type="application/json")
        assert isinstance(drafted.body, Tariff)
        changes = tariffs.differences(running.tariff, drafted.body)
        return self._drawn(running, wish, drafted=drafted, changes=changes)

    async def publish(self, request: Request) -> Response:
        """POST /tariff/signed: the file that was signed elsewhere."""
        self._visitors.check(request)
        mistakes: tuple[Words, ...] = ()
        told = None
        try:
            envelope = await forms.read_file(request, "signed")
            document = tariffs.open_tariff(envelope, self._desk.root_public)
            await self._publish(document, envelope)
            told = Words(
                f"版本 {document.version} 已发布，机器下次询问时取走",
                f"version {document.version} is published; machines fetch it when they ask",
            )
        except DraftError as error:
            mistakes = error.mistakes
        except (TrustError, EndpointError) as error:
            mistakes = (Words("没有发布：文件或签名不对", f"not published: {error}"),)
        except RefusedError as error:
            mistakes = (Words("没有发布：没有收到文件", f"not published: {error.problem.title}"),)
        running = await self._running("*")
        wish = tariff_page.wish_of(running, "*")
        status = 422 if mistakes else 200
        return self._drawn(running, wish, status=status, mistakes=mistakes, told=told)

    async def _publish(self, document: Document, envelope: bytes) -> None:
        """Drop it for the server, as the command line does, and take it in at once."""
        path = self._desk.directory / "documents" / f"{document.name}-{document.version:08d}.json"
        if not _is_there(path, envelope):
            newest = (await self._running("*")).newest
            tariffs.check_signed(document, newest, self._desk.profile, self._now_ms())
            write_durably(path, envelope)
        await self._shelf.refresh()

    async def _running(self, scope: str) -> Running:
        await self._shelf.refresh()
        signed = max(self._desk.versions(tariffs.NAME), default=0)
        async with self._database.reader.begin() as connection:
            return await tariffs.running(connection, self._desk.root_public, scope, signed)

    def _drawn(self, running: Running, wish: Wish, status: int = 200, **shown: Any) -> Response:
        profile = self._desk.profile
        waiting = self._shelf.waiting(tariffs.NAME)
        part = tariff_page.part(running, wish, profile.currency, waiting=waiting, **shown)
        text = page.frame("价目", "Tariff", profile.operator, part, live=False)
        headers = {"Content-Security-Policy": page.FORM_POLICY, "Cache-Control": "no-store"}
        return Response(text, status, headers=headers, media_type="text/html")

    def _now_ms(self) -> int:
        now_ms = self._clock.wall().utc_ms
        if now_ms is None:
            raise RefusedError(503, "clock", "The server does not know the time")
        return now_ms


def routes(
    desk: Operator, database: Database, shelf: Shelf, clock: Clock, visitors: Visitors
) -> Sequence[Route]:
    """Return the routes of the editor."""
    editor = TariffDesk(desk, database, shelf, clock, visitors)
    return (
        Route("/tariff", editor.show, methods=["GET"]),
        Route("/tariff", editor.draft, methods=["POST"]),
        Route("/tariff/signed", editor.publish, methods=["POST"]),
    )


def _wish(fields: list[tuple[str, str]]) -> Wish:
    """Lines of the form arrive as three fields each, in order."""
    columns: dict[str, list[str]] = {"material": [], "price": [], "how": []}
    single = {"scope": "*", "valid_from": ""}
    for name, value in fields:
        if name in columns:
            columns[name].append(value)
        elif name in single:
            single[name] = value
    try:
        rows = [WishedRow(*cells) for cells in zip(*columns.values(), strict=True)]
    except ValueError as error:
        raise RefusedError(400, "form", "The form is not whole") from error
    return Wish(single["scope"], single["valid_from"], tuple(rows))


def _is_there(path: Path, envelope: bytes) -> bool:
    """Whoever presses the button twice publishes once."""
    try:
        return path.read_bytes() == envelope
    except FileNotFoundError:
        return False
