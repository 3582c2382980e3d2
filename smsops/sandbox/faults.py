"""Faults by rule: which requests go wrong, how, and how often.

A fault strikes before the effect (nothing happened at Twilio) or after it (it happened, and the answer is lost).
Faults are matched and used up under one lock, in the order in which they were added, so a run can be repeated.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from smsops.frozen import Frozen, asdict, field_names

CODE_OF_STATUS = {401: 20003, 403: 20403, 404: 20404, 409: 20409, 429: 20429, 500: 20500, 503: 20503}
"""Twilio's error code where a fault gives only the HTTP status (twilio.md 4.5)."""


class FaultKind(StrEnum):
    STATUS = "status"
    """An error answer with `status`, `code` and, where given, `retry_after`."""
    RESET = "reset"
    """The connection is cut without an answer."""
    DELAY = "delay"
    """The answer comes `seconds` later; clearing the faults ends the wait."""
    HTML = "html"
    """A gateway's HTML page."""
    GARBAGE = "garbage"
    """A body that is neither UTF-8 nor JSON, announced as JSON."""
    TRUNCATED = "truncated"
    """Half the body that was announced, then the end of the connection."""


class Fault(Frozen):
    """A rule: the requests it strikes, and what happens to them."""

    kind: FaultKind = FaultKind.STATUS
    method: str = ""
    """HTTP method; empty strikes all."""
    path: str = ""
    """Regular expression, searched in the path without the query; empty strikes all."""
    skip: int = 0
    """Matching requests to let through first."""
    times: int | None = 1
    """Matching requests to strike; None strikes until the faults are cleared."""
    after: bool = False
    """True: the effect happens first, then its answer is lost or spoilt."""
    status: int | None = None
    """HTTP status; by default 500 for an error, 502 for HTML, the true one for a spoilt body."""
    code: int | None = None
    """Twilio's error code in the body; by default the one that goes with the status."""
    retry_after: str | None = None
    """Value of `Retry-After`, sent as it is: seconds, a fraction, an HTTP date, nonsense."""
    seconds: float = 0.0
    """Length of a delay."""

    def __post_init__(self) -> None:
        re.compile(self.path)
        if self.skip < 0 or self.seconds < 0 or (self.times is not None and self.times < 1):
            raise ValueError("A fault needs skip and seconds of 0 or more, and times of 1 or more.")

    @property
    def title(self) -> str:
        """What the request log calls it, such as `status 503 after the effect`."""
        what = f"{self.kind} {self.status or 500}" if self.kind is FaultKind.STATUS else str(self.kind)
        return f"{what} after the effect" if self.after else what

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "kind": str(self.kind)}


def fault_from_json(values: object) -> Fault:
    """A fault from plain JSON; ValueError says which member is wrong."""
    if not isinstance(values, Mapping):
        raise ValueError("A fault is a JSON object.")
    types: dict[str, tuple[type, ...]] = {
        "kind": (str,), "method": (str,), "path": (str,), "skip": (int,), "times": (int, type(None)),
        "after": (bool,), "status": (int, type(None)), "code": (int, type(None)),
        "retry_after": (str, type(None)), "seconds": (int, float),
    }  # fmt: skip
    for name, value in values.items():
        if name not in types:
            raise ValueError(f"A fault has no {name!r}; it has {', '.join(field_names(Fault))}.")
        if type(value) not in types[name]:
            raise ValueError(f"{name} of a fault cannot be {value!r}.")
    if values.get("kind", FaultKind.STATUS) not in tuple(FaultKind):
        raise ValueError(f"kind of a fault is one of {', '.join(FaultKind)}.")
    try:
        return Fault(**{**values, "kind": FaultKind(values.get("kind", FaultKind.STATUS))})
    except re.error as error:
        raise ValueError(f"path of a fault is not a regular expression: {error}.") from error


class Strike(Frozen):
    """One fault on one request."""

    fault: Fault
    cleared: threading.Event

    def wait(self) -> None:
        """Let the delay pass, or end it when the faults are cleared."""
        self.cleared.wait(self.fault.seconds)


class Faults:
    """The faults that are set, with what is left of each."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: list[tuple[Fault, int, int | None]] = []
        self._cleared = threading.Event()

    def add(self, *faults: Fault) -> None:
        with self._lock:
            self._left.extend((fault, fault.skip, fault.times) for fault in faults)

    def clear(self) -> None:
        """Forget all faults, and let every delayed request go on at once."""
        with self._lock:
            self._left.clear()
            self._cleared.set()
            self._cleared = threading.Event()

    @property
    def left(self) -> tuple[Fault, ...]:
        """Faults that can still strike."""
        with self._lock:
            return tuple(fault for fault, _, _ in self._left)

    def strike(self, method: str, path: str) -> Strike | None:
        """The fault of this request, used up by one; None where nothing goes wrong."""
        if not self._left:  # the common case costs no lock
            return None
        with self._lock:
            for index, (fault, skip, times) in enumerate(self._left):
                if fault.method not in ("", method) or not re.search(fault.path, path):
                    continue
                if skip:
                    self._left[index] = (fault, skip - 1, times)
                    continue
                if times == 1:
                    del self._left[index]
                elif times is not None:
                    self._left[index] = (fault, skip, times - 1)
                return Strike(fault=fault, cleared=self._cleared)
        return None
