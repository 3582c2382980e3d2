"""Switches: each turns one guess the other way, and every one of them is turned here or where its subject is tested."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from smsops.frozen import field_names
from smsops.sandbox.server import Sandbox
from smsops.sandbox.switches import ClearedUrl, Switches, changed
from tests.sandbox.caller import Caller
from tests.sandbox.conftest import ACCOUNT, OTHER, P1, P2


def service(caller: Caller, **given: str) -> dict[str, Any]:
    body: dict[str, Any] = caller.call("GET", f"/v1/Services/{caller.create_service(**given)}").body
    return body


@pytest.mark.parametrize("deferral", [False, True])
@pytest.mark.parametrize("smart", [False, True])
def test_defaults_of_a_create(box: Sandbox, caller: Caller, deferral: bool, smart: bool) -> None:
    box.switches = Switches(deferral_default=deferral, smart_encoding_default=smart, usecase_default="poll")
    body = service(caller)
    assert body["use_inbound_webhook_on_number"] is deferral
    assert body["smart_encoding"] is smart
    assert body["usecase"] == "poll"


@pytest.mark.parametrize(("switch", "expected"), [(ClearedUrl.NULL, None), (ClearedUrl.EMPTY, "")])
def test_how_a_cleared_url_reads_back(box: Sandbox, blunt: Caller, switch: ClearedUrl, expected: str | None) -> None:
    box.switches = Switches(cleared_url=switch)
    sid = blunt.create_service(FallbackUrl="https://a.example.com/")
    blunt.call("POST", f"/v1/Services/{sid}", FallbackUrl="")
    body = blunt.call("GET", f"/v1/Services/{sid}").body
    assert (body["fallback_url"], body["status_callback"]) == (expected, None)


@pytest.mark.parametrize("status", [200, 201])
def test_the_status_of_an_add(box: Sandbox, caller: Caller, status: int) -> None:
    box.switches = Switches(added_status=status)
    assert caller.add(caller.create_service(), P1).status == status


@pytest.mark.parametrize(
    ("switches", "form", "code"),
    [
        (Switches(bad_url_code=21609), {"StatusCallback": "x"}, 21609),
        (Switches(bad_method_code=20001), {"InboundMethod": "x"}, 20001),
        (Switches(bad_validity_code=20422), {"ValidityPeriod": "0"}, 20422),
        (Switches(service_limit=0), {}, 30995),
    ],
)
def test_codes_of_refused_creates(
    box: Sandbox, caller: Caller, switches: Switches, form: Mapping[str, str], code: int
) -> None:
    box.switches = switches
    assert caller.call("POST", "/v1/Services", FriendlyName="x", **form).error == (400, code)


@pytest.mark.parametrize(("code", "status"), [(20404, 404), (21421, 400)])
def test_the_answer_for_an_unknown_number(box: Sandbox, caller: Caller, code: int, status: int) -> None:
    box.switches = Switches(unknown_number_code=code)
    assert caller.add(caller.create_service(), "PN" + "0" * 32).error == (status, code)


def test_the_status_for_a_number_of_another_region(box: Sandbox, caller: Caller) -> None:
    box.switches = Switches(region_mismatch_status=409)
    abroad = box.console.own_number(ACCOUNT, "+353861234567", region="ie1")
    assert caller.add(caller.create_service(), abroad).error == (409, 21669)


def test_capabilities_may_be_empty(box: Sandbox, caller: Caller) -> None:
    box.switches = Switches(empty_capabilities=True)
    assert caller.add(caller.create_service(), P1).body["capabilities"] == []


def test_a_deleted_service_may_keep_its_numbers(box: Sandbox, caller: Caller) -> None:
    box.switches = Switches(delete_frees_numbers=False)
    sid = caller.create_service()
    caller.add(sid, P1)
    caller.call("DELETE", f"/v1/Services/{sid}")
    assert caller.add(caller.create_service(), P1).error == (409, 21712)


@pytest.mark.parametrize("touches", [False, True])
def test_a_pool_change_may_move_the_services_date(box: Sandbox, caller: Caller, touches: bool) -> None:
    box.switches = Switches(pool_touches_service=touches)
    before = service(caller)
    caller.add(before["sid"], P1)
    caller.remove(before["sid"], P1)
    after = caller.call("GET", f"/v1/Services/{before['sid']}").body
    assert (after["date_updated"] != before["date_updated"]) is touches


def test_answers_may_carry_an_unknown_field(box: Sandbox, blunt: Caller) -> None:
    box.switches = Switches(unknown_field=True)
    sid = blunt.create_service()
    assert "sending_window" in blunt.call("GET", f"/v1/Services/{sid}").body
    assert "sending_window" in blunt.add(sid, P1).body


def test_page_links_may_name_the_real_host(box: Sandbox, caller: Caller) -> None:
    box.switches = Switches(real_host_links=True)
    caller.create_service("one")
    caller.create_service("two")
    meta = caller.call("GET", "/v1/Services", PageSize="1").body["meta"]
    assert meta["next_page_url"].startswith("https://messaging.twilio.com/v1/Services?")


def test_a_created_service_may_lag(box: Sandbox, caller: Caller) -> None:
    box.switches = Switches(lag=2)
    sid = caller.create_service("orders")
    path = f"/v1/Services/{sid}"
    assert caller.names() == []
    assert caller.call("GET", path).error == (404, 20404)
    assert caller.call("GET", path).status == 200
    assert caller.names() == ["orders"]


def test_an_added_number_may_lag(box: Sandbox, caller: Caller) -> None:
    sid = caller.create_service()
    box.switches = Switches(lag=1)
    caller.add(sid, P1)
    assert caller.add(sid, P1).error == (409, 21710)
    assert caller.pool(sid) == []
    assert caller.pool(sid) == ["+12065550101"]
    caller.add(sid, P2)
    assert caller.call("GET", f"/v1/Services/{sid}/PhoneNumbers/{P2}").error == (404, 20404)
    assert caller.call("GET", f"/v1/Services/{sid}/PhoneNumbers/{P2}").status == 200


def test_a_lag_that_is_switched_off_hides_nothing(box: Sandbox, caller: Caller) -> None:
    box.switches = Switches(lag=100)
    caller.create_service("orders")
    box.switches = Switches()
    assert caller.names() == ["orders"]


def test_simultaneous_writes_may_be_allowed(box: Sandbox, caller: Caller) -> None:
    box.switches = Switches(refuse_simultaneous_writes=False)
    sid = caller.create_service()
    assert box.requests.begin_write(sid)
    assert caller.add(sid, P1).status == 201


def test_latency_is_the_least_that_a_request_takes(box: Sandbox, caller: Caller) -> None:
    box.switches = Switches(latency=0.01)
    assert float(caller.call("GET", "/v1/Services").headers["Twilio-Request-Duration"]) >= 0.01


def test_every_switch_is_turned_by_some_test() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert [name for name in field_names(Switches) if f"{name}=" not in text] == []


def test_switches_are_set_from_json_one_by_one() -> None:
    assert changed(Switches(lag=1), {"latency": 1, "cleared_url": "empty"}) == Switches(
        lag=1, latency=1.0, cleared_url=ClearedUrl.EMPTY
    )


@pytest.mark.parametrize(
    "values",
    [{"colour": 1}, {"lag": "1"}, {"lag": True}, {"lag": -1}, {"unknown_field": 1}, {"cleared_url": "none"},
     {"latency": "fast"}, {"latency": -1}, {"usecase_default": None}],
)  # fmt: skip
def test_a_wrong_switch_is_named(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(values))):
        changed(Switches(), values)


def test_a_subaccount_is_no_switch_but_a_fact(box: Sandbox, caller: Caller) -> None:
    box.ensure_account(OTHER)
    with pytest.raises(LookupError, match="no account"):
        box.console.set_account("AC" + "9" * 32)
