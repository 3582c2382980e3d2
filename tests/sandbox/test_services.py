"""Messaging services: what a create, a partial update, a clearing and a delete do, and what is refused."""

from __future__ import annotations

import pytest

from smsops.sandbox.server import Sandbox
from tests.sandbox.caller import Caller
from tests.sandbox.conftest import P1


def test_a_service_with_only_a_name_has_twilios_defaults(caller: Caller) -> None:
    sid = caller.create_service("orders")
    body = caller.call("GET", f"/v1/Services/{sid}").body
    told = ("inbound_request_url", "inbound_method", "validity_period", "usecase", "us_app_to_person_registered")
    assert [body[key] for key in told] == [None, "POST", 36000, "undeclared", False]
    assert body["links"]["phone_numbers"] == f"{body['url']}/PhoneNumbers"


def test_an_update_changes_what_it_names_and_leaves_the_rest(caller: Caller) -> None:
    sid = caller.create_service(StatusCallback="https://a.example.com/s", ValidityPeriod="600")
    before = caller.call("GET", f"/v1/Services/{sid}").body
    after = caller.call("POST", f"/v1/Services/{sid}", StickySender="false").body
    changed = {key for key in after if after[key] != before[key]}
    assert changed == {"sticky_sender", "date_updated"}


def test_date_updated_moves_with_every_update(caller: Caller) -> None:
    sid = caller.create_service()
    dates = [caller.call("POST", f"/v1/Services/{sid}", FriendlyName="x").body["date_updated"] for _ in range(3)]
    assert dates == sorted(set(dates))


def test_an_empty_string_clears_a_url_and_an_absent_parameter_does_not(caller: Caller) -> None:
    sid = caller.create_service(InboundRequestUrl="https://a.example.com/in", FallbackUrl="https://a.example.com/fb")
    body = caller.call("POST", f"/v1/Services/{sid}", InboundRequestUrl="").body
    assert (body["inbound_request_url"], body["fallback_url"]) == (None, "https://a.example.com/fb")


def test_a_url_is_kept_byte_for_byte(caller: Caller) -> None:
    url = "https://u:p%40ss@Hooks.Example.com:8443/a//b/?q={Token}&x=%2F#rc=2&ct=2000"
    sid = caller.create_service(InboundRequestUrl=url)
    assert caller.call("GET", f"/v1/Services/{sid}").body["inbound_request_url"] == url


def test_the_same_name_twice_makes_two_services(caller: Caller) -> None:
    assert caller.create_service("twin") != caller.create_service("twin")
    assert caller.names() == ["twin", "twin"]


def test_an_unknown_parameter_is_ignored(blunt: Caller) -> None:
    assert blunt.call("POST", "/v1/Services", FriendlyName="x", Colour="red").status == 201


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"FriendlyName": ""}, (400, 20002)),
        ({"FriendlyName": "x" * 65}, (400, 20002)),
        ({"ValidityPeriod": "0"}, (400, 20001)),
        ({"ValidityPeriod": "36001"}, (400, 20001)),
        ({"ValidityPeriod": "soon"}, (400, 20001)),
        ({"Usecase": "Marketing"}, (400, 21713)),
        ({"InboundMethod": "PUT"}, (400, 21403)),
        ({"InboundRequestUrl": "ftp://a.example.com"}, (400, 21402)),
        ({"InboundRequestUrl": "/relative"}, (400, 21402)),
        ({"InboundRequestUrl": "https://under_score.example.com"}, (400, 21402)),
        ({"StatusCallback": "https://a.example.com/" + "x" * 4000}, (400, 21402)),
        ({"StickySender": "maybe"}, (400, 20001)),
        ({"ScanMessageContent": "perhaps"}, (400, 20001)),
    ],
)
def test_a_bad_value_is_refused_and_changes_nothing(
    caller: Caller, fields: dict[str, str], expected: tuple[int, int]
) -> None:
    sid = caller.create_service("orders")
    before = caller.call("GET", f"/v1/Services/{sid}").body
    assert caller.call("POST", f"/v1/Services/{sid}", **{"SmartEncoding": "true", **fields}).error == expected
    assert caller.call("GET", f"/v1/Services/{sid}").body == before


def test_a_create_without_a_name_says_so_in_the_recorded_words(caller: Caller) -> None:
    reply = caller.call("POST", "/v1/Services", Usecase="poll")
    assert reply.error == (400, 20001)
    assert reply.body["message"] == "Missing required parameter FriendlyName in the post body"


def test_a_deleted_service_is_gone_and_frees_its_numbers(caller: Caller) -> None:
    sid, other = caller.create_service("one"), caller.create_service("two")
    caller.add(sid, P1)
    reply = caller.call("DELETE", f"/v1/Services/{sid}")
    assert (reply.status, reply.raw, "Content-Type" in reply.headers) == (204, b"", False)
    assert caller.call("DELETE", f"/v1/Services/{sid}").error == (404, 20404)
    assert caller.add(other, P1).status == 201


def test_the_use_cases_are_not_taken_for_a_service(caller: Caller) -> None:
    body = caller.call("GET", "/v1/Services/Usecases").body
    assert {"notifications", "marketing"} <= {item["usecase"] for item in body["usecases"]}


def test_a_missing_resource_is_named_without_the_version(caller: Caller) -> None:
    path = f"/v1/Services/MG{'0' * 32}/PhoneNumbers"
    assert caller.call("GET", path).body["message"] == f"The requested resource {path[3:]} was not found"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "OPTIONS"])
def test_another_method_is_refused(caller: Caller, method: str) -> None:
    assert caller.send(method, "/v1/Services").error == (405, 20004)


def test_what_is_left_out_says_that_it_is_left_out(caller: Caller) -> None:
    reply = caller.call("GET", "/v1/Deactivations")
    assert reply.error == (404, 20404)
    assert "does not simulate" in reply.body["detail"]


def test_the_console_edits_behind_the_clients_back(caller: Caller, box: Sandbox) -> None:
    sid = caller.create_service("orders")
    box.console.update_service(sid, use_inbound_webhook_on_number=True)
    box.console.attach(sid, "+12065550101")
    assert caller.call("GET", f"/v1/Services/{sid}").body["use_inbound_webhook_on_number"] is True
    assert caller.pool(sid) == ["+12065550101"]
    box.console.detach(sid, "+12065550101")
    box.console.delete_service(sid)
    assert caller.names() == []
    with pytest.raises(LookupError, match="no colour"):
        box.console.create_service("AC", "x", colour="red")
