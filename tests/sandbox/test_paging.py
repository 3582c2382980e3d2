"""Paging: every item once, in order, whatever the page size, forwards and backwards, also while the list changes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from smsops.sandbox.server import Sandbox
from smsops.sandbox.switches import Switches
from tests.sandbox.caller import Caller
from tests.sandbox.conftest import ACCOUNT

INVENTORY = f"/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers.json"


def pages(caller: Caller, path: str, size: int, link: str, key: str) -> list[dict[str, Any]]:
    """Bodies of all pages, following the links."""
    bodies = [caller.call("GET", path, PageSize=str(size)).body]
    while target := bodies[-1].get("meta", bodies[-1])[link]:
        bodies.append(caller.send("GET", target).body)
    return bodies


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(count=st.integers(0, 30), size=st.integers(1, 12))
@example(count=12, size=6)
@example(count=0, size=1)
def test_the_pages_of_services_hold_every_service_once_and_in_order(
    box: Sandbox, caller: Caller, count: int, size: int
) -> None:
    have = box.console.services(ACCOUNT)
    for sid in have[count:]:
        box.console.delete_service(sid)
    for n in range(len(have), count):
        box.console.create_service(ACCOUNT, f"service-{n}")
    bodies = pages(caller, "/v1/Services", size, "next_page_url", "services")
    assert [item["sid"] for body in bodies for item in body["services"]] == list(box.console.services(ACCOUNT))
    assert len(bodies) == max(1, -(-count // size))
    assert [body["meta"]["page"] for body in bodies] == list(range(len(bodies)))
    back = bodies[-1]
    for body in reversed(bodies[:-1]):
        back = caller.send("GET", back["meta"]["previous_page_url"]).body
        assert back["services"] == body["services"]
    assert back["meta"]["previous_page_url"] is None


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(1, 15))
def test_the_pages_of_numbers_hold_every_number_once(box: Sandbox, caller: Caller, size: int) -> None:
    box.ensure_account(ACCOUNT, numbers=[f"+1303555{n:04}" for n in range(100, 120)])
    bodies = pages(caller, INVENTORY, size, "next_page_uri", "incoming_phone_numbers")
    found = [item["sid"] for body in bodies for item in body["incoming_phone_numbers"]]
    assert len(found) == len(set(found)) == 25
    assert all(body["first_page_uri"].startswith(INVENTORY) for body in bodies)
    if len(bodies) > 1:
        back = caller.send("GET", bodies[1]["previous_page_uri"]).body
        assert back["incoming_phone_numbers"] == bodies[0]["incoming_phone_numbers"]


def test_a_list_that_shrinks_between_two_pages_loses_nothing_else(box: Sandbox, caller: Caller) -> None:
    made = [caller.create_service(f"s{n}") for n in range(4)]
    first = caller.call("GET", "/v1/Services", PageSize="2").body
    box.console.delete_service(made[1])
    second = caller.send("GET", first["meta"]["next_page_url"]).body
    assert [item["sid"] for item in second["services"]] == made[2:]


def test_the_default_page_has_fifty_items_and_the_largest_a_thousand(box: Sandbox, caller: Caller) -> None:
    for n in range(51):
        box.console.create_service(ACCOUNT, f"s{n}")
    assert len(caller.call("GET", "/v1/Services").body["services"]) == 50
    assert len(caller.call("GET", "/v1/Services", PageSize="1000").body["services"]) == 51


def test_a_page_without_its_token_is_refused(caller: Caller) -> None:
    for path in ("/v1/Services", INVENTORY):
        reply = caller.call("GET", path, Page="1")
        assert reply.error == (400, 20001)
        assert reply.body["message"] == "PageToken is required for paging."


@pytest.mark.parametrize(
    "query", ["PageSize=0", "PageSize=-1", "PageSize=many", "Page=x", "PageToken=PTx", "PageToken=%00"]
)
def test_nonsense_in_the_query_is_refused(caller: Caller, query: str) -> None:
    for path in ("/v1/Services", INVENTORY):
        assert caller.send("GET", f"{path}?{query}").error == (400, 20001)


def test_a_page_size_over_the_limit_is_refused_or_cut_by_the_switch(box: Sandbox, blunt: Caller) -> None:
    assert blunt.call("GET", "/v1/Services", PageSize="1001").error == (400, 20007)
    box.switches = Switches(page_size_refused=False)
    assert blunt.call("GET", "/v1/Services", PageSize="1001").body["meta"]["page_size"] == 1000


def test_links_keep_the_filters(box: Sandbox, caller: Caller) -> None:
    bodies = pages(caller, INVENTORY, 1, "next_page_uri", "incoming_phone_numbers")
    assert len(bodies) == 5
    reply = caller.call("GET", INVENTORY, PhoneNumber="+12065550101", PageSize="1").body
    assert "PhoneNumber=%2B12065550101" in reply["first_page_uri"]
    assert reply["next_page_uri"] is None
