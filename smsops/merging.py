"""Several shards of one plan made whole again: what one machine would have planned, or nothing. Pure.

Each shard says of itself which it is, and what it was made from. All of them must be there, made from the same commit,
the same files and the same ledger; and no channel or number may be in two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from smsops.changes import AttachNumber, DetachNumber, Gate, MoveNumber, sort_key
from smsops.frozen import replace
from smsops.gates import limited
from smsops.planned import AccountPlan, Plan
from smsops.saved import SavedPlan, ShardMark

T = TypeVar("T")
Named = tuple[str, SavedPlan]
"""The file that a shard was read from, and what it holds."""


def merged(shards: Sequence[Named]) -> SavedPlan:
    """The whole plan. Raises ValueError, with the reason, when these shards do not make one."""
    marks = [_mark(name, saved) for name, saved in shards]
    first, mark = shards[0][1], marks[0]
    _require_all(shards, marks)
    for (name, saved), other in zip(shards, marks, strict=True):
        for what, same in (
            ("from another commit", saved.plan.commit == first.plan.commit),
            ("from other files", other.configuration == mark.configuration),
            ("for other channels", other.partial == mark.partial),
            ("from another ledger, or with other options", other.assignment == mark.assignment),
            ("with another --allow", saved.allowed == first.allowed),
        ):
            if not same:
                raise ValueError(f"{name} was made {what} than {shards[0][0]}")
    plans = [saved.plan for _, saved in shards]
    by_account: dict[str, list[AccountPlan]] = {}
    for account in (account for plan in plans for account in plan.accounts):
        by_account.setdefault(account.account, []).append(account)
    _require_apart(plans)
    most = _agreed("how much may be removed", [each.most_removals for each in marks])
    servers = _agreed("the server", [saved.servers for _, saved in shards])
    accounts = [_joined(parts, partial=mark.partial) for _, parts in sorted(by_account.items())]
    if Gate.LIMIT not in first.allowed:
        accounts = [limited(a, most[a.account]) if a.account in most else a for a in accounts]
    found = tuple(finding for plan in plans for account in plan.accounts for finding in account.findings)
    if accounts:
        # A finding does not say whose it is, and only its place is ever shown.
        accounts[0] = replace(accounts[0], findings=(*accounts[0].findings, *found))
    return SavedPlan(
        plan=Plan(
            accounts=tuple(accounts),
            created_at=min(plan.created_at for plan in plans),
            expires_at=min(plan.expires_at for plan in plans),
            partial=mark.partial,
            commit=first.plan.commit,
            dirty=any(plan.dirty for plan in plans),
            warnings=tuple(dict.fromkeys(warning for plan in plans for warning in plan.warnings)),
        ),
        allowed=first.allowed,
        servers=servers,
    )


def _mark(name: str, saved: SavedPlan) -> ShardMark:
    if saved.shard is None:
        raise ValueError(f"{name} is a whole plan, and no shard of one")
    return saved.shard


def _require_all(shards: Sequence[Named], marks: Sequence[ShardMark]) -> None:
    of = marks[0].of
    holders: dict[int, str] = {}
    for (name, _), mark in zip(shards, marks, strict=True):
        if mark.of != of:
            raise ValueError(f"{name} is a shard of {mark.of}, and {shards[0][0]} is one of {of}")
        if mark.index in holders:
            raise ValueError(f"{holders[mark.index]} and {name} are both shard {mark.index} of {of}")
        holders[mark.index] = name
    if missing := sorted(set(range(1, of + 1)) - holders.keys()):
        which = f"shard {missing[0]}" if len(missing) == 1 else f"shards {', '.join(map(str, missing))}"
        raise ValueError(f"{which} of {of} {'is' if len(missing) == 1 else 'are'} missing")


def _agreed(what: str, told: Iterable[Mapping[str, T]]) -> dict[str, T]:
    """By account, what every shard that speaks of it says alike."""
    found: dict[str, T] = {}
    for name, value in (pair for one in told for pair in one.items()):
        if found.setdefault(name, value) != value:
            raise ValueError(f"they do not agree on {what} of account {name}")
    return found


def _require_apart(plans: Iterable[Plan]) -> None:
    """No channel is planned twice, and no number changes twice."""
    channels: Counter[tuple[str, str]] = Counter()
    numbers: Counter[tuple[str, str]] = Counter()
    for plan in plans:
        channels.update({(account.account, aim.channel) for account in plan.accounts for aim in account.aims})
        numbers.update(
            {(c.account, c.number) for c in plan.changes if isinstance(c, AttachNumber | MoveNumber | DetachNumber)}
        )
    for what, counts in (("channel", channels), ("number", numbers)):
        if twice := sorted(pair for pair, count in counts.items() if count > 1):
            account, name = twice[0]
            raise ValueError(f"{what} {name} of account {account} is in two shards")


def _joined(parts: Sequence[AccountPlan], *, partial: bool) -> AccountPlan:
    """One account from its parts, without findings: a part that was read back holds those of its whole file."""
    first = parts[0]
    if len({(part.account_sid, part.unmanaged_services, part.vanished) for part in parts}) > 1:
        raise ValueError(f"account {first.account} was changed while the shards read it")
    changes = sorted((change for part in parts for change in part.changes), key=sort_key)
    held = sorted((one for part in parts for one in part.held_back), key=lambda one: sort_key(one.change))
    steps = [*changes, *(one.change for one in held)]
    givers = {change.from_channel for change in steps if isinstance(change, MoveNumber)}
    numbers = [part.unmanaged_numbers for part in parts if part.unmanaged_numbers is not None]
    return replace(
        first,
        changes=tuple(changes),
        held_back=tuple(held),
        already_done=tuple(sorted((d for part in parts for d in part.already_done), key=lambda done: done.sort_key)),
        findings=(),
        aims=tuple(sorted((aim for part in parts for aim in part.aims), key=lambda aim: aim.channel)),
        idle=frozenset().union(*(part.idle for part in parts)) - givers,
        unmanaged_numbers=numbers[0] if numbers else None,
        left=frozenset().union(*(part.left for part in parts)),
        partial=partial,
        api_calls=sum(part.api_calls for part in parts),
    )
