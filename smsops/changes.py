"""The six kinds of change as plain data, in the order of work, with what a gate said of each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, ClassVar, assert_never

from smsops.frozen import Frozen
from smsops.masking import Kept, Sealed, masked, sealed
from smsops.reasons import ALLOWABLE as ALLOWABLE
from smsops.reasons import Gate as Gate


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


class FieldDiff(Frozen):
    """Before and after of one setting; `name` is the attribute of `ServiceSettings`, `field` the key people know."""

    name: str
    field: str
    before: Kept
    """None: the service does not exist yet, or the provider gave no value. Sealed only in a plan that was read back."""
    after: Kept


class Cause(Frozen):
    """The line of a channel file that asks for the change."""

    path: str
    line: int


class Step(Frozen):
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


class CreateService(Step):
    action = "service.create"
    fields: tuple[FieldDiff, ...]


class UpdateService(Step):
    action = "service.update"
    service_sid: str
    fields: tuple[FieldDiff, ...]


class AttachNumber(Step):
    action = "number.attach"
    number: str
    number_sid: str
    service_sid: str | None
    """None: the service is created by the same plan."""


class MoveNumber(Step):
    action = "number.move"
    number: str
    number_sid: str
    from_service_sid: str
    from_channel: str | None
    """None: no channel declares the service that holds the number; taking it is a takeover."""
    service_sid: str | None


class DetachNumber(Step):
    action = "number.detach"
    number: str
    number_sid: str
    service_sid: str


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


_PLACES = {kind: place for place, kind in enumerate(ORDER)}


def sort_key(change: Change) -> tuple[int, str, str, str, str]:
    """Order of work, then account and channel, then number or service: the same input gives the same bytes."""
    if isinstance(change, UpdateService | DeleteService):
        last = change.service_sid
    else:
        last = "" if isinstance(change, CreateService) else change.number
    return (_PLACES[type(change)], change.account, change.channel, last, change.klass)


def digest(facts: object) -> str:
    """SHA-256 of the canonical JSON of plain data."""
    canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()


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


def _fields_to_json(fields: Iterable[FieldDiff]) -> list[dict[str, Any]]:
    return [_field_to_json(diff) for diff in fields]


def _field_to_json(diff: FieldDiff) -> dict[str, Any]:
    """Before and after as they are shown; a value that holds a login is told apart by its digest beside them."""
    sides = {"before": sealed(diff.before), "after": sealed(diff.after)}
    digests = {side: value.sha256 for side, value in sides.items() if isinstance(value, Sealed)}
    shown = {side: masked(value) for side, value in sides.items()}
    return {"field": diff.field, **shown, **({"sealed": digests} if digests else {})}
