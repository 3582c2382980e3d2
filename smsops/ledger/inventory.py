"""What the next plan may rest on after an apply: the base, moved on by what was done and by nothing else. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from smsops.changes import AttachNumber, Change, CreateService, DeleteService, DetachNumber, Gate, MoveNumber
from smsops.changes import UpdateService as Update
from smsops.frozen import Frozen, replace
from smsops.masking import Kept, sealed
from smsops.model import Base, BaseChannel, Departed, Doubts
from smsops.planned import AccountPlan, Aim


class Upshot(Frozen):
    """What came of a plan, as far as the next base is concerned."""

    services: Mapping[str, str]
    """Service SID by channel, as it is now; creates have added theirs."""
    undone: frozenset[Change] = frozenset()
    """Changes that did not come about, or may not have."""
    unsure: frozenset[Change] = frozenset()
    """Those of them that may have taken effect all the same."""
    saved: bool = False
    """Whether the plan was a saved one: nothing was looked at then but what its own changes touch."""


def next_base(*, base: Base, plan: AccountPlan, upshot: Upshot) -> Base:
    """The base that a finished apply leaves."""
    before = base.services
    rest = _rest(plan, upshot.undone)
    channels = {
        aim.channel: _entry(aim, sid, before.get(sid), rest)
        for aim in plan.aims
        if (sid := upshot.services.get(aim.channel))
    }
    channels |= _overlaid(before, plan, upshot)
    left = _left(plan, upshot.undone)
    # A plan says nothing of channels that it did not look at, but for the numbers that it took from them. One whose
    # service went without smsops, and is not there again, is remembered by what it had.
    taken = frozenset(entry.service_sid for entry in channels.values()) | _deleted(plan, upshot)
    channels |= {
        name: _without(entry, left.get(entry.service_sid, frozenset()))
        for name, entry in base.channels.items()
        if name not in channels and name not in _gone(plan, upshot) and entry.service_sid not in taken
    }
    return Base(
        channels=channels,
        departed=_departed(base, plan, upshot, left, frozenset(one.service_sid for one in channels.values())),
        creating=_creating(base, plan, upshot),
        doubts=_doubts(base, plan, upshot),
    )


def begun(base: Base, plan: AccountPlan) -> Base:
    """The base while a plan is carried out: whoever finds it so cannot tell what of the plan took effect."""
    names = {change.channel: _friendly_name(change) for change in plan.changes if isinstance(change, CreateService)}
    # A name that is begun anew was looked for and not found: an older create of that name made nothing.
    older = {channel: name for channel, name in base.creating.items() if name not in names.values()}
    doubts = _added(base.doubts, plan, frozenset(plan.changes))
    return replace(base, creating={**older, **names}, doubts=doubts)


def _friendly_name(create: CreateService) -> str:
    return next(str(diff.after) for diff in create.fields if diff.name == "friendly_name")


# --- channels and services -------------------------------------------------------------------------------


class _Rest(Frozen):
    """What an apply left as it was."""

    missing: frozenset[tuple[str, str]]
    """Channel and number: declared, and not in the pool."""
    staying: Mapping[str, frozenset[str]]
    """By service, numbers that were to leave it and did not, or were put back."""
    waiting: Mapping[str, frozenset[str]]
    """By service, numbers whose detach waits for `--allow prune`."""
    unwritten: Mapping[str, frozenset[str]]
    """By channel, settings that were not written."""


def _rest(plan: AccountPlan, undone: frozenset[Change]) -> _Rest:
    leaving = [(c.service_sid, c.number) for c in undone if isinstance(c, DetachNumber)]
    leaving += [(c.from_service_sid, c.number) for c in undone if isinstance(c, MoveNumber)]
    pruned = [h.change for h in plan.held_back if h.reason is not Gate.DRIFT]
    drifted = [h.change for h in plan.held_back if h.reason is Gate.DRIFT]
    writes = [c for c in (*undone, *drifted) if isinstance(c, Update)]
    return _Rest(
        missing=frozenset((c.channel, c.number) for c in undone if isinstance(c, AttachNumber | MoveNumber)),
        staying=_grouped(leaving),
        waiting=_grouped((c.service_sid, c.number) for c in pruned if isinstance(c, DetachNumber)),
        unwritten=_grouped((c.channel, diff.name) for c in writes for diff in c.fields),
    )


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for group, member in pairs:
        found.setdefault(group, set()).add(member)
    return {group: frozenset(members) for group, members in found.items()}


def _entry(aim: Aim, sid: str, before: BaseChannel | None, rest: _Rest) -> BaseChannel:
    was = before or BaseChannel(service_sid=sid)
    present = frozenset(number for number in aim.numbers if (aim.channel, number) not in rest.missing)
    staying = rest.staying.get(sid, frozenset())
    # In a pool that was applied before, an unknown number came by drift, and the next apply may detach it.
    held_back = staying if before is None else staying & was.held_back
    unwritten = rest.unwritten.get(aim.channel, frozenset())
    fields: dict[str, Kept] = {name: value for name, value in aim.fields.items() if name not in unwritten}
    fields |= {name: was.fields[name] for name in unwritten if name in was.fields}
    return BaseChannel(
        service_sid=sid,
        fields=fields,
        pool=present | (staying & was.pool),
        guarded=(aim.guarded & present) | (staying & was.guarded),
        held_back=rest.waiting.get(sid, frozenset()) | held_back,
    )


def _overlaid(before: Mapping[str, BaseChannel], plan: AccountPlan, upshot: Upshot) -> dict[str, BaseChannel]:
    """Entries that moved on since the plan was saved, by another apply: they stay, but for what this one changed."""
    done: dict[str, list[Change]] = {}
    for change in plan.changes:
        if change not in upshot.undone:
            done.setdefault(change.channel, []).append(change)
    moved = {}
    for aim in plan.aims:
        sid = upshot.services.get(aim.channel)
        if sid and sid in before and not aim.remembers(before[sid]):
            moved[aim.channel] = _changed(before[sid], aim, done.get(aim.channel, []))
    return moved


def _changed(entry: BaseChannel, aim: Aim, changes: Iterable[Change]) -> BaseChannel:
    fields, pool = dict(entry.fields), set(entry.pool)
    for change in changes:
        match change:
            case CreateService() | Update():
                fields |= {diff.name: sealed(diff.after) for diff in change.fields}
            case AttachNumber() | MoveNumber():
                pool.add(change.number)
            case DetachNumber():
                pool.discard(change.number)
            case _:
                pass
    guarded = (entry.guarded & pool) | (aim.guarded & (pool - entry.pool))
    held_back = entry.held_back - {c.number for c in changes if isinstance(c, DetachNumber)}
    return replace(entry, fields=fields, pool=frozenset(pool), guarded=guarded, held_back=held_back)


def _left(plan: AccountPlan, undone: frozenset[Change]) -> dict[str, frozenset[str]]:
    """By service, numbers that left it."""
    done = [change for change in plan.changes if change not in undone]
    pairs = [(c.service_sid, c.number) for c in done if isinstance(c, DetachNumber)]
    return _grouped(pairs + [(c.from_service_sid, c.number) for c in done if isinstance(c, MoveNumber)])


def _departed(
    base: Base,
    plan: AccountPlan,
    upshot: Upshot,
    left: Mapping[str, frozenset[str]],
    taken: frozenset[str],
) -> dict[str, Departed]:
    """Services without a channel that the account still has, with what is left in their pools."""
    candidates = dict(base.departed)
    candidates |= {r.service_sid: Departed(channel=n, entry=r) for n, r in base.channels.items()}
    return {
        sid: replace(one, entry=_without(one.entry, left.get(sid, frozenset())))
        for sid, one in candidates.items()
        if sid not in taken | plan.vanished | _deleted(plan, upshot)
    }


def _deleted(plan: AccountPlan, upshot: Upshot) -> frozenset[str]:
    return frozenset(c.service_sid for c in plan.changes if isinstance(c, DeleteService) and c not in upshot.undone)


def _gone(plan: AccountPlan, upshot: Upshot) -> frozenset[str]:
    """Channels that left git; what a saved plan says of that may be old, and the next plan says it anew."""
    return frozenset() if upshot.saved else plan.left


def _without(entry: BaseChannel, numbers: frozenset[str]) -> BaseChannel:
    return replace(
        entry,
        pool=entry.pool - numbers,
        guarded=entry.guarded - numbers,
        held_back=entry.held_back - numbers,
    )


def _creating(base: Base, plan: AccountPlan, upshot: Upshot) -> dict[str, str]:
    """Creates whose outcome is still open. One for a channel that left git is forgotten when nothing is left of it."""
    named = {aim.channel: str(aim.fields["friendly_name"]) for aim in plan.aims}
    held = [h.change for h in plan.held_back]
    waiting = {c.channel for c in (*upshot.undone, *held) if isinstance(c, DeleteService)}
    still = {
        name: friendly_name
        for name, friendly_name in base.creating.items()
        if name in waiting or (name not in upshot.services and name not in _gone(plan, upshot))
    }
    lost = {c.channel for c in upshot.unsure if isinstance(c, CreateService)}
    return {**still, **{name: named[name] for name in lost}}


# --- doubts ------------------------------------------------------------------------------------------------


def _doubts(base: Base, plan: AccountPlan, upshot: Upshot) -> Doubts:
    """Old doubts live on where this apply settled nothing; new ones come from what may have taken effect."""
    fields, numbers = _settled_by_changes(plan, upshot) if upshot.saved else _settled_by_plan(base, plan, upshot)
    kept = base.doubts.numbers - numbers
    old = Doubts(
        fields={key: values for key, values in base.doubts.fields.items() if key not in fields},
        numbers=kept,
        guarded=base.doubts.guarded & kept,
    )
    return _added(old, plan, upshot.unsure)


_Settled = tuple[set[tuple[str, str]], set[str]]
"""Settings by service SID and name, and numbers."""


def _settled_by_changes(plan: AccountPlan, upshot: Upshot) -> _Settled:
    done = [change for change in plan.changes if change not in upshot.undone]
    updates = [c for c in done if isinstance(c, CreateService | Update)]
    fields = {(upshot.services.get(c.channel, ""), diff.name) for c in updates for diff in c.fields}
    return fields, {number for change in done if (number := getattr(change, "number", None))}


def _settled_by_plan(base: Base, plan: AccountPlan, upshot: Upshot) -> _Settled:
    """Everything that the plan looked at, but for what it could not, or was not let, bring about."""
    sids = {upshot.services.get(aim.channel) for aim in plan.aims}
    open_fields = {(c.service_sid, diff.name) for c in upshot.undone if isinstance(c, Update) for diff in c.fields}
    fields = {key for key in base.doubts.fields if key[0] in sids and key not in open_fields}
    waiting = (*upshot.undone, *(held.change for held in plan.held_back))
    open_numbers = {number for change in waiting if (number := getattr(change, "number", None))}
    declared = {number for aim in plan.aims for number in aim.numbers}
    numbers = {n for n in base.doubts.numbers if n not in open_numbers and (n in declared or not plan.partial)}
    return fields, numbers


def _added(doubts: Doubts, plan: AccountPlan, changes: frozenset[Change]) -> Doubts:
    fields = dict(doubts.fields)
    for change in changes:
        if isinstance(change, Update):
            for diff in change.fields:
                key = (change.service_sid, diff.name)
                fields[key] = fields.get(key, frozenset()) | {sealed(diff.after)}
    numbers = frozenset(c.number for c in changes if isinstance(c, AttachNumber | MoveNumber | DetachNumber))
    guarded = frozenset(number for aim in plan.aims for number in aim.guarded) & numbers
    return Doubts(fields=fields, numbers=doubts.numbers | numbers, guarded=doubts.guarded | guarded)
