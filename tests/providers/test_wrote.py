"""Whether something was or may have been written: an exit code of 1 promises that nothing was."""

from __future__ import annotations

import pytest

from smsops.errors import Failure, ProviderError
from smsops.frozen import replace
from smsops.providers.base import Connection
from smsops.providers.twilio.read import TwilioReader, open_reader
from smsops.providers.twilio.retry import RetryPolicy
from smsops.providers.twilio.write import TwilioWriter
from tests.providers.calls import ALL, CREATE, PASSING, REPEATABLE, Kind, create, failed, named
from tests.providers.scripted import (
    CUT,
    HANG,
    HTML,
    POOL,
    SERVICES,
    Reply,
    Scripted,
    page,
    refusal,
    reply,
    service,
)
from tests.providers.test_write import ATTACH

WRITES = [kind for kind in REPEATABLE if kind.change]
READS = [kind for kind in REPEATABLE if not kind.change]

DOUBTS = {
    "cut": CUT,
    "500": refusal(500, 20500),
    "502": Reply(status=502, body=b"<h1>Bad gateway</h1>"),
    "503": refusal(503, 20503),
    "503 for maintenance": refusal(503, 21730),
    "408": refusal(408),
}
ENDS = {
    "refused": refusal(412, 21714),
    "not permitted": refusal(403, 70051),
    "throttled": refusal(429, 20429),
    "in conflict": refusal(409, 20162),
}


def error_of(kind: Kind, reader: TwilioReader) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        kind.call(reader)
    return raised.value


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("doubt", DOUBTS.values(), ids=DOUBTS)
@named(WRITES)
def test_a_later_refusal_takes_no_doubt_back(
    kind: Kind, doubt: Reply, end: Reply, server: Scripted, reader: TwilioReader
) -> None:
    server.on(kind.method, kind.path, doubt, end)
    error = error_of(kind, reader)
    assert (error.status, error.wrote) == (end.status, True)


@pytest.mark.parametrize("doubt", DOUBTS.values(), ids=DOUBTS)
@named(WRITES)
def test_a_lasting_doubt_may_have_written(kind: Kind, doubt: Reply, server: Scripted, reader: TwilioReader) -> None:
    server.on(kind.method, kind.path, doubt)
    assert error_of(kind, reader).wrote


@pytest.mark.parametrize("garbage", [HTML, reply(200, [1]), reply(200, {**service(), "sid": 5})])
@named([kind for kind in WRITES if not kind.garbled_is_done])
def test_an_answer_that_nobody_understands_may_be_that_of_a_write(
    kind: Kind, garbage: Reply, server: Scripted, reader: TwilioReader
) -> None:
    server.on(kind.method, kind.path, garbage)
    error = error_of(kind, reader)
    assert (error.failure, error.wrote) == (Failure.GARBLED, True)
    server.on(kind.method, kind.path, garbage, refusal(403, 70051))
    assert error_of(kind, reader).wrote


@named([kind for kind in WRITES if kind.name == "update"])
def test_an_answer_that_the_sdk_stumbles_over_is_that_of_a_write(
    kind: Kind, server: Scripted, reader: TwilioReader
) -> None:
    server.on(kind.method, kind.path, reply(200, service(validity_period=float("inf"))))
    error = error_of(kind, reader)
    assert (error.failure, error.wrote) == (Failure.GARBLED, True)
    assert server.calls(kind.method, kind.path) == 1


@named(WRITES)
def test_a_time_out_may_have_written(kind: Kind, server: Scripted, hasty_reader: TwilioReader) -> None:
    server.on(kind.method, kind.path, HANG, refusal(403, 70051))
    error = error_of(kind, hasty_reader)
    assert (error.failure, error.wrote) == (Failure.AUTH, True)


SURE = {
    **ENDS,
    "throttled by a 503": refusal(503, 20429),
    "bad": refusal(400, 20001),
    "redirected": Reply(status=302, headers={"Location": "/elsewhere"}),
}


@pytest.mark.parametrize("end", SURE.values(), ids=SURE)
@named([CREATE, *WRITES])
def test_refusals_alone_wrote_nothing(kind: Kind, end: Reply, server: Scripted, reader: TwilioReader) -> None:
    server.on(kind.method, kind.path, refusal(429, 20429), end)
    error = error_of(kind, reader)
    assert (error.status, error.wrote) == (end.status, False)


@named([CREATE, *WRITES])
def test_what_was_never_sent_wrote_nothing(kind: Kind, connection: Connection, policy: RetryPolicy) -> None:
    with Scripted() as gone:
        nobody = gone.base_url
    assert not error_of(kind, open_reader(replace(connection, base_url=nobody), policy=policy)).wrote


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
@named(READS)
def test_a_read_never_wrote(kind: Kind, fault: Reply, server: Scripted, reader: TwilioReader) -> None:
    server.on(kind.method, kind.path, fault)
    assert not error_of(kind, reader).wrote


@named(ALL)
def test_a_read_back_through_the_writers_door_does_not_count_as_a_write(
    kind: Kind, server: Scripted, reader: TwilioReader
) -> None:
    server.on(kind.method, kind.path, refusal(401, 20003))
    server.on("GET", SERVICES, CUT)
    server.on("GET", POOL, CUT)
    assert not error_of(kind, reader).wrote


def test_a_doubt_survives_the_wait_for_a_service_that_is_late(server: Scripted, writer: TwilioWriter) -> None:
    server.on("POST", SERVICES, reply(201, service()))
    writer.execute(create(), service_sid=None)
    server.on("POST", POOL, CUT, refusal(404, 20404), refusal(403, 70051))
    error = failed(writer, ATTACH)
    assert (error.failure, error.wrote) == (Failure.AUTH, True)


def test_a_lost_create_that_is_not_found_may_have_been_made(server: Scripted, writer: TwilioWriter) -> None:
    server.on("POST", SERVICES, refusal(429, 20429), CUT)
    server.on("GET", SERVICES, page("services"))
    error = failed(writer, create(), None)
    assert (error.failure, error.wrote) == (Failure.LOST, True)
