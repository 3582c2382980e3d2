"""What is asked of the sandbox: requests in flight, writes that are running, and a bounded list of the answered."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from typing import Any, overload

from smsops.frozen import Frozen

KEPT = 20_000
"""Requests that are remembered; older ones are forgotten."""


class Asked(Frozen):
    """One request and how it was answered. Credentials are not kept."""

    method: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    account_sid: str
    """Owner of the credentials; empty when they were refused."""
    status: int
    """HTTP status that was sent, or would have been but for a lost answer."""
    code: int | None
    """Twilio's error code in the answer."""
    fault: str
    """Title of the fault that struck; empty when none did."""
    request_id: str

    @property
    def params(self) -> dict[str, str]:
        """Parameters of query and form together."""
        return {**self.query, **self.form}

    @property
    def writes(self) -> bool:
        return self.method != "GET"

    def to_json(self) -> dict[str, Any]:
        return {
            "method": self.method,
            "path": self.path,
            "query": dict(self.query),
            "form": dict(self.form),
            "account_sid": self.account_sid,
            "status": self.status,
            "code": self.code,
            "fault": self.fault,
            "request_id": self.request_id,
        }


class Requests:
    """The requests so far, oldest first; a request is in the list before its answer is sent."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: deque[Asked] = deque(maxlen=KEPT)
        self._in_flight: Counter[str] = Counter()
        self._writing: set[str] = set()
        self._max = 0

    def enter(self, account_sid: str) -> int:
        """Count a request in; the number of requests of this account in flight."""
        with self._lock:
            self._in_flight[account_sid] += 1
            self._max = max(self._max, self._in_flight.total())
            return self._in_flight[account_sid]

    def leave(self, account_sid: str) -> None:
        with self._lock:
            self._in_flight[account_sid] -= 1

    def begin_write(self, service_sid: str) -> bool:
        """Claim a service for one write; False when another write to it is running."""
        with self._lock:
            if service_sid in self._writing:
                return False
            self._writing.add(service_sid)
            return True

    def end_write(self, service_sid: str) -> None:
        with self._lock:
            self._writing.discard(service_sid)

    def append(self, asked: Asked) -> None:
        with self._lock:
            self._asked.append(asked)

    def clear(self) -> None:
        with self._lock:
            self._asked.clear()
            self._max = self._in_flight.total()

    @property
    def in_flight(self) -> int:
        """Requests being answered right now."""
        with self._lock:
            return self._in_flight.total()

    @property
    def max_concurrency(self) -> int:
        """The most requests in flight at a time since the start or the last `clear`."""
        with self._lock:
            return self._max

    @property
    def writes(self) -> tuple[Asked, ...]:
        """Everything but GET."""
        return tuple(asked for asked in self if asked.writes)

    def __iter__(self) -> Iterator[Asked]:
        with self._lock:
            return iter(tuple(self._asked))

    def __len__(self) -> int:
        with self._lock:
            return len(self._asked)

    @overload
    def __getitem__(self, index: int) -> Asked: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Asked, ...]: ...

    def __getitem__(self, index: int | slice) -> Asked | tuple[Asked, ...]:
        with self._lock:
            return tuple(self._asked)[index] if isinstance(index, slice) else self._asked[index]
