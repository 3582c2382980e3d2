"""Reads of an account that begin while the files are still being read.

Which pools a plan reads is known as soon as the channel files say so, one after the other, and what it waits for most
is answers. So the list of services and the pools are asked for at once, and the SDK, which takes longer to import than
an answer takes to come, is imported meanwhile. The requests are the ones that the plan makes anyway, under the same
limit and credentials: each counts as the first attempt of the reader's own request. After the first failure only what
waits for a place already is still sent, and the reader goes on by itself. A run that ends before it plans waits for
nothing.
"""

from __future__ import annotations

import queue
import threading
from functools import partial

from smsops import __version__
from smsops.errors import ProviderError
from smsops.providers.base import Connection
from smsops.providers.twilio.attempts import Early, attempt
from smsops.providers.twilio.limiter import START
from smsops.providers.twilio.retry import RetryPolicy, Verdict
from smsops.providers.twilio.routes import PAGE_SIZE, READS, Product, find
from smsops.providers.twilio.transport import Transport
from smsops.threads import begin_ahead

SERVICES = "/v1/Services"
PAGE = f"PageSize={PAGE_SIZE}"
_HEADERS = {"User-Agent": f"smsops/{__version__}", "Accept": "application/json", "Accept-Charset": "utf-8"}


class TwilioHeadStart:
    """Implements `HeadStart`. Its threads are daemons: nobody waits for a read that nobody needs any more."""

    def __init__(self, connection: Connection) -> None:
        self._begun: dict[tuple[str, str], Early] = {}
        self._connection = connection
        self._opened = threading.Event()
        self._transport: Transport | None = None
        self._waiting: queue.SimpleQueue[tuple[str, Early] | None] = queue.SimpleQueue()
        self._is_over = False
        self._senders = 0
        self._first_are_there = threading.Event()
        begin_ahead(self._open)
        self._ask(SERVICES)

    def expect(self, service_sid: str) -> None:
        """See `HeadStart.expect`."""
        self._ask(pool_path(service_sid))

    def close(self) -> None:
        """See `HeadStart.close`."""
        self._is_over = True
        for _ in range(self._senders):
            self._waiting.put(None)
        self._senders = 0

    def transport(self) -> Transport | None:
        """The connections; None when they cannot be opened."""
        self._opened.wait()
        return self._transport

    def taken(self) -> dict[tuple[str, str], Early]:
        """What was asked for, by path and parameters, in this order; once, because later it is no news any more."""
        begun, self._begun = self._begun, {}
        return begun

    def _ask(self, path: str) -> None:
        early = self._begun[path, PAGE] = Early()
        self._waiting.put((path, early))
        if self._senders < self._connection.concurrency:
            self._senders += 1
            begin_ahead(partial(self._send, self._senders))

    def _open(self) -> None:
        try:
            self._transport = Transport(self._connection, RetryPolicy())
        except ProviderError:  # the reader meets it again, and tells it
            self._is_over = True
        finally:
            self._opened.set()

    def _send(self, place: int) -> None:
        transport = self.transport()
        if transport:
            self._connect(transport, place)
        while asked := self._waiting.get():
            path, early = asked
            try:
                if transport and not self._is_over:
                    self._one(transport, path, early)
            except Exception:  # the reader meets it again; without this thread it would wait for ever
                self._is_over = True
            finally:
                early.end()

    def _connect(self, transport: Transport, place: int) -> None:
        """Connect before there is a request to send. Those that the limit lets in later wait until the first are there,
        and then use the time in which these are answered. Where there is no connection, the reader finds out why.
        """
        if place > START:
            self._first_are_there.wait()
        try:
            self._is_over = self._is_over or not transport.connect()
        except Exception:  # as in `_send`
            self._is_over = True
        finally:
            if place == START or self._is_over:
                self._first_are_there.set()

    def _one(self, transport: Transport, path: str, early: Early) -> None:
        target = transport.address.resolve(transport.address.origin(Product.MESSAGING) + path)
        if route := find(READS, "GET", target.product, target.path):
            early.ended = attempt(transport, route, target, PAGE, None, _HEADERS)
            self._is_over = self._is_over or early.ended.verdict is not Verdict.DONE


def pool_path(service_sid: str) -> str:
    return f"{SERVICES}/{service_sid}/PhoneNumbers"


def begin(connection: Connection) -> TwilioHeadStart:
    """Begin to read an account."""
    return TwilioHeadStart(connection)
