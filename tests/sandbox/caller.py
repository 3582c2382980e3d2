"""A bare client of the sandbox: one connection, form posts, JSON answers, each held to Twilio's description."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any
from urllib.parse import urlencode, urlsplit

from smsops.sandbox.accounts import Credentials
from smsops.sandbox.server import Sandbox
from tests import oai


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)

    @property
    def error(self) -> tuple[int, int]:
        """HTTP status and Twilio's code."""
        return self.status, self.body["code"]


class Caller:
    """Talks as one account; `described=False` for answers that a switch or a fault takes out of the description."""

    def __init__(self, sandbox: Sandbox, credentials: Credentials | None, *, described: bool = True) -> None:
        self._netloc = urlsplit(sandbox.base_url).netloc
        self._described = described and oai.available()
        self._connection = http.client.HTTPConnection(self._netloc, timeout=30)
        self.headers = {}
        if credentials is not None:
            pair = f"{credentials.username}:{credentials.password}".encode()
            self.headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"

    def __enter__(self) -> Caller:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def call(self, method: str, path: str, **params: str) -> Reply:
        """Query parameters for GET and DELETE, a form for POST."""
        if method == "POST":
            return self.send(method, path, urlencode(params), params=params)
        return self.send(method, f"{path}?{urlencode(params)}" if params else path, params=params)

    def send(
        self,
        method: str,
        target: str,
        body: str | None = None,
        *,
        params: Mapping[str, str] | None = None,
        **headers: str,
    ) -> Reply:
        """One exchange as it is given; a full URL is followed on the sandbox's connection."""
        target = target.removeprefix(f"http://{self._netloc}")
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
        self._connection.request(method, target, body, {**kind, **self.headers, **headers})
        answer = self._connection.getresponse()
        reply = Reply(status=answer.status, headers=dict(answer.getheaders()), raw=answer.read())
        if self._described and reply.status < 400:
            path = target.partition("?")[0]
            if params is not None:
                oai.check_request(method, path, params)
            oai.check_response(method, path, reply.status, reply.raw)
        return reply

    def create_service(self, name: str = "orders", **fields: str) -> str:
        reply = self.call("POST", "/v1/Services", FriendlyName=name, **fields)
        assert reply.status == 201, reply.raw
        sid: str = reply.body["sid"]
        return sid

    def add(self, service_sid: str, number_sid: str) -> Reply:
        return self.call("POST", f"/v1/Services/{service_sid}/PhoneNumbers", PhoneNumberSid=number_sid)

    def remove(self, service_sid: str, number_sid: str) -> Reply:
        return self.call("DELETE", f"/v1/Services/{service_sid}/PhoneNumbers/{number_sid}")

    def pool(self, service_sid: str) -> list[str]:
        reply = self.call("GET", f"/v1/Services/{service_sid}/PhoneNumbers", PageSize="1000")
        return [item["phone_number"] for item in reply.body["phone_numbers"]]

    def names(self) -> list[str]:
        reply = self.call("GET", "/v1/Services", PageSize="1000")
        return [item["friendly_name"] for item in reply.body["services"]]
