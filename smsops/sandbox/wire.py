"""The values that pass between the listener and the rooms: a request, an answer, a refusal as Twilio words it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote

from smsops.frozen import Frozen


class Request(Frozen):
    """What a client asked, with the parameters decoded."""

    method: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    target: str
    """Path and query as they were sent."""
    host: str = ""
    authorization: str = ""
    body: bytes = b""

    @property
    def segments(self) -> list[str]:
        """The path in decoded parts; an empty last part of a trailing slash stays."""
        return [unquote(part) for part in self.path.split("/")[1:]]


class Answer(Frozen):
    """Status, JSON body (None: empty) and headers beside the common ones."""

    status: int
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = {}

    @property
    def payload(self) -> bytes:
        return b"" if self.body is None else json.dumps(self.body, separators=(",", ":")).encode()


class Refusal(Exception):
    """An error answer: HTTP status, Twilio's error code and the message (twilio.md 4.2). Nothing was changed."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        *,
        detail: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.detail = detail
        self.headers = headers or {}

    def answer(self) -> Answer:
        body: dict[str, Any] = {"code": self.code}
        if self.detail is not None:
            body["detail"] = self.detail
        body["message"] = self.message
        body["more_info"] = f"https://www.twilio.com/docs/errors/{self.code}"
        body["status"] = self.status
        return Answer(status=self.status, body=body, headers={**self.headers, "X-Twilio-Error-Code": str(self.code)})


def not_found(path: str) -> Refusal:
    """404/20404; messaging paths are named without `/v1`, core paths whole (twilio.md 4.4)."""
    named = path.removeprefix("/v1")
    return Refusal(404, 20404, f"The requested resource {named} was not found")


def not_simulated(path: str) -> Refusal:
    """404/20404 for a part of Twilio that the sandbox leaves out, and says so."""
    refusal = not_found(path)
    refusal.detail = "The sandbox does not simulate this resource."
    return refusal


def method_not_allowed() -> Refusal:
    return Refusal(405, 20004, "Method not allowed")


def missing(parameter: str) -> Refusal:
    """400/20001 in the recorded wording (twilio.md 4.4)."""
    return Refusal(400, 20001, f"Missing required parameter {parameter} in the post body")


def invalid(parameter: str, *, code: int = 20001) -> Refusal:
    return Refusal(400, code, f"Invalid parameter {parameter}")


def iso_date(moment: int) -> str:
    """Seconds since 1970 as the product APIs write dates."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def rfc_date(moment: int) -> str:
    """Seconds since 1970 as the core API writes dates (RFC 2822)."""
    return format_datetime(datetime.fromtimestamp(moment, UTC))
