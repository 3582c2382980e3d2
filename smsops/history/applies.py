"""A record of the ledger as a value: what one apply was to do, who asked for it, and what came of it. Pure.

Records are read as they lie in a branch that many may push to. Whatever is missing or of another kind is empty here;
whether a record is as smsops wrote it is for `ledger.chain` to say.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from smsops.history.recorded import Apply, Approval, Call, Diff, Entry
from smsops.model import field_key


def apply_of(path: str, record: Mapping[str, Any]) -> Apply:
    """The value of a parsed record."""
    data = _mapping(record.get("data"))
    source = _mapping(data.get("source"))
    checked = _mapping(data.get("verification"))
    inventory = _mapping(data.get("inventory"))
    return Apply(
        path=path,
        account=_text(data.get("account")),
        account_sid=_text(data.get("account_sid")),
        server=_text(data.get("server")),
        actor=_text(data.get("actor")),
        plan_id=_text(data.get("plan_id")),
        commit=_text(source.get("commit")),
        author=_text(source.get("author")),
        dirty=source.get("dirty") is True,
        started_at=_text(record.get("time")),
        finished_at=_text(data.get("finished_at")),
        ending=_text(data.get("ending")),
        approval=_approval(data["approval"]) if isinstance(data.get("approval"), dict) else None,
        calls=tuple(_call(_mapping(change)) for change in _list(data.get("changes"))),
        reasons=tuple(_text(_mapping(finding).get("message")) for finding in _list(data.get("findings"))),
        read_back=checked.get("read_back") is True,
        differences=tuple(map(_text, _list(checked.get("differences")))),
        inventory={_text(name): _entry(_mapping(entry)) for name, entry in inventory.items()},
        tool_version=_text(data.get("tool_version")),
    )


def _approval(data: Mapping[str, Any]) -> Approval:
    number = data.get("number")
    return Approval(
        **{
            name: _text(data.get(name))
            for name in ("plan_id", "forge", "url", "requester", "approver", "approved_at", "merged_at", "merged_by")
        },
        number=number if isinstance(number, int) else 0,
        authors=tuple(map(_text, _list(data.get("authors")))),
        separation=_text(data.get("separation")),
    )


def _call(data: Mapping[str, Any]) -> Call:
    result = _mapping(data.get("result"))
    error = _mapping(result.get("error"))
    return Call(
        action=_text(data.get("action")),
        channel=_text(data.get("channel")),
        number=_text(data.get("number")),
        service_sid=_text(result.get("service_sid")) or _text(data.get("service_sid")),
        klass=_text(data.get("class")),
        risk=_text(data.get("risk")),
        diffs=tuple(_diffs(data)),
        status=_text(result.get("status")),
        at=_text(result.get("at")),
        request_id=_text(result.get("request_id")) or _text(error.get("request_id")),
        told=_text(error.get("message")) or _text(result.get("reason")),
        off_air_s=_seconds(result.get("off_air_s")),
        from_channel=_text(data.get("from_channel")),
        refused=_text(data.get("refused")),
    )


def _diffs(data: Mapping[str, Any]) -> Iterator[Diff]:
    for each in map(_mapping, _list(data.get("fields"))):
        before, after = (None if each.get(side) is None else kept_text(each[side]) for side in ("before", "after"))
        yield Diff(field=_text(each.get("field")), before=before, after=after)


def _entry(data: Mapping[str, Any]) -> Entry:
    fields = {field_key(_text(name)): kept_text(value) for name, value in _mapping(data.get("fields")).items()}
    return Entry(
        service_sid=_text(data.get("service_sid")),
        fields=fields,
        numbers=tuple(map(_text, _list(data.get("pool")))),
    )


def kept_text(value: object) -> str:
    """A setting as a record keeps it, as text; of one that holds a login, the mask."""
    match value:
        case bool():
            return "true" if value else "false"
        case dict():
            return _text(value.get("masked"))
        case None:
            return ""
        case _:
            return _text(value)


def _seconds(value: object) -> float | None:
    """None for what is no time: a record may hold anything."""
    try:
        seconds = float(value) if isinstance(value, int | float) else math.nan
    except OverflowError:
        return None
    return seconds if math.isfinite(seconds) else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""
