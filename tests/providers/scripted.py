"""A tiny Twilio that says what a test tells it to: real HTTP on loopback, one script for each method and path."""

from __future__ import annotations

import json
import threading
from collections import deque
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs

from tests.loopback import Heard, Loopback, Said

ACCOUNT = "AC" + "1" * 32
SERVICE = "MG" + "a" * 32
OTHER = "MG" + "b" * 32
NUMBER = "PN" + "1" * 32
E164 = "+12065550101"
REQUEST_ID = "RQ" + "7" * 32
SECRET = "s3cret-token-that-must-stay-inside"

SERVICES = "/v1/Services"
POOL = f"/v1/Services/{SERVICE}/PhoneNumbers"
MEMBER = f"{POOL}/{NUMBER}"
INVENTORY = f"/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    """Close the connection: before the answer, or after half of the body."""
    hang: bool = False
    """Never answer; the server's end releases it."""
    after: str | None = None
    """Answer only once this path was asked for."""


def reply(status: int = 200, content: object = None, **headers: str) -> Reply:
    """A JSON answer; header names with underscores for hyphens."""
    body = b"" if content is None else json.dumps(content).encode()
    return Reply(status=status, body=body, headers={name.replace("_", "-"): value for name, value in headers.items()})


def refusal(status: int, code: int | None = None, message: str = "no", **headers: str) -> Reply:
    content = {"message": message, "more_info": "https://www.twilio.com/docs/errors", "status": status}
    return reply(status, content if code is None else {"code": code, **content}, **headers)


CUT = Reply(cut=True)
HANG = Reply(hang=True)
HTML = Reply(status=200, body=b"<html><body>Welcome to the hotel</body></html>")
HALF = Reply(status=200, body=b'{"sid": "MG', cut=True)


def service(sid: str = SERVICE, **fields: object) -> dict[str, Any]:
    return {"sid": sid, "account_sid": ACCOUNT, "friendly_name": "orders", **fields}


def member(number: str = E164, sid: str = NUMBER, **fields: object) -> dict[str, Any]:
    return {"sid": sid, "account_sid": ACCOUNT, "service_sid": SERVICE, "phone_number": number, **fields}


def page(key: str, *items: object, following: str | None = None) -> Reply:
    return reply(200, {key: list(items), "meta": {"key": key, "next_page_url": following}})


def inventory(*items: object, following: str | None = None, **extra: object) -> Reply:
    return reply(200, {"incoming_phone_numbers": list(items), "next_page_uri": following, "page": 0, **extra})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    method: str
    path: str
    query: dict[str, list[str]]
    form: dict[str, list[str]]
    headers: dict[str, str]


class Scripted(Loopback):
    """Answers from its script, each path's last reply for ever, and 404 with 20404 where nothing is scripted."""

    def __init__(self, certificate: str | None = None) -> None:
        super().__init__(certificate)
        self.base_url = self.origin
        self.asked: list[Asked] = []
        self._news = threading.Condition()
        self._script: dict[tuple[str, str], deque[Reply]] = {}
        self.closing = threading.Event()

    def on(self, method: str, path: str, *replies: Reply) -> None:
        self._script[method, path] = deque(replies)

    def calls(self, method: str, path: str) -> int:
        return sum(1 for asked in self.asked if (asked.method, asked.path) == (method, path))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        super().__exit__(kind, error, trace)

    def _next(self, method: str, path: str) -> Reply:
        replies = self._script.get((method, path))
        if not replies:
            return refusal(404, 20404, f"The requested resource {path} was not found")
        return replies.popleft() if len(replies) > 1 else replies[0]

    def answer(self, heard: Heard) -> Said:
        """Note the request, and give its answer once that may go out."""
        asked = Asked(
            method=heard.method,
            path=heard.path,
            query=parse_qs(heard.query, keep_blank_values=True),
            form=parse_qs(heard.body.decode(), keep_blank_values=True),
            headers=heard.headers,
        )
        with self._news:
            self.asked.append(asked)
            self._news.notify_all()
            found = self._next(asked.method, asked.path)
            if found.after is not None:
                self._news.wait_for(lambda: any(other.path == found.after for other in self.asked), timeout=60)
        if found.hang:
            self.closing.wait()
            return Said(cut=True)
        headers = {"Twilio-Request-Id": REQUEST_ID, **found.headers}
        return Said(status=found.status, headers=headers, body=found.body, cut=found.cut)
