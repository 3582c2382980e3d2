"""Sender pools over HTTP: list, add, fetch, remove, with the refusals of twilio.md 4.3 in Twilio's terms."""

from __future__ import annotations

import re
import sqlite3

from smsops.sandbox import events, senders, services
from smsops.sandbox.call import Call
from smsops.sandbox.paging import Listing, product_page, read_product_token, window
from smsops.sandbox.senders import Pool
from smsops.sandbox.wire import Answer, Refusal, missing, not_found


def collection(call: Call, service: sqlite3.Row, pool: Pool) -> Answer:
    add = _add_owned if pool.owned else _add_alpha
    return call.by_method({"GET": lambda: _list(call, service, pool), "POST": lambda: add(call, service, pool)})


def instance(call: Call, service: sqlite3.Row, pool: Pool, sid: str) -> Answer:
    row = call.rows.execute(
        "SELECT * FROM members WHERE sid = ? AND service_sid = ? AND kind = ?", (sid, service["sid"], pool.segment)
    ).fetchone()
    if row is None:
        raise not_found(call.request.path)
    return call.by_method(
        {
            "GET": lambda: call.lagging("members", row) or _answer(call, pool, row, 200),
            "DELETE": lambda: _remove(call, service, row),
        }
    )


def _answer(call: Call, pool: Pool, row: sqlite3.Row, status: int) -> Answer:
    return Answer(status=status, body=senders.to_json(pool, row, call.base_url, call.switches))


def _list(call: Call, service: sqlite3.Row, pool: Pool) -> Answer:
    asked = window(call.request, call.switches, read_product_token)
    where, values = "service_sid = ? AND kind = ?", [service["sid"], pool.segment]
    filters = ("IsoCountryCode",) if pool.segment == "DestinationAlphaSenders" else ()
    if filters and "IsoCountryCode" in call.request.query:
        where, values = f"{where} AND country = ?", [*values, call.request.query["IsoCountryCode"]]
    page = call.page(Listing(table="members", where=where, values=tuple(values)), asked)
    items = [senders.to_json(pool, row, call.base_url, call.switches) for row in page.rows]
    body = product_page(
        page,
        call.request,
        key=pool.list_key,
        items=items,
        base_url=call.base_url,
        switches=call.switches,
        filters=filters,
    )
    return Answer(status=200, body=body)


def _add_owned(call: Call, service: sqlite3.Row, pool: Pool) -> Answer:
    """Add a number, short code or channel sender. Nothing is written before every check is passed."""
    sid = call.request.form.get(pool.parameter)
    if sid is None:
        raise missing(pool.parameter)
    owned = _owned(call, pool, sid)
    holder = senders.holder(call.rows, sid)
    if holder is not None:
        raise _taken(here=holder == service["sid"])
    if owned["waiting"]:
        call.rows.execute("UPDATE owned SET waiting = waiting - 1 WHERE sid = ?", (sid,))
        return Refusal(409, 20409, "Number registration failed due to conflict.").answer()
    _check_fit(call, service, pool, owned)
    row = senders.join(call.rows, pool, owned, service["sid"], now=call.store.now(), hidden=call.switches.lag)
    if pool.segment == "PhoneNumbers":
        events.log_of(call).joined(service["account_sid"], service["sid"], row["value"])
    _touch(call, service)
    return _answer(call, pool, row, call.switches.added_status if pool.limited else 201)


def _owned(call: Call, pool: Pool, sid: str) -> sqlite3.Row:
    if not re.fullmatch(rf"{pool.prefix}[0-9a-fA-F]{{32}}", sid):
        raise Refusal(400, 21421, f"{pool.parameter} is not valid")
    row: sqlite3.Row | None = call.rows.execute(
        "SELECT * FROM owned WHERE sid = ? AND account_sid = ? AND kind = ?",
        (sid, call.identity.account_sid, pool.segment),
    ).fetchone()
    if row is not None:
        return row
    if call.switches.unknown_number_code == 21421:
        raise Refusal(400, 21421, f"{pool.parameter} is not valid")
    raise not_found(f"{call.request.path}/{sid}")


def _taken(*, here: bool) -> Refusal:
    if here:
        return Refusal(409, 21710, "Phone Number or Short Code is already in the Messaging Service.")
    return Refusal(409, 21712, "Phone Number or Short Code is associated with another Messaging Service.")


def _check_fit(call: Call, service: sqlite3.Row, pool: Pool, owned: sqlite3.Row) -> None:
    if not {"SMS", "MMS"} & set(senders.facts(owned).capabilities):
        raise Refusal(400, 21715, "Phone Number or Short Code does not have SMS or MMS capability.")
    if owned["region"] != senders.HOME_REGION:
        raise Refusal(call.switches.region_mismatch_status, 21669, "Phone Number is in another region.")
    if pool.limited and senders.pool_size(call.rows, service["sid"]) >= call.switches.pool_limit:
        raise Refusal(412, 21714, "Number Pool size limit reached")


def _add_alpha(call: Call, service: sqlite3.Row, pool: Pool) -> Answer:
    value = call.request.form.get("AlphaSender")
    if value is None:
        raise missing("AlphaSender")
    if not senders.valid_alpha(value):
        raise Refusal(400, 21709, "Alpha Sender ID is invalid.")
    country = call.request.form.get("IsoCountryCode", "") if pool.segment == "DestinationAlphaSenders" else ""
    same = (service["sid"], pool.segment, value, country)
    query = "SELECT 1 FROM members WHERE service_sid = ? AND kind = ? AND value = ? AND country = ?"
    if call.rows.execute(query, same).fetchone():
        raise _taken(here=True)
    sid = call.store.new_sid("AI")
    row = senders.join_alpha(call.rows, pool, service, sid=sid, value=value, country=country, now=call.store.now())
    _touch(call, service)
    return _answer(call, pool, row, 201)


def _remove(call: Call, service: sqlite3.Row, row: sqlite3.Row) -> Answer:
    senders.leave(call.rows, row["sid"], call.switches)
    if row["kind"] == "PhoneNumbers":
        events.log_of(call).left(service["account_sid"], service["sid"], row["value"])
    _touch(call, service)
    return Answer(status=204)


def _touch(call: Call, service: sqlite3.Row) -> None:
    if call.switches.pool_touches_service:
        services.touch(call.rows, service["sid"], call.store.now())
