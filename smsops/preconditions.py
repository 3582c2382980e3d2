"""The fingerprint of the live facts that each change rests on, so that a saved plan shows when they have moved.

Each takes true values, logins included; what comes out is a digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from smsops.changes import digest
from smsops.masking import Value


def of_create(friendly_name: str, namesake: str | None) -> str:
    """A create rests on nobody bearing its name; `namesake` is the SID of who does."""
    return digest(["namesake", friendly_name, namesake])


def of_update(service_sid: str, before: Mapping[str, Value]) -> str:
    """An update rests on the settings that it changes, by their names in `ServiceSettings`, and on no other."""
    return digest(["service", service_sid, sorted([name, value] for name, value in before.items())])


def of_number(number: str, holder: str | None) -> str:
    """A pool change rests on which service holds the number; None is none."""
    return digest(["held by", number, holder])


def of_delete(service_sid: str, pool: Iterable[str]) -> str:
    """A delete rests on who is in the pool."""
    return digest(["service", service_sid, sorted(pool)])
