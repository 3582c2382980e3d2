"""A saved plan read back: exactly what smsops wrote, or nothing. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, TypeVar

from smsops.changes import (
    AttachNumber,
    Cause,
    Change,
    Class,
    CreateService,
    DeleteService,
    DetachNumber,
    FieldDiff,
    Gate,
    MoveNumber,
    Risk,
    UpdateService,
    digest,
)
from smsops.diagnostics import Finding, Location, Severity
from smsops.frozen import field_names
from smsops.ledger.remembered import kept_from_json, texts
from smsops.masking import Kept, Sealed
from smsops.model import SETTINGS, field_key
from smsops.planned import FORMAT_VERSION, AccountPlan, Aim, AlreadyDone, HeldBack, Plan
from smsops.saved import SavedPlan, ShardMark, written

T = TypeVar("T")


def read_saved(content: bytes) -> SavedPlan:
    """The plan of a file. Raises ValueError, with the reason, when it is not exactly what smsops wrote."""
    try:
        document = json.loads(content)
        claimed = document.pop("digest")
        if document["format_version"] != FORMAT_VERSION:
            raise ValueError(f"its format is {document['format_version']!r}, and this smsops reads {FORMAT_VERSION}")
        if digest(document) != claimed or written({**document, "digest": claimed}).encode() != content:
            raise ValueError("its digest does not fit what it holds")
        saved = _saved(document)
    except json.JSONDecodeError as error:
        raise ValueError("it is not JSON") from error
    except (LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"it lacks a part or has one of another kind: {error}") from error
    if saved.plan.plan_id != document["plan_id"]:
        raise ValueError("its id does not fit its changes")
    return saved


def _saved(document: Mapping[str, Any]) -> SavedPlan:
    saved = document["saved"]
    changes = [_change(one) for one in document["changes"]]
    held = [HeldBack(change=_change(one), reason=Gate(one["reason"])) for one in document["held_back"]]
    done = [_already_done(one) for one in document["already_done"]]
    findings = [_finding(one) for one in document["findings"]]
    more = {one["name"]: one for one in saved["accounts"]}
    if len({head["name"] for head in document["accounts"]}) != len(document["accounts"]):
        raise ValueError("it names an account twice")
    accounts = []
    for index, head in enumerate(document["accounts"]):
        own = more[head["name"]]
        accounts.append(
            AccountPlan(
                account=_of(str, head["name"]),
                account_sid=_of(str, head["account_sid"]),
                api_calls=_of(int, head["api_calls"]),
                changes=tuple(change for change in changes if change.account == head["name"]),
                held_back=tuple(one for one in held if one.change.account == head["name"]),
                already_done=tuple(one for one in done if one.account == head["name"]),
                # A finding does not say whose it is, and only its place is ever shown.
                findings=tuple(f for i, f in enumerate(findings) if i not in saved["warnings"]) if index == 0 else (),
                aims=tuple(_aim(one) for one in own["aims"]),
                idle=texts(own["idle"]),
                unmanaged_services=_of(int, own["unmanaged"]["services"]),
                unmanaged_numbers=_or_none(int, own["unmanaged"]["numbers"]),
                vanished=texts(own["vanished"]),
                left=texts(own["left"]),
                partial=_of(bool, own["partial"]),
            )
        )
    plan = Plan(
        accounts=tuple(accounts),
        created_at=_moment(document["created_at"]),
        expires_at=_moment(document["expires_at"]),
        partial=_of(bool, document["partial"]),
        commit=_or_none(str, document["source"]["commit"]),
        dirty=_of(bool, document["source"]["dirty"]),
        warnings=tuple(findings[i] for i in saved["warnings"]),
    )
    servers = {one["name"]: _or_none(str, one["server"]) for one in saved["accounts"]}
    shard = _mark(saved["shard"]) if "shard" in saved else None
    return SavedPlan(plan=plan, allowed=frozenset(map(Gate, saved["allowed"])), servers=servers, shard=shard)


def _mark(one: Mapping[str, Any]) -> ShardMark:
    mark = ShardMark(
        index=_of(int, one["index"]),
        of=_of(int, one["of"]),
        partial=_of(bool, one["partial"]),
        configuration=_of(str, one["configuration"]),
        assignment=_of(str, one["assignment"]),
        most_removals={_of(str, name): _of(int, count) for name, count in one["most_removals"].items()},
    )
    if not 1 <= mark.index <= mark.of:
        raise ValueError(f"it is no shard: {mark.index} of {mark.of}")
    return mark


def _moment(value: object) -> str:
    text = _of(str, value)
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", text):
        raise ValueError(f"{text!a} is no time")
    return text


def _of(kind: type[T], value: object) -> T:
    """The value, which is of exactly this kind. Raises TypeError."""
    if type(value) is not kind:
        raise TypeError(f"{value!r} is not {kind.__name__}")
    return value


def _or_none(kind: type[T], value: object) -> T | None:
    return None if value is None else _of(kind, value)


def _aim(one: Mapping[str, Any]) -> Aim:
    return Aim(
        channel=_of(str, one["channel"]),
        service_sid=_or_none(str, one["service_sid"]),
        fields={name: kept_from_json(value) for name, value in one["fields"].items()},
        numbers=texts(one["numbers"]),
        guarded=texts(one["guarded"]),
        remembered=_of(str, one["was"]),
    )


def _already_done(one: Mapping[str, Any]) -> AlreadyDone:
    facts = {name: _of(str, one[name]) for name in ("account", "channel", "service_sid", "what")}
    return AlreadyDone(**facts, value=kept_from_json(one["value"]))


def _finding(one: Mapping[str, Any]) -> Finding:
    return Finding(
        code=_of(str, one["code"]),
        severity=Severity(one["severity"]),
        message=_of(str, one["message"]),
        hint=_of(str, one["hint"]),
        location=Location(path=_of(str, one["path"]), line=_of(int, one["line"]), column=_of(int, one["column"])),
    )


def _change(one: Mapping[str, Any]) -> Change:
    cause = one["cause"]
    head: dict[str, Any] = {
        "account": _of(str, one["account"]),
        "channel": _of(str, one["channel"]),
        "risk": Risk(one["risk"]),
        "klass": Class(one["class"]),
        "cause": None if cause is None else Cause(path=_of(str, cause["path"]), line=_of(int, cause["line"])),
        "precondition": _of(str, one["precondition"]),
        "refused": None if one["refused"] is None else Gate(one["refused"]),
    }
    kind = _KINDS[one["action"]]
    named: dict[str, Any] = {name: _named(name, one[name]) for name in _OWN[kind] if name != "fields"}
    if "fields" in _OWN[kind]:
        named["fields"] = tuple(_field(diff) for diff in one["fields"])
        if kind is CreateService and [type(d.after) for d in named["fields"] if d.name == "friendly_name"] != [str]:
            raise ValueError("a service is to be created without its name")
    change: Change = kind(**head, **named)
    return change


def _named(name: str, value: object) -> str | None:
    """A name of a thing; only a service that is to be created, and a channel that nobody declares, have none."""
    if value is None and name in ("service_sid", "from_channel"):
        return None
    text = _of(str, value)
    if name in _SHAPES and not re.fullmatch(_SHAPES[name], text):
        raise ValueError(f"{text!a} is no {name}")
    return text


_SHAPES = {
    "number": r"\+[0-9]{1,20}",
    **dict.fromkeys(("number_sid", "service_sid", "from_service_sid"), r"[0-9A-Za-z]{1,64}"),
}
"""What the names of things look like at any provider: none is a path. Its client knows its own more closely."""


_KINDS: Mapping[str, type[Any]] = {
    kind.action: kind for kind in (CreateService, UpdateService, AttachNumber, MoveNumber, DetachNumber, DeleteService)
}
_HEAD = {"account", "channel", "risk", "klass", "cause", "precondition", "refused"}
_OWN = {kind: tuple(name for name in field_names(kind) if name not in _HEAD) for kind in _KINDS.values()}
_SETTINGS = {field_key(name): name for name in SETTINGS}


def _field(one: Mapping[str, Any]) -> FieldDiff:
    return FieldDiff(
        name=_SETTINGS[one["field"]],
        field=one["field"],
        before=_side(one, "before"),
        after=_side(one, "after"),
    )


def _side(one: Mapping[str, Any], side: str) -> Kept:
    seal = one.get("sealed", {}).get(side)
    value = kept_from_json(one[side])
    return value if seal is None else Sealed(masked=str(value), sha256=_of(str, seal))
