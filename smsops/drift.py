"""What changed in an account outside git: live against the base, whatever the files say now. Pure.

A commit that was merged and not applied never shows here: the files are not looked at. What an apply may have written
that never told its end (`Doubts`) is no drift either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from smsops.diffs import value_of
from smsops.frozen import Frozen, replace
from smsops.masking import Kept, sealed
from smsops.model import AccountEvent, Base, BaseChannel, LiveService, LiveState, Wanted, field_key


class Drifted(Frozen):
    """One thing that is not as the last apply left it."""

    account: str
    channel: str
    service_sid: str
    what: str
    """The channel file's key; `phone_numbers` for a number; `service` for one that is gone."""
    before: Kept
    """As it was applied; None where nothing was there."""
    after: Kept
    """As it is now; None where nothing is there."""
    event: AccountEvent | None = None
    """Who did it, where the provider's event log tells."""

    @property
    def sort_key(self) -> tuple[str, str, str, str]:
        return (self.account, self.channel, self.what, str(self.before or self.after))


def wanted_for_drift(base: Base) -> tuple[Wanted, ...]:
    """What a reader must look at: the recorded services and their pools."""
    return tuple(Wanted(service_sid=sid) for sid in sorted(base.services))


def channel_names(base: Base) -> dict[str, str]:
    """The channel of each recorded service, by service SID."""
    left = {sid: one.channel for sid, one in base.departed.items()}
    return left | {entry.service_sid: name for name, entry in base.channels.items()}


def drifted(account: str, *, base: Base, live: LiveState) -> tuple[Drifted, ...]:
    """Everything of the recorded channels that is not as it was applied, in order."""
    names = channel_names(base)
    found = []
    for sid, entry in base.services.items():
        service = live.services.get(sid)
        seen = _gone(sid) if service is None else _moved(entry, service, base)
        found += [
            Drifted(account=account, channel=names[sid], service_sid=sid, what=w, before=b, after=a) for w, b, a in seen
        ]
    return tuple(sorted(found, key=lambda one: one.sort_key))


_Seen = Iterator[tuple[str, Kept, Kept]]


def _gone(sid: str) -> _Seen:
    yield "service", sid, None


def _moved(entry: BaseChannel, service: LiveService, base: Base) -> _Seen:
    for name, recorded in sorted(entry.fields.items()):
        now = sealed(value_of(getattr(service.settings, name)))
        if now != recorded and now not in base.doubts.fields.get((service.sid, name), ()):
            yield field_key(name), recorded, now
    pool = (service.pool or {}).keys()
    for number in sorted(entry.pool - pool - base.doubts.numbers):
        yield "phone_numbers", number, None
    for number in sorted(pool - entry.pool - entry.held_back - base.doubts.numbers):
        yield "phone_numbers", None, number


def with_events(
    found: Iterable[Drifted], events: Sequence[AccountEvent], names: Mapping[str, str]
) -> tuple[Drifted, ...]:
    """Each with the last event that made it so; `names` is the provider's property name by the channel file's key."""
    return tuple(replace(one, event=_event_of(one, events, names)) for one in found)


def _event_of(one: Drifted, events: Sequence[AccountEvent], names: Mapping[str, str]) -> AccountEvent | None:
    of_service = [event for event in reversed(events) if event.resource_sid == one.service_sid]
    if one.what == "service":
        return next((event for event in of_service if event.event_type.endswith("deleted")), None)
    if one.what == "phone_numbers":
        number = str(one.after or one.before)
        return next((event for event in of_service if _speaks_of(event, number)), None)
    return next((event for event in of_service if names.get(one.what, one.what) in event.properties), None)


def _speaks_of(event: AccountEvent, number: str) -> bool:
    return any(number in pair for pair in event.properties.values())
