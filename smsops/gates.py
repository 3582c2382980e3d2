"""Whether a plan may happen: which changes are refused (nothing is written), and which are held back.

Each gate looks at the whole plan of one account, and `--allow KIND` lets one kind through. A removal is a detach or a
delete; a move is not one, the number stays in use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from smsops.changes import (
    ALLOWABLE,
    AttachNumber,
    Change,
    Class,
    CreateService,
    DeleteService,
    DetachNumber,
    Gate,
    MoveNumber,
    UpdateService,
)
from smsops.diagnostics import Finding, Location
from smsops.frozen import Frozen, replace
from smsops.model import Base, DesiredState, Sender
from smsops.planned import AccountPlan, HeldBack
from smsops.project import MaxRemovals, Policy


def judge(
    plan: AccountPlan, *, desired: DesiredState, base: Base, policy: Policy, allow: frozenset[Gate]
) -> AccountPlan:
    """The plan with refusals marked and explained, and with held-back changes set apart."""
    allow &= frozenset(ALLOWABLE)
    court = _Court(plan=plan, desired=desired, base=base, policy=policy)
    held = tuple(
        HeldBack(change=change, reason=reason)
        for change in plan.changes
        if (reason := _holding(change, court, allow) or _reported(change, court)) is not None
    )
    waiting = {id(h.change) for h in held}
    going = tuple(change for change in plan.changes if id(change) not in waiting)
    court = replace(court, plan=replace(plan, changes=going))
    refused: dict[int, Gate] = {}
    findings: list[Finding] = []
    for gate, rule in REFUSALS:
        for change, finding in () if gate in allow else rule(court):
            refused.setdefault(id(change), gate)
            findings += [finding] if finding else []
    judged = replace(
        plan,
        changes=tuple(replace(c, refused=refused[id(c)]) if id(c) in refused else c for c in going),
        held_back=held,
        findings=tuple(sorted((*plan.findings, *findings), key=lambda finding: finding.sort_key)),
    )
    return judged if Gate.LIMIT in allow else limited(judged, removals_allowed(policy.max_removals, base))


class _Court(Frozen, cached=True):
    """Everything that a gate may weigh."""

    plan: AccountPlan
    desired: DesiredState
    base: Base
    policy: Policy

    @cached_property
    def bound(self) -> Mapping[str, str]:
        """Channel to the SID of its service."""
        return dict(self.plan.bound)

    @property
    def lost(self) -> frozenset[str]:
        """Channels whose service went without smsops."""
        return frozenset(
            c.channel for c in self.plan.changes if isinstance(c, CreateService) and c.klass is Class.DRIFT
        )

    @property
    def emptied(self) -> bool:
        """Whether no file is left of an account that has records."""
        return not self.desired.channels and bool(self.base.channels)


# --- held back ---------------------------------------------------------------------------------------------


def _holding(change: Change, court: _Court, allow: frozenset[Gate]) -> Gate | None:
    """Why a change waits, or None. Deleting a service includes detaching its numbers (contract 9)."""
    match change:
        case _ if court.emptied:
            return None  # all of it is refused instead
        case DeleteService():
            return None if Gate.DELETE_SERVICE in allow else Gate.DELETE_SERVICE
        case DetachNumber() if court.bound.get(change.channel) != change.service_sid:
            return None if allow & {Gate.PRUNE, Gate.DELETE_SERVICE} else Gate.PRUNE
        case DetachNumber():
            return None if _was_applied(change, court.base) or Gate.PRUNE in allow else Gate.PRUNE
        case _:
            return None


def _reported(change: Change, court: _Court) -> Gate | None:
    """Whether the policy only tells of drift. What would go into a service that is not created waits with it."""
    if court.policy.drift != "report" or court.emptied:
        return None
    new = isinstance(change, AttachNumber | MoveNumber) and change.service_sid is None
    return Gate.DRIFT if change.klass is Class.DRIFT or (new and change.channel in court.lost) else None


def _was_applied(change: DetachNumber, base: Base) -> bool:
    """Whether smsops has applied this very pool before, and did not hold this number back then."""
    recorded = base.channels.get(change.channel)
    if recorded is None or recorded.service_sid != change.service_sid:
        return False
    return change.number not in recorded.held_back


# --- refused -----------------------------------------------------------------------------------------------

_Verdicts = Iterator[tuple[Change, Finding | None]]


def _empty(court: _Court) -> _Verdicts:
    if court.emptied:
        finding = Finding(
            code="SMS505",
            message=f"No channel file is left for account {court.desired.account}, which has records.",
            hint="Restore the files. An account is never emptied in one go.",
            location=Location(path="smsops.yaml"),
        )
        for index, change in enumerate(court.plan.changes):
            yield change, None if index else finding


def _conflict(court: _Court) -> _Verdicts:
    for change in court.plan.changes:
        if change.klass is Class.CONFLICT:
            what = _moved_twice(change)
            yield (
                change,
                Finding(
                    code="SMS510",
                    message=f"Git and the account both changed {what} of channel {change.channel}.",
                    hint="Put into the file what is meant, or let git win: --allow conflict.",
                    location=_where(change),
                ),
            )


def _moved_twice(change: Change) -> str:
    if isinstance(change, UpdateService):
        return ", ".join(diff.field for diff in change.fields)
    return f"the place of {change.number}" if isinstance(change, MoveNumber) else "the service"


def _takeover(court: _Court) -> _Verdicts:
    if not any(isinstance(change, MoveNumber) for change in court.plan.changes):
        return
    left = {sid: one.channel for sid, one in court.base.departed.items()}
    left |= {recorded.service_sid: name for name, recorded in court.base.channels.items()}
    declared = {channel.name for channel in court.desired.channels}
    for change in court.plan.changes:
        if isinstance(change, MoveNumber) and change.from_channel is None:
            sid = change.from_service_sid
            channel = left.get(sid)
            if channel in declared:
                message = f"{change.number} is in service {sid}, which channel {channel} was bound to before."
                hint = "Its replies would go elsewhere from now on. If that is meant: --allow takeover."
            elif channel:
                message = f"{change.number} is in service {sid} of channel {channel}, which left git."
                hint = (
                    f"If {channel} was renamed, pin its service: messaging_service_sid: {sid}. Else: --allow takeover."
                )
            else:
                message = f"{change.number} is in service {sid}, which no channel declares."
                hint = "Its replies would go elsewhere from now on. If that is meant: --allow takeover."
            yield change, Finding(code="SMS503", message=message, hint=hint, location=_where(change))


def _protected(court: _Court) -> _Verdicts:
    leaving = [change for change in court.plan.changes if isinstance(change, MoveNumber | DetachNumber)]
    if not leaving:
        return
    guarded = dict.fromkeys(court.base.guarded, "was protected or linked to a flow at the last apply")
    guarded |= {s.number: _guard(s) for channel in court.desired.channels for s in channel.senders if s.guarded}
    hint = "Take protected: and flow: off it in one apply and detach it in the next, or: --allow protected."
    for change in leaving:
        if change.number in guarded:
            pool = (
                change.channel if isinstance(change, DetachNumber) else change.from_channel or change.from_service_sid
            )
            message = f"{change.number} {guarded[change.number]}, and would leave the pool of {pool}."
            yield change, Finding(code="SMS502", message=message, hint=hint, location=_where(change))


def _guard(sender: Sender) -> str:
    return "is protected" if sender.protected else f"is linked to flow {sender.flow}"


def limited(plan: AccountPlan, most: int) -> AccountPlan:
    """The plan with its removals refused where they are more than `most`: the one gate that weighs a whole account."""
    removals = {id(change) for change in plan.changes if isinstance(change, DetachNumber | DeleteService)}
    if len(removals) <= most:
        return plan
    finding = Finding(
        code="SMS501",
        message=f"The plan removes {len(removals)} numbers and services of account {plan.account}; "
        f"the limit is {most}.",
        hint="Split the change, raise policy.max_removals in a reviewed change, or: --allow limit.",
        location=Location(path="smsops.yaml"),
    )
    return replace(
        plan,
        changes=tuple(
            replace(c, refused=Gate.LIMIT) if id(c) in removals and c.refused is None else c for c in plan.changes
        ),
        findings=tuple(sorted((*plan.findings, finding), key=lambda finding: finding.sort_key)),
    )


def removals_allowed(limit: MaxRemovals, base: Base) -> int:
    """The larger of the count and the percentage of the numbers that the last record holds (contract 9)."""
    recorded = sum(len(channel.pool) for channel in base.channels.values())
    return max(limit.count, recorded * limit.percent // 100)


REFUSALS: tuple[tuple[Gate, Callable[[_Court], _Verdicts]], ...] = (
    (Gate.EMPTY, _empty),
    (Gate.CONFLICT, _conflict),
    (Gate.TAKEOVER, _takeover),
    (Gate.PROTECTED, _protected),
)
"""In this order: a change bears the name of the first that refuses it. The limit comes after them all."""


def _where(change: Change) -> Location:
    if change.cause is None:
        return Location(path="smsops.yaml")
    return Location(path=change.cause.path, line=change.cause.line)
