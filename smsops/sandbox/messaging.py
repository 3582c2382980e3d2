"""The messaging API: messaging services, and the way to their pools and filings (twilio.md 1.2, 2, 13 items 9-13)."""

from __future__ import annotations

import sqlite3

from smsops.sandbox import compliance, events, pools, senders, services
from smsops.sandbox.call import Call
from smsops.sandbox.paging import Listing, product_page, read_product_token, window
from smsops.sandbox.senders import POOLS
from smsops.sandbox.wire import Answer, Refusal, missing, not_found, not_simulated


def answer(call: Call) -> Answer:
    """The answer to a request under `/v1`. Raises Refusal."""
    match call.request.segments:
        case ["v1", "Services"]:
            return call.by_method({"GET": lambda: _list(call), "POST": lambda: _create(call)})
        case ["v1", "Services", "Usecases"]:
            return call.by_method({"GET": _use_cases})
        case ["v1", "Services", sid]:
            return _instance(call, sid)
        case ["v1", "Services", sid, segment] if segment in POOLS:
            return pools.collection(call, _service(call, sid), POOLS[segment])
        case ["v1", "Services", sid, segment, member] if segment in POOLS:
            return pools.instance(call, _service(call, sid), POOLS[segment], member)
        case ["v1", "Services", sid, "Compliance", "Usa2p", *rest]:
            return compliance.campaigns(call, _service(call, sid), rest)
        case ["v1", "Tollfree", "Verifications", *rest]:
            return compliance.verifications(call, rest)
        case _:
            raise not_simulated(call.request.path)


def _service(call: Call, sid: str) -> sqlite3.Row:
    row = services.find(call.rows, sid, call.identity.account_sid)
    if row is None:
        raise not_found(call.request.path)
    return row


def _instance(call: Call, sid: str) -> Answer:
    row = _service(call, sid)
    return call.by_method(
        {
            "GET": lambda: call.lagging("services", row) or _answer(call, row, 200),
            "POST": lambda: _update(call, row),
            "DELETE": lambda: _delete(call, row),
        }
    )


def _answer(call: Call, row: sqlite3.Row, status: int) -> Answer:
    return Answer(status=status, body=services.to_json(row, call.base_url, call.switches))


def _list(call: Call) -> Answer:
    asked = window(call.request, call.switches, read_product_token)
    page = call.page(Listing(table="services", where="account_sid = ?", values=(call.identity.account_sid,)), asked)
    items = [services.to_json(row, call.base_url, call.switches) for row in page.rows]
    body = product_page(
        page, call.request, key="services", items=items, base_url=call.base_url, switches=call.switches, filters=()
    )
    return Answer(status=200, body=body)


def _create(call: Call) -> Answer:
    account, form = call.identity.account_sid, call.request.form
    if "FriendlyName" not in form:
        raise missing("FriendlyName")
    fields = services.parse(form, call.switches)
    count = call.rows.execute("SELECT count(*) FROM services WHERE account_sid = ?", (account,)).fetchone()[0]
    if count >= call.switches.service_limit:
        raise Refusal(400, 30995, "The account has as many messaging services as it may have")
    sid = call.store.new_sid("MG")
    services.insert(
        call.rows,
        sid=sid,
        account_sid=account,
        fields={**services.defaults(fields["friendly_name"], call.switches), **fields},
        now=call.store.now(),
        hidden=call.switches.lag,
    )
    events.log_of(call).created(account, sid)
    return _answer(call, _service(call, sid), 201)


def _update(call: Call, row: sqlite3.Row) -> Answer:
    fields = services.parse(call.request.form, call.switches)
    events.log_of(call).updated(row, fields)
    services.update(call.rows, row["sid"], fields, call.store.now())
    return _answer(call, _service(call, row["sid"]), 200)


def _delete(call: Call, row: sqlite3.Row) -> Answer:
    senders.delete_service(call.rows, row["sid"], call.switches)
    events.log_of(call).deleted(row)
    return Answer(status=204)


def _use_cases() -> Answer:
    return Answer(
        status=200,
        body={
            "usecases": [
                {"usecase": name, "description": description, "purpose": purpose}
                for name, (description, purpose) in services.USE_CASES.items()
            ]
        },
    )
