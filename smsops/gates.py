"""Whether a plan may happen: which changes are refused (nothing is written), and which are held back.

Each gate looks at the whole plan of one account, and `--allow KIND` lets one kind through. A removal is a detach or a
delete; a move is not one, the number stays in use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from smsops.changes import ALLOWABLE, Change, CreateService, DeleteService, DetachNumber, Gate, MoveNumber
from smsops.diagnostics import Finding, Location
from smsops.model import Base, Channel, DesiredState
from smsops.planned import AccountPlan, HeldBack
from smsops.project import MaxRemovals, Policy


def judge(
    plan: AccountPlan, *, desired: DesiredState, base: Base, policy: Policy, allow: frozenset[Gate]
) -> AccountPlan:
    """The plan with refusals marked and explained, and with held-back changes set apart."""
    allow &= frozenset(ALLOWABLE)
    planned = frozenset(channel.name for channel in desired.planned)
    court = _Court(plan=plan, desired=desired, base=base, policy=policy, planned=planned)
    held = tuple(
        HeldBack(change=change, reason=reason)
        for change in plan.changes
        if (reason := _holding(change, court, allow)) is not None
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
    return replace(
        plan,
        changes=tuple(replace(c, refused=refused[id(c)]) if id(c) in refused else c for c in going),
        held_back=held,
        findings=tuple(sorted((*plan.findings, *findings), key=lambda finding: finding.sort_key)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Court:
    """Everything that a gate may weigh."""

    plan: AccountPlan
    desired: DesiredState
    base: Base
    policy: Policy
    planned: frozenset[str]
    """Names of the channels that the plan is for."""

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
        case DetachNumber() if change.channel not in court.planned:
            return None if allow & {Gate.PRUNE, Gate.DELETE_SERVICE} else Gate.PRUNE
        case DetachNumber():
            recorded = court.base.channels.get(change.channel)
            known = recorded is not None and change.number not in recorded.held_back
            return None if known or Gate.PRUNE in allow else Gate.PRUNE
        case _:
            return None


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


def _namesake(court: _Court) -> _Verdicts:
    for change in court.plan.changes:
        if isinstance(change, CreateService) and change.refused is Gate.NAMESAKE:
            yield (
                change,
                Finding(
                    code="SMS504",
                    message=f"A live service already has the friendly name of channel {change.channel}.",
                    hint="Pin its SID with messaging_service_sid, or choose another friendly_name.",
                    location=_where(change),
                ),
            )


def _takeover(court: _Court) -> _Verdicts:
    for change in court.plan.changes:
        if isinstance(change, MoveNumber) and change.from_channel is None:
            yield (
                change,
                Finding(
                    code="SMS503",
                    message=f"{change.number} is in service {change.from_service_sid}, which no channel declares.",
                    hint="Its replies would go elsewhere from now on. If that is meant: --allow takeover.",
                    location=_where(change),
                ),
            )


def _protected(court: _Court) -> _Verdicts:
    guarded = frozenset().union(
        *(recorded.guarded for recorded in court.base.channels.values()),
        *(_guarded(channel) for channel in court.desired.channels),
    )
    for change in court.plan.changes:
        if isinstance(change, MoveNumber | DetachNumber) and change.number in guarded:
            yield (
                change,
                Finding(
                    code="SMS502",
                    message=f"{change.number} is protected or linked to a flow, and would leave its pool.",
                    hint="Lift the protection in one apply and remove the number in the next, or: --allow protected.",
                    location=_where(change),
                ),
            )


def _guarded(channel: Channel) -> frozenset[str]:
    return frozenset(sender.number for sender in channel.senders if sender.guarded)


def _limit(court: _Court) -> _Verdicts:
    removals = [change for change in court.plan.changes if isinstance(change, DetachNumber | DeleteService)]
    most = removals_allowed(court.policy.max_removals, court.base)
    if len(removals) > most:
        account = court.desired.account
        finding = Finding(
            code="SMS501",
            message=f"The plan removes {len(removals)} numbers and services of account {account}; the limit is {most}.",
            hint="Split the change, raise policy.max_removals in a reviewed change, or: --allow limit.",
            location=Location(path="smsops.yaml"),
        )
        for index, change in enumerate(removals):
            yield change, None if index else finding


def removals_allowed(limit: MaxRemovals, base: Base) -> int:
    """The larger of the count and the percentage of the numbers that the last record holds (contract 9)."""
    recorded = sum(len(channel.pool) for channel in base.channels.values())
    return max(limit.count, recorded * limit.percent // 100)


REFUSALS: tuple[tuple[Gate, Callable[[_Court], _Verdicts]], ...] = (
    (Gate.EMPTY, _empty),
    (Gate.NAMESAKE, _namesake),
    (Gate.TAKEOVER, _takeover),
    (Gate.PROTECTED, _protected),
    (Gate.LIMIT, _limit),
)


def _where(change: Change) -> Location:
    if change.cause is None:
        return Location(path="smsops.yaml")
    return Location(path=change.cause.path, line=change.cause.line)
