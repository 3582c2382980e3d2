"""Which service is whose: a channel is bound to the service whose SID its file pins; else to the one that the base
recorded; else, when an earlier run began to create it and never learned the outcome, to the one live service of its
friendly name.

Otherwise it is to be created, unless a namesake is live: names are not unique at Twilio (twilio.md 2.4), so that is
refused, and a second service is never made by accident.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from smsops.diagnostics import Finding, Location, Severity
from smsops.model import Base, BaseChannel, Channel, DesiredState, LiveService, LiveState, Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What binding found for one channel: a service, none yet, or a reason to stop."""

    service: LiveService | None = None
    finding: Finding | None = None
    namesake: str | None = None
    """SID of a live service that already has the friendly name of the one to be created."""


def wanted(desired: DesiredState, base: Base) -> tuple[Wanted, ...]:
    """What a reader must look at: the planned channels, and the services of channels that left git."""
    ours = [
        Wanted(
            service_sid=known_sid(channel, base),
            friendly_name=channel.settings.friendly_name,
            numbers=channel.numbers,
        )
        for channel in desired.planned
    ]
    gone = [
        Wanted(service_sid=recorded.service_sid, friendly_name="", numbers=frozenset())
        for _, recorded in left_git(desired, base)
    ]
    return (*ours, *gone)


def known_sid(channel: Channel, base: Base) -> str | None:
    """The SID that the file pins, else the recorded one."""
    recorded = base.channels.get(channel.name)
    return channel.service_sid or (recorded.service_sid if recorded else None)


def left_git(desired: DesiredState, base: Base) -> Iterator[tuple[str, BaseChannel]]:
    """Recorded channels that no file declares any more; a partial plan says nothing of them."""
    if desired.selected is not None:
        return
    names = {channel.name for channel in desired.channels}
    claimed = {known_sid(channel, base) for channel in desired.channels}
    for name, recorded in sorted(base.channels.items()):
        if name not in names and recorded.service_sid not in claimed:
            yield name, recorded


def bind(*, desired: DesiredState, live: LiveState, base: Base) -> dict[str, Bound]:
    """Every channel of the account with its service, by name."""
    claims = Counter(sid for channel in desired.channels if (sid := known_sid(channel, base)))
    by_name: dict[str, list[str]] = {}
    for sid, service in sorted(live.services.items()):
        by_name.setdefault(service.settings.friendly_name, []).append(sid)
    return {channel.name: _bind(channel, live, base, claims, by_name) for channel in desired.channels}


def _bind(
    channel: Channel, live: LiveState, base: Base, claims: Mapping[str, int], by_name: Mapping[str, list[str]]
) -> Bound:
    sid = known_sid(channel, base) or ""
    if claims.get(sid, 0) > 1:
        return Bound(finding=_claimed_twice(channel, sid))
    if service := live.services.get(sid):
        return Bound(service=service)
    if channel.service_sid:
        return Bound(finding=_pin_not_found(channel, live))
    namesakes = by_name.get(channel.settings.friendly_name, [])
    unclaimed = [sid for sid in namesakes if sid not in claims]
    if channel.name in base.creating and len(unclaimed) == 1:
        return Bound(service=live.services[unclaimed[0]], finding=_left_over(channel, unclaimed[0]))
    return Bound(namesake=namesakes[0] if namesakes else None)


def _claimed_twice(channel: Channel, sid: str) -> Finding:
    return Finding(
        code="SMS411",
        message=f"Channel {channel.name} and another one are both bound to {sid}.",
        hint="One file pins the SID that the last record gives to the other channel; pin both, or remove one.",
        location=place(channel, "messaging_service_sid", "name"),
    )


def _pin_not_found(channel: Channel, live: LiveState) -> Finding:
    return Finding(
        code="SMS401",
        message=f"Account {live.account_sid} has no messaging service {channel.service_sid}.",
        hint="Correct the SID, or remove the key: apply then creates a service.",
        location=place(channel, "messaging_service_sid"),
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
