"""Records: what one apply set out to do, what came of it, and the inventory that the next plan rests on. Pure.

A record is a CloudEvents 1.0 envelope. It is written as `started` before the first write, naming the services about to
be created, and again as `finished` after the last. A run that dies in between leaves `started`: the next plan
then knows which namesake is its own (twilio.md 2.4), and finishes the work.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smsops import __version__
from smsops.changes import (
    AttachNumber,
    Change,
    CreateService,
    DeleteService,
    DetachNumber,
    MoveNumber,
    change_to_json,
)
from smsops.errors import LedgerError
from smsops.model import Base, BaseChannel, Channel, DesiredState
from smsops.planned import AccountPlan

TYPE = "smsops.apply.v1"


def started(plan: AccountPlan, base: Base, *, plan_id: str, at: str) -> dict[str, Any]:
    """The record before the first write: the base as it was, and what is about to be created."""
    creating = base.creating | {change.channel for change in plan.changes if isinstance(change, CreateService)}
    changes = [{**change_to_json(change), "result": None} for change in plan.changes]
    return _envelope(plan, "started", Base(channels=base.channels, creating=creating), changes, plan_id, at)


def finished(plan: AccountPlan, base: Base, *, plan_id: str, at: str, results: list[dict[str, Any]]) -> dict[str, Any]:
    """The record after the last write; `base` is what the next plan starts from."""
    return _envelope(plan, "finished", base, results, plan_id, at)


def _envelope(
    plan: AccountPlan, state: str, base: Base, changes: list[dict[str, Any]], plan_id: str, at: str
) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"{plan.account}/{at}",
        "source": "smsops",
        "type": TYPE,
        "time": at,
        "datacontenttype": "application/json",
        "data": {
            "format_version": "1.0",
            "state": state,
            "tool_version": __version__,
            "account": plan.account,
            "account_sid": plan.account_sid,
            "plan_id": plan_id,
            "changes": changes,
            "creating": sorted(base.creating),
            "inventory": {name: _channel_to_json(channel) for name, channel in sorted(base.channels.items())},
        },
    }


def _channel_to_json(channel: BaseChannel) -> dict[str, Any]:
    return {
        "service_sid": channel.service_sid,
        "pool": sorted(channel.pool),
        "guarded": sorted(channel.guarded),
        "held_back": sorted(channel.held_back),
    }


def base_of(record: Mapping[str, Any]) -> Base:
    """The base that a record leaves. Raises LedgerError when it is not a record of this format."""
    try:
        data = record["data"]
        if record["type"] != TYPE or data["format_version"] != "1.0":
            raise LedgerError(f"This is not a record of type {TYPE}, format 1.0.")
        return Base(
            channels={name: _channel_from_json(entry) for name, entry in data["inventory"].items()},
            creating=frozenset(data["creating"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise LedgerError(f"The record lacks a part or has one of another kind: {error}.") from error


def _channel_from_json(entry: Mapping[str, Any]) -> BaseChannel:
    return BaseChannel(
        service_sid=str(entry["service_sid"]),
        pool=frozenset(map(str, entry["pool"])),
        guarded=frozenset(map(str, entry["guarded"])),
        held_back=frozenset(map(str, entry["held_back"])),
    )


def next_base(
    *,
    desired: DesiredState,
    base: Base,
    plan: AccountPlan,
    services: Mapping[str, str],
    undone: tuple[Change, ...],
    lost: frozenset[str],
) -> Base:
    """What the next plan may rest on: `services` by channel as they are now, without what was left undone.

    `lost` names the channels whose create may or may not have taken effect.
    """
    kept = dict(base.channels)
    for channel in desired.planned:
        kept.pop(channel.name, None)
        if sid := services.get(channel.name):
            kept[channel.name] = _inventory(channel, sid, base.channels.get(channel.name), plan, undone)
    for change in plan.changes:
        if isinstance(change, DeleteService) and change not in undone:
            kept.pop(change.channel, None)
    return Base(channels=kept, creating=(base.creating - kept.keys()) | lost)


def _inventory(
    channel: Channel, sid: str, before: BaseChannel | None, plan: AccountPlan, undone: tuple[Change, ...]
) -> BaseChannel:
    mine = [change for change in undone if change.channel == channel.name]
    missing = {change.number for change in mine if isinstance(change, AttachNumber | MoveNumber)}
    staying = {change.number for change in mine if isinstance(change, DetachNumber)}
    guarded = {sender.number for sender in channel.senders if sender.guarded}
    held = {
        h.change.number
        for h in plan.held_back
        if isinstance(h.change, DetachNumber) and h.change.channel == channel.name
    }
    return BaseChannel(
        service_sid=sid,
        pool=(channel.numbers - missing) | staying,
        guarded=frozenset((guarded - missing) | (staying & (before.guarded if before else frozenset()))),
        held_back=frozenset(held),
    )
