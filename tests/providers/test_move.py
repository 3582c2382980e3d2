"""A move is one unit: whatever happens in the middle, the number ends in one pool, or the message says where it is."""

from __future__ import annotations

import pytest

from smsops.changes import (
    MoveNumber,
)
from smsops.errors import Failure
from smsops.providers.base import Receipt
from smsops.providers.twilio.read import TwilioReader
from smsops.providers.twilio.write import TwilioWriter, open_writer
from tests.providers.calls import WHERE, failed
from tests.providers.scripted import (
    CUT,
    E164,
    HTML,
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
)

OTHER_POOL = f"{SERVICES}/{OTHER}/PhoneNumbers"
OTHER_MEMBER = f"{OTHER_POOL}/{NUMBER}"
DONE = Receipt(service_sid=SERVICE, request_id=REQUEST_ID)

MOVE = MoveNumber(
    number=E164, number_sid=NUMBER, from_service_sid=OTHER, from_channel="else", service_sid=SERVICE, **WHERE
)


def test_a_move_detaches_and_attaches(server: Scripted, writer: TwilioWriter) -> None:
    server.on("DELETE", OTHER_MEMBER, reply(204))
    server.on("POST", POOL, reply(201, member()))
    assert writer.execute(MOVE, service_sid=SERVICE) == DONE
    assert [(asked.method, asked.path) for asked in server.asked] == [("DELETE", OTHER_MEMBER), ("POST", POOL)]


def test_a_move_goes_on_when_the_number_has_left_already(server: Scripted, writer: TwilioWriter) -> None:
    server.on("DELETE", OTHER_MEMBER, refusal(404, 20404))
    server.on("POST", POOL, reply(201, member()))
    assert writer.execute(MOVE, service_sid=SERVICE) == DONE


def test_a_move_waits_for_the_carriers(server: Scripted, writer: TwilioWriter) -> None:
    server.on("DELETE", OTHER_MEMBER, reply(204))
    server.on("POST", POOL, refusal(409, 20409), reply(201, member()))
    assert writer.execute(MOVE, service_sid=SERVICE) == DONE


FINAL = [
    (refusal(412, 21714), Failure.FULL),
    (refusal(400, 21715), Failure.INVALID),
    (refusal(409, 20409), Failure.BUSY),
    (refusal(403, 70051), Failure.AUTH),
    (refusal(404, 20404), Failure.NOT_FOUND),
    (refusal(503, 20503), Failure.UNAVAILABLE),
    (HTML, Failure.GARBLED),
]


@pytest.mark.parametrize(("answer", "failure"), FINAL)
def test_a_number_that_cannot_arrive_goes_back(
    answer: Reply, failure: Failure, server: Scripted, writer: TwilioWriter
) -> None:
    server.on("DELETE", OTHER_MEMBER, reply(204))
    server.on("POST", POOL, answer)
    server.on("GET", POOL, page("phone_numbers"))
    server.on("POST", OTHER_POOL, reply(201, member(service_sid=OTHER)))
    error = failed(writer, MOVE)
    assert (error.failure, error.wrote) == (failure, True)
    assert f"{E164} was put back into the pool of {OTHER}." in error.message
    assert error.request_id == REQUEST_ID
    assert server.calls("POST", OTHER_POOL) == 1


@pytest.mark.parametrize("doubt", [CUT, refusal(503, 20503), HTML])
def test_a_move_whose_lost_attach_is_refused_later_looks_before_it_puts_back(
    doubt: Reply, server: Scripted, writer: TwilioWriter
) -> None:
    server.on("DELETE", OTHER_MEMBER, reply(204))
    server.on("POST", POOL, doubt, refusal(403, 70051))
    server.on("GET", POOL, page("phone_numbers", member()))
    assert writer.execute(MOVE, service_sid=SERVICE).service_sid == SERVICE
    assert server.calls("POST", OTHER_POOL) == 0


def test_a_move_that_was_never_let_in_is_put_back_without_a_look(server: Scripted, writer: TwilioWriter) -> None:
    server.on("DELETE", OTHER_MEMBER, reply(204))
    server.on("POST", POOL, refusal(429, 20429))
    server.on("POST", OTHER_POOL, reply(201, member(service_sid=OTHER)))
    error = failed(writer, MOVE)
    assert (error.failure, error.wrote) == (Failure.UNAVAILABLE, True)
    assert server.calls("GET", POOL) == 0


def test_a_move_whose_answer_was_lost_looks_before_it_puts_back(server: Scripted, writer: TwilioWriter) -> None:
    server.on("DELETE", OTHER_MEMBER, reply(204))
    server.on("POST", POOL, CUT)
    server.on("GET", POOL, page("phone_numbers", member()))
    assert writer.execute(MOVE, service_sid=SERVICE).service_sid == SERVICE
    assert server.calls("POST", OTHER_POOL) == 0


def test_a_number_that_cannot_go_back_either_is_said_to_be_in_no_pool(server: Scripted, writer: TwilioWriter) -> None:
    server.on("DELETE", OTHER_MEMBER, reply(204))
    server.on("POST", POOL, refusal(412, 21714))
    server.on("POST", OTHER_POOL, refusal(403, 70051, "no permission"))
    error = failed(writer, MOVE)
    assert (error.failure, error.wrote) == (Failure.FULL, True)
    assert "no permission" in error.message
    assert "It is in no pool; the next apply attaches it." in error.message


def test_a_server_that_is_gone_in_the_middle_of_a_move_leaves_a_plain_message(
    server: Scripted, writer: TwilioWriter
) -> None:
    server.on("DELETE", OTHER_MEMBER, reply(204))
    for method, path in (("POST", POOL), ("GET", POOL), ("POST", OTHER_POOL)):
        server.on(method, path, CUT)
    error = failed(writer, MOVE)
    assert (error.failure, error.wrote) == (Failure.UNAVAILABLE, True)
    assert "probably in no pool; the next apply attaches it." in error.message


def test_a_number_that_somebody_else_took_meanwhile_is_said_to_be_there(server: Scripted, writer: TwilioWriter) -> None:
    server.on("DELETE", OTHER_MEMBER, reply(204))
    server.on("POST", POOL, refusal(409, 21712))
    server.on("POST", OTHER_POOL, refusal(409, 21712))
    error = failed(writer, MOVE)
    assert (error.failure, error.wrote) == (Failure.ELSEWHERE, True)
    assert "in the pool of another service now" in error.message


@pytest.mark.parametrize(
    ("answer", "failure"), [(refusal(403, 70051), Failure.AUTH), (refusal(429, 20429), Failure.UNAVAILABLE)]
)
def test_a_move_that_cannot_detach_leaves_the_number_where_it_is(
    answer: Reply, failure: Failure, server: Scripted, writer: TwilioWriter
) -> None:
    server.on("DELETE", OTHER_MEMBER, answer)
    error = failed(writer, MOVE)
    assert (error.failure, error.wrote) == (failure, False)
    assert f"{E164} is still in the pool of {OTHER}." in error.message
    assert (server.calls("POST", POOL), server.calls("POST", OTHER_POOL)) == (0, 0)


def test_a_detach_whose_outcome_is_unknown_is_made_good(server: Scripted, writer: TwilioWriter) -> None:
    server.on("DELETE", OTHER_MEMBER, CUT)
    server.on("POST", OTHER_POOL, refusal(409, 21710))
    error = failed(writer, MOVE)
    assert (error.failure, error.wrote) == (Failure.UNAVAILABLE, True)
    assert f"{E164} was put back into the pool of {OTHER}." in error.message
    assert server.calls("POST", POOL) == 0


def test_a_lost_detach_that_is_refused_later_is_made_good(server: Scripted, writer: TwilioWriter) -> None:
    server.on("DELETE", OTHER_MEMBER, CUT, refusal(403, 70051))
    server.on("POST", OTHER_POOL, reply(201, member(service_sid=OTHER)))
    error = failed(writer, MOVE)
    assert (error.failure, error.wrote) == (Failure.AUTH, True)
    assert f"{E164} was put back into the pool of {OTHER}." in error.message
    assert (server.calls("POST", OTHER_POOL), server.calls("POST", POOL)) == (1, 0)


def test_a_lost_detach_that_cannot_be_made_good_is_no_certainty(server: Scripted, writer: TwilioWriter) -> None:
    server.on("DELETE", OTHER_MEMBER, CUT, refusal(403, 70051))
    server.on("POST", OTHER_POOL, refusal(403, 70051))
    error = failed(writer, MOVE)
    assert error.wrote
    assert "probably in no pool; the next apply attaches it." in error.message


def test_a_writer_needs_a_reader_of_its_own_kind_and_shares_its_limit(reader: TwilioReader) -> None:
    with pytest.raises(TypeError, match="Twilio reader"):
        open_writer(object())
    assert open_writer(reader)._door.transport is reader.transport
