"""What the engine asks of a provider: read an account, carry out one change, say what happened."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from smsops.frozen import Frozen

if TYPE_CHECKING:
    from smsops.changes import Change
    from smsops.model import AccountEvent, LiveService, LiveState, Wanted
    from smsops.secrets.base import Secret


class Patience(Protocol):
    """How long a run may still wait: for ever, until it is told to stop; then for a few seconds more."""

    def left(self) -> float:
        """Seconds that may still be waited; infinite while nothing asks the run to end, 0 when it must end now."""

    def sleep(self, seconds: float) -> None:
        """Wait so long, or until nothing is left."""


class Endless:
    """The patience of a run that nobody can stop."""

    def left(self) -> float:
        return math.inf

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class HeadStart(Protocol):
    """Reads of an account that begin before it is known that a plan will be made. It never fails: what goes wrong is
    met again, and told, by the reader that the connection opens.
    """

    def expect(self, service_sid: str) -> None:
        """The pool of this service will be read."""

    def close(self) -> None:
        """Nothing more is begun, and nobody waits for what was."""


class Connection(Frozen):
    """How to reach one account: everything that was configured, with the secret resolved."""

    account_sid: str
    username: str
    """The account SID with an auth token, the API key SID with an API key."""
    password: Secret
    base_url: str | None = None
    """Another server than the provider's own: the sandbox, a test."""
    region: str | None = None
    edge: str | None = None
    concurrency: int = 32
    """The most requests at a time; the adaptive limit stays below it."""
    patience: Patience = Endless()
    """How long repeats and waits may take."""
    head_start: HeadStart | None = None
    """What has begun already, for the reader to take over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What one carried-out change left behind."""

    service_sid: str | None
    """The service that was written; of a create, the new one."""
    request_id: str | None
    """The provider's id of the request that had the effect; None when the change was already done."""
    off_air_s: float | None = field(default=None, compare=False)
    """Of a move: seconds from the answer to the detach until the answer to the attach, while the number was in no pool.
    A measurement and no part of what was done, so receipts are equal without it.
    """


class Reader(Protocol):
    """Reads an account. A reader has no way to change anything."""

    def read(self, wanted: Sequence[Wanted]) -> LiveState:
        """Read all services, the pools that `wanted` rests on, and the inventory when a number is to be attached.

        Raises ProviderError; WRONG_ACCOUNT when what comes back belongs to another account.
        """

    def read_back(
        self, service_sid: str, *, settings: bool, pool: bool, settled: Callable[[LiveService | None], bool]
    ) -> LiveService | None:
        """One service again, after a write; None when it does not exist. Parts not asked for are not read.

        Answers may lag behind writes (twilio.md 11): it reads again, within a bound, until `settled` says yes, and
        returns what it saw last.
        """

    def other_senders(self, service_sid: str) -> tuple[str, ...]:
        """Senders of the service that are no phone numbers: short codes, alpha senders, channel senders. Read only
        before a service is deleted, since deleting would take them along.
        """

    def events(self, resource_sids: Sequence[str], *, since: str) -> tuple[AccountEvent, ...]:
        """What the provider's event log says of these services and numbers since a time (UTC, ISO 8601), in order of
        time. Reading it is optional: raises ProviderError where the credentials may not, or there is no such log.
        """

    @property
    def api_calls(self) -> int:
        """Requests sent so far, repeats included."""


class Writer(Protocol):
    """Carries out changes. It repeats what is safe to repeat, and nothing else."""

    def execute(self, change: Change, *, service_sid: str | None) -> Receipt:
        """Carry out one change; `service_sid` is the service of the change's channel (None: a create).

        Raises ProviderError; a failed move has put the number back where it was, or says that it could not.
        """

    @property
    def api_calls(self) -> int: ...


Progress = Callable[[str], None]
"""Takes one line of talk for stderr."""
