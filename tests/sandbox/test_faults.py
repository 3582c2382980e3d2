"""Faults: each kind does what it says, before or after the effect, for the requests it names and no others."""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections.abc import Iterator

import pytest

from smsops.sandbox.faults import Fault, FaultKind
from smsops.sandbox.server import Sandbox
from smsops.sandbox.switches import Switches
from tests.sandbox.caller import Caller, Reply
from tests.sandbox.conftest import ACCOUNT, P1

CREATE = r"^/v1/Services$"


def create(caller: Caller) -> Reply:
    return caller.call("POST", "/v1/Services", FriendlyName="orders")


@pytest.fixture
def second(box: Sandbox, blunt: Caller) -> Iterator[Caller]:
    """Another connection, for what goes on while the first one waits."""
    with Caller(box, box.ensure_account(ACCOUNT)) as open_caller:
        yield open_caller


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (429, None, 20429),
        (500, None, 20500),
        (503, None, 20503),
        (409, 20162, 20162),
        (412, 21714, 21714),
        (418, None, 418),
    ],
)
def test_an_error_comes_before_or_after_the_effect(
    box: Sandbox, blunt: Caller, status: int, code: int | None, expected: int, after: bool
) -> None:
    box.faults.add(Fault(status=status, code=code, after=after))
    reply = create(blunt)
    assert reply.error == (status, expected)
    assert reply.headers["X-Twilio-Error-Code"] == str(expected)
    assert "Retry-After" not in reply.headers
    assert len(box.console.services(ACCOUNT)) == after
    assert create(blunt).status == 201


@pytest.mark.parametrize("value", ["0", "2", "0.25", "Wed, 21 Oct 2026 07:28:00 GMT", "soon", "1\r\nX-Evil: 1"])
def test_retry_after_is_sent_as_it_is_on_one_line(box: Sandbox, blunt: Caller, value: str) -> None:
    box.faults.add(Fault(status=429, retry_after=value))
    reply = create(blunt)
    assert reply.headers["Retry-After"] == value.replace("\r\n", "  ")
    assert "X-Evil" not in reply.headers


@pytest.mark.parametrize("after", [False, True])
def test_a_reset_cuts_the_connection_without_a_byte(box: Sandbox, blunt: Caller, after: bool) -> None:
    box.faults.add(Fault(kind=FaultKind.RESET, after=after))
    with pytest.raises(ConnectionResetError):
        create(blunt)
    assert len(box.console.services(ACCOUNT)) == after


@pytest.mark.parametrize("after", [False, True])
def test_a_truncated_answer_ends_in_the_middle(box: Sandbox, blunt: Caller, after: bool) -> None:
    box.faults.add(Fault(kind=FaultKind.TRUNCATED, after=after))
    with pytest.raises(http.client.IncompleteRead) as caught:
        create(blunt)
    assert caught.value.partial.startswith(b'{"sid"')
    assert len(box.console.services(ACCOUNT)) == after


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    ("kind", "before_status", "after_status", "content_type"),
    [(FaultKind.HTML, 502, 502, "text/html"), (FaultKind.GARBAGE, 200, 201, "application/json")],
)
def test_a_strange_body_comes_before_or_after_the_effect(
    box: Sandbox, blunt: Caller, kind: FaultKind, before_status: int, after_status: int, content_type: str, after: bool
) -> None:
    box.faults.add(Fault(kind=kind, after=after))
    reply = create(blunt)
    assert (reply.status, reply.headers["Content-Type"]) == (after_status if after else before_status, content_type)
    with pytest.raises(ValueError, match=r"."):
        _ = reply.body
    assert len(box.console.services(ACCOUNT)) == after


def test_a_spoilt_delete_has_a_body_where_there_should_be_none(box: Sandbox, blunt: Caller) -> None:
    sid = blunt.create_service()
    box.faults.add(Fault(kind=FaultKind.GARBAGE, after=True))
    reply = blunt.call("DELETE", f"/v1/Services/{sid}")
    assert (reply.status, bool(reply.raw)) == (200, True)
    assert box.console.services(ACCOUNT) == ()


@pytest.mark.parametrize("after", [False, True])
def test_a_delayed_answer_waits_until_the_faults_are_cleared(
    box: Sandbox, blunt: Caller, second: Caller, after: bool
) -> None:
    box.faults.add(Fault(kind=FaultKind.DELAY, seconds=600, path=CREATE, method="POST", after=after))
    replies: list[Reply] = []
    waiting = threading.Thread(target=lambda: replies.append(create(blunt)))
    waiting.start()
    while box.faults.left or len(second.names()) != after:
        pass
    assert (replies, box.requests.in_flight) == ([], 1)
    box.faults.clear()
    waiting.join()
    assert [reply.status for reply in replies] == [201]
    assert second.names() == ["orders"]


def test_stopping_does_not_wait_for_delays(box: Sandbox, blunt: Caller) -> None:
    box.faults.add(Fault(kind=FaultKind.DELAY, seconds=600))

    def ask() -> None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            create(blunt)

    asking = threading.Thread(target=ask)
    asking.start()
    while box.faults.left:
        pass
    box.stop()
    asking.join()
    assert box.requests.in_flight == 0


def test_a_rule_strikes_after_its_skips_and_as_often_as_it_says(box: Sandbox, blunt: Caller) -> None:
    box.faults.add(Fault(status=503, skip=2, times=2))
    assert [create(blunt).status for _ in range(6)] == [201, 201, 503, 503, 201, 201]
    assert box.faults.left == ()


def test_a_rule_without_times_strikes_until_it_is_cleared(box: Sandbox, blunt: Caller) -> None:
    box.faults.add(Fault(status=503, times=None))
    assert [create(blunt).status for _ in range(5)] == [503] * 5
    box.faults.clear()
    assert create(blunt).status == 201


def test_a_rule_strikes_only_its_method_and_path(box: Sandbox, blunt: Caller) -> None:
    box.faults.add(Fault(status=503, method="POST", path=r"/PhoneNumbers$"))
    sid = blunt.create_service()
    assert blunt.pool(sid) == []
    assert blunt.add(sid, P1).status == 503
    assert blunt.add(sid, P1).status == 201


def test_the_first_rule_that_matches_wins_and_skipping_leaves_room_for_the_next(box: Sandbox, blunt: Caller) -> None:
    box.faults.add(Fault(status=500, skip=1), Fault(status=503), Fault(status=429))
    assert [create(blunt).status for _ in range(4)] == [503, 500, 429, 201]


def test_each_fault_strikes_once_however_many_ask_at_a_time(box: Sandbox, blunt: Caller) -> None:
    box.faults.add(Fault(status=503, times=10))
    statuses: list[int] = []

    def ask() -> None:
        with Caller(box, box.ensure_account(ACCOUNT), described=False) as own:
            statuses.extend(own.call("GET", "/v1/Services").status for _ in range(10))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 30 + [503] * 10


def test_the_log_names_the_fault_and_the_true_status(box: Sandbox, blunt: Caller) -> None:
    box.faults.add(Fault(kind=FaultKind.RESET, after=True), Fault(status=429))
    with pytest.raises(ConnectionResetError):
        create(blunt)
    create(blunt)
    told = [(asked.method, asked.path, asked.params, asked.status, asked.fault) for asked in box.requests]
    assert told == [
        ("POST", "/v1/Services", {"FriendlyName": "orders"}, 201, "reset after the effect"),
        ("POST", "/v1/Services", {"FriendlyName": "orders"}, 429, "status 429"),
    ]


@pytest.mark.parametrize("wrong", [{"times": 0}, {"skip": -1}, {"seconds": -1.0}])
def test_a_fault_that_makes_no_sense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="A fault needs"):
        Fault(**wrong)  # type: ignore[arg-type]


def test_a_crowded_account_answers_429(box: Sandbox, blunt: Caller, second: Caller) -> None:
    box.switches = Switches(concurrency_limit=1)
    box.faults.add(Fault(kind=FaultKind.DELAY, seconds=600))
    waiting = threading.Thread(target=create, args=[blunt])
    waiting.start()
    while box.faults.left:
        pass
    reply = second.call("GET", "/v1/Services")
    assert reply.error == (429, 20429)
    assert reply.headers["Twilio-Concurrent-Requests"] == "2"
    box.faults.clear()
    waiting.join()
    assert second.names() == ["orders"]
    assert box.requests.max_concurrency == 2
