"""What a plan holds: changes, what waits, what is done already, and the id that a reviewer approves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from smsops.changes import ORDER, Change, Gate, change_to_json, digest, sort_key
from smsops.diagnostics import Finding, finding_to_json, has_errors
from smsops.frozen import Frozen
from smsops.masking import Kept, Sealed, masked
from smsops.model import BaseChannel

FORMAT_VERSION = "1.0"


class HeldBack(Frozen):
    """A change that waits for `--allow REASON` while the rest goes on."""

    change: Change
    reason: Gate


class AlreadyDone(Frozen):
    """Something that git changed and that the account has the same way already: no call is needed."""

    account: str
    channel: str
    service_sid: str
    what: str
    """The channel file's key, or a number that is in the pool."""
    value: Kept

    @property
    def sort_key(self) -> tuple[str, str, str]:
        return (self.account, self.channel, self.what)


class Aim(Frozen):
    """What an apply makes of one channel: what its record says when all is done."""

    channel: str
    service_sid: str | None
    """The service that the channel is bound to; None where one is to be created."""
    fields: Mapping[str, Kept] = {}
    """Managed settings by their name in `ServiceSettings`."""
    numbers: frozenset[str] = frozenset()
    guarded: frozenset[str] = frozenset()
    remembered: BaseChannel | str | None = None
    """What the base said of the service when the plan was made; of a plan that was saved, the fingerprint of it."""

    @property
    def was(self) -> str:
        """Fingerprint of what the base said; only a plan that is saved has a use for it, and it takes time to make."""
        return self.remembered if isinstance(self.remembered, str) else _fingerprint(self.remembered)

    def remembers(self, entry: BaseChannel) -> bool:
        """Whether the base says the same of the service now."""
        return self.remembered == entry or self.was == _fingerprint(entry)


def _fingerprint(entry: BaseChannel | None) -> str:
    if entry is None:
        return ""
    fields = {n: [v.masked, v.sha256] if isinstance(v, Sealed) else v for n, v in entry.fields.items()}
    return digest([entry.service_sid, fields, *map(sorted, (entry.pool, entry.guarded, entry.held_back))])


class AccountPlan(Frozen):
    """The plan of one account, sorted in the order of work."""

    account: str
    account_sid: str
    changes: tuple[Change, ...] = ()
    held_back: tuple[HeldBack, ...] = ()
    already_done: tuple[AlreadyDone, ...] = ()
    findings: tuple[Finding, ...] = ()
    aims: tuple[Aim, ...] = ()
    """Of every planned channel."""
    idle: frozenset[str] = frozenset()
    """Planned channels that need nothing, and give no number away."""
    unmanaged_services: int = 0
    unmanaged_numbers: int | None = None
    """Numbers of the account that no channel declares; None when the plan had no need to list them."""
    vanished: frozenset[str] = frozenset()
    """Recorded services that the account does not have any more."""
    left: frozenset[str] = frozenset()
    """Recorded channels, and channels whose create was begun, that have left git."""
    partial: bool = False
    """Whether only some of the account's channels were looked at."""
    api_calls: int = 0

    @property
    def bound(self) -> tuple[tuple[str, str], ...]:
        """Channel and service SID, for every planned channel that has a service."""
        return tuple((aim.channel, aim.service_sid) for aim in self.aims if aim.service_sid)


class Plan(Frozen):
    """Everything that one run would do, in data that can be printed, hashed and reviewed."""

    accounts: tuple[AccountPlan, ...]
    created_at: str
    expires_at: str
    partial: bool = False
    commit: str | None = None
    dirty: bool = False
    warnings: tuple[Finding, ...] = ()
    """What the plan could not rest on, such as a ledger that cannot be fetched."""

    @property
    def changes(self) -> tuple[Change, ...]:
        return tuple(sorted((c for account in self.accounts for c in account.changes), key=sort_key))

    @property
    def held_back(self) -> tuple[HeldBack, ...]:
        held = (h for account in self.accounts for h in account.held_back)
        return tuple(sorted(held, key=lambda h: sort_key(h.change)))

    @property
    def already_done(self) -> tuple[AlreadyDone, ...]:
        return tuple(sorted((d for account in self.accounts for d in account.already_done), key=lambda d: d.sort_key))

    @property
    def findings(self) -> tuple[Finding, ...]:
        found = [*self.warnings, *(f for account in self.accounts for f in account.findings)]
        return tuple(sorted(found, key=lambda f: f.sort_key))

    @property
    def refused(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.refused)

    @property
    def plan_id(self) -> str:
        """`sha256:` over accounts, changes and preconditions; places in files and times do not count."""
        return digest(
            [
                {"account_sid": account.account_sid, "changes": [_identity(c) for c in account.changes]}
                for account in sorted(self.accounts, key=lambda a: a.account)
                if account.changes
            ]
        )

    def summary(self) -> dict[str, int]:
        """How many changes of each verb, and what else a reader counts."""
        counted = Counter(change.action for change in self.changes)
        return {
            **{kind.action.partition(".")[2]: counted[kind.action] for kind in ORDER},
            "unchanged": sum(len(account.idle) for account in self.accounts),
            "held_back": len(self.held_back),
            "refused": len(self.refused),
        }


def _identity(change: Change) -> dict[str, Any]:
    return {key: value for key, value in change_to_json(change).items() if key not in ("cause", "refused")}


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """The document of contract 4.1, with `ok` first as every document of smsops (contract 9)."""
    return {
        "format_version": FORMAT_VERSION,
        "ok": not plan.refused and not has_errors(plan.findings),
        "plan_id": plan.plan_id,
        "created_at": plan.created_at,
        "expires_at": plan.expires_at,
        "partial": plan.partial,
        "source": {"commit": plan.commit, "dirty": plan.dirty},
        "accounts": [
            {"name": a.account, "account_sid": a.account_sid, "api_calls": a.api_calls} for a in plan.accounts
        ],
        "summary": plan.summary(),
        "changes": [change_to_json(change) for change in plan.changes],
        "held_back": [{**change_to_json(h.change), "reason": str(h.reason)} for h in plan.held_back],
        "already_done": [_already_done_to_json(done) for done in plan.already_done],
        "unmanaged": {
            "services": sum(a.unmanaged_services for a in plan.accounts),
            "numbers": _total(a.unmanaged_numbers for a in plan.accounts),
        },
        "findings": [finding_to_json(finding) for finding in plan.findings],
    }


def _already_done_to_json(done: AlreadyDone) -> dict[str, Any]:
    return {
        "account": done.account,
        "channel": done.channel,
        "service_sid": done.service_sid,
        "what": done.what,
        "value": masked(done.value),
    }


def _total(counts: Iterable[int | None]) -> int | None:
    known = list(counts)
    return None if None in known else sum(count or 0 for count in known)
