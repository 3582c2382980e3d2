"""Whether a saved plan still fits: each change is due, done already, or stale because what it rests on has moved. Pure.

A change is done when the account has it as the change meant it, so a second apply of the same plan writes nothing, and
one that was killed is finished. It is stale when the account is neither as it was planned from nor as it was meant to
be; then nothing of the plan is carried out. What the base says counts like what the account says: a number that was
protected since, or a record that was lost, makes a removal stale.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from smsops.changes import (
    AttachNumber,
    Change,
    CreateService,
    DeleteService,
    DetachNumber,
    FieldDiff,
    Gate,
    MoveNumber,
    UpdateService,
)
from smsops.diagnostics import Finding, Location
from smsops.diffs import value_of
from smsops.frozen import Frozen
from smsops.masking import Kept, masked, sealed
from smsops.model import Base, LiveService, LiveState, Wanted
from smsops.planned import AccountPlan


class Freshness(Frozen):
    """How far the account has come with a saved plan, and what speaks against going on."""

    done: frozenset[Change] = frozenset()
    services: Mapping[str, str] = {}
    """Service SID by channel, for creates that are done."""
    stale: tuple[Finding, ...] = ()
    made: tuple[Finding, ...] = ()
    """Creates that are done by the word of a record. Unless it is one of this plan, another apply made the service, and
    what the plan still has to do rests on there being none.
    """


def wanted_again(plan: AccountPlan, base: Base) -> tuple[Wanted, ...]:
    """What a reader must look at again: what the plan touches, and no more."""
    touched: dict[str, Wanted] = {}
    for change in plan.changes:
        for sid in _services(change):
            touched.setdefault(sid, Wanted(service_sid=sid))
    names = {change.channel for change in plan.changes if isinstance(change, CreateService)}
    begun = [
        Wanted(service_sid=_recorded(base, name), friendly_name=base.creating.get(name, "")) for name in sorted(names)
    ]
    free = Wanted(numbers=frozenset(c.number for c in plan.changes if isinstance(c, AttachNumber | MoveNumber)))
    return (*touched.values(), *begun, free)


def _services(change: Change) -> Iterator[str]:
    if not isinstance(change, CreateService) and change.service_sid:
        yield change.service_sid
    if isinstance(change, MoveNumber):
        yield change.from_service_sid


def _recorded(base: Base, channel: str) -> str | None:
    entry = base.channels.get(channel)
    return entry.service_sid if entry else None


def freshness(plan: AccountPlan, *, live: LiveState, base: Base, allowed: frozenset[Gate]) -> Freshness:
    """Where each change of a saved plan stands; `allowed` is what the plan was let through with."""
    look = _Look(
        plan=plan,
        live=live,
        base=base,
        allowed=allowed,
        holders={n: s.sid for s in live.services.values() for n in s.pool or {}},
        services={},
    )
    done = []
    stale: list[Finding] = []
    made: list[Finding] = []
    for change in plan.changes:
        found = look.verdict(change)
        if found is DONE:
            done.append(change)
            if isinstance(change, CreateService) and (sid := look.services[change.channel]) == _recorded(
                base, change.channel
            ):
                made.append(_Moved(what="the service", planned="none", present=sid).finding(change))
        elif isinstance(found, _Moved):
            stale.append(found.finding(change))
    return Freshness(done=frozenset(done), services=look.services, stale=tuple(stale), made=tuple(made))


class _Standing:
    """One of the two ways in which a change can be well."""


DUE = _Standing()
DONE = _Standing()


class _Moved(Frozen):
    """What a change rests on was so when it was planned, and is otherwise now."""

    what: str
    planned: str
    present: str

    def finding(self, change: Change) -> Finding:
        cause = change.cause
        return Finding(
            code="SMS511",
            message=f"{change.action} of {change.channel}: {self.what} was {self.planned} when the plan was made, "
            f"and is {self.present} now.",
            hint="Plan again, and have the new plan reviewed.",
            location=Location(path=cause.path, line=cause.line) if cause else Location(path="smsops.yaml"),
        )


_Verdict = _Standing | _Moved


@dataclass(slots=True)
class _Look:
    plan: AccountPlan
    live: LiveState
    base: Base
    allowed: frozenset[Gate]
    holders: Mapping[str, str]
    services: dict[str, str]

    def verdict(self, change: Change) -> _Verdict:
        match change:
            case CreateService():
                return self._create(change)
            case UpdateService():
                return self._fields(change.service_sid, change.fields)
            case AttachNumber():
                return self._arrival(change, None)
            case MoveNumber():
                return self._arrival(change, change.from_service_sid)
            case DetachNumber():
                return self._departure(change)
            case DeleteService():
                return self._delete(change)
            case _ as never:
                assert_never(never)

    def _create(self, change: CreateService) -> _Verdict:
        name = next(str(masked(diff.after)) for diff in change.fields if diff.name == "friendly_name")
        bearers = sorted(sid for sid, service in self.live.services.items() if service.settings.friendly_name == name)
        recorded = _recorded(self.base, change.channel)
        begun = self.base.creating.get(change.channel) == name and len(bearers) == 1
        sid = recorded if recorded in self.live.services else bearers[0] if begun else None
        if sid is not None:
            found = self._fields(sid, change.fields)
            if found is DONE:
                self.services[change.channel] = sid
                return DONE
            return found if isinstance(found, _Moved) else _Moved(what="the service", planned="none", present=sid)
        if bearers:
            return _Moved(what=f"the service named {name!r}", planned="none", present=", ".join(bearers))
        return DUE

    def _fields(self, sid: str, fields: tuple[FieldDiff, ...]) -> _Verdict:
        service = self.live.services.get(sid)
        if service is None:
            return _Moved(what=f"service {sid}", planned="there", present="gone")
        left = [diff for diff in fields if _now(service, diff) != sealed(diff.after)]
        for diff in left:
            if _now(service, diff) != sealed(diff.before):
                return _Moved(
                    what=f"{diff.field} of {sid}",
                    planned=_told(diff.before),
                    present=_told(_now(service, diff)),
                )
        return DUE if left else DONE

    def _arrival(self, change: AttachNumber | MoveNumber, planned: str | None) -> _Verdict:
        target = change.service_sid or self.services.get(change.channel)
        holder = self.holders.get(change.number)
        if holder is not None and holder == target:
            return DONE
        on_its_way = holder is None and change.number in self.base.doubts.numbers
        if holder != planned and not on_its_way:
            return _Moved(what=f"the pool of {change.number}", planned=planned or "none", present=holder or "none")
        if target is not None and target not in self.live.services:
            return _Moved(what=f"service {target}", planned="there", present="gone")
        return self._guarded(change) if isinstance(change, MoveNumber) else DUE

    def _departure(self, change: DetachNumber) -> _Verdict:
        if self.holders.get(change.number) != change.service_sid:
            return DONE
        entry = self.base.services.get(change.service_sid)
        known = entry is not None and change.number not in entry.held_back
        if not known and not self.allowed & {Gate.PRUNE, Gate.DELETE_SERVICE}:
            return _Moved(what=f"the record of {change.service_sid}", planned="in the ledger", present="not in it")
        return self._guarded(change)

    def _guarded(self, change: MoveNumber | DetachNumber) -> _Verdict:
        if change.number in self.base.guarded and Gate.PROTECTED not in self.allowed:
            return _Moved(what=f"{change.number}", planned="not protected", present="protected, or linked to a flow")
        return DUE

    def _delete(self, change: DeleteService) -> _Verdict:
        service = self.live.services.get(change.service_sid)
        if service is None:
            return DONE
        more = sorted((service.pool or {}).keys() - self._leaving(change.service_sid))
        if more:
            return _Moved(what=f"the pool of {change.service_sid}", planned="without others", present=", ".join(more))
        return DUE

    def _leaving(self, sid: str) -> set[str]:
        changes = self.plan.changes
        leaving = {c.number for c in changes if isinstance(c, DetachNumber) and c.service_sid == sid}
        return leaving | {c.number for c in changes if isinstance(c, MoveNumber) and c.from_service_sid == sid}


def _told(value: Kept) -> str:
    return "empty" if value in (None, "") else repr(masked(value))


def _now(service: LiveService, diff: FieldDiff) -> Kept:
    return sealed(value_of(getattr(service.settings, diff.name)))
