"""The judge itself: what agrees with Twilio's description passes, and each kind of disagreement is found."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests import oai
from tests.sandbox.caller import Caller
from tests.sandbox.conftest import ACCOUNT, P1

pytestmark = pytest.mark.skipif(
    not oai.available(), reason=f"{oai.VARIABLE} names no folder with Twilio's API description"
)

MG = "MG" + "0" * 32
POOL = f"/v1/Services/{MG}/PhoneNumbers"
INVENTORY = f"/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers"


@pytest.mark.parametrize(
    ("method", "path", "params"),
    [
        ("GET", "/v1/Services", {"PageSize": "1000", "Page": "1", "PageToken": "PTx"}),
        ("POST", "/v1/Services", {"FriendlyName": "x", "InboundRequestUrl": "", "ValidityPeriod": "600"}),
        ("POST", f"/v1/Services/{MG}", {"StickySender": "false"}),
        ("POST", POOL, {"PhoneNumberSid": P1}),
        ("DELETE", f"{POOL}/{P1}", {}),
        ("GET", "/v1/Services/Usecases", {}),
        ("GET", f"{INVENTORY}.json", {"PhoneNumber": "+12065550101"}),
        ("GET", f"{INVENTORY}/{P1}.json", {}),
        ("GET", f"/2010-04-01/Accounts/{ACCOUNT}.json", {}),
    ],
)
def test_a_described_request_passes(method: str, path: str, params: dict[str, str]) -> None:
    oai.check_request(method, path, params)


@pytest.mark.parametrize(
    ("method", "path", "params", "reason"),
    [
        ("POST", "/v1/Services", {}, "lacks FriendlyName"),
        ("POST", "/v1/Services", {"FriendlyName": "x", "Colour": "red"}, "no parameter Colour"),
        ("POST", "/v1/Services", {"FriendlyName": "x", "InboundMethod": "PUT"}, "InboundMethod"),
        ("POST", "/v1/Services", {"FriendlyName": "x", "ValidityPeriod": "soon"}, "ValidityPeriod"),
        ("POST", "/v1/Services", {"FriendlyName": "x", "StickySender": "True"}, "StickySender"),
        ("POST", "/v1/Services", {"FriendlyName": "x", "InboundRequestUrl": "here"}, "InboundRequestUrl"),
        ("GET", "/v1/Services", {"PageSize": "1001"}, "PageSize"),
        ("POST", POOL, {"PhoneNumberSid": "PN1"}, "PhoneNumberSid"),
        ("GET", "/v1/Services/MG1", {}, "Sid"),
        ("PUT", "/v1/Services", {}, "no PUT"),
        ("DELETE", "/v1/Services", {}, "no DELETE"),
        ("GET", "/v1/Nothing", {}, "no path"),
        ("GET", "/v9/Services", {}, "neither API family"),
        ("GET", INVENTORY, {}, "no path"),
    ],
)
def test_an_undescribed_request_is_found(method: str, path: str, params: dict[str, str], reason: str) -> None:
    with pytest.raises(oai.Mismatch, match=reason):
        oai.check_request(method, path, params)


def spoilt(**changes: Any) -> Any:
    return lambda body: {**body, **changes}


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (spoilt(sid="MG1"), "sid"),
        (spoilt(sticky_sender="true"), "sticky_sender"),
        (spoilt(validity_period=None), "validity_period"),
        (spoilt(inbound_method="PUT"), "inbound_method"),
        (spoilt(status_callback=""), "status_callback"),
        (spoilt(date_created="Mon, 05 Jan 2026 08:00:00 +0000"), "date_created"),
        (spoilt(colour="red"), "unknown .*colour"),
        (lambda body: {k: v for k, v in body.items() if k != "usecase"}, "lacks .*usecase"),
    ],
)
def test_an_undescribed_answer_is_found(caller: Caller, spoil: Any, reason: str) -> None:
    body = caller.call("GET", f"/v1/Services/{caller.create_service()}").body
    with pytest.raises(oai.Mismatch, match=reason):
        oai.check_response("GET", f"/v1/Services/{MG}", 200, json.dumps(spoil(body)))


def test_faults_inside_lists_are_found(caller: Caller) -> None:
    caller.create_service()
    body = caller.call("GET", "/v1/Services").body
    del body["services"][0]["links"]
    with pytest.raises(oai.Mismatch, match=r"services.*links"):
        oai.check_response("GET", "/v1/Services", 200, json.dumps(body))


@pytest.mark.parametrize(
    ("method", "path", "status", "body", "reason"),
    [
        ("POST", "/v1/Services", 200, "{}", "knows only 201"),
        ("DELETE", f"{POOL}/{P1}", 204, "{}", "must be empty"),
        ("GET", "/v1/Services", 404, '{"code": 20404}', "an error has"),
        ("GET", "/v1/Services", 404, '{"code":1,"message":"","more_info":"/1","status":400}', "must agree"),
        ("GET", "/v1/Services", 404, '{"code":1,"message":"","more_info":"/1","status":404,"x":1}', "no x"),
    ],
)
def test_a_wrong_status_or_error_is_found(method: str, path: str, status: int, body: str, reason: str) -> None:
    with pytest.raises(oai.Mismatch, match=reason):
        oai.check_response(method, path, status, body)
