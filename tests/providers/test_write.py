"""What each change sends, when it counts as done, and what becomes of a create or a move that goes wrong."""

from __future__ import annotations

import threading

import pytest

from smsops.changes import (
    AttachNumber,
    Change,
    DeleteService,
    DetachNumber,
    UpdateService,
)
from smsops.errors import ExitCode, Failure
from smsops.providers.base import Receipt
from smsops.providers.twilio.write import TwilioWriter
from tests.providers.calls import WHERE, create, diff, failed
from tests.providers.scripted import (
    CUT,
    E164,
    HTML,
    MEMBER,
    NUMBER,
    OTHER,
    POOL,
    REQUEST_ID,
    SERVICE,
    SERVICES,
    Reply,
    Scripted,
    member,
    page,
    refusal,
    reply,
    service,
)

DONE = Receipt(service_sid=SERVICE, request_id=REQUEST_ID)
ALREADY = Receipt(service_sid=SERVICE, request_id=None)

ATTACH = AttachNumber(number=E164, number_sid=NUMBER, service_sid=SERVICE, **WHERE)


UPDATE = UpdateService(service_sid=SERVICE, fields=(diff("use_case", "poll"),), **WHERE)


# Create.


def test_a_create_sends_every_field_and_clears_with_an_empty_string(server: Scripted, writer: TwilioWriter) -> None:
    server.on("POST", SERVICES, reply(201, service()))
    change = create(
        diff("webhook_url", "https://x.example.com/in?a=1&b=2#rc=2"),
        diff("webhook_method", "GET"),
        diff("fallback_url", ""),
        diff("fallback_method", "POST"),
        diff("status_callback_url", None),
        diff("use_inbound_webhook_on_number", False),
        diff("use_case", "notifications"),
        diff("validity_period", 300),
        diff("sticky_sender", True),
        diff("smart_encoding", False),
        diff("mms_converter", True),
        diff("area_code_geomatch", False),
    )
    assert writer.execute(change, service_sid=None) == DONE
    assert server.asked[0].form == {
        "FriendlyName": ["orders"],
        "InboundRequestUrl": ["https://x.example.com/in?a=1&b=2#rc=2"],
        "InboundMethod": ["GET"],
        "FallbackUrl": [""],
        "FallbackMethod": ["POST"],
        "StatusCallback": [""],
        "UseInboundWebhookOnNumber": ["false"],
        "Usecase": ["notifications"],
        "ValidityPeriod": ["300"],
        "StickySender": ["true"],
        "SmartEncoding": ["false"],
        "MmsConverter": ["true"],
        "AreaCodeGeomatch": ["false"],
    }
    assert server.asked[0].headers["content-type"] == "application/x-www-form-urlencoded"
    assert writer.api_calls == 1


def test_a_service_that_was_made_in_another_account_is_named(server: Scripted, writer: TwilioWriter) -> None:
    server.on("POST", SERVICES, reply(201, service(account_sid="AC" + "2" * 32)))
    error = failed(writer, create(), None)
    assert (error.failure, error.exit_code, error.wrote) == (Failure.WRONG_ACCOUNT, ExitCode.AUTH, True)
    assert SERVICE in error.message


def test_a_lost_create_whose_look_shows_another_account_stops_as_such(server: Scripted, writer: TwilioWriter) -> None:
    server.on("POST", SERVICES, CUT)
    server.on("GET", SERVICES, page("services", service(account_sid="AC" + "2" * 32)))
    error = failed(writer, create(), None)
    assert (error.failure, error.exit_code, error.wrote) == (Failure.WRONG_ACCOUNT, ExitCode.AUTH, True)
    assert "may have been made there" in error.message


DOUBTFUL = {
    "cut": CUT,
    "500": refusal(500, 20500),
    "503": refusal(503, 20503),
    "garbage": HTML,
    "no sid": reply(201, {"friendly_name": "orders"}),
    "no sid but null": reply(201, {**service(), "sid": None}),
    "a number for a sid": reply(201, {**service(), "sid": 5}),
    "a wrong sid": reply(201, service(sid="MG1")),
    "a sid of something else": reply(201, service(sid=NUMBER)),
    "a sid and no account": reply(201, service(account_sid=None)),
    "a period without end": reply(201, service(validity_period=float("inf"))),
    "a list": reply(201, [service()]),
    "no body": Reply(status=201),
}


@pytest.mark.parametrize("answer", DOUBTFUL.values(), ids=DOUBTFUL)
def test_a_lost_create_finds_its_service_and_makes_no_second_one(
    answer: Reply, server: Scripted, writer: TwilioWriter, waits: list[float]
) -> None:
    server.on("POST", SERVICES, answer)
    server.on("GET", SERVICES, page("services"), page("services", service(OTHER, friendly_name="else"), service()))
    assert writer.execute(create(), service_sid=None).service_sid == SERVICE
    assert server.calls("POST", SERVICES) == 1
    assert waits == pytest.approx([0.1])


@pytest.mark.parametrize("answer", DOUBTFUL.values(), ids=DOUBTFUL)
def test_a_lost_create_that_is_not_found_says_so_after_a_bounded_look(
    answer: Reply, server: Scripted, writer: TwilioWriter
) -> None:
    server.on("POST", SERVICES, answer)
    server.on("GET", SERVICES, page("services", service(OTHER, friendly_name="else")))
    error = failed(writer, create(), None)
    assert (error.failure, error.code) == (Failure.LOST, "SMS508")
    assert "apply again" in error.hint
    assert (server.calls("POST", SERVICES), server.calls("GET", SERVICES)) == (1, 3)


def test_a_lost_create_with_two_namesakes_names_them_and_takes_none(server: Scripted, writer: TwilioWriter) -> None:
    server.on("POST", SERVICES, CUT)
    server.on("GET", SERVICES, page("services", service(), service(OTHER)))
    error = failed(writer, create(), None)
    assert error.failure is Failure.LOST
    assert SERVICE in error.message
    assert OTHER in error.message


def test_a_lost_create_whose_look_fails_is_still_lost(server: Scripted, writer: TwilioWriter) -> None:
    server.on("POST", SERVICES, CUT)
    server.on("GET", SERVICES, refusal(401, 20003, "Authenticate"))
    error = failed(writer, create(), None)
    assert error.failure is Failure.LOST
    assert "Authenticate" in error.message


def test_a_lost_create_does_not_take_the_service_that_its_twin_made(server: Scripted, writer: TwilioWriter) -> None:
    server.on("POST", SERVICES, reply(201, service(OTHER)), CUT)
    server.on("GET", SERVICES, page("services", service(OTHER)), page("services", service(OTHER), service()))
    receipts: list[Receipt] = []

    def make() -> None:
        receipts.append(writer.execute(create(), service_sid=None))

    twins = [threading.Thread(target=make) for _ in range(2)]
    for twin in twins:
        twin.start()
    for twin in twins:
        twin.join(30)
    assert sorted(receipt.service_sid or "" for receipt in receipts) == [SERVICE, OTHER]
    assert server.calls("POST", SERVICES) == 2


def test_a_refused_create_is_not_looked_for(server: Scripted, writer: TwilioWriter) -> None:
    server.on("POST", SERVICES, refusal(400, 20001, "Missing required parameter FriendlyName in the post body"))
    error = failed(writer, create(), None)
    assert (error.failure, error.provider_code) == (Failure.INVALID, 20001)
    assert server.calls("GET", SERVICES) == 0


# Update.


def test_an_update_sends_only_what_changed(server: Scripted, writer: TwilioWriter) -> None:
    server.on("POST", f"{SERVICES}/{SERVICE}", reply(200, service()))
    change = UpdateService(
        service_sid=SERVICE, fields=(diff("fallback_url", ""), diff("use_inbound_webhook_on_number", True)), **WHERE
    )
    assert writer.execute(change, service_sid=SERVICE) == DONE
    assert server.asked[0].form == {"FallbackUrl": [""], "UseInboundWebhookOnNumber": ["true"]}


@pytest.mark.parametrize("change", [ATTACH, UPDATE])
def test_an_answer_of_another_account_is_an_error(change: Change, server: Scripted, writer: TwilioWriter) -> None:
    foreign = "AC" + "2" * 32
    server.on("POST", POOL, reply(201, member(account_sid=foreign)))
    server.on("POST", f"{SERVICES}/{SERVICE}", reply(200, service(account_sid=foreign)))
    error = failed(writer, change)
    assert (error.failure, error.wrote) == (Failure.WRONG_ACCOUNT, True)


def test_an_update_of_a_missing_service_is_not_found(server: Scripted, writer: TwilioWriter) -> None:
    assert failed(writer, UPDATE).failure is Failure.NOT_FOUND
    assert len(server.asked) == 1


# Attach and detach.


@pytest.mark.parametrize("status", [200, 201])
def test_an_attach_takes_200_and_201(status: int, server: Scripted, writer: TwilioWriter) -> None:
    server.on("POST", POOL, reply(status, member()))
    assert writer.execute(ATTACH, service_sid=SERVICE) == DONE
    assert server.asked[0].form == {"PhoneNumberSid": [NUMBER]}


def test_an_attach_goes_to_the_service_that_its_channel_got(server: Scripted, writer: TwilioWriter) -> None:
    server.on("POST", POOL, reply(201, member()))
    change = AttachNumber(number=E164, number_sid=NUMBER, service_sid=None, **WHERE)
    assert writer.execute(change, service_sid=SERVICE) == DONE
    with pytest.raises(ValueError, match="bound"):
        writer.execute(change, service_sid=None)


def test_a_number_that_is_already_there_is_attached(server: Scripted, writer: TwilioWriter) -> None:
    server.on("POST", POOL, refusal(409, 21710, "Phone Number or Short Code is already in the Messaging Service."))
    assert writer.execute(ATTACH, service_sid=SERVICE) == ALREADY


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (refusal(409, 21712), Failure.ELSEWHERE),
        (refusal(409, None), Failure.INVALID),
        (refusal(412, 21714), Failure.FULL),
        (refusal(400, 21715), Failure.INVALID),
        (refusal(404, 20404), Failure.NOT_FOUND),
    ],
)
def test_other_conflicts_are_never_taken_for_success(
    answer: Reply, failure: Failure, server: Scripted, writer: TwilioWriter
) -> None:
    server.on("POST", POOL, answer)
    assert failed(writer, ATTACH).failure is failure
    assert server.calls("POST", POOL) == 1


def test_a_lost_attach_is_repeated_and_its_21710_means_done(server: Scripted, writer: TwilioWriter) -> None:
    server.on("POST", POOL, CUT, refusal(409, 21710))
    assert writer.execute(ATTACH, service_sid=SERVICE) == ALREADY


def test_a_service_of_this_run_may_be_late(server: Scripted, writer: TwilioWriter, waits: list[float]) -> None:
    server.on("POST", SERVICES, reply(201, service()))
    writer.execute(create(), service_sid=None)
    server.on("POST", POOL, refusal(404, 20404), reply(201, member()))
    assert writer.execute(ATTACH, service_sid=SERVICE) == DONE
    assert waits == pytest.approx([0.1])
    server.on("POST", POOL, refusal(404, 20404))
    assert failed(writer, ATTACH).failure is Failure.NOT_FOUND
    assert server.calls("POST", POOL) == 5


@pytest.mark.parametrize(
    ("path", "change"),
    [
        (MEMBER, DetachNumber(number=E164, number_sid=NUMBER, service_sid=SERVICE, **WHERE)),
        (f"{SERVICES}/{SERVICE}", DeleteService(service_sid=SERVICE, **WHERE)),
    ],
)
def test_a_removal_of_what_is_gone_is_done(path: str, change: Change, server: Scripted, writer: TwilioWriter) -> None:
    server.on("DELETE", path, reply(204))
    assert writer.execute(change, service_sid=SERVICE) == DONE
    server.on("DELETE", path, CUT, refusal(404, 20404))
    assert writer.execute(change, service_sid=SERVICE) == ALREADY
    server.on("DELETE", path, refusal(403, 70051))
    assert failed(writer, change).failure is Failure.AUTH
