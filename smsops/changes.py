"""A plan as plain data: six kinds of change, what a gate said of each, and the id that a reviewer approves."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, assert_never
from urllib.parse import urlsplit, urlunsplit

from smsops.diagnostics import Finding

FORMAT_VERSION = "1.0"


class Class(StrEnum):
    """Who moved: git, the account, or both (contract 4)."""

    INTENDED = "intended"
    DRIFT = "drift"
    CONFLICT = "conflict"


class Risk(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    """Replies go somewhere else than before, or stop being answered."""
    HIGH = "high"
    """A number leaves a pool, or a service goes."""


class Gate(StrEnum):
    """Why a change is refused, or held back."""

    CONFLICT = "conflict"
    TAKEOVER = "takeover"
    LIMIT = "limit"
    PROTECTED = "protected"
    NAMESAKE = "namesake"
    EMPTY = "empty"
    PRUNE = "prune"
    DELETE_SERVICE = "delete-service"


ALLOWABLE = (Gate.TAKEOVER, Gate.LIMIT, Gate.PROTECTED, Gate.PRUNE, Gate.DELETE_SERVICE)
"""What `--allow` takes: a namesake and an empty desired state cannot be allowed (contract 9)."""

Value = str | int | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDiff:
    """Before and after of one setting; `name` is the attribute of `ServiceSettings`, `field` the key people know."""

    name: str
    field: str
    before: Value
    """None: the service does not exist yet, or the provider gave no value."""
    after: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """The line of a channel file that asks for the change."""

    path: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What every change has."""

    action: ClassVar[str]
    account: str
    channel: str
    risk: Risk = Risk.LOW
    klass: Class = Class.INTENDED
    cause: Cause | None = None
    precondition: str = ""
    """Fingerprint of the live facts that the change rests on."""
    refused: Gate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateService(Step):
    action = "service.create"
    fields: tuple[FieldDiff, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateService(Step):
    action = "service.update"
    service_sid: str
    fields: tuple[FieldDiff, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachNumber(Step):
    action = "number.attach"
    number: str
    number_sid: str
    service_sid: str | None
    """None: the service is created by the same plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveNumber(Step):
    action = "number.move"
    number: str
    number_sid: str
    from_service_sid: str
    from_channel: str | None
    """None: no channel declares the service that holds the number; taking it is a takeover."""
    service_sid: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DetachNumber(Step):
    action = "number.detach"
    number: str
    number_sid: str
    service_sid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteService(Step):
    action = "service.delete"
    service_sid: str


Change = CreateService | UpdateService | AttachNumber | MoveNumber | DetachNumber | DeleteService

ORDER: tuple[type[Step], ...] = (
    CreateService,  #  a service exists …
    UpdateService,  #  … and is configured …
    AttachNumber,  #   … before a free number reaches it: capacity is added
    MoveNumber,  #     numbers change hands between ready services
    DetachNumber,  #   capacity is taken last
    DeleteService,  #  and an emptied service goes
)
"""The order of work inside one account (contract 5)."""

ACTIONS = tuple(kind.action for kind in ORDER)


def sort_key(change: Change) -> tuple[int, str, str, str]:
    """Order of work, then account and channel, then number or service: the same input gives the same bytes."""
    match change:
        case AttachNumber() | MoveNumber() | DetachNumber():
            last = change.number
        case UpdateService() | DeleteService():
            last = change.service_sid
        case CreateService():
            last = ""
        case _ as never:
            assert_never(never)
    return (ORDER.index(type(change)), change.account, change.channel, last)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """A change that waits for `--allow REASON` while the rest goes on."""

    change: Change
    reason: Gate


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPlan:
    """The plan of one account, sorted in the order of work."""

    account: str
    account_sid: str
    changes: tuple[Change, ...] = ()
    held_back: tuple[HeldBack, ...] = ()
    findings: tuple[Finding, ...] = ()
    unchanged: int = 0
    """Channels that need nothing."""
    unmanaged_services: int = 0
    unmanaged_numbers: int | None = None
    """Numbers of the account that no channel declares; None when the plan had no need to list them."""
    bound: tuple[tuple[str, str], ...] = ()
    """Channel and service SID, for every planned channel that has a service."""
    api_calls: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that one run would do, in data that can be printed, hashed and reviewed."""

    accounts: tuple[AccountPlan, ...]
    created_at: str
    expires_at: str
    partial: bool = False
    commit: str | None = None
    dirty: bool = False

    @property
    def changes(self) -> tuple[Change, ...]:
        return tuple(sorted((c for account in self.accounts for c in account.changes), key=sort_key))

    @property
    def held_back(self) -> tuple[HeldBack, ...]:
        held = (h for account in self.accounts for h in account.held_back)
        return tuple(sorted(held, key=lambda h: sort_key(h.change)))

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(sorted((f for account in self.accounts for f in account.findings), key=lambda f: f.sort_key))

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
        counted = Counter(change.action.split(".")[1] for change in self.changes)
        return {
            **{action.split(".")[1]: counted[action.split(".")[1]] for action in _SUMMARY_ORDER},
            "unchanged": sum(account.unchanged for account in self.accounts),
            "held_back": len(self.held_back),
            "refused": len(self.refused),
        }


_SUMMARY_ORDER = (
    "service.create",
    "service.update",
    "number.attach",
    "number.move",
    "number.detach",
    "service.delete",
)


def digest(facts: object) -> str:
    """SHA-256 of the canonical JSON of plain data."""
    canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()


def _identity(change: Change) -> dict[str, Any]:
    return {key: value for key, value in change_to_json(change).items() if key not in ("cause", "refused")}


def change_to_json(change: Change) -> dict[str, Any]:
    """One change as contract 4.1 writes it."""
    head: dict[str, Any] = {
        "action": change.action,
        "account": change.account,
        "channel": change.channel,
        "class": str(change.klass),
        "risk": str(change.risk),
    }
    match change:
        case CreateService():
            body: dict[str, Any] = {"service_sid": None, "fields": _fields_to_json(change.fields)}
        case UpdateService():
            body = {"service_sid": change.service_sid, "fields": _fields_to_json(change.fields)}
        case AttachNumber() | DetachNumber():
            body = _number_to_json(change)
        case MoveNumber():
            body = {**_number_to_json(change), "from_service_sid": change.from_service_sid}
            body["from_channel"] = change.from_channel
        case DeleteService():
            body = {"service_sid": change.service_sid}
        case _ as never:
            assert_never(never)
    tail = {
        "refused": None if change.refused is None else str(change.refused),
        "cause": None if change.cause is None else {"path": change.cause.path, "line": change.cause.line},
        "precondition": change.precondition,
    }
    return {**head, **body, **tail}


def _number_to_json(change: AttachNumber | MoveNumber | DetachNumber) -> dict[str, Any]:
    return {"number": change.number, "number_sid": change.number_sid, "service_sid": change.service_sid}


def _fields_to_json(fields: Iterable[FieldDiff]) -> list[Mapping[str, Value]]:
    return [{"field": d.field, "before": masked(d.before), "after": masked(d.after)} for d in fields]


def masked(value: Value) -> Value:
    """A value for output: the user info of a URL is hidden (contract 9), everything else is as it is."""
    if not isinstance(value, str) or "@" not in value or "://" not in value:
        return value
    try:
        parts = urlsplit(value)
    except ValueError:
        return "****"
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"****@{host}")) if "@" in parts.netloc else value


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """The document of contract 4.1, with `ok` first as every document of smsops (contract 9)."""
    return {
        "format_version": FORMAT_VERSION,
        "ok": not plan.refused and not any(f.severity == "error" for f in plan.findings),
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
        "unmanaged": {
            "services": sum(a.unmanaged_services for a in plan.accounts),
            "numbers": _total(a.unmanaged_numbers for a in plan.accounts),
        },
        "findings": [finding_to_json(finding) for finding in plan.findings],
    }


def _total(counts: Iterable[int | None]) -> int | None:
    known = list(counts)
    return None if None in known else sum(count or 0 for count in known)


def finding_to_json(finding: Finding) -> dict[str, Any]:
    """A finding as contract 3.2 writes it."""
    return {
        "code": finding.code,
        "severity": str(finding.severity),
        "message": finding.message,
        "hint": finding.hint,
        "path": finding.location.path,
        "line": finding.location.line,
        "column": finding.location.column,
    }
