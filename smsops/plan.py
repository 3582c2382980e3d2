"""What should happen: desired, live and base in, an ordered plan out. Pure.

**Binding** comes first: which service is whose (`binding`). A channel without a service gets a create.

**Fields.** Desired and live settings are the same class; each managed field that differs is a field diff. A field
that no channel sets is `UNMANAGED` and is not looked at.

**Pools** are exact. A declared number that is not in its pool is moved when another service holds it, attached when
it is free, and a finding when the account does not own it. A number in the pool that no channel declares is
detached. Whether any of this *may* happen is for `gates`.

**Order** is `changes.ORDER`: capacity is added before it is taken, and no number reaches a half-configured service.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from smsops.binding import Bound, bind, departures, place
from smsops.changes import (
    AttachNumber,
    Cause,
    Change,
    CreateService,
    DeleteService,
    DetachNumber,
    Gate,
    MoveNumber,
    Risk,
    UpdateService,
    digest,
    sort_key,
)
from smsops.diagnostics import Finding
from smsops.diffs import field_diffs, reroutes
from smsops.model import (
    Base,
    Channel,
    DesiredState,
    LiveService,
    LiveState,
)
from smsops.planned import AccountPlan


def plan(*, desired: DesiredState, live: LiveState, base: Base) -> AccountPlan:
    """Every change that makes `live` equal `desired`, in the order of work. Raises nothing that a user can cause."""
    bound = bind(desired=desired, live=live, base=base)
    scene = _scene(desired, live, bound)
    steps = {channel.name: tuple(_channel_steps(channel, bound[channel.name], scene)) for channel in desired.planned}
    gone = departures(desired=desired, live=live, base=base, bound=bound)
    flat = [step for found in steps.values() for step in found]
    flat += [step for name, service in gone for step in _depart(desired.account, name, service, scene)]
    changes = [step for step in flat if not isinstance(step, Finding)]
    findings = [step for step in flat if isinstance(step, Finding)]
    busy = {name for name, found in steps.items() if found}
    busy |= {change.from_channel for change in changes if isinstance(change, MoveNumber) and change.from_channel}
    return AccountPlan(
        account=desired.account,
        account_sid=desired.account_sid,
        changes=tuple(sorted(changes, key=sort_key)),
        findings=tuple(sorted(findings, key=lambda finding: finding.sort_key)),
        unchanged=sum(1 for channel in desired.planned if channel.name not in busy),
        unmanaged_services=len(live.services.keys() - scene.owners.keys()),
        unmanaged_numbers=None if live.numbers is None else len(live.numbers.keys() - scene.declared),
        bound=tuple((c.name, s.sid) for c in desired.planned if (s := bound[c.name].service)),
        vanished=_recorded(base) - live.services.keys(),
        api_calls=live.api_calls,
    )


def _recorded(base: Base) -> frozenset[str]:
    """SIDs of every service that the base speaks of."""
    return frozenset(recorded.service_sid for recorded in base.channels.values()) | base.departed.keys()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """The account around one channel: who owns what, who holds what, who wants what."""

    live: LiveState
    owners: Mapping[str, str]
    """Service SID to the channel that is bound to it."""
    holders: Mapping[str, tuple[str, str]]
    """E.164 to service SID and number SID, over every pool that was read."""
    declared: frozenset[str]
    """Every number that some channel of the account declares."""


def _scene(desired: DesiredState, live: LiveState, bound: Mapping[str, Bound]) -> _Scene:
    return _Scene(
        live=live,
        owners={found.service.sid: name for name, found in bound.items() if found.service},
        holders={
            number: (service.sid, number_sid)
            for service in live.services.values()
            for number, number_sid in (service.pool or {}).items()
        },
        declared=frozenset().union(*(channel.numbers for channel in desired.channels)),
    )


def _channel_steps(channel: Channel, found: Bound, scene: _Scene) -> Iterator[Change | Finding]:
    if found.finding:
        yield found.finding
    if found.service:
        yield from _update(channel, found.service)
        yield from _fill_pool(channel, found.service, scene)
        yield from _empty_pool(channel, found.service, scene)
    elif not found.finding:
        yield _create(channel, found.namesake)
        if found.namesake:
            yield _namesake(channel, found.namesake)
        else:
            yield from _fill_pool(channel, None, scene)


# --- service ------------------------------------------------------------------------------------


def _create(channel: Channel, namesake: str | None) -> CreateService:
    return CreateService(
        account=channel.account,
        channel=channel.name,
        fields=tuple(field_diffs(channel.settings, None)),
        cause=_cause(channel, "name"),
        precondition=digest(["namesake", channel.settings.friendly_name, namesake]),
        refused=Gate.NAMESAKE if namesake else None,
    )


def _namesake(channel: Channel, sid: str) -> Finding:
    return Finding(
        code="SMS504",
        message=f"A live service, {sid}, already has the friendly name of channel {channel.name}.",
        hint=f"If it is this channel's, pin it: messaging_service_sid: {sid}. Else choose another friendly_name.",
        location=place(channel, "friendly_name", "name"),
    )


def _update(channel: Channel, service: LiveService) -> Iterator[UpdateService]:
    diffs = tuple(field_diffs(channel.settings, service.settings))
    if diffs:
        yield UpdateService(
            account=channel.account,
            channel=channel.name,
            service_sid=service.sid,
            fields=diffs,
            risk=Risk.MEDIUM if any(map(reroutes, diffs)) else Risk.LOW,
            cause=_cause(channel, diffs[0].field, "direction"),
            precondition=digest(["service", service.sid, [[diff.name, diff.before] for diff in diffs]]),
        )


# --- pool --------------------------------------------------------------------------------------------------


def _fill_pool(channel: Channel, service: LiveService | None, scene: _Scene) -> Iterator[Change | Finding]:
    present = _pool_of(service) if service else {}
    sid = service.sid if service else None
    for number in sorted(channel.numbers - present.keys()):
        if number in scene.holders:
            yield _move(channel, number, sid, scene)
        else:
            yield _attach(channel, number, sid, scene.live)


def _move(channel: Channel, number: str, sid: str | None, scene: _Scene) -> MoveNumber:
    holder, number_sid = scene.holders[number]
    return MoveNumber(
        account=channel.account,
        channel=channel.name,
        number=number,
        number_sid=number_sid,
        from_service_sid=holder,
        from_channel=scene.owners.get(holder),
        service_sid=sid,
        risk=Risk.HIGH,
        cause=_cause(channel, number),
        precondition=digest(["held by", number, holder]),
    )


def _attach(channel: Channel, number: str, sid: str | None, live: LiveState) -> AttachNumber | Finding:
    if live.numbers is None:
        raise ValueError("a number is to be attached, and the inventory was not read")
    owned = live.numbers.get(number)
    if owned is None:
        return Finding(
            code="SMS402",
            message=f"Account {channel.account} does not own {number}.",
            hint="Buy or port the number first, or correct it; smsops never buys one.",
            location=place(channel, number),
        )
    if not owned.sms:
        return Finding(
            code="SMS403",
            message=f"{number} cannot send SMS.",
            hint="Use a number with the SMS capability.",
            location=place(channel, number),
        )
    return AttachNumber(
        account=channel.account,
        channel=channel.name,
        number=number,
        number_sid=owned.sid,
        service_sid=sid,
        cause=_cause(channel, number),
        precondition=digest(["held by", number, None]),
    )


def _empty_pool(channel: Channel, service: LiveService, scene: _Scene) -> Iterator[DetachNumber]:
    cause = _cause(channel, "phone_numbers")
    for number in _nobodys(service, scene):
        yield _detach(channel.account, channel.name, service, number, cause)


def _nobodys(service: LiveService, scene: _Scene) -> list[str]:
    """Numbers of the pool that no channel declares. A number that another channel declares is that channel's move."""
    return sorted(_pool_of(service).keys() - scene.declared)


def _detach(account: str, channel: str, service: LiveService, number: str, cause: Cause | None) -> DetachNumber:
    return DetachNumber(
        account=account,
        channel=channel,
        number=number,
        number_sid=_pool_of(service)[number],
        service_sid=service.sid,
        risk=Risk.HIGH,
        cause=cause,
        precondition=digest(["held by", number, service.sid]),
    )


def _depart(account: str, channel: str, service: LiveService, scene: _Scene) -> Iterator[Change]:
    """What a service that no channel is bound to any more gives up: its numbers and itself, if a gate lets it."""
    for number in _nobodys(service, scene):
        yield _detach(account, channel, service, number, None)
    yield DeleteService(
        account=account,
        channel=channel,
        service_sid=service.sid,
        risk=Risk.HIGH,
        precondition=digest(["service", service.sid, sorted(_pool_of(service))]),
    )


def _pool_of(service: LiveService) -> Mapping[str, str]:
    if service.pool is None:
        raise ValueError(f"the pool of {service.sid} was not read")
    return service.pool


def _cause(channel: Channel, *keys: str) -> Cause:
    where = place(channel, *keys)
    return Cause(path=where.path, line=where.line)
