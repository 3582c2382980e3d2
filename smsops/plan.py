"""What should happen: desired, live and base in, an ordered plan out. Pure.

**Binding** comes first: which service is whose (`binding`). A channel without a service gets a create.

**Fields.** Desired and live settings are the same class; each managed field that differs is a field diff. A field
that no channel sets is `UNMANAGED` and is not looked at. Who moved a field is told by the base (`threeway`); what git
moved, what the account moved and what both moved are changes of their own.

**Pools** are exact (`pools`). Whether any of this *may* happen is for `gates`.

**Order** is `changes.ORDER`: capacity is added before it is taken, and no number reaches a half-configured service.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from smsops import preconditions
from smsops.binding import Bound, bind, departures, known_sids, place
from smsops.changes import Class, CreateService, FieldDiff, Gate, MoveNumber, Risk, UpdateService, sort_key
from smsops.diagnostics import Finding
from smsops.diffs import field_diffs, kept, reroutes, value_of
from smsops.frozen import replace
from smsops.masking import Kept
from smsops.model import Base, BaseChannel, Channel, DesiredState, LiveService, LiveState, field_key
from smsops.planned import AccountPlan, Aim, AlreadyDone
from smsops.pools import Scene, Step, cause_of, depart, empty_pool, fill_pool
from smsops.threeway import Memory


def plan(*, desired: DesiredState, live: LiveState, base: Base) -> AccountPlan:
    """Every change that makes `live` equal `desired`, in the order of work. Raises nothing that a user can cause."""
    known = known_sids(desired, base)
    bound = bind(desired=desired, live=live, base=base, known=known)
    owners = {found.service.sid: name for name, found in bound.items() if found.service}
    scene = Scene(desired=desired, live=live, memory=Memory(base=base), owners=owners)
    aims: list[Aim] = []
    flat: list[Step | AlreadyDone] = []
    busy: set[str] = set()
    for channel in desired.planned:
        found = bound[channel.name]
        aims.append(aim := _aim(channel, found.service, scene.memory))
        if steps := tuple(_channel_steps(channel, found, aim, scene)):
            flat += steps
            busy.add(channel.name)
    gone = departures(desired=desired, live=live, base=base, known=known, owners=owners)
    flat += [step for name, service in gone for step in depart(desired.account, name, service, scene)]
    changes = [step for step in flat if not isinstance(step, Finding | AlreadyDone)]
    busy |= {change.from_channel for change in changes if isinstance(change, MoveNumber) and change.from_channel}
    return AccountPlan(
        account=desired.account,
        account_sid=desired.account_sid,
        changes=tuple(sorted(changes, key=sort_key)),
        already_done=tuple(sorted((s for s in flat if isinstance(s, AlreadyDone)), key=lambda done: done.sort_key)),
        findings=tuple(sorted((s for s in flat if isinstance(s, Finding)), key=lambda finding: finding.sort_key)),
        aims=tuple(aims),
        idle=frozenset([aim.channel for aim in aims if aim.channel not in busy]),
        unmanaged_services=sum(sid not in owners for sid in live.services),
        unmanaged_numbers=None if live.numbers is None else len(live.numbers.keys() - scene.declared),
        vanished=frozenset([sid for sid in base.sids if sid not in live.services]),
        left=_left(desired, base, bound),
        partial=desired.selected is not None,
        api_calls=live.api_calls,
    )


def _channel_steps(channel: Channel, found: Bound, aim: Aim, scene: Scene) -> Iterator[Step | AlreadyDone]:
    if found.finding:
        yield found.finding
    if service := found.service:
        if diffs := field_diffs(channel.settings, service.settings):
            yield from _updates(channel, service, diffs, scene.memory)
        if isinstance(aim.remembered, BaseChannel):
            yield from _already_done(channel, service, aim, aim.remembered)
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
    return replace(aim, remembered=None) == _said(channel, aim.service_sid, None)


def _aim(channel: Channel, service: LiveService | None, memory: Memory) -> Aim:
    return (
        _said(channel, service.sid, memory.entry(channel.name, service.sid)) if service else _said(channel, None, None)
    )


def _said(channel: Channel, service_sid: str | None, remembered: BaseChannel | None) -> Aim:
    fields, numbers = kept(channel.settings), channel.numbers
    if remembered is not None:  # most channels are as they were, and then nothing of them is kept twice
        fields = remembered.fields if fields == remembered.fields else fields
        numbers = remembered.pool if numbers == remembered.pool else numbers
    return Aim(
        channel=channel.name,
        service_sid=service_sid,
        fields=fields,
        numbers=numbers,
        guarded=frozenset([sender.number for sender in channel.senders if sender.guarded]),
        remembered=remembered,
    )


def _left(desired: DesiredState, base: Base, declared: Container[str]) -> frozenset[str]:
    """Channels that the base knows and git does not; a plan of some channels says nothing of them."""
    known = (*base.channels, *base.creating) if desired.looks_at_left else ()
    return frozenset([name for name in known if name not in declared])


def _create(channel: Channel, namesake: str | None, scene: Scene) -> CreateService:
    return CreateService(
        account=channel.account,
        channel=channel.name,
        klass=scene.memory.of_create(channel.name, live=scene.live.services),
        fields=field_diffs(channel.settings, None),
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
    if aim.fields is not entry.fields:
        for name, kept in aim.fields.items():
            same = getattr(channel.settings, name) == getattr(service.settings, name)
            if same and name in entry.fields and entry.fields[name] != kept:
                yield _done(channel, service.sid, field_key(name), kept)
    if aim.numbers is not entry.pool:
        for number in sorted(aim.numbers & (service.pool or {}).keys() - entry.pool):
            yield _done(channel, service.sid, "phone_numbers", number)


def _done(channel: Channel, service_sid: str, what: str, value: Kept) -> AlreadyDone:
    return AlreadyDone(account=channel.account, channel=channel.name, service_sid=service_sid, what=what, value=value)
