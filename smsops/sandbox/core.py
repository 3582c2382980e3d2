"""The core API: accounts and the numbers they own (twilio.md 1.5, 13 items 7, 8, 16 and 17).

Releasing a number and buying one work as at Twilio, and each is recorded as a violation: no engine may ask for them.
"""

from __future__ import annotations

import json
import re
import sqlite3
from typing import Any

from smsops.sandbox import accounts, events, senders, services
from smsops.sandbox.call import Call
from smsops.sandbox.numbering import E164
from smsops.sandbox.paging import Listing, core_page, fetch, read_core_token, window
from smsops.sandbox.wire import Answer, Refusal, Request, invalid, missing, not_found, not_simulated, rfc_date

BASE = "/2010-04-01/Accounts"
FILTERS = ("PhoneNumber", "FriendlyName", "Beta", "Origin")
_KINDS = {"Local": "local", "Mobile": "mobile", "TollFree": "tollfree"}
_SUBRESOURCES = ("IncomingPhoneNumbers", "Messages", "Calls", "Keys", "Applications", "Balance", "Usage", "Addresses")


def answer(call: Call) -> Answer:
    """The answer to a request under `/2010-04-01`. Raises Refusal; without `.json` there is no answer but 404."""
    request = call.request
    if not request.path.endswith(".json"):
        raise not_simulated(request.path)
    segments = [*request.segments[:-1], request.segments[-1].removesuffix(".json")]
    if segments[1:2] != ["Accounts"]:
        raise not_simulated(request.path)
    if len(segments) > 2:
        accounts.reachable(call.rows, call.identity, call.switches, segments[2], request.path)
    match segments[2:]:
        case [] | [_]:
            accounts.standard_keys_refused(call.identity)
            listed = len(segments) == 2
            return call.by_method({"GET": lambda: _accounts(call) if listed else _account(call, segments[2])})
        case [_, "Keys", *_]:
            accounts.standard_keys_refused(call.identity)
            raise not_simulated(request.path)
        case [account, "IncomingPhoneNumbers"]:
            return _collection(call, account, None)
        case [account, "IncomingPhoneNumbers", kind] if kind in _KINDS:
            return _collection(call, account, _KINDS[kind])
        case [account, "IncomingPhoneNumbers", sid]:
            return _instance(call, account, sid)
        case _:
            raise not_simulated(request.path)


def violation(request: Request) -> bool:
    """Whether a request asks to release or to buy a number, whatever comes of it."""
    match request.segments:
        case ["2010-04-01", "Accounts", _, name] if name.removesuffix(".json") == "IncomingPhoneNumbers":
            return request.method == "POST"
        case ["2010-04-01", "Accounts", _, "IncomingPhoneNumbers", name]:
            buys = request.method == "POST" and name.removesuffix(".json") in _KINDS
            return request.method == "DELETE" or buys
        case _:
            return False


def _accounts(call: Call) -> Answer:
    asked = window(call.request, call.switches, read_core_token)
    where, values = "(sid = ? OR owner_sid = ?)", [call.identity.account_sid] * 2
    for parameter, column in (("FriendlyName", "friendly_name"), ("Status", "status")):
        if parameter in call.request.query:
            where, values = f"{where} AND {column} = ?", [*values, call.request.query[parameter]]
    page = fetch(call.rows, Listing(table="accounts", where=where, values=tuple(values), order="sid"), asked)
    items = [_account_json(row) for row in page.rows]
    body = core_page(page, call.request, key="accounts", items=items, filters=("FriendlyName", "Status"))
    return Answer(status=200, body=body)


def _account(call: Call, sid: str) -> Answer:
    row = call.rows.execute("SELECT * FROM accounts WHERE sid = ?", (sid,)).fetchone()
    return Answer(status=200, body=_account_json(row))


def _account_json(row: sqlite3.Row) -> dict[str, Any]:
    where = f"{BASE}/{row['sid']}"
    return {
        "sid": row["sid"],
        "friendly_name": row["friendly_name"],
        "owner_account_sid": row["owner_sid"],
        "auth_token": row["token"],
        "status": row["status"],
        "type": row["type"],
        "date_created": rfc_date(row["created"]),
        "date_updated": rfc_date(row["updated"]),
        "uri": f"{where}.json",
        "subresource_uris": {
            re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower(): f"{where}/{name}.json" for name in _SUBRESOURCES
        },
    }


def _collection(call: Call, account: str, kind: str | None) -> Answer:
    return call.by_method({"GET": lambda: _list(call, account, kind), "POST": lambda: _buy(call, account, kind)})


def _list(call: Call, account: str, kind: str | None) -> Answer:
    asked, query = window(call.request, call.switches, read_core_token), call.request.query
    where, values = "account_sid = ? AND kind = 'PhoneNumbers'", [account]
    if kind is not None:
        where, values = f"{where} AND type = ?", [*values, kind]
    if query.get("PhoneNumber"):
        where, values = f"{where} AND value LIKE ? ESCAPE '!'", [*values, _pattern(query["PhoneNumber"])]
    for parameter, key in (("FriendlyName", "friendly_name"), ("Origin", "origin")):
        if query.get(parameter):
            where, values = f"{where} AND json_extract(fields, '$.{key}') = ?", [*values, query[parameter]]
    page = fetch(call.rows, Listing(table="owned", where=where, values=tuple(values), order="sid"), asked)
    items = [_number_json(row, kind) for row in page.rows]
    return Answer(
        status=200, body=core_page(page, call.request, key="incoming_phone_numbers", items=items, filters=FILTERS)
    )


def _pattern(filter_text: str) -> str:
    """A partial number with `*` for any digit as a LIKE pattern; everything else stands for itself."""
    escaped = re.sub(r"([!%_])", r"!\1", filter_text)
    return f"%{escaped.replace('*', '_')}%"


def _buy(call: Call, account: str, kind: str | None) -> Answer:
    form = call.request.form
    number = form.get("PhoneNumber") or (f"+1{form['AreaCode']}5550100" if form.get("AreaCode") else "")
    if not number:
        raise missing("PhoneNumber")
    if not E164.match(number):
        raise Refusal(400, 21421, "PhoneNumber is invalid")
    if call.rows.execute("SELECT 1 FROM owned WHERE value = ?", (number,)).fetchone():
        raise Refusal(400, 21422, f"{number} is not available.")
    fields = _parse(call)
    now = call.store.now()
    sid = senders.own_number(call.rows, call.switches, account_sid=account, number=number, now=now)
    _set(call, sid, fields)
    return Answer(status=201, body=_number_json(_number(call, account, sid), kind))


def _instance(call: Call, account: str, sid: str) -> Answer:
    row = _number(call, account, sid)
    return call.by_method(
        {
            "GET": lambda: Answer(status=200, body=_number_json(row)),
            "POST": lambda: _update(call, account, sid),
            "DELETE": lambda: _release(call, sid),
        }
    )


def _number(call: Call, account: str, sid: str) -> sqlite3.Row:
    row: sqlite3.Row | None = call.rows.execute(
        "SELECT * FROM owned WHERE sid = ? AND account_sid = ? AND kind = 'PhoneNumbers'", (sid, account)
    ).fetchone()
    if row is None:
        raise not_found(call.request.path)
    return row


def _update(call: Call, account: str, sid: str) -> Answer:
    """Change a number's own settings. A transfer (`AccountSid`) is not simulated: it would take the number away."""
    if call.request.form.get("AccountSid", account) != account:
        raise not_simulated(call.request.path)
    _set(call, sid, _parse(call))
    return Answer(status=200, body=_number_json(_number(call, account, sid)))


def _release(call: Call, sid: str) -> Answer:
    gone = call.rows.execute("DELETE FROM members WHERE sid = ? RETURNING *", (sid,)).fetchone()
    if gone is not None:
        events.log_of(call).left(gone["account_sid"], gone["service_sid"], gone["value"])
    call.rows.execute("DELETE FROM owned WHERE sid = ?", (sid,))
    return Answer(status=204)


def _set(call: Call, sid: str, fields: dict[str, Any]) -> None:
    row = call.rows.execute("SELECT fields FROM owned WHERE sid = ?", (sid,)).fetchone()
    call.rows.execute(
        "UPDATE owned SET fields = ?, updated = max(?, updated + 1) WHERE sid = ?",
        (json.dumps({**json.loads(row["fields"]), **fields}), call.store.now(), sid),
    )


def _parse(call: Call) -> dict[str, Any]:
    """The settings of a number that the form gives. Raises Refusal for a bad value."""
    form, switches = call.request.form, call.switches
    fields: dict[str, Any] = {}
    for name in ("SmsUrl", "SmsFallbackUrl", "StatusCallback", "VoiceUrl", "VoiceFallbackUrl"):
        if name in form:
            fields[_key(name)] = services.url(name, form[name], switches)
    for name in ("SmsMethod", "SmsFallbackMethod", "StatusCallbackMethod", "VoiceMethod", "VoiceFallbackMethod"):
        if name in form:
            fields[_key(name)] = services.method(name, form[name], switches)
    if "FriendlyName" in form:
        fields["friendly_name"] = services.name("FriendlyName", form["FriendlyName"], switches)
    if "SmsApplicationSid" in form:
        if not re.fullmatch(r"(AP[0-9a-fA-F]{32})?", form["SmsApplicationSid"]):
            raise invalid("SmsApplicationSid")
        fields["sms_application_sid"] = form["SmsApplicationSid"]
    return fields


def _key(parameter: str) -> str:
    """`SmsFallbackUrl` as `sms_fallback_url`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", parameter).lower()


def _number_json(row: sqlite3.Row, kind: str | None = None) -> dict[str, Any]:
    """One number (twilio.md 2.1a): no messaging service is in it, and no type where the list is of one `kind`."""
    able = senders.facts(row).capabilities
    return {
        "sid": row["sid"],
        "account_sid": row["account_sid"],
        "phone_number": row["value"],
        **({"type": row["type"]} if kind is None else {}),
        **json.loads(row["fields"]),
        "capabilities": {"voice": "Voice" in able, "sms": "SMS" in able, "mms": "MMS" in able, "fax": False},
        "date_created": rfc_date(row["created"]),
        "date_updated": rfc_date(row["updated"]),
        "uri": f"{BASE}/{row['account_sid']}/IncomingPhoneNumbers/{row['sid']}.json",
    }
