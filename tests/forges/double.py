"""What the doubles of forges share: a real HTTP server on loopback, a log of requests, pages, and faults on demand."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode

from tests.loopback import Heard, Loopback, Said


class FaultKind(Enum):
    STATUS = auto()
    """Answer `status`, before any effect."""
    CUT = auto()
    """Close the connection before the effect."""
    LOST = auto()
    """Close the connection after the effect, without an answer."""
    HALF = auto()
    """Close the connection in the middle of the answer."""
    RAW = auto()
    """Other bytes as the answer, after the effect."""
    HUGE = auto()
    """An answer that is too large."""
    REDIRECT = auto()
    """Another server."""
    NEXT = auto()
    """The right answer, whose next page is said to be on another server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    kind: FaultKind
    method: str = "GET"
    path: str = ""
    """A pattern that is searched for in the path."""
    status: int = 503
    elsewhere: str = "http://127.0.0.1:9/elsewhere"
    headers: dict[str, str] = field(default_factory=dict)
    message: object = "out of order"
    raw: bytes = b"<html>Welcome to the hotel</html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    content: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int = 200
    content: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    cut: bool = False
    """Close the connection: before the answer, or after half of it where `raw` is given."""

    @property
    def body(self) -> bytes:
        return json.dumps(self.content).encode() if self.raw is None else self.raw


class Refused(Exception):
    """The forge says no."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.reply = Reply(status=status, content={"message": message, "status": str(status)})


class Double(Loopback):
    """A forge for tests. `asked` is every request; `faults` are used up one by one by the requests they fit."""

    prefix = ""
    """Of every path of the API."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Asked] = []
        self.faults: list[Fault] = []
        self.write_refusal: int | None = None
        """The status of every write: 403 or 404 for a token that only reads."""
        self._lock = threading.Lock()

    def fault(self, kind: FaultKind, **fields: Any) -> None:
        self.faults.append(Fault(kind=kind, **fields))

    def writes(self) -> list[tuple[str, str]]:
        """Method and path of everything but reads, in order."""
        return [(asked.method, asked.path) for asked in self.asked if asked.method != "GET"]

    def answer(self, heard: Heard) -> Said:
        """One at a time: the doubles need no locks of their own."""
        asked = Asked(
            method=heard.method,
            path=heard.path,
            query={name: values[-1] for name, values in parse_qs(heard.query).items()},
            headers=heard.headers,
            content=json.loads(heard.body) if heard.body else None,
        )
        with self._lock:
            reply = self._reply(asked)
        headers = {"Content-Type": "application/json; charset=utf-8", **reply.headers}
        # Without bytes of its own, a reply that is cut is no answer at all.
        body = b"" if reply.cut and reply.raw is None else reply.body
        return Said(status=reply.status, headers=headers, body=body, cut=reply.cut)

    def _reply(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        fault = next((f for f in self.faults if f.method == asked.method and re.search(f.path, asked.path)), None)
        if fault is None:
            return self._answered(asked)
        self.faults.remove(fault)
        return self._spoiled(fault, asked)

    def _spoiled(self, fault: Fault, asked: Asked) -> Reply:
        match fault.kind:
            case FaultKind.STATUS:
                return Reply(status=fault.status, content={"message": fault.message}, headers=fault.headers)
            case FaultKind.REDIRECT:
                return Reply(status=302, content={}, headers={"Location": fault.elsewhere})
            case FaultKind.CUT:
                return Reply(cut=True)
            case FaultKind.HUGE:
                return Reply(raw=b'"' + b"x" * 10_000_000 + b'"')
        reply = self._answered(asked)
        match fault.kind:
            case FaultKind.LOST:
                return Reply(cut=True)
            case FaultKind.HALF:
                return Reply(raw=reply.body, cut=True)
            case FaultKind.RAW:
                return Reply(raw=fault.raw)
        return Reply(content=reply.content, headers={"Link": f'<{fault.elsewhere}>; rel="next"'})

    def _answered(self, asked: Asked) -> Reply:
        try:
            self.admit(asked)
            if asked.method != "GET" and self.write_refusal:
                raise Refused(self.write_refusal, self.refusal())
            if not asked.path.startswith(self.prefix + "/"):
                raise Refused(404, "Not Found")
            return self.route(asked, tuple(map(unquote, asked.path.removeprefix(self.prefix).split("/")[1:])))
        except (KeyError, Refused) as error:
            return error.reply if isinstance(error, Refused) else Refused(404, "Not Found").reply

    def page(self, asked: Asked, items: Sequence[Any]) -> Reply:
        """One page of a list, with links to its neighbours."""
        size, number = int(asked.query.get("per_page", "20")), int(asked.query.get("page", "1"))
        last = max(1, -(-len(items) // size))
        links = {"first": 1, "prev": number - 1, "next": number + 1, "last": last}
        told = ", ".join(
            f'<{self.origin}{asked.path}?{urlencode({**asked.query, "page": at})}>; rel="{rel}"'
            for rel, at in links.items()
            if 1 <= at <= last
        )
        return Reply(content=list(items[(number - 1) * size : number * size]), headers={"Link": told})

    def admit(self, asked: Asked) -> None:
        """Raises Refused for a wrong token."""
        raise NotImplementedError

    def refusal(self) -> str:
        """What is said to a token that only reads."""
        raise NotImplementedError

    def route(self, asked: Asked, words: tuple[str, ...]) -> Reply:
        """The answer by the words of the path; KeyError is a 404."""
        raise NotImplementedError
