"""Which numbers enter and leave which pools. Pure.

Pools are exact. A declared number that is not in its pool is moved when another service holds it, attached when
it is free, and a finding when the account does not own it. A number in the pool that no channel declares is detached.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from smsops import preconditions
from smsops.binding import place
from smsops.changes import AttachNumber, Cause, Change, Class, DeleteService, DetachNumber, MoveNumber, Risk
from smsops.diagnostics import Finding
from smsops.frozen import Frozen
from smsops.model import Channel, DesiredState, LiveService, LiveState
from smsops.threeway import Memory

Step = Change | Finding
"""What planning a channel yields."""


class Scene(Frozen, cached=True):
    """The account around one channel: who owns what, who holds what, who wants what, and what the base remembers. Who
    holds and who wants is made out when a number is to move.
    """

    desired: DesiredState
    live: LiveState
    memory: Memory
    owners: Mapping[str, str]
    """Service SID to the channel that is bound to it."""

    @cached_property
    def holders(self) -> Mapping[str, tuple[str, str]]:
        """E.164 to service SID and number SID, over every pool that was read."""
        return {
            number: (service.sid, number_sid)
            for service in self.live.services.values()
            for number, number_sid in (service.pool or {}).items()
        }

    @cached_property
    def declared(self) -> frozenset[str]:
        """Every number that some channel of the account declares."""
        return frozenset([sender.number for channel in self.desired.channels for sender in channel.senders])


def fill_pool(channel: Channel, service: LiveService | None, scene: Scene) -> Iterator[Step]:
    """Moves and attaches of one channel; a finding for each number that cannot be used."""
    present = _pool_of(service) if service else {}
    sid = service.sid if service else None
    for number in sorted(channel.numbers - present.keys()):
        if number in scene.holders:
            yield _move(channel, number, sid, scene)
        else:
            yield _attach(channel, number, sid, scene)


def _move(channel: Channel, number: str, sid: str | None, scene: Scene) -> MoveNumber:
    holder, number_sid = scene.holders[number]
    return MoveNumber(
        account=channel.account,
        channel=channel.name,
        number=number,
        number_sid=number_sid,
        from_service_sid=holder,
        from_channel=scene.owners.get(holder),
        service_sid=sid,
        klass=scene.memory.of_arrival(number, into=sid or scene.memory.bound(channel.name), held_by=holder),
        risk=Risk.HIGH,
        cause=cause_of(channel, number),
        precondition=preconditions.of_number(number, holder),
    )


def _attach(channel: Channel, number: str, sid: str | None, scene: Scene) -> AttachNumber | Finding:
    if scene.live.numbers is None:
        raise ValueError("a number is to be attached, and the inventory was not read")
    owned = scene.live.numbers.get(number)
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
        klass=scene.memory.of_arrival(number, into=sid or scene.memory.bound(channel.name), held_by=None),
        cause=cause_of(channel, number),
        precondition=preconditions.of_number(number, None),
    )


def empty_pool(channel: Channel, service: LiveService, scene: Scene) -> Iterator[DetachNumber]:
    """Detaches of one channel: numbers of its pool that nobody declares."""
    for number in _nobodys(service, scene):
        cause = cause_of(channel, "phone_numbers")
        klass = scene.memory.of_departure(number, out_of=service.sid)
        yield _detach(channel.account, channel.name, service, number, cause, klass)


def _nobodys(service: LiveService, scene: Scene) -> list[str]:
    """Numbers of the pool that no channel declares. A number that another channel declares is that channel's move."""
    return sorted(_pool_of(service).keys() - scene.declared)


def _detach(
    account: str, channel: str, service: LiveService, number: str, cause: Cause | None, klass: Class
) -> DetachNumber:
    return DetachNumber(
        account=account,
        channel=channel,
        klass=klass,
        number=number,
        number_sid=_pool_of(service)[number],
        service_sid=service.sid,
        risk=Risk.HIGH,
        cause=cause,
        precondition=preconditions.of_number(number, service.sid),
    )


def depart(account: str, channel: str, service: LiveService, scene: Scene) -> Iterator[Change]:
    """What a service that no channel is bound to any more gives up: its numbers and itself, if a gate lets it."""
    for number in _nobodys(service, scene):
        yield _detach(account, channel, service, number, None, Class.INTENDED)
    yield DeleteService(
        account=account,
        channel=channel,
        service_sid=service.sid,
        risk=Risk.HIGH,
        precondition=preconditions.of_delete(service.sid, _pool_of(service)),
    )


def _pool_of(service: LiveService) -> Mapping[str, str]:
    if service.pool is None:
        raise ValueError(f"the pool of {service.sid} was not read")
    return service.pool


def cause_of(channel: Channel, *keys: str) -> Cause:
    """The line of the file that asks for a change: the first of `keys` that it holds."""
    where = place(channel, *keys)
    return Cause(path=where.path, line=where.line)
