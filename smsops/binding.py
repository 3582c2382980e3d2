"""Which service is whose: a channel is bound to the service whose SID its file pins; else to the one that the base
recorded, unless a file pins that one for another channel; else to that of a channel that left git with exactly its
numbers, since that is a renamed file; else to what is left of a create that an earlier run began.

Otherwise it is to be created, unless a namesake is live: names are not unique at Twilio (twilio.md 2.4), so that is
refused, and a second service is never made by accident. What is left of a create is known by the friendly name that it
was begun with: exactly one live service of that name that nobody claims.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping
from functools import cached_property

from smsops.diagnostics import Finding, Location, Severity
from smsops.frozen import Frozen
from smsops.model import Base, Channel, DesiredState, LiveService, LiveState, Wanted


class Bound(Frozen):
    """What binding found for one channel: a service, none yet, or a reason to stop."""

    service: LiveService | None = None
    finding: Finding | None = None
    namesake: str | None = None
    """SID of a live service that already has the friendly name of the one to be created."""


def wanted(desired: DesiredState, base: Base) -> tuple[Wanted, ...]:
    """What a reader must look at: the planned channels, and what is left of channels that nobody declares now."""
    known = known_sids(desired, base)
    ours = [
        Wanted(
            service_sid=known.get(channel.name),
            friendly_name=base.creating.get(channel.name, ""),
            numbers=channel.numbers,
        )
        for channel in desired.planned
    ]
    if not desired.looks_at_left:
        return tuple(ours)
    departed = [Wanted(service_sid=sid) for _, sid in _departed(base, known)]
    begun = [Wanted(friendly_name=name) for _, name in _begun_for_departed(desired, base)]
    return (*ours, *departed, *begun)


def bind(*, desired: DesiredState, live: LiveState, base: Base, known: Mapping[str, str]) -> dict[str, Bound]:
    """Every channel of the account with its service, by name."""
    around = _Around(live=live, base=base, leftovers=_leftovers(live, base, known))
    return {channel.name: _bind(channel, known.get(channel.name), around) for channel in desired.channels}


def departures(
    *, desired: DesiredState, live: LiveState, base: Base, known: Mapping[str, str], owners: Container[str]
) -> Iterator[tuple[str, LiveService]]:
    """Live services that smsops made or applied and that no channel is bound to any more, with the channel they were
    for; `owners` are the SIDs of those that one is bound to. A plan of some channels says nothing of them, unless it is
    asked to.
    """
    if not desired.looks_at_left:
        return
    leftovers = _leftovers(live, base, known)
    found = {sid: name for name, sid in _departed(base, known)}
    found |= {leftovers[name].sid: name for name, _ in _begun_for_departed(desired, base) if name in leftovers}
    for sid, name in sorted(found.items(), key=lambda pair: (pair[1], pair[0])):
        if sid in live.services and sid not in owners:
            yield name, live.services[sid]


def known_sids(desired: DesiredState, base: Base) -> dict[str, str]:
    """SID by channel, where the file or the base gives one. A pin wins over what the base says of another channel."""
    known = {channel.name: channel.service_sid for channel in desired.channels if channel.service_sid}
    unpinned = [channel.name for channel in desired.channels if not channel.service_sid]
    pinned = frozenset(known.values() if unpinned else ())
    for name in unpinned:
        recorded = base.channels.get(name)
        if recorded and recorded.service_sid not in pinned:
            known[name] = recorded.service_sid
    known.update(_renamed(desired, base, known))
    return known


def _renamed(desired: DesiredState, base: Base, known: Mapping[str, str]) -> dict[str, str]:
    """SID by channel, for files that have another name by now: one service without a channel was recorded with exactly
    the numbers of one channel without a service. Where two fit, a person has to pin.
    """
    departed = [sid for _, sid in _departed(base, known)]
    if not departed:
        return {}
    services = base.services
    left: dict[frozenset[str], list[str]] = {}
    for sid in departed:
        left.setdefault(services[sid].pool, []).append(sid)
    new: dict[frozenset[str], list[str]] = {}
    for channel in desired.channels:
        if channel.name not in known and channel.name not in base.creating:
            new.setdefault(channel.numbers, []).append(channel.name)
    return {
        names[0]: left[numbers][0]
        for numbers, names in new.items()
        if numbers and len(names) == 1 and len(left.get(numbers, ())) == 1
    }


def _departed(base: Base, known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Recorded services that no channel claims: their channel left git, or pins another one now."""
    moved = [(name, one.service_sid) for name, one in base.channels.items() if known.get(name) != one.service_sid]
    claimed = frozenset(known.values() if moved or base.departed else ())
    for sid in sorted(base.departed.keys() - claimed):
        yield base.departed[sid].channel, sid
    yield from sorted((name, sid) for name, sid in moved if sid not in claimed)


def _begun_for_departed(desired: DesiredState, base: Base) -> Iterator[tuple[str, str]]:
    """Creates that were begun for a channel that left git since, or pins its service now, with their friendly names."""
    names = {channel.name for channel in desired.channels if not channel.service_sid}
    for name, friendly_name in sorted(base.creating.items()):
        if name not in names:
            yield name, friendly_name


def _leftovers(live: LiveState, base: Base, known: Mapping[str, str]) -> dict[str, LiveService]:
    """By channel, what is left of a begun create; nothing where two services, or two creates, bear the name."""
    claimed = frozenset(known.values() if base.creating else ())
    by_name: dict[str, list[LiveService]] = {}
    for sid, service in live.services.items() if base.creating else ():
        if sid not in claimed:
            by_name.setdefault(service.settings.friendly_name, []).append(service)
    begun = Counter(base.creating.values())
    found = {channel: by_name.get(friendly_name, []) for channel, friendly_name in base.creating.items()}
    return {
        channel: services[0]
        for channel, services in found.items()
        if len(services) == 1 and begun[base.creating[channel]] == 1
    }


class _Around(Frozen, cached=True):
    """What the account and the base say around one channel; most channels need nothing of it but their service."""

    live: LiveState
    base: Base
    leftovers: Mapping[str, LiveService]

    @cached_property
    def namesakes(self) -> Mapping[str, str]:
        """The first SID by friendly name."""
        found: dict[str, str] = {}
        for sid, service in self.live.services.items():
            found[service.settings.friendly_name] = min(sid, found.get(service.settings.friendly_name, sid))
        return found

    @cached_property
    def bearers(self) -> Mapping[str, str]:
        """The channel that each recorded service was for."""
        left = {sid: one.channel for sid, one in self.base.departed.items()}
        return left | {recorded.service_sid: name for name, recorded in self.base.channels.items()}


def _bind(channel: Channel, sid: str | None, around: _Around) -> Bound:
    if service := around.live.services.get(sid or ""):
        was = channel.name if channel.service_sid else around.bearers.get(service.sid, channel.name)
        finding = None if was == channel.name else _renamed_file(channel, was, service.sid)
        return Bound(service=service, finding=finding)
    if channel.service_sid:
        return Bound(finding=_pin_not_found(channel, around.live))
    if service := around.leftovers.get(channel.name):
        return Bound(service=service, finding=_left_over(channel, service.sid))
    return Bound(namesake=around.namesakes.get(channel.settings.friendly_name))


def _pin_not_found(channel: Channel, live: LiveState) -> Finding:
    return Finding(
        code="SMS401",
        message=f"Account {live.account_sid} has no messaging service {channel.service_sid}.",
        hint="Correct the SID, or remove the key: apply then creates a service.",
        location=place(channel, "messaging_service_sid"),
    )


def _renamed_file(channel: Channel, was: str, sid: str) -> Finding:
    return Finding(
        code="SMS515",
        severity=Severity.WARNING,
        message=f"Channel {channel.name} takes service {sid} over from {was}, which left git with the same numbers.",
        hint=f"Nothing to do if the file was renamed. Pin the service to say so: messaging_service_sid: {sid}.",
        location=place(channel, "name"),
    )


def _left_over(channel: Channel, sid: str) -> Finding:
    return Finding(
        code="SMS508",
        severity=Severity.WARNING,
        message=f"Channel {channel.name} is bound to {sid}, which an earlier apply began to create.",
        hint="Nothing to do: apply finishes the work.",
        location=place(channel, "name"),
    )


def place(channel: Channel, *keys: str) -> Location:
    """Where the first of `keys` that the file holds stands, else the file's first line."""
    return Location(path=channel.path, line=next((channel.lines[key] for key in keys if key in channel.lines), 1))
