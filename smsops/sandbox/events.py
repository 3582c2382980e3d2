"""The event log: who changed which messaging service or its pool, and how. Twilio's Monitor Events, for reading only.

Every edit that has an effect writes one event in the edit's own transaction, through the API and the Console alike.
The shape is documented. Which event types Twilio writes for messaging services is UNVERIFIED, and the names here are a
guess: `messaging-service.created`, `updated` and `deleted`, and for its pool `phone-number-added` and
`phone-number-removed`, all about the service. No client may rest on them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from smsops.frozen import Frozen
from smsops.sandbox.call import Call
from smsops.sandbox.faults import CODE_OF_STATUS
from smsops.sandbox.numbering import seeded
from smsops.sandbox.paging import Listing, fetch, product_page, read_product_token, window
from smsops.sandbox.store import Store
from smsops.sandbox.wire import Answer, Refusal, invalid, iso_date, not_found, not_simulated

REAL_HOST = "https://monitor.twilio.com"
CONSOLE_USER = seeded("US", "console")
"""The person who edits through the Console."""

_RESOURCE = "messaging-service"
_LOOPBACK = "127.0.0.1"
_COLUMN_OF = {
    "ActorSid": "actor_sid",
    "EventType": "event_type",
    "ResourceSid": "resource_sid",
    "SourceIpAddress": "source_ip",
}
_DATES = {"StartDate": ">=", "EndDate": "<="}
FILTERS = (*_COLUMN_OF, *_DATES)


class Log(Frozen):
    """Writes the events of one edit, in the name of whoever makes it."""

    store: Store
    rows: sqlite3.Connection
    """Inside the transaction of the edit."""
    actor_sid: str
    actor_type: str
    source: str

    def created(self, account_sid: str, service_sid: str) -> None:
        self._write(account_sid, service_sid, "created", None)

    def updated(self, service: sqlite3.Row, fields: Mapping[str, object]) -> None:
        """Of a service as it is before the edit; nothing when no field gets another value."""
        if changed := _changed(json.loads(service["fields"]), fields):
            self._write(service["account_sid"], service["sid"], "updated", changed)

    def deleted(self, service: sqlite3.Row) -> None:
        self._write(service["account_sid"], service["sid"], "deleted", None)

    def joined(self, account_sid: str, service_sid: str, number: str) -> None:
        self._write(account_sid, service_sid, "phone-number-added", {"phone_number": _step("", number)})

    def left(self, account_sid: str, service_sid: str, number: str) -> None:
        self._write(account_sid, service_sid, "phone-number-removed", {"phone_number": _step(number, "")})

    def _write(
        self, account_sid: str, service_sid: str, action: str, changed: Mapping[str, Mapping[str, object]] | None
    ) -> None:
        data = None if changed is None else {"resource_properties": changed}
        self.rows.execute(
            "INSERT INTO events (sid, account_sid, resource_sid, event_type, data, actor_sid, actor_type, source,"
            " source_ip, recorded) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (self.store.new_sid("AE"), account_sid, service_sid, f"{_RESOURCE}.{action}", json.dumps(data),
             self.actor_sid, self.actor_type, self.source, _LOOPBACK, self.store.now()),
        )  # fmt: skip


def log_of(call: Call) -> Log:
    """The log for an edit through the API: its account acts, whichever of its keys it uses."""
    return Log(
        store=call.store, rows=call.rows, actor_sid=call.identity.account_sid, actor_type="account", source="api"
    )


def console_log(store: Store, rows: sqlite3.Connection) -> Log:
    return Log(store=store, rows=rows, actor_sid=CONSOLE_USER, actor_type="user", source="web")


def answer(call: Call) -> Answer:
    """The answer to a request under `/v1/Events`. Raises Refusal."""
    status = call.switches.events_status
    if status != 200:
        raise Refusal(status, CODE_OF_STATUS.get(status, 20403), "The event log is not available")
    match call.request.segments:
        case ["v1", "Events"]:
            return call.by_method({"GET": lambda: _list(call)})
        case ["v1", "Events", sid]:
            return call.by_method({"GET": lambda: _fetch(call, sid)})
        case _:
            raise not_simulated(call.request.path)


def _list(call: Call) -> Answer:
    """The account's events, newest first."""
    asked, query = window(call.request, call.switches, read_product_token), call.request.query
    where, values = "account_sid = ?", [call.identity.account_sid]
    for parameter, column in _COLUMN_OF.items():
        if query.get(parameter):
            where, values = f"{where} AND {column} = ?", [*values, query[parameter]]
    moments: list[object] = []
    for parameter, comparison in _DATES.items():
        if query.get(parameter):
            where, moments = f"{where} AND recorded {comparison} ?", [*moments, _moment(parameter, query[parameter])]
    listing = Listing(table="events", where=where, values=(*values, *moments), newest_first=True)
    page = fetch(call.rows, listing, asked)
    body = product_page(
        page,
        call.request,
        key="events",
        items=[_to_json(row, call.base_url) for row in page.rows],
        base_url=call.base_url,
        switches=call.switches,
        filters=FILTERS,
        real_host=REAL_HOST,
    )
    return Answer(status=200, body=body)


def _fetch(call: Call, sid: str) -> Answer:
    row = call.rows.execute(
        "SELECT * FROM events WHERE sid = ? AND account_sid = ?", (sid, call.identity.account_sid)
    ).fetchone()
    if row is None:
        raise not_found(call.request.path)
    return Answer(status=200, body=_to_json(row, call.base_url))


def _to_json(row: sqlite3.Row, base_url: str) -> dict[str, Any]:
    kind = "Users" if row["actor_type"] == "user" else "Accounts"
    return {
        "account_sid": row["account_sid"],
        "actor_sid": row["actor_sid"],
        "actor_type": row["actor_type"],
        "description": None,
        "event_data": json.loads(row["data"]),
        "event_date": iso_date(row["recorded"]),
        "event_type": row["event_type"],
        "links": {
            "actor": f"{base_url}/v1/{kind}/{row['actor_sid']}",
            "resource": f"{base_url}/v1/Services/{row['resource_sid']}",
        },
        "resource_sid": row["resource_sid"],
        "resource_type": _RESOURCE,
        "sid": row["sid"],
        "source": row["source"],
        "source_ip_address": row["source_ip"],
        "url": f"{base_url}/v1/Events/{row['sid']}",
    }


def _moment(parameter: str, value: str) -> float:
    """Seconds since 1970 of an ISO 8601 time or date, UTC where it names no zone. Raises Refusal."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise invalid(parameter) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _changed(before: Mapping[str, object], fields: Mapping[str, object]) -> dict[str, Mapping[str, object]]:
    """What fields get another value; null and '' are the same one (twilio.md 2.2)."""
    return {
        name: _step(before[name], value)
        for name, value in fields.items()
        if ("" if before[name] is None else before[name]) != ("" if value is None else value)
    }


def _step(previous: object, updated: object) -> Mapping[str, object]:
    return {"previous": previous, "updated": updated}
