"""What should happen: desired, live and base in, an ordered plan out. Pure.

**Binding** comes first: which service is whose (`binding`). A channel without a service gets a create.

**Fields.** Desired and live settings are the same class; each managed field that differs is a field diff. A field
that no channel sets is `UNMANAGED` and is not looked at. Who moved a field is told by the base (`threeway`); what git
moved, what the account moved and what both moved are changes of their own.

**Pools** are exact (`pools`). Whether any of this *may* happen is for `gates`.

**Order** is `changes.ORDER`: capacity is added before it is taken, and no number reaches a half-configured service.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from smsops import preconditions
from smsops.binding import Bound, bind, departures, place
from smsops.changes import Class, CreateService, FieldDiff, Gate, MoveNumber, Risk, UpdateService, sort_key
from smsops.diagnostics import Finding
from smsops.diffs import field_diffs, managed, reroutes, value_of
from smsops.masking import Kept, sealed
from smsops.model import Base, BaseChannel, Channel, DesiredState, LiveService, LiveState, field_key
from smsops.planned import AccountPlan, Aim, AlreadyDone
from smsops.pools import Scene, Step, cause_of, depart, empty_pool, fill_pool, scene_of
from smsops.threeway import Memory


def plan(*, desired: DesiredState, live: LiveState, base: Base) -> AccountPlan:
    """Every change that makes `live` equal `desired`, in the order of work. Raises nothing that a user can cause."""
    bound = bind(desired=desired, live=live, base=base)
    scene = scene_of(desired, live, base, {f.service.sid: name for name, f in bound.items() if f.service})
    planned = desired.planned
    aims = {channel.name: _aim(channel, bound[channel.name].service, scene.memory) for channel in planned}
    steps = {c.name: tuple(_channel_steps(c, bound[c.name], aims[c.name], scene)) for c in planned}
    gone = departures(desired=desired, live=live, base=base, bound=bound)
    flat = [step for found in steps.values() for step in found]
    flat += [step for name, service in gone for step in depart(desired.account, name, service, scene)]
    changes = [step for step in flat if not isinstance(step, Finding | AlreadyDone)]
    busy = {name for name, found in steps.items() if found}
    busy |= {change.from_channel for change in changes if isinstance(change, MoveNumber) and change.from_channel}
    return AccountPlan(
        account=desired.account,
        account_sid=desired.account_sid,
        changes=tuple(sorted(changes, key=sort_key)),
        already_done=tuple(sorted((s for s in flat if isinstance(s, AlreadyDone)), key=lambda done: done.sort_key)),
        findings=tuple(sorted((s for s in flat if isinstance(s, Finding)), key=lambda finding: finding.sort_key)),
        aims=tuple(aims.values()),
        idle=frozenset(aims.keys() - busy),
        unmanaged_services=len(live.services.keys() - scene.owners.keys()),
        unmanaged_numbers=None if live.numbers is None else len(live.numbers.keys() - scene.declared),
        vanished=frozenset(base.services.keys() - live.services.keys()),
        left=_left(desired, base),
        partial=desired.selected is not None,
        api_calls=live.api_calls,
    )


def _channel_steps(channel: Channel, found: Bound, aim: Aim, scene: Scene) -> Iterator[Step | AlreadyDone]:
    if found.finding:
        yield found.finding
    if service := found.service:
        if diffs := tuple(field_diffs(channel.settings, service.settings)):
            yield from _updates(channel, service, diffs, scene.memory)
        if (entry := scene.memory.services.get(service.sid)) is not None:
            yield from _already_done(channel, service, aim, entry)
        if service.pool is None or service.pool.keys() != aim.numbers:
            yield from fill_pool(channel, service, scene)
            yield from empty_pool(channel, service, scene)
    elif not found.finding:
        yield _create(channel, found.namesake, scene)
        if found.namesake:
            yield _namesake(channel, found.namesake)
        else:
            yield from fill_pool(channel, None, scene)


def is_aim_of(aim: Aim, channel: Channel) -> bool:
    """Whether an aim is what the channel's file says, wherever its service is."""
    return aim == _said(channel, aim.service_sid, None)


def _aim(channel: Channel, service: LiveService | None, memory: Memory) -> Aim:
    return _said(channel, service.sid, memory.services.get(service.sid)) if service else _said(channel, None, None)


def _said(channel: Channel, service_sid: str | None, remembered: BaseChannel | None) -> Aim:
    return Aim(
        channel=channel.name,
        service_sid=service_sid,
        fields={name: sealed(value) for name, value in managed(channel.settings).items()},
        numbers=channel.numbers,
        guarded=frozenset([sender.number for sender in channel.senders if sender.guarded]),
        remembered=remembered,
    )


def _left(desired: DesiredState, base: Base) -> frozenset[str]:
    """Channels that the base knows and git does not; a plan of some channels says nothing of them."""
    if not desired.looks_at_left:
        return frozenset()
    return frozenset((base.channels.keys() | base.creating.keys()) - {channel.name for channel in desired.channels})


def _create(channel: Channel, namesake: str | None, scene: Scene) -> CreateService:
    return CreateService(
        account=channel.account,
        channel=channel.name,
        klass=scene.memory.of_create(channel.name, live=scene.live.services),
        fields=tuple(field_diffs(channel.settings, None)),
        cause=cause_of(channel, "name"),
        precondition=preconditions.of_create(channel.settings.friendly_name, namesake),
        refused=Gate.NAMESAKE if namesake else None,
    )


def _namesake(channel: Channel, sid: str) -> Finding:
    return Finding(
        code="SMS504",
        message=f"A live service, {sid}, already has the friendly name of channel {channel.name}.",
        hint=f"If it is this channel's, pin it: messaging_service_sid: {sid}. Else choose another friendly_name.",
        location=place(channel, "friendly_name", "name"),
    )


def _updates(
    channel: Channel, service: LiveService, differing: Iterable[FieldDiff], memory: Memory
) -> Iterator[UpdateService]:
    """One change for each that moved: git's, the account's, and what both moved."""
    moved: dict[Class | None, list[FieldDiff]] = {}
    for diff in differing:
        live = value_of(getattr(service.settings, diff.name))
        desired = value_of(getattr(channel.settings, diff.name))
        moved.setdefault(memory.of_field(service.sid, diff.name, desired=desired, live=live), []).append(diff)
    for klass, diffs in moved.items():
        yield UpdateService(
            account=channel.account,
            channel=channel.name,
            klass=klass or Class.INTENDED,
            service_sid=service.sid,
            fields=tuple(diffs),
            risk=Risk.MEDIUM if any(map(reroutes, diffs)) else Risk.LOW,
            cause=cause_of(channel, diffs[0].field, "direction"),
            precondition=preconditions.of_update(
                service.sid, {diff.name: value_of(getattr(service.settings, diff.name)) for diff in diffs}
            ),
        )


def _already_done(channel: Channel, service: LiveService, aim: Aim, entry: BaseChannel) -> Iterator[AlreadyDone]:
    """What git moved since the record `entry`, and the account holds the same already."""
    if aim.fields != entry.fields:
        for name, kept in aim.fields.items():
            same = getattr(channel.settings, name) == getattr(service.settings, name)
            if same and name in entry.fields and entry.fields[name] != kept:
                yield _done(channel, service.sid, field_key(name), kept)
    if aim.numbers != entry.pool:
        for number in sorted(aim.numbers & (service.pool or {}).keys() - entry.pool):
            yield _done(channel, service.sid, "phone_numbers", number)


def _done(channel: Channel, service_sid: str, what: str, value: Kept) -> AlreadyDone:
    return AlreadyDone(account=channel.account, channel=channel.name, service_sid=service_sid, what=what, value=value)
