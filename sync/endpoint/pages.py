"""The operator's own pages: books to look at, and the credit feed for the wallet.

They name residents' pseudonyms, so they are answered on this computer only; an operator who wants
them elsewhere puts a proxy with a login in front (sync.endpoint.visitors).
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk.clock import Clock
from kiosk.exposition import MEDIA
from kiosk.money import price_text
from kiosk.units import PriceE4
from sync.endpoint import adjudication, bags, books, feed, fleet, fleet_page, metrics, page
from sync.endpoint.database import Database
from sync.endpoint.operator import Profile
from sync.endpoint.problems import RefusedError
from sync.endpoint.visitors import Visitors

PAGE_MOST = 50
JSON_MOST = 1000


class Pages:
    """Books and credits, read only."""

    def __init__(
        self, profile: Profile, database: Database, clock: Clock, visitors: Visitors
    ) -> None:
        self._visitors = visitors
        self._operator = profile.operator
        self._interval_s = profile.interval_s
        self._database = database
        self._clock = clock

    async def show_page(self, request: Request) -> Response:
        """GET /books, ``?embed=1`` without a heading, ``?part=1`` only what changes."""
        found = await self._read(request, PAGE_MOST)
        return self._drawn(request, ("账本", "Books"), page.part(found))

    async def show_fleet(self, request: Request) -> Response:
        """GET /fleet: what waits for people, what is wrong, every machine."""
        self._visitors.check(request)
        async with self._database.reader.begin() as connection:
            found = await self._look(connection)
            held = await adjudication.queue(connection, PAGE_MOST)
        return self._drawn(request, ("机群", "Fleet"), fleet_page.part(found, held))

    async def show_machine(self, request: Request) -> Response:
        """GET /fleet/{kiosk}"""
        self._visitors.check(request)
        name: str = request.path_params["kiosk"]
        async with self._database.reader.begin() as connection:
            found = await self._look(connection)
            kiosk = next((one for one in found.kiosks if one.kiosk == name), None)
            if kiosk is None:
                raise RefusedError(404, "kiosk", "There is no such machine")
            newest = await books.newest_of(connection, name, PAGE_MOST)
            collected = await bags.newest(connection, name, PAGE_MOST)
        part = fleet_page.machine_part(found, kiosk, newest, collected)
        return self._drawn(request, ("机器", "Machine"), part)

    def _drawn(self, request: Request, title: tuple[str, str], part: str) -> Response:
        """The whole page, or with ``?part=1`` what changes, if it did."""
        headers = {"Content-Security-Policy": page.CONTENT_POLICY, "Cache-Control": "no-cache"}
        if "part" not in request.query_params:
            embed = "embed" in request.query_params
            text = page.frame(*title, self._operator, part, embed=embed)
            return Response(text, headers=headers, media_type="text/html")
        headers["ETag"] = f'"{hashlib.sha256(part.encode()).hexdigest()[:32]}"'
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(part, headers=headers, media_type="text/html")

    async def show_json(self, request: Request) -> Response:
        """GET /books.json: the newest deposits and credits, in the order they arrived."""
        found = await self._read(request, JSON_MOST)
        answer = {
            "kiosks": [
                _fields(row, ("kiosk", "site", "board", "ledger", "acked_through", "seen_ms"))
                for row in found.machines
            ],
            "acked_through": max((row.acked_through for row in found.machines), default=0),
            "deposits": [_deposit(row) for row in reversed(found.deposits)],
            "credits": [
                {"key": f"{row.ledger}/{row.seq}"}
                | _fields(
                    row, ("cursor", "kiosk", "subject", "amount_minor", "currency", "receipt")
                )
                for row in reversed(found.credits)
            ],
            "suspects": found.suspects,
        }
        return Response(msgspec.json.encode(answer), media_type="application/json")

    async def feed_credits(self, request: Request) -> Response:
        """GET /v1/credits?after=cursor"""
        self._visitors.check(request)
        text = request.query_params.get("after", "0")
        if not (text.isascii() and text.isdecimal() and len(text) <= 15):
            raise RefusedError(400, "cursor", "`after` is a number", "as given in `next`, or 0")
        await feed.post(self._database)
        async with self._database.reader.begin() as connection:
            answer = await feed.read(connection, int(text))
        return Response(msgspec.json.encode(answer), media_type="application/json")

    async def show_font(self, _request: Request) -> Response:
        """GET /books.otf"""
        headers = {"Cache-Control": "max-age=86400"}
        return Response(page.FONT, headers=headers, media_type="font/otf")

    async def show_public(self, _request: Request) -> Response:
        """GET /v1/public/kiosks: for maps, on any site."""
        found = fleet.public(await self._fleet())
        headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=15"}
        return Response(msgspec.json.encode(found), headers=headers, media_type="application/json")

    async def show_metrics(self, request: Request) -> Response:
        """GET /metrics"""
        self._visitors.check(request)
        return Response(metrics.write(await self._fleet()), media_type=MEDIA)

    async def _fleet(self) -> fleet.Fleet:
        async with self._database.reader.begin() as connection:
            return await self._look(connection)

    async def _look(self, connection: AsyncConnection) -> fleet.Fleet:
        now_ms = self._clock.wall().utc_ms or 0
        return await fleet.read(connection, self._interval_s, now_ms)

    async def _read(self, request: Request, most: int) -> books.Books:
        self._visitors.check(request)
        await feed.post(self._database)
        async with self._database.reader.begin() as connection:
            return await books.read(connection, most)


def routes(
    profile: Profile, database: Database, clock: Clock, visitors: Visitors
) -> Sequence[Route]:
    """Return the routes of these pages."""
    pages = Pages(profile, database, clock, visitors)
    return (
        Route("/books", pages.show_page, methods=["GET"]),
        Route("/books.otf", pages.show_font, methods=["GET"]),
        Route("/books.json", pages.show_json, methods=["GET"]),
        Route("/fleet", pages.show_fleet, methods=["GET"]),
        Route("/fleet/{kiosk}", pages.show_machine, methods=["GET"]),
        Route("/metrics", pages.show_metrics, methods=["GET"]),
        Route("/v1/public/kiosks", pages.show_public, methods=["GET"]),
        Route("/v1/credits", pages.feed_credits, methods=["GET"]),
    )


def _deposit(row: Row[Any]) -> dict[str, Any]:
    names = ("kiosk", "ledger", "seq", "receipt", "compartment", "material", "outcome", "reason")
    return _fields(row, names) | {
        "net_g": row.net_g,
        "unit_price": price_text(PriceE4(row.price_e4)),
        "amount_minor": row.amount_minor,
        "currency": row.currency,
    }


def _fields(row: Row[Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
