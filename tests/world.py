"""A whole account for tests: the sandbox over real HTTP, the real SDK, a ledger folder, and the engine between them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import urllib3

from smsops.apply import apply
from smsops.binding import wanted
from smsops.changes import Gate
from smsops.gates import judge
from smsops.ledger.folder import Folder
from smsops.ledger.ledger import Ledger
from smsops.ledger.records import Run
from smsops.model import Base, Channel, DesiredState, LiveState
from smsops.outcome import Outcome
from smsops.plan import plan
from smsops.planned import AccountPlan
from smsops.project import MaxRemovals, Policy
from smsops.providers.base import Connection, Reader, Writer
from smsops.providers.twilio.read import TwilioReader, open_reader
from smsops.providers.twilio.retry import RetryPolicy
from smsops.providers.twilio.write import open_writer
from smsops.sandbox.server import Sandbox
from smsops.secrets.base import Secret

_serial = itertools.count(1)
_clock = itertools.count(1)

QUICK = RetryPolicy(sleep=lambda seconds: None, read_timeout=1.0, throttled_tries=4, conflict_tries=4, looks=8)
"""The real matrix without its waits."""

ROOMY = Policy(max_removals=MaxRemovals(count=1000, percent=100))


def now() -> str:
    """A clock that only counts: later is greater, and no test waits."""
    return f"2026-11-23T12:00:00.{next(_clock):06}Z"


@dataclass(frozen=True, slots=True)
class Halting:
    """Implements `apply.Halt`: the run is told to stop when the test says so, and may take all the time it needs."""

    stopping: Callable[[], bool] = lambda: False

    def reason(self) -> str:
        return "The run was interrupted." if self.stopping() else ""

    @property
    def interrupted(self) -> bool:
        return self.stopping()

    def left(self) -> float:
        return math.inf

    def sleep(self, seconds: float) -> None:
        """No test waits."""


@dataclass(slots=True, kw_only=True)
class World:
    """One fresh account in a running sandbox."""

    sandbox: Sandbox
    folder: Path
    numbers: tuple[str, ...] = ()
    account_sid: str = field(default_factory=lambda: f"AC{next(_serial):0>32x}".replace("AC0", "ACf", 1))
    ledger: Ledger = field(init=False)
    connection: Connection = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = Ledger(Folder(self.folder / self.account_sid))
        given = self.sandbox.ensure_account(self.account_sid, numbers=self.numbers)
        self.connection = Connection(
            account_sid=self.account_sid,
            username=given.username,
            password=Secret(given.password),
            base_url=self.sandbox.base_url,
            concurrency=8,
        )

    def service_sid(self, friendly_name: str) -> str:
        """SID of the one live service of that name."""
        sids = self.sandbox.console.services(self.account_sid)
        (found,) = (sid for sid in sids if self.live(sid)["friendly_name"] == friendly_name)
        return found

    def live(self, service_sid: str) -> dict[str, Any]:
        """The service as the API answers it."""
        found = self.sandbox.console.service(service_sid)
        assert found is not None
        return found

    def join(self, service_sid: str, kind: str, **form: str) -> None:
        """Put a sender of another kind into the service, as any client of the API would."""
        head = urllib3.make_headers(basic_auth=f"{self.connection.username}:{self.connection.password.reveal()}")
        head["Content-Type"] = "application/x-www-form-urlencoded"
        url = f"{self.sandbox.base_url}/v1/Services/{service_sid}/{kind}"
        answer = urllib3.PoolManager().request("POST", url, body=urlencode(form), headers=head)
        assert answer.status == 201, answer.data

    def reader(self) -> TwilioReader:
        return open_reader(self.connection, policy=QUICK)

    def base(self) -> Base:
        return self.ledger.base("us", self.account_sid, None)

    def desired(self, *channels: Channel, selected: Iterable[str] | None = None) -> DesiredState:
        chosen = None if selected is None else frozenset(selected)
        return DesiredState(account="us", account_sid=self.account_sid, channels=channels, selected=chosen)

    def read(self, wish: DesiredState) -> LiveState:
        return self.reader().read(wanted(wish, self.base()))

    def plan(self, *channels: Channel, allow: Iterable[Gate] = (), policy: Policy = ROOMY) -> AccountPlan:
        return self._planned(self.desired(*channels), self.reader(), allow, policy)

    def apply(
        self, *channels: Channel, allow: Iterable[Gate] = (), policy: Policy = ROOMY
    ) -> tuple[AccountPlan, Outcome]:
        return self.apply_wish(self.desired(*channels), allow=allow, policy=policy)

    def apply_wish(
        self, wish: DesiredState, *, allow: Iterable[Gate] = (), policy: Policy = ROOMY
    ) -> tuple[AccountPlan, Outcome]:
        reader = self.reader()
        found = self._planned(wish, reader, allow, policy)
        assert not [c for c in found.changes if c.refused], found
        return found, self.carry_out(found, reader, open_writer(reader))

    def carry_out(
        self, found: AccountPlan, reader: Reader, writer: Writer, stopping: Callable[[], bool] = lambda: False
    ) -> Outcome:
        return apply(
            found,
            run=Run(plan_id="sha256:" + "0" * 64),
            base=self.base(),
            reader=reader,
            writer=writer,
            ledger=self.ledger,
            concurrency=8,
            progress=lambda line: None,
            halt=Halting(stopping),
            now=now,
        )

    def _planned(self, wish: DesiredState, reader: Reader, allow: Iterable[Gate], policy: Policy) -> AccountPlan:
        base = self.base()
        live = reader.read(wanted(wish, base))
        found = plan(desired=wish, live=live, base=base)
        return judge(found, desired=wish, base=base, policy=policy, allow=frozenset(allow))
