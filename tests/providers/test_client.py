"""The client over real HTTP: every kind of fault on every kind of call, and what may leave at all."""

from __future__ import annotations

import pytest

from smsops.errors import Failure, ProviderError
from smsops.frozen import replace
from smsops.providers.base import Connection
from smsops.providers.twilio import direct
from smsops.providers.twilio.read import TwilioReader, open_reader
from smsops.providers.twilio.retry import RetryPolicy
from tests.providers.calls import ALL, CREATE, PASSING, REPEATABLE, Kind, named
from tests.providers.scripted import (
    HALF,
    HANG,
    HTML,
    REQUEST_ID,
    SERVICES,
    Reply,
    Scripted,
    page,
    refusal,
    reply,
    service,
)


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
@named(REPEATABLE)
def test_what_can_be_repeated_survives_a_passing_fault(
    kind: Kind, fault: Reply, server: Scripted, reader: TwilioReader, waits: list[float]
) -> None:
    server.on(kind.method, kind.path, fault, kind.good)
    kind.call(reader)
    understood = fault.status == 200 and not fault.cut and kind.garbled_is_done
    done_without_a_body = fault == Reply() and kind.method == "POST"
    expected = 1 if understood or done_without_a_body or (fault == HALF and kind.garbled_is_done) else 2
    assert server.calls(kind.method, kind.path) == expected
    assert len(waits) == expected - 1


@named(REPEATABLE)
def test_a_time_out_is_repeated(kind: Kind, server: Scripted, hasty_reader: TwilioReader) -> None:
    server.on(kind.method, kind.path, HANG)
    with pytest.raises(ProviderError, match=r"no answer from 127\.0\.0\.1:\d+ within 0\.05 seconds") as raised:
        kind.call(hasty_reader)
    assert raised.value.failure is Failure.UNAVAILABLE
    assert server.calls(kind.method, kind.path) == 3


@named(REPEATABLE)
def test_a_lasting_fault_ends_as_unavailable_with_the_request_id(
    kind: Kind, server: Scripted, reader: TwilioReader, waits: list[float]
) -> None:
    server.on(kind.method, kind.path, refusal(503, 20503, "Service is unavailable, please try again"))
    with pytest.raises(ProviderError) as raised:
        kind.call(reader)
    error = raised.value
    assert (error.failure, error.status, error.provider_code) == (Failure.UNAVAILABLE, 503, 20503)
    assert error.request_id == REQUEST_ID
    assert server.calls(kind.method, kind.path) == 3
    assert waits == pytest.approx([0.1, 0.2])


@named(ALL)
def test_429_is_always_repeated_and_its_retry_after_is_honoured(
    kind: Kind, server: Scripted, reader: TwilioReader, waits: list[float]
) -> None:
    server.on(
        kind.method,
        kind.path,
        refusal(429, 20429, Retry_After="7"),
        refusal(429, 20429, Retry_After="Fri, 15 Jan 2027 08:00:09 GMT"),
        refusal(429, 20429),
        kind.good,
    )
    kind.call(reader)
    assert waits == pytest.approx([7, 9, 0.4])
    assert reader.transport.limiter.limit == 1


@named(ALL)
def test_a_retry_after_of_nothing_does_not_use_up_the_patience(
    kind: Kind, server: Scripted, reader: TwilioReader, waits: list[float]
) -> None:
    server.on(kind.method, kind.path, *[refusal(429, 20429, Retry_After="0")] * 3, kind.good)
    kind.call(reader)
    assert waits == pytest.approx([0.1, 0.2, 0.4])


def test_a_long_retry_after_is_honoured_up_to_two_minutes(
    server: Scripted, reader: TwilioReader, waits: list[float]
) -> None:
    asked = [refusal(429, 20429, Retry_After=seconds) for seconds in ("60", "3600")]
    server.on("GET", SERVICES, *asked, page("services"))
    reader.read(())
    assert waits == [60, 120]


@named(ALL)
def test_the_client_is_patient_within_the_bounds_of_its_policy(
    kind: Kind, server: Scripted, connection: Connection, waits: list[float]
) -> None:
    server.on(kind.method, kind.path, refusal(429, 20429))
    with pytest.raises(ProviderError) as raised:
        kind.call(open_reader(connection, policy=RetryPolicy(sleep=waits.append)))
    assert raised.value.failure is Failure.UNAVAILABLE
    assert (server.calls(kind.method, kind.path), len(waits)) == (12, 11)


def test_the_looks_for_a_lost_create_wait_as_the_policy_says(
    server: Scripted, connection: Connection, waits: list[float]
) -> None:
    server.on("POST", SERVICES, HTML)
    server.on("GET", SERVICES, page("services"))
    with pytest.raises(ProviderError):
        CREATE.call(open_reader(connection, policy=RetryPolicy(sleep=waits.append)))
    assert (server.calls("GET", SERVICES), len(waits)) == (6, 5)


@named(ALL)
def test_a_lasting_429_is_bounded(kind: Kind, server: Scripted, reader: TwilioReader) -> None:
    server.on(kind.method, kind.path, refusal(429, 20429))
    with pytest.raises(ProviderError) as raised:
        kind.call(reader)
    assert (raised.value.failure, raised.value.status) == (Failure.UNAVAILABLE, 429)
    assert server.calls(kind.method, kind.path) == 4


@pytest.mark.parametrize("code", [20409, 20162, 21730])
@named(ALL)
def test_conflicts_are_waited_for_and_bounded(kind: Kind, code: int, server: Scripted, reader: TwilioReader) -> None:
    server.on(kind.method, kind.path, refusal(409, code), kind.good)
    kind.call(reader)
    assert server.calls(kind.method, kind.path) == 2
    server.on(kind.method, kind.path, refusal(409, code))
    with pytest.raises(ProviderError) as raised:
        kind.call(reader)
    assert (raised.value.failure, raised.value.provider_code) == (Failure.BUSY, code)
    assert server.calls(kind.method, kind.path) == 5


ANSWERS = [
    (refusal(401, 20003, "Authenticate"), Failure.AUTH, "subaccount"),
    (refusal(403, 20008), Failure.AUTH, "test credentials"),
    (refusal(403, 70051), Failure.AUTH, "permission"),
    (refusal(409, 21712), Failure.ELSEWHERE, "another messaging service"),
    (refusal(412, 21714), Failure.FULL, "400"),
    (refusal(400, 21715), Failure.INVALID, "SMS"),
    (refusal(400, 12345), Failure.INVALID, ""),
    (refusal(422, None), Failure.INVALID, ""),
    (Reply(status=401, body=b"<html>"), Failure.AUTH, "belong together"),
    (Reply(status=403), Failure.AUTH, "active"),
    (Reply(status=302, headers={"Location": "/v1/Services/elsewhere"}), Failure.GARBLED, "redirects"),
    (Reply(status=409, body=b'{"code": 21712', headers={"X-Twilio-Error-Code": "21712"}), Failure.ELSEWHERE, ""),
    (
        reply(403, {"type": "t", "title": "Forbidden", "status": 403, "code": 70051, "detail": "No permission"}),
        Failure.AUTH,
        "permission",
    ),
]


@pytest.mark.parametrize(("answer", "failure", "hint"), ANSWERS)
@named(ALL)
def test_a_refusal_is_final_and_says_what_it_means(
    kind: Kind, answer: Reply, failure: Failure, hint: str, server: Scripted, reader: TwilioReader
) -> None:
    server.on(kind.method, kind.path, answer)
    with pytest.raises(ProviderError) as raised:
        kind.call(reader)
    error = raised.value
    assert (error.failure, error.status, error.request_id) == (failure, answer.status, REQUEST_ID)
    assert hint in error.hint
    assert f"{kind.method} {kind.path}" in error.message
    assert server.calls(kind.method, kind.path) == 1


@pytest.mark.parametrize("fault", [fault for name, fault in PASSING.items()], ids=PASSING)
def test_a_create_is_never_repeated_after_a_doubtful_answer(
    fault: Reply, server: Scripted, reader: TwilioReader
) -> None:
    server.on("POST", SERVICES, fault, CREATE.good)
    server.on("GET", SERVICES, page("services"))
    with pytest.raises(ProviderError) as raised:
        CREATE.call(reader)
    assert raised.value.failure is Failure.LOST
    assert server.calls("POST", SERVICES) == 1


def test_a_create_is_never_repeated_after_a_time_out(server: Scripted, hasty_reader: TwilioReader) -> None:
    server.on("POST", SERVICES, HANG)
    server.on("GET", SERVICES, HANG)
    with pytest.raises(ProviderError) as raised:
        CREATE.call(hasty_reader)
    assert raised.value.failure is Failure.LOST
    assert server.calls("POST", SERVICES) == 1


@named(ALL)
def test_what_was_never_sent_is_repeated_and_ends_as_unavailable(
    kind: Kind, connection: Connection, policy: RetryPolicy, waits: list[float]
) -> None:
    with Scripted() as gone:
        nobody = gone.base_url
    reader = open_reader(replace(connection, base_url=nobody), policy=policy)
    with pytest.raises(ProviderError, match="connection refused") as raised:
        kind.call(reader)
    assert raised.value.failure is Failure.UNAVAILABLE
    assert len(waits) == 2


def test_a_name_that_does_not_exist_was_never_sent(
    connection: Connection, policy: RetryPolicy, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    reader = open_reader(replace(connection, base_url="https://nobody.invalid"), policy=policy)
    with pytest.raises(ProviderError, match=r"nobody\.invalid") as raised:
        CREATE.call(reader)
    assert raised.value.failure is Failure.UNAVAILABLE


def test_a_body_without_end_is_cut_off(server: Scripted, reader: TwilioReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(direct, "MAX_BODY", 1000)
    server.on("GET", SERVICES, page("services", service(friendly_name="x" * 2000)))
    with pytest.raises(ProviderError) as raised:
        reader.read(())
    assert raised.value.failure is Failure.GARBLED


def test_a_server_that_does_not_speak_tls_is_no_answer(
    server: Scripted, connection: Connection, policy: RetryPolicy
) -> None:
    tls = replace(connection, base_url=server.base_url.replace("http://", "https://"))
    with pytest.raises(ProviderError, match="was lost") as raised:
        open_reader(tls, policy=policy).read(())
    assert raised.value.failure is Failure.UNAVAILABLE


def test_any_2xx_counts_as_done_for_a_write(server: Scripted, reader: TwilioReader) -> None:
    for kind in (kind for kind in REPEATABLE if kind.change):
        server.on(kind.method, kind.path, Reply(status=202))
        kind.call(reader)
        assert server.calls(kind.method, kind.path) == 1
