"""Reads of an account that begin while the files are still being read.

Which pools a plan reads is known as soon as the channel files say so, one after the other, and what it waits for most
is answers. So the list of services and the first pools are asked for at once, and the SDK, which takes longer to import
than an answer takes to come, is imported meanwhile. The requests are the ones that the plan makes anyway, under the
same limit and credentials: what was begun here counts as the first attempt of the reader's own request, and the reader
takes over all others. A run that ends before it plans waits for nothing.
"""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future

from smsops import __version__
from smsops.providers.base import Connection
from smsops.providers.twilio.attempts import Attempt, attempt
from smsops.providers.twilio.retry import RetryPolicy
from smsops.providers.twilio.routes import PAGE_SIZE, READS, Product, find
from smsops.providers.twilio.transport import Transport

SERVICES = "/v1/Services"
_PARAMETERS = f"PageSize={PAGE_SIZE}"
_HEADERS = {"User-Agent": f"smsops/{__version__}", "Accept": "application/json", "Accept-Charset": "utf-8"}


class TwilioHeadStart:
    """Implements `HeadStart`. Its threads are daemons: nobody waits for a read that nobody needs any more."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._transport: Future[Transport] = Future()
        self._asked: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._taking = threading.Lock()
        self._is_over = False
        self._begun: dict[tuple[str, str], Future[Attempt]] = {}
        self._senders = 0
        threading.Thread(target=self._open, daemon=True).start()
        self._ask(SERVICES)

    def expect(self, service_sid: str) -> None:
        """See `HeadStart.expect`."""
        self._ask(pool_path(service_sid))

    def close(self) -> None:
        """See `HeadStart.close`."""
        with self._taking:
            self._is_over = True
        for _ in range(self._senders):
            self._asked.put("")

    def transport(self) -> Transport:
        """The connections. Raises ProviderError when the connection cannot be right."""
        return self._transport.result()

    def taken_over(self) -> dict[tuple[str, str], Future[Attempt]]:
        """What has begun, by path and parameters; nothing else begins here any more."""
        self.close()
        begun, self._begun = self._begun, {}
        return begun

    def _ask(self, path: str) -> None:
        self._asked.put(path)
        if self._senders < self._connection.concurrency:
            self._senders += 1
            threading.Thread(target=self._send, daemon=True).start()

    def _open(self) -> None:
        try:
            self._transport.set_result(Transport(self._connection, RetryPolicy()))
        except Exception as error:
            self._transport.set_exception(error)

    def _send(self) -> None:
        if self._transport.exception() is not None:
            return
        transport = self._transport.result()
        origin = transport.address.origin(Product.MESSAGING)
        while True:
            path = self._asked.get()
            ended: Future[Attempt] = Future()
            with self._taking:
                if self._is_over:
                    return
                self._begun[path, _PARAMETERS] = ended
            try:
                target = transport.address.resolve(f"{origin}{path}")
                route = find(READS, "GET", target.product, target.path)
                assert route is not None, path
                ended.set_result(attempt(transport, route, target, _PARAMETERS, None, _HEADERS))
            except Exception as error:
                ended.set_exception(error)


def pool_path(service_sid: str) -> str:
    return f"{SERVICES}/{service_sid}/PhoneNumbers"


def begin(connection: Connection) -> TwilioHeadStart:
    """Begin to read an account."""
    return TwilioHeadStart(connection)
