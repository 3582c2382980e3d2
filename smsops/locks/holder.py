"""Who holds a lock, and whether that process is still alive."""

from __future__ import annotations

import json
import os
import platform
import re
import uuid
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from smsops.frozen import Frozen, asdict, field_names

_PROC = Path("/proc")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class Holder(Frozen):
    """What a lock says of the process that holds it."""

    account: str
    actor: str
    host: str
    machine: str
    """Tells two machines apart, and two containers on one kernel."""
    pid: int
    started: str
    """When the process began, in the system's own terms: a later process may get the same number."""
    since: str
    expires: str
    """Moments are UTC, ISO 8601, to the second; so they compare as text."""
    nonce: str
    """Tells two holds of one process apart."""

    def describe(self) -> str:
        told = f"{self.actor} on {self.host} (process {self.pid}), since {self.since}"
        # Whoever may push can write here; nothing of it reaches a terminal as a command.
        return "".join(char if char.isprintable() else "?" for char in told)

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Holder | None:
        """None when it is not what `to_json` writes."""
        try:
            told: Any = json.loads(text)
            values = {name: told[name] for name in field_names(cls)}
        except (ValueError, RecursionError, TypeError, LookupError):
            return None
        pid = values.pop("pid")
        if type(pid) is not int or not 0 < pid < 2**31 or not all(isinstance(value, str) for value in values.values()):
            return None
        if not (_MOMENT.fullmatch(values["since"]) and _MOMENT.fullmatch(values["expires"])):
            return None
        return cls(pid=pid, **values)


def moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def this_machine() -> str:
    """The host's name, the boot of its kernel, and the space that process numbers count in."""
    host = platform.node()
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{host}/{boot}/{os.readlink(_PROC / 'self/ns/pid')}"
    except OSError:  # not Linux
        return f"{host}/{uuid.getnode():x}"


def began(pid: int) -> str | None:
    """When a process began, empty when that cannot be told; None when there is no such process."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
        state, *rest = stat.rpartition(")")[2].split()
        # A process that ended and was not waited for holds nothing any more.
        return None if state in "ZX" else rest[18]
    except OSError:  # there is none, or /proc hides the processes of others, or this is not Linux
        pass
    try:
        with suppress(PermissionError):
            os.kill(pid, 0)
    except ProcessLookupError:
        return None
    return ""


def is_dead(holder: Holder) -> bool:
    """Whether the process is known to be gone. Of another machine's processes nothing is known."""
    if holder.machine != this_machine():
        return False
    now = began(holder.pid)
    if now is None:
        return True
    return bool(now) and bool(holder.started) and now != holder.started
