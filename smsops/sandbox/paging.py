"""Lists in pages: one query for both API families, and their two ways to name the next page (twilio.md 1.1)."""

from __future__ import annotations

import base64
import binascii
import json
import re
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from smsops.frozen import Frozen
from smsops.sandbox.switches import Switches
from smsops.sandbox.wire import Refusal, Request, invalid

DEFAULT_SIZE = 50
MAX_SIZE = 1000
REAL_HOST = "https://messaging.twilio.com"

MAX_KEY = 2**63 - 1
"""The largest integer of SQLite."""

Key = int | str


class Listing(Frozen):
    """What is listed: a table, a condition with its values, and the unique column that orders the rows."""

    table: str
    where: str
    values: tuple[object, ...]
    order: str = "seq"
    newest_first: bool = False
    """Whether the rows come in falling order."""


class Window(Frozen):
    """Where in a list a page lies: after a row, before a row, or at the start."""

    size: int
    page: int
    after: Key | None = None
    before: Key | None = None


class Page(Frozen):
    """The rows of one page, and the keys of its neighbours (None: there is none)."""

    rows: list[sqlite3.Row]
    window: Window
    next_after: Key | None
    previous_before: Key | None


def window(request: Request, switches: Switches, read_token: Callable[[str], tuple[bool, Key]]) -> Window:
    """What the query asks for. Raises Refusal for a bad size, page or token."""
    size = _whole("PageSize", request.query, DEFAULT_SIZE)
    page = _whole("Page", request.query, 0)
    if size < 1:
        raise invalid("PageSize")
    if size > MAX_SIZE:
        if switches.page_size_refused:
            raise Refusal(400, 20007, "Page size must be 1000 or less")
        size = MAX_SIZE
    token = request.query.get("PageToken", "")
    if not token:
        if page > 0:
            raise Refusal(400, 20001, "PageToken is required for paging.")
        return Window(size=size, page=page)
    forward, key = read_token(token)
    return Window(size=size, page=page, after=key if forward else None, before=None if forward else key)


def _whole(name: str, query: Mapping[str, str], default: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise invalid(name)
    return int(text)


def fetch(rows: sqlite3.Connection, listing: Listing, window: Window) -> Page:
    """One page. A row that is added or removed between two pages neither repeats nor hides another."""
    sql = f"SELECT * FROM {listing.table} WHERE {listing.where}"
    values = listing.values
    backward = window.before is not None
    beyond, short_of = ("<", ">") if listing.newest_first else (">", "<")
    if window.after is not None:
        sql, values = f"{sql} AND {listing.order} {beyond} ?", (*values, window.after)
    if window.before is not None:
        sql, values = f"{sql} AND {listing.order} {short_of} ?", (*values, window.before)
    falling = backward != listing.newest_first
    sql = f"{sql} ORDER BY {listing.order} {'DESC' if falling else 'ASC'} LIMIT ?"
    found = rows.execute(sql, (*values, window.size + 1)).fetchall()
    more, found = len(found) > window.size, found[: window.size]
    if backward:
        found.reverse()
    has_next = backward or more
    has_previous = more if backward else window.after is not None
    return Page(
        rows=found,
        window=window,
        next_after=found[-1][listing.order] if found and has_next else None,
        previous_before=found[0][listing.order] if found and has_previous else None,
    )


def product_token(sid: str, key: Key, *, forward: bool) -> str:
    """`PT` and base64 of JSON, as recorded from Twilio; opaque to clients."""
    facts = {"key": sid, "index": forward, "seq": key}
    return "PT" + base64.urlsafe_b64encode(json.dumps(facts, separators=(",", ":")).encode()).decode()


def read_product_token(token: str) -> tuple[bool, Key]:
    """Direction and key of a token. Raises Refusal when it is not one of ours."""
    try:
        facts = json.loads(base64.urlsafe_b64decode(token.removeprefix("PT")))
        return bool(facts["index"]), min(int(facts["seq"]), MAX_KEY)
    except (binascii.Error, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        raise invalid("PageToken") from None


def read_core_token(token: str) -> tuple[bool, Key]:
    """`PA<sid>` (after) or `PB<sid>` (before)."""
    if not re.fullmatch(r"P[AB][A-Z]{2}[0-9a-fA-F]{32}", token):
        raise invalid("PageToken")
    return token[1] == "A", token[2:]


def product_page(
    page: Page,
    request: Request,
    *,
    key: str,
    items: list[Any],
    base_url: str,
    switches: Switches,
    filters: tuple[str, ...],
    real_host: str = REAL_HOST,
) -> dict[str, Any]:
    """The body of a product API list: `meta` with absolute links, and the items under their key."""
    size, number = page.window.size, page.window.page
    kept = {name: request.query[name] for name in filters if name in request.query}
    where = f"{real_host if switches.real_host_links else base_url}{request.path}"

    def link(page_number: int, token: str | None = None) -> str:
        query = {**kept, "PageSize": size, "Page": page_number} | ({} if token is None else {"PageToken": token})
        return f"{where}?{urlencode(query)}"

    following = preceding = None
    if page.next_after is not None:
        following = link(number + 1, product_token(page.rows[-1]["sid"], page.next_after, forward=True))
    if page.previous_before is not None:
        preceding = link(max(number - 1, 0), product_token(page.rows[0]["sid"], page.previous_before, forward=False))
    meta = {
        "page": number,
        "page_size": size,
        "first_page_url": link(0),
        "previous_page_url": preceding,
        "url": link(number, request.query.get("PageToken")),
        "next_page_url": following,
        "key": key,
    }
    return {"meta": meta, key: items}


def core_page(page: Page, request: Request, *, key: str, items: list[Any], filters: tuple[str, ...]) -> dict[str, Any]:
    """The body of a core API list: flat keys, relative links."""
    size, number = page.window.size, page.window.page
    kept = {name: request.query[name] for name in filters if name in request.query}

    def link(page_number: int, token: str | None = None) -> str:
        query = {**kept, "PageSize": size, "Page": page_number} | ({} if token is None else {"PageToken": token})
        return f"{request.path}?{urlencode(query)}"

    start = number * size
    return {
        key: items,
        "page": number,
        "page_size": size,
        "start": start,
        "end": start + max(len(items) - 1, 0),
        "first_page_uri": link(0),
        "next_page_uri": None if page.next_after is None else link(number + 1, f"PA{page.next_after}"),
        "previous_page_uri": (
            None if page.previous_before is None else link(max(number - 1, 0), f"PB{page.previous_before}")
        ),
        "uri": link(number, request.query.get("PageToken")),
    }
