"""The event log: what writes an event and what does not, and how the log is read."""

from __future__ import annotations

from typing import Any

import pytest

from smsops.frozen import replace
from smsops.sandbox.accounts import KeyKind
from smsops.sandbox.events import CONSOLE_USER
from smsops.sandbox.server import Sandbox
from tests.sandbox.caller import Caller, Reply
from tests.sandbox.conftest import ACCOUNT, NUMBERS, OTHER, P1

N1, N2 = NUMBERS[:2]
URL = "https://hooks.example.com/in"


def log(caller: Caller, **query: str) -> list[dict[str, Any]]:
    reply = caller.call("GET", "/v1/Events", **query)
    assert reply.status == 200, reply.raw
    items: list[dict[str, Any]] = reply.body["events"]
    return items


def told(caller: Caller, **query: str) -> list[tuple[str, Any]]:
    """Action and changed properties, oldest first."""
    return [
        (item["event_type"].partition(".")[2], (item["event_data"] or {}).get("resource_properties"))
        for item in reversed(log(caller, **query))
    ]


def added(number: str) -> tuple[str, Any]:
    return ("phone-number-added", {"phone_number": {"previous": "", "updated": number}})


def removed(number: str) -> tuple[str, Any]:
    return ("phone-number-removed", {"phone_number": {"previous": number, "updated": ""}})


WEBHOOK = ("updated", {"inbound_request_url": {"previous": None, "updated": URL}})


def test_edits_through_the_api_are_told_in_the_name_of_the_account(blunt: Caller) -> None:
    sid = blunt.create_service()
    blunt.call("POST", f"/v1/Services/{sid}", InboundRequestUrl=URL, InboundMethod="post")
    blunt.add(sid, P1)
    blunt.remove(sid, P1)
    blunt.call("DELETE", f"/v1/Services/{sid}")
    assert told(blunt, ResourceSid=sid) == [("created", None), WEBHOOK, added(N1), removed(N1), ("deleted", None)]
    assert {(item["actor_type"], item["actor_sid"], item["source"]) for item in log(blunt)} == {
        ("account", ACCOUNT, "api")
    }


def test_edits_in_the_console_are_told_in_the_name_of_a_user(box: Sandbox, blunt: Caller) -> None:
    sid = box.console.create_service(ACCOUNT, "orders")
    box.console.update_service(sid, inbound_request_url=URL, sticky_sender=True)
    box.console.attach(sid, N1)
    box.console.detach(sid, N1)
    box.console.delete_service(sid)
    assert told(blunt, ResourceSid=sid) == [("created", None), WEBHOOK, added(N1), removed(N1), ("deleted", None)]
    assert {(item["actor_type"], item["actor_sid"], item["source"]) for item in log(blunt)} == {
        ("user", CONSOLE_USER, "web")
    }


def test_a_number_that_the_console_takes_elsewhere_leaves_one_pool_and_joins_the_other(
    box: Sandbox, blunt: Caller
) -> None:
    one, two = (box.console.create_service(ACCOUNT, name) for name in ("one", "two"))
    box.console.attach(one, N1)
    box.console.attach(two, N1)
    assert told(blunt, ResourceSid=one)[1:] == [added(N1), removed(N1)]
    assert told(blunt, ResourceSid=two)[1:] == [added(N1)]


def test_a_released_number_is_told_to_have_left_its_pool(box: Sandbox, blunt: Caller) -> None:
    sid = blunt.create_service()
    blunt.add(sid, P1)
    for number_sid in (P1, box.console.own_number(ACCOUNT, "+12065550999")):
        blunt.call("DELETE", f"/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers/{number_sid}.json")
    assert told(blunt)[1:] == [added(N1), removed(N1)]


def test_what_has_no_effect_is_not_told(box: Sandbox, blunt: Caller) -> None:
    sid = blunt.create_service(InboundRequestUrl=URL)
    box.console.attach(sid, N1)
    before = log(blunt)
    blunt.call("POST", f"/v1/Services/{sid}", InboundRequestUrl=URL, FallbackUrl="", StickySender="true")
    assert blunt.call("POST", f"/v1/Services/{sid}", InboundRequestUrl="here").status == 400
    assert blunt.add(sid, P1).status == 409
    assert blunt.remove(sid, "PN" + "0" * 32).status == 404
    box.console.update_service(sid, inbound_request_url=URL)
    box.console.attach(sid, N1)
    with pytest.raises(LookupError):
        box.console.detach(sid, N1, N2)
    assert blunt.pool(sid) == [N1]
    assert log(blunt) == before


def test_other_senders_and_seeded_things_are_not_told(box: Sandbox, blunt: Caller) -> None:
    sid = "MG" + "5" * 32
    box.ensure_account(ACCOUNT, service_sids=[sid])
    code = box.console.own_short_code(ACCOUNT, "55501")
    blunt.call("POST", f"/v1/Services/{sid}/ShortCodes", ShortCodeSid=code)
    blunt.call("DELETE", f"/v1/Services/{sid}/ShortCodes/{code}")
    assert log(blunt) == []


def test_an_event_has_twilios_shape_and_can_be_fetched(box: Sandbox, blunt: Caller) -> None:
    sid = blunt.create_service()
    (item,) = log(blunt)
    assert item == {
        "account_sid": ACCOUNT,
        "actor_sid": ACCOUNT,
        "actor_type": "account",
        "description": None,
        "event_data": None,
        "event_date": blunt.call("GET", f"/v1/Services/{sid}").body["date_created"],
        "event_type": "messaging-service.created",
        "links": {
            "actor": f"{box.base_url}/v1/Accounts/{ACCOUNT}",
            "resource": f"{box.base_url}/v1/Services/{sid}",
        },
        "resource_sid": sid,
        "resource_type": "messaging-service",
        "sid": item["sid"],
        "source": "api",
        "source_ip_address": "127.0.0.1",
        "url": f"{box.base_url}/v1/Events/{item['sid']}",
    }
    reply = blunt.send("GET", item["url"])
    assert (reply.body, reply.headers["X-Api-Domain"]) == (item, "monitor.twilio.com")
    assert blunt.call("GET", "/v1/Events/AE" + "0" * 32).error == (404, 20404)
    assert blunt.call("GET", f"/v1/Events/{item['sid']}/Actor").error == (404, 20404)


def test_the_log_is_filtered(box: Sandbox, blunt: Caller) -> None:
    one = blunt.create_service("one")
    two = box.console.create_service(ACCOUNT, "two")

    def found(**query: str) -> list[str]:
        return [item["resource_sid"] for item in log(blunt, **query)]

    assert found() == [two, one]
    assert found(ResourceSid=one) == [one]
    assert found(ActorSid=CONSOLE_USER) == [two]
    assert found(EventType="messaging-service.created", ActorSid=ACCOUNT) == [one]
    assert found(EventType="messaging-service.deleted") == []
    assert found(SourceIpAddress="127.0.0.1") == [two, one]
    assert found(SourceIpAddress="203.0.113.9") == []


def test_the_dates_of_a_filter_belong_to_it(blunt: Caller) -> None:
    sid = blunt.create_service()
    (item,) = log(blunt)
    at = item["event_date"]
    assert log(blunt, StartDate=at, EndDate=at, ResourceSid=sid) == [item]
    assert log(blunt, StartDate=at.replace("Z", "")) == log(blunt, StartDate=at[:10]) == [item]
    assert log(blunt, StartDate="9999-12-31T23:59:59Z") == log(blunt, EndDate="2000-01-01") == []
    for parameter in ("StartDate", "EndDate"):
        assert blunt.call("GET", "/v1/Events", **{parameter: "soon"}).error == (400, 20001)


def test_the_log_comes_in_pages_newest_first(blunt: Caller) -> None:
    names = [blunt.create_service(f"service {n}") for n in range(5)]
    seen, backwards = [], []
    reply = blunt.call("GET", "/v1/Events", PageSize="2", EventType="messaging-service.created")
    while True:
        seen += [item["resource_sid"] for item in reply.body["events"]]
        if reply.body["meta"]["next_page_url"] is None:
            break
        assert "EventType=" in reply.body["meta"]["next_page_url"]
        reply = blunt.send("GET", reply.body["meta"]["next_page_url"])
    assert (seen, reply.body["meta"]["key"]) == (names[::-1], "events")
    while reply.body["meta"]["previous_page_url"] is not None:
        reply = blunt.send("GET", reply.body["meta"]["previous_page_url"])
        backwards.append([item["resource_sid"] for item in reply.body["events"]])
    assert backwards == [seen[2:4], seen[:2]]


def test_page_links_can_name_the_logs_real_host(box: Sandbox, blunt: Caller) -> None:
    box.switches = replace(box.switches, real_host_links=True)
    assert blunt.call("GET", "/v1/Events").body["meta"]["url"].startswith("https://monitor.twilio.com/v1/Events?")


def test_the_log_is_for_reading_only(blunt: Caller) -> None:
    for method in ("POST", "DELETE"):
        assert blunt.call(method, "/v1/Events").error == (405, 20004)
        assert blunt.call(method, "/v1/Events/AE" + "0" * 32).error == (405, 20004)


def test_an_account_sees_its_own_events_alone(box: Sandbox, blunt: Caller) -> None:
    blunt.create_service()
    (item,) = log(blunt)
    with Caller(box, box.ensure_account(OTHER), described=False) as other:
        assert log(other) == []
        assert other.call("GET", f"/v1/Events/{item['sid']}").error == (404, 20404)


@pytest.mark.parametrize(("status", "code"), [(403, 20403), (401, 20003), (402, 20403)])
def test_the_log_can_be_refused_while_the_rest_works(status: int, code: int, box: Sandbox, blunt: Caller) -> None:
    sid = blunt.create_service()
    box.switches = replace(box.switches, events_status=status)
    assert blunt.call("GET", "/v1/Events").error == (status, code)
    assert blunt.call("GET", f"/v1/Services/{sid}").status == 200


def test_a_restricted_key_needs_the_permission(box: Sandbox, blunt: Caller) -> None:
    def asked_with(number: int, *permissions: str) -> Reply:
        key = box.add_key(ACCOUNT, f"SK{number:032x}", kind=KeyKind.RESTRICTED, permissions=permissions)
        with Caller(box, key, described=False) as caller:
            return caller.call("GET", "/v1/Events")

    assert asked_with(1, r"GET /v1/Services.*").error == (403, 70051)
    assert asked_with(2, r"GET /v1/Events").status == 200
