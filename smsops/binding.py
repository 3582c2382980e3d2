"""Which service is whose: a channel is bound to the service whose SID its file pins; else to the one that the base
recorded, unless a file pins that one for another channel; else to that of a channel that left git with exactly its
numbers, since that is a renamed file; else to what is left of a create that an earlier run began.

Otherwise it is to be created, unless a namesake is live: names are not unique at Twilio (twilio.md 2.4), so that is
refused, and a second service is never made by accident. What is left of a create is known by the friendly name that it
was begun with: exactly one live service of that name that nobody claims.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

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
    known = _known_sids(desired, base)
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


def bind(*, desired: DesiredState, live: LiveState, base: Base) -> dict[str, Bound]:
    """Every channel of the account with its service, by name."""
    known = _known_sids(desired, base)
    bearers = {sid: one.channel for sid, one in base.departed.items()}
    bearers |= {recorded.service_sid: name for name, recorded in base.channels.items()}
    leftovers = _leftovers(live, base, frozenset(known.values()))
    namesakes: dict[str, str] = {}
    for sid, service in live.services.items():
        namesakes[service.settings.friendly_name] = min(sid, namesakes.get(service.settings.friendly_name, sid))
    return {
        channel.name: _bind(channel, known.get(channel.name), live, leftovers, namesakes, bearers)
        for channel in desired.channels
    }


def departures(
    *, desired: DesiredState, live: LiveState, base: Base, bound: Mapping[str, Bound]
) -> Iterator[tuple[str, LiveService]]:
    """Live services that smsops made or applied and that no channel is bound to any more, with the channel they were
    for. A plan of some channels says nothing of them, unless it is asked to.
    """
    if not desired.looks_at_left:
        return
    known = _known_sids(desired, base)
    leftovers = _leftovers(live, base, frozenset(known.values()))
    found = {sid: name for name, sid in _departed(base, known)}
    found |= {leftovers[name].sid: name for name, _ in _begun_for_departed(desired, base) if name in leftovers}
    taken = {one.service.sid for one in bound.values() if one.service}
    for sid, name in sorted(found.items(), key=lambda pair: (pair[1], pair[0])):
        if sid in live.services and sid not in taken:
            yield name, live.services[sid]


def _known_sids(desired: DesiredState, base: Base) -> dict[str, str]:
    """SID by channel, where the file or the base gives one. A pin wins over what the base says of another channel."""
    known = {channel.name: channel.service_sid for channel in desired.channels if channel.service_sid}
    pinned = frozenset(known.values())
    for channel in desired.channels:
        recorded = None if channel.name in known else base.channels.get(channel.name)
        if recorded and recorded.service_sid not in pinned:
            known[channel.name] = recorded.service_sid
    return known | _renamed(desired, base, known)


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
    claimed = frozenset(known.values())
    for sid in sorted(base.departed.keys() - claimed):
        yield base.departed[sid].channel, sid
    yield from sorted((n, one.service_sid) for n, one in base.channels.items() if one.service_sid not in claimed)


def _begun_for_departed(desired: DesiredState, base: Base) -> Iterator[tuple[str, str]]:
    """Creates that were begun for a channel that left git since, or pins its service now, with their friendly names."""
    names = {channel.name for channel in desired.channels if not channel.service_sid}
    for name, friendly_name in sorted(base.creating.items()):
        if name not in names:
            yield name, friendly_name


def _leftovers(live: LiveState, base: Base, claimed: frozenset[str]) -> dict[str, LiveService]:
    """By channel, what is left of a begun create; nothing where two services, or two creates, bear the name."""
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


def _bind(
    channel: Channel,
    sid: str | None,
    live: LiveState,
    leftovers: Mapping[str, LiveService],
    namesakes: Mapping[str, str],
    bearers: Mapping[str, str],
) -> Bound:
    if service := live.services.get(sid or ""):
        was = bearers.get(service.sid, channel.name)
        renamed = not channel.service_sid and was != channel.name
        return Bound(service=service, finding=_renamed_file(channel, was, service.sid) if renamed else None)
    if channel.service_sid:
        return Bound(finding=_pin_not_found(channel, live))
    if service := leftovers.get(channel.name):
        return Bound(service=service, finding=_left_over(channel, service.sid))
    return Bound(namesake=namesakes.get(channel.settings.friendly_name))


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
