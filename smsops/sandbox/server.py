"""The sandbox as a whole: one object that starts the embedded Twilio, fills it, and tells what was asked of it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType

from smsops.errors import SmsopsError
from smsops.frozen import Frozen
from smsops.sandbox import accounts, inbound, loading
from smsops.sandbox.accounts import Credentials, KeyKind
from smsops.sandbox.console import Console
from smsops.sandbox.control import Control
from smsops.sandbox.faults import Faults
from smsops.sandbox.front import Front
from smsops.sandbox.inbound import Inbound
from smsops.sandbox.listener import LoopbackServer
from smsops.sandbox.loading import LoadedNumber, LoadedService
from smsops.sandbox.store import Store
from smsops.sandbox.switches import Switches
from smsops.sandbox.traffic import Requests


class Violation(Frozen):
    """A request to release or to buy a number, which no engine may make."""

    method: str
    path: str
    account_sid: str
    number: str
    """E.164 where it is known."""


class Sandbox:
    """The embedded Twilio behind a real HTTP server on 127.0.0.1.

    A context manager; `database` None keeps the state in memory, `port` 0 takes any free port, `seed` makes the SIDs of
    created services repeatable. Several processes may open one database at once. Raises SmsopsError when the database
    or the port cannot be used.
    """

    def __init__(
        self,
        database: Path | None = None,
        *,
        port: int = 0,
        switches: Switches = Switches(),  # noqa: B008 - a frozen value
        seed: str | None = None,
    ) -> None:
        self.switches = switches
        """Read anew by every request; assign another value at any time."""
        self.faults = Faults()
        self.requests = Requests()
        self.store = Store(database, seed=seed)
        self.console = Console(self.store, lambda: self.switches)
        self._port = port
        self._server: LoopbackServer | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Sandbox:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listen, and answer from threads of its own."""
        front = Front(
            store=self.store,
            faults=self.faults,
            requests=self.requests,
            switches=lambda: self.switches,
            base_url=lambda: self.base_url,
            control=Control(
                faults=self.faults,
                requests=self.requests,
                violations=lambda: [_plain(violation) for violation in self.violations],
                switches=lambda: self.switches,
                turn=self._turn,
            ),
        )
        try:
            self._server = LoopbackServer(self._port, front.handle)
        except (OSError, OverflowError) as error:
            self.store.close()
            raise SmsopsError(
                f"The sandbox cannot listen on port {self._port} of 127.0.0.1: {error}.",
                hint="Choose another port, or 0 for any free one.",
                code="SMS407",
            ) from error
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, name="smsops-sandbox", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """End every connection, wake every delayed request, close the database."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self.faults.clear()
            self._server.hang_up()
            self._server.server_close()
            self._server = self._thread = None
        self.store.close()

    def wait(self) -> None:
        """Serve until the process is interrupted."""
        while self._thread is not None and self._thread.is_alive():
            self._thread.join(timeout=1.0)

    @property
    def base_url(self) -> str:
        """`http://127.0.0.1:PORT`; both API families lie under it."""
        if self._server is None:
            raise RuntimeError("The sandbox is not started.")
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def damage(self) -> SmsopsError | None:
        """Why the database cannot be used any more; None while it can."""
        return self.store.damage

    @property
    def violations(self) -> tuple[Violation, ...]:
        """Releases and purchases that were asked for since the database was made."""
        with self.store.read() as rows:
            found = rows.execute("SELECT method, path, account_sid, number FROM violations ORDER BY seq").fetchall()
        return tuple(Violation(**dict(row)) for row in found)

    def ensure_account(
        self,
        account_sid: str,
        *,
        api_key_sid: str | None = None,
        numbers: Iterable[str] = (),
        service_sids: Iterable[str] = (),
    ) -> Credentials:
        """The account with its numbers and services, made where it has never seen them; its credentials."""
        return accounts.ensure_account(
            self.store,
            self.switches,
            account_sid,
            api_key_sid=api_key_sid,
            numbers=numbers,
            service_sids=service_sids,
        )

    def load_account(
        self, account_sid: str, *, services: Iterable[LoadedService], numbers: Mapping[str, LoadedNumber]
    ) -> Credentials:
        """A copy of an account as somebody has read it; its credentials here. For a sandbox that never saw it."""
        return loading.load_account(self.store, self.switches, account_sid, services=services, numbers=numbers)

    def add_key(
        self, account_sid: str, key_sid: str, *, kind: KeyKind = KeyKind.STANDARD, permissions: Iterable[str] = ()
    ) -> Credentials:
        """Another API key of an account; `permissions` are regular expressions over `METHOD /path`."""
        return accounts.add_key(self.store, account_sid, key_sid, kind=kind, permissions=permissions)

    def who_answers(self, number: str, text: str = "", *, account_sid: str | None = None) -> Inbound:
        """What becomes of a text that comes in on a number (twilio.md 3.1). Raises LookupError."""
        with self.store.read() as rows:
            return inbound.who_answers(rows, number, text, account_sid=account_sid)

    def _turn(self, switches: Switches) -> None:
        self.switches = switches


def _plain(violation: Violation) -> dict[str, str]:
    return {
        "method": violation.method,
        "path": violation.path,
        "account_sid": violation.account_sid,
        "number": violation.number,
    }
