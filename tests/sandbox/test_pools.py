"""Sender pools: each way in which an add or a remove can end."""

from __future__ import annotations

import pytest

from smsops.sandbox.server import Sandbox
from smsops.sandbox.switches import Switches
from tests.sandbox.caller import Caller
from tests.sandbox.conftest import ACCOUNT, BRITISH, OTHER, P1, P2, TOLLFREE


def test_an_added_number_is_in_the_pool_until_it_is_removed(caller: Caller) -> None:
    sid = caller.create_service()
    added = caller.add(sid, P1)
    assert added.status == 201
    assert caller.call("GET", f"/v1/Services/{sid}/PhoneNumbers/{P1}").body == added.body
    reply = caller.remove(sid, P1)
    assert (reply.status, reply.raw) == (204, b"")
    assert caller.pool(sid) == []
    number = caller.call("GET", f"/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers/{P1}.json")
    assert number.body["phone_number"] == "+12065550101"


def test_the_country_of_a_number_comes_from_its_prefix(caller: Caller) -> None:
    sid = caller.create_service()
    assert caller.add(sid, BRITISH).body["country_code"] == "GB"
    assert caller.add(sid, TOLLFREE).body["country_code"] == "US"


def test_a_number_is_in_one_pool_at_most(caller: Caller) -> None:
    one, two = caller.create_service("one"), caller.create_service("two")
    caller.add(one, P1)
    assert caller.add(one, P1).error == (409, 21710)
    assert caller.add(two, P1).error == (409, 21712)
    assert one not in caller.add(two, P1).raw.decode()


def test_removing_what_is_not_there_names_the_resource(caller: Caller) -> None:
    sid = caller.create_service()
    reply = caller.remove(sid, P1)
    assert reply.error == (404, 20404)
    assert f"/Services/{sid}/PhoneNumbers/{P1}" in reply.body["message"]
    assert "/v1" not in reply.body["message"]


def test_a_full_pool_takes_no_more(caller: Caller, box: Sandbox) -> None:
    sid = caller.create_service()
    box.switches = Switches(pool_limit=1)
    assert caller.add(sid, P1).status == 201
    assert caller.add(sid, P2).error == (412, 21714)
    caller.remove(sid, P1)
    assert caller.add(sid, P2).status == 201


def test_a_number_without_sms_is_refused(caller: Caller, box: Sandbox) -> None:
    voice = box.console.own_number(ACCOUNT, "+12065550900", capabilities=["Voice"])
    assert caller.add(caller.create_service(), voice).error == (400, 21715)


def test_a_number_of_another_account_is_not_found(caller: Caller, box: Sandbox) -> None:
    box.ensure_account(OTHER)
    foreign = box.console.own_number(OTHER, "+12065550901")
    assert caller.add(caller.create_service(), foreign).error == (404, 20404)


def test_a_number_of_another_region_is_refused(caller: Caller, box: Sandbox) -> None:
    abroad = box.console.own_number(ACCOUNT, "+353861234567", region="ie1")
    assert caller.add(caller.create_service(), abroad).error == (400, 21669)


@pytest.mark.parametrize("sid", ["", "PN123", "MG" + "0" * 32, "PN" + "g" * 32])
def test_a_malformed_sid_is_refused(caller: Caller, sid: str) -> None:
    assert caller.add(caller.create_service(), sid).error == (400, 21421)


def test_a_missing_parameter_is_named(caller: Caller) -> None:
    reply = caller.call("POST", f"/v1/Services/{caller.create_service()}/PhoneNumbers")
    assert reply.error == (400, 20001)
    assert "PhoneNumberSid" in reply.body["message"]


def test_a_long_code_that_left_a_pool_waits_for_its_carriers(caller: Caller, box: Sandbox) -> None:
    box.switches = Switches(deregistration_calls=2)
    one, two = caller.create_service("one"), caller.create_service("two")
    for sid in (P1, TOLLFREE):
        caller.add(one, sid)
        caller.remove(one, sid)
    assert [caller.add(two, P1).status for _ in range(3)] == [409, 409, 201]
    assert caller.add(two, TOLLFREE).status == 201
    caller.call("DELETE", f"/v1/Services/{two}")
    assert caller.add(one, P1).error == (409, 20409)


def test_short_codes_and_channel_senders_join_like_numbers(caller: Caller, box: Sandbox) -> None:
    sid = caller.create_service()
    code = box.console.own_short_code(ACCOUNT, "55501")
    chat = box.console.own_channel_sender(ACCOUNT, "whatsapp:+12065550101", "WhatsApp")
    assert caller.call("POST", f"/v1/Services/{sid}/ShortCodes", ShortCodeSid=code).status == 201
    assert caller.call("POST", f"/v1/Services/{sid}/ChannelSenders", Sid=chat).status == 201
    short = caller.call("GET", f"/v1/Services/{sid}/ShortCodes").body["short_codes"]
    channel = caller.call("GET", f"/v1/Services/{sid}/ChannelSenders").body["senders"]
    assert [item["short_code"] for item in short] == ["55501"]
    assert [(item["sender_type"], item["messaging_service_sid"]) for item in channel] == [("WhatsApp", sid)]
    assert caller.pool(sid) == []
    assert caller.call("DELETE", f"/v1/Services/{sid}/ChannelSenders/{chat}").status == 204


@pytest.mark.parametrize(
    ("value", "status"), [("Acme 1", 201), ("A-b+c_d&e", 201), ("12345", 400), ("TwelveLetter", 400), ("Ä", 400)]
)
def test_an_alpha_sender_has_eleven_allowed_characters(caller: Caller, value: str, status: int) -> None:
    sid = caller.create_service()
    reply = caller.call("POST", f"/v1/Services/{sid}/AlphaSenders", AlphaSender=value)
    assert reply.status == status
    assert status == 201 or reply.body["code"] == 21709


def test_destination_alpha_senders_are_listed_by_country(caller: Caller) -> None:
    path = f"/v1/Services/{caller.create_service()}/DestinationAlphaSenders"
    caller.call("POST", path, AlphaSender="Acme")
    caller.call("POST", path, AlphaSender="Acme", IsoCountryCode="FR")
    assert caller.call("POST", path, AlphaSender="Acme", IsoCountryCode="FR").error == (409, 21710)
    assert caller.call("POST", path).error == (400, 20001)
    listed = caller.call("GET", path, IsoCountryCode="FR").body["alpha_senders"]
    assert [item["iso_country_code"] for item in listed] == ["FR"]
    assert caller.call("GET", f"{path}/{listed[0]['sid']}").body == listed[0]


def test_a_write_to_a_service_that_is_being_written_is_refused(caller: Caller, box: Sandbox) -> None:
    sid = caller.create_service()
    assert box.requests.begin_write(sid)
    assert caller.add(sid, P1).error == (409, 20162)
    assert caller.pool(sid) == []
    box.requests.end_write(sid)
    assert caller.add(sid, P1).status == 201


def test_campaigns_are_listed_with_their_state(caller: Caller, box: Sandbox) -> None:
    sid = caller.create_service()
    path = f"/v1/Services/{sid}/Compliance/Usa2p"
    assert caller.call("GET", path).body["compliance"] == []
    box.console.file_campaign(sid, "PENDING")
    box.console.file_campaign(sid, "VERIFIED")
    listed = caller.call("GET", path).body["compliance"]
    assert [item["campaign_status"] for item in listed] == ["VERIFIED"]
    assert caller.call("GET", f"{path}/{listed[0]['sid']}").body == listed[0]
    assert caller.call("GET", f"/v1/Services/{sid}").body["us_app_to_person_registered"] is True
    assert caller.call("GET", f"{path}/QE{'0' * 32}").error == (404, 20404)
    assert caller.call("POST", path).status == 404


def test_toll_free_verifications_are_listed_by_number_and_status(caller: Caller, box: Sandbox) -> None:
    path = "/v1/Tollfree/Verifications"
    box.console.file_verification(ACCOUNT, "+18005550199", "TWILIO_APPROVED")
    listed = caller.call("GET", path, TollfreePhoneNumberSid=TOLLFREE).body["verifications"]
    assert [item["status"] for item in listed] == ["TWILIO_APPROVED"]
    assert caller.call("GET", path, TollfreePhoneNumberSid=P1).body["verifications"] == []
    assert caller.call("GET", path, Status="IN_REVIEW").body["verifications"] == []
    assert caller.call("POST", path).status == 404
