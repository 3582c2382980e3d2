"""Records: what one apply set out to do, what came of it, and the inventory that the next plan rests on. Pure.

A record is a CloudEvents 1.0 envelope. It is written as `started` before the first write, naming the services about to
be created, and again as `finished` after the last. A run that dies in between leaves `started`: the next plan
then knows which namesake is its own (twilio.md 2.4), and finishes the work.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
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
from smsops.model import Base, BaseChannel, Channel, Departed, DesiredState
from smsops.planned import AccountPlan

TYPE = "smsops.apply.v1"


def started(plan: AccountPlan, base: Base, *, plan_id: str, at: str) -> dict[str, Any]:
    """The record before the first write: the base as it was, and what is about to be created."""
    begun = {change.channel: _friendly_name(change) for change in plan.changes if isinstance(change, CreateService)}
    changes = [{**change_to_json(change), "result": None} for change in plan.changes]
    # A name that is begun anew was looked for and not found: an older create of that name made nothing.
    older = {channel: name for channel, name in base.creating.items() if name not in begun.values()}
    return _envelope(plan, "started", replace(base, creating={**older, **begun}), changes, plan_id, at)


def finished(plan: AccountPlan, base: Base, *, plan_id: str, at: str, results: list[dict[str, Any]]) -> dict[str, Any]:
    """The record after the last write; `base` is what the next plan starts from."""
    return _envelope(plan, "finished", base, results, plan_id, at)


def _friendly_name(create: CreateService) -> str:
    return next(str(diff.after) for diff in create.fields if diff.name == "friendly_name")


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
            "departed": {
                sid: {"channel": one.channel, **_channel_to_json(one.entry)}
                for sid, one in sorted(base.departed.items())
            },
            "creating": dict(sorted(base.creating.items())),
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


def base_of(record: Any, *, account_sid: str) -> Base | None:
    """The base that a record leaves; None when it is about another account of that name.

    Raises LedgerError when it is not a record of this format.
    """
    try:
        data = record["data"]
        if record["type"] != TYPE or data["format_version"] != "1.0":
            raise LedgerError(f"This is not a record of type {TYPE}, format 1.0.")
        if data["account_sid"] != account_sid:
            return None
        return Base(
            channels={_text(name): _channel_from_json(entry) for name, entry in data["inventory"].items()},
            departed={
                _text(sid): Departed(channel=_text(entry["channel"]), entry=_channel_from_json(entry))
                for sid, entry in data["departed"].items()
            },
            creating={_text(name): _text(friendly_name) for name, friendly_name in data["creating"].items()},
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise LedgerError(f"The record lacks a part or has one of another kind: {error}.") from error


def _channel_from_json(entry: Mapping[str, Any]) -> BaseChannel:
    return BaseChannel(
        service_sid=_text(entry["service_sid"]),
        pool=_texts(entry["pool"]),
        guarded=_texts(entry["guarded"]),
        held_back=_texts(entry["held_back"]),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def _texts(value: object) -> frozenset[str]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    return frozenset(map(_text, value))


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
    # What the base says of a service counts, whichever channel it was for then.
    before = {sid: one.entry for sid, one in base.departed.items()}
    before |= {recorded.service_sid: recorded for recorded in base.channels.values()}
    rest = _rest(plan, undone)
    channels = {
        channel.name: _inventory(channel, before.get(sid) or BaseChannel(service_sid=sid), rest, sid in before)
        for channel in desired.planned
        if (sid := services.get(channel.name))
    }
    if desired.selected is not None:
        # A partial apply says nothing of the others.
        planned = {channel.name for channel in desired.planned}
        channels |= {n: r for n, r in base.channels.items() if n not in planned and r.service_sid not in plan.vanished}
    return Base(
        channels=channels,
        departed=_departed(base, plan, undone, frozenset(one.service_sid for one in channels.values())),
        creating=_creating(desired, base, plan, services, undone, lost),
    )


def _departed(base: Base, plan: AccountPlan, undone: tuple[Change, ...], taken: frozenset[str]) -> dict[str, Departed]:
    """Services without a channel that the account still has, with what is left in their pools."""
    candidates = dict(base.departed)
    candidates |= {r.service_sid: Departed(channel=n, entry=r) for n, r in base.channels.items()}
    done = [change for change in plan.changes if change not in frozenset(undone)]
    deleted = {change.service_sid for change in done if isinstance(change, DeleteService)}
    left = _by_service(
        [(c.service_sid, c.number) for c in done if isinstance(c, DetachNumber)]
        + [(c.from_service_sid, c.number) for c in done if isinstance(c, MoveNumber)]
    )
    return {
        sid: replace(one, entry=_without(one.entry, left.get(sid, frozenset())))
        for sid, one in candidates.items()
        if sid not in taken | deleted | plan.vanished
    }


def _without(entry: BaseChannel, numbers: frozenset[str]) -> BaseChannel:
    return replace(
        entry,
        pool=entry.pool - numbers,
        guarded=entry.guarded - numbers,
        held_back=entry.held_back - numbers,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rest:
    """What an apply left as it was."""

    missing: frozenset[tuple[str, str]]
    """Channel and number: declared, and not in the pool."""
    staying: Mapping[str, frozenset[str]]
    """By service, numbers that were to leave it and did not, or were put back."""
    waiting: Mapping[str, frozenset[str]]
    """By service, numbers whose detach was held back."""


def _rest(plan: AccountPlan, undone: tuple[Change, ...]) -> _Rest:
    leaving = [(c.service_sid, c.number) for c in undone if isinstance(c, DetachNumber)]
    leaving += [(c.from_service_sid, c.number) for c in undone if isinstance(c, MoveNumber)]
    held = [h.change for h in plan.held_back]
    return _Rest(
        missing=frozenset((c.channel, c.number) for c in undone if isinstance(c, AttachNumber | MoveNumber)),
        staying=_by_service(leaving),
        waiting=_by_service((c.service_sid, c.number) for c in held if isinstance(c, DetachNumber)),
    )


def _by_service(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for sid, number in pairs:
        found.setdefault(sid, set()).add(number)
    return {sid: frozenset(numbers) for sid, numbers in found.items()}


def _inventory(channel: Channel, before: BaseChannel, rest: _Rest, applied_before: bool) -> BaseChannel:
    sid = before.service_sid
    present = frozenset(number for number in channel.numbers if (channel.name, number) not in rest.missing)
    guarded = frozenset(sender.number for sender in channel.senders if sender.guarded)
    staying = rest.staying.get(sid, frozenset())
    # In a pool that was applied before, an unknown number came by drift, and the next apply may detach it.
    held_back = staying & before.held_back if applied_before else staying
    return BaseChannel(
        service_sid=sid,
        pool=present | (staying & before.pool),
        guarded=(guarded & present) | (staying & before.guarded),
        held_back=rest.waiting.get(sid, frozenset()) | held_back,
    )


def _creating(
    desired: DesiredState,
    base: Base,
    plan: AccountPlan,
    services: Mapping[str, str],
    undone: tuple[Change, ...],
    lost: frozenset[str],
) -> dict[str, str]:
    """Creates whose outcome is still open. One for a channel that left git is forgotten when nothing is left of it."""
    named = {channel.name: channel.settings.friendly_name for channel in desired.channels}
    waiting = {c.channel for c in (*undone, *(h.change for h in plan.held_back)) if isinstance(c, DeleteService)}
    partial = desired.selected is not None
    still = {
        name: friendly_name
        for name, friendly_name in base.creating.items()
        if name in waiting or (name not in services and (partial or name in named))
    }
    return {**still, **{name: named[name] for name in lost}}
