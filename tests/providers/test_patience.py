"""A run that is told to stop ends its tries: none is begun, and none waited for, once nothing is left of its patience.

Time is counted and not waited: each patience here loses what it is asked to sleep.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import pytest

from smsops.changes import AttachNumber, Change, CreateService, DetachNumber, FieldDiff, MoveNumber, UpdateService
from smsops.errors import Failure, ProviderError
from smsops.frozen import replace
from smsops.model import LiveService
from smsops.providers.base import Connection, Endless, Receipt
from smsops.providers.twilio.read import open_reader
from smsops.providers.twilio.retry import RetryPolicy
from smsops.providers.twilio.write import open_writer
from smsops.sandbox.faults import Fault, FaultKind
from smsops.sandbox.senders import number_sid
from smsops.sandbox.server import Sandbox
from smsops.sandbox.switches import Switches
from smsops.secrets.base import Secret

ACCOUNT = "AC" + "b" * 32
NUMBER = "+12065550101"
SID = number_sid(ACCOUNT, NUMBER)
WHERE: dict[str, Any] = {"account": "us", "channel": "orders"}
EVEN = RetryPolicy(draw=lambda: 0.5)
"""The real policy with its real waits, but for chance: the patience sleeps."""
ADD, REMOVE = "PhoneNumbers$", "PhoneNumbers/"
FOR_EVER = [Fault(status=429, times=None), Fault(status=409, code=20409, times=None), Fault(status=503, times=None)]


@dataclass(slots=True)
class Budget:
    """So many seconds, and what was slept of them."""

    seconds: float
    slept: list[float] = field(default_factory=list)

    def left(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds = max(0.0, self.seconds - seconds)


@pytest.fixture
def box() -> Any:
    with Sandbox(None, seed="patience") as running:
        yield running


def connection(box: Sandbox, patience: Budget) -> Connection:
    given = box.ensure_account(ACCOUNT, numbers=[NUMBER])
    return Connection(
        account_sid=ACCOUNT,
        username=given.username,
        password=Secret(given.password),
        base_url=box.base_url,
        patience=patience,
    )


def execute(box: Sandbox, patience: Budget, change: Change, sid: str | None = None) -> Receipt:
    writer = open_writer(open_reader(connection(box, patience), policy=EVEN))
    return writer.execute(change, service_sid=sid)


def failed(box: Sandbox, patience: Budget, change: Change, sid: str | None = None) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        execute(box, patience, change, sid)
    return raised.value


def service(box: Sandbox, name: str = "orders", *numbers: str) -> str:
    box.ensure_account(ACCOUNT, numbers=[NUMBER])
    sid = box.console.create_service(ACCOUNT, name)
    box.console.attach(sid, *numbers)
    return sid


def named(name: str) -> tuple[FieldDiff, ...]:
    return (FieldDiff(name="friendly_name", field="friendly_name", before=None, after=name),)


def move(origin: str, sid: str) -> MoveNumber:
    return MoveNumber(
        number=NUMBER, number_sid=SID, from_service_sid=origin, from_channel="else", service_sid=sid, **WHERE
    )


def asked(box: Sandbox) -> list[tuple[str, str]]:
    """Methods of the requests, with the last part of the path."""
    return [(found.method, found.path.split("/")[-1]) for found in box.requests]


def test_an_endless_patience_waits_as_it_is_asked_to() -> None:
    before = time.monotonic()
    Endless().sleep(0.01)
    assert time.monotonic() - before >= 0.01
    assert Endless().left() == float("inf")


@pytest.mark.parametrize("fault", FOR_EVER, ids=["429", "20409", "503"])
@pytest.mark.parametrize(("seconds", "slept"), [(0.0, []), (0.05, [0.05]), (0.1, [0.1]), (0.5, [0.1, 0.2, 0.2])])
def test_the_tries_end_with_the_patience(box: Sandbox, fault: Fault, seconds: float, slept: list[float]) -> None:
    sid, patience = service(box), Budget(seconds)
    box.faults.add(fault)
    error = failed(box, patience, UpdateService(service_sid=sid, fields=named("new"), **WHERE))
    assert (error.status, error.failure) == (fault.status, Failure.BUSY if fault.code else Failure.UNAVAILABLE)
    assert error.request_id
    assert error.wrote == (fault.status == 503)
    assert patience.slept == pytest.approx(slept)
    assert len(box.requests) == max(1, len(slept))


def test_an_endless_run_tries_as_often_as_its_policy_says(box: Sandbox) -> None:
    sid, patience = service(box), Budget(float("inf"))
    box.faults.add(Fault(status=429, times=None))
    failed(box, patience, UpdateService(service_sid=sid, fields=named("new"), **WHERE))
    assert len(box.requests) == 12
    assert sum(patience.slept) == pytest.approx(111.1)


def test_a_server_that_asks_for_minutes_gets_what_is_left(box: Sandbox) -> None:
    sid, patience = service(box), Budget(5.0)
    box.faults.add(Fault(status=429, retry_after="120", times=None))
    failed(box, patience, UpdateService(service_sid=sid, fields=named("new"), **WHERE))
    assert (patience.slept, len(box.requests)) == ([5.0], 1)


def test_what_an_earlier_try_may_have_done_is_not_forgotten_at_the_end(box: Sandbox) -> None:
    sid = service(box)
    box.faults.add(Fault(kind=FaultKind.RESET, method="POST", after=True), Fault(status=429, times=None))
    error = failed(box, Budget(0.1), UpdateService(service_sid=sid, fields=named("new"), **WHERE))
    assert error.wrote
    error = failed(box, Budget(0.3), UpdateService(service_sid=sid, fields=named("new"), **WHERE))
    assert not error.wrote


def test_reads_end_too(box: Sandbox) -> None:
    box.ensure_account(ACCOUNT)
    box.faults.add(Fault(status=429, times=None))
    with pytest.raises(ProviderError) as raised:
        open_reader(connection(box, Budget(0.0)), policy=EVEN).read(())
    assert (raised.value.failure, len(box.requests)) == (Failure.UNAVAILABLE, 1)


def test_a_policy_that_sleeps_by_itself_is_bound_by_the_patience_as_well(box: Sandbox) -> None:
    slept: list[float] = []
    box.faults.add(Fault(status=429, times=None))
    with pytest.raises(ProviderError):
        open_reader(connection(box, Budget(0.05)), policy=replace(EVEN, sleep=slept.append, tries=2)).read(())
    assert slept == pytest.approx([0.05] * 11)
    with pytest.raises(ProviderError):
        open_reader(connection(box, Budget(0.0)), policy=replace(EVEN, sleep=slept.append)).read(())
    assert len(slept) == 11


def test_a_read_back_looks_once_and_waits_for_nothing(box: Sandbox) -> None:
    sid = service(box)
    seen: list[LiveService | None] = []

    def never(found: LiveService | None) -> bool:
        seen.append(found)
        return False

    reader = open_reader(connection(box, Budget(0.0)), policy=EVEN)
    found = reader.read_back(sid, settings=True, pool=False, settled=never)
    assert found is not None
    assert (seen, len(box.requests)) == ([found], 1)


def test_a_lost_create_is_looked_for_once_and_stays_lost(box: Sandbox) -> None:
    box.ensure_account(ACCOUNT)
    box.switches = Switches(lag=99)
    box.faults.add(Fault(kind=FaultKind.RESET, method="POST", after=True))
    error = failed(box, Budget(0.0), CreateService(fields=named("orders"), **WHERE))
    assert (error.failure, error.wrote) == (Failure.LOST, True)
    assert "It was not found." in error.message
    assert asked(box) == [("POST", "Services"), ("GET", "Services")]


def test_a_service_that_shows_late_is_not_waited_for(box: Sandbox) -> None:
    box.ensure_account(ACCOUNT, numbers=[NUMBER])
    patience = Budget(1.0)
    writer = open_writer(open_reader(connection(box, patience), policy=EVEN))
    sid = writer.execute(CreateService(fields=named("orders"), **WHERE), service_sid=None).service_sid
    box.faults.add(Fault(status=404, path=ADD, times=None))
    patience.seconds = 0.0
    with pytest.raises(ProviderError) as raised:
        writer.execute(AttachNumber(number=NUMBER, number_sid=SID, service_sid=sid, **WHERE), service_sid=sid)
    assert (raised.value.failure, len(box.requests)) == (Failure.NOT_FOUND, 2)


def test_a_move_under_way_lands_while_some_patience_is_left(box: Sandbox) -> None:
    origin, sid, patience = service(box, "old", NUMBER), service(box, "new"), Budget(1.0)
    box.faults.add(Fault(status=429, method="POST", path=ADD, times=2))
    receipt = execute(box, patience, move(origin, sid), sid)
    assert (receipt.service_sid, set(box.console.pool(sid))) == (sid, {NUMBER})
    assert patience.slept == pytest.approx([0.1, 0.2])


def test_a_move_under_way_is_still_attached_when_nothing_is_left(box: Sandbox) -> None:
    origin, sid = service(box, "old", NUMBER), service(box, "new")
    execute(box, Budget(0.0), move(origin, sid), sid)
    assert (box.console.pool(origin), set(box.console.pool(sid))) == ({}, {NUMBER})


def test_a_move_that_cannot_land_is_put_back_with_the_one_try_that_is_left(box: Sandbox) -> None:
    origin, sid = service(box, "old", NUMBER), service(box, "new")
    box.faults.add(Fault(status=409, code=20409, method="POST", path=f"{sid}/{ADD}", times=None))
    error = failed(box, Budget(0.0), move(origin, sid), sid)
    assert (error.failure, error.wrote) == (Failure.BUSY, True)
    assert f"{NUMBER} was put back into the pool of {origin}." in error.message
    assert (set(box.console.pool(origin)), box.console.pool(sid)) == ({NUMBER}, {})
    assert asked(box) == [("DELETE", SID), ("POST", "PhoneNumbers"), ("POST", "PhoneNumbers")]


def test_a_put_back_that_fails_is_tried_once(box: Sandbox) -> None:
    origin, sid = service(box, "old", NUMBER), service(box, "new")
    box.faults.add(Fault(status=429, method="POST", path=ADD, times=None))
    error = failed(box, Budget(0.0), move(origin, sid), sid)
    assert "It is in no pool; the next apply attaches it." in error.message
    assert len(box.requests) == 3


def test_a_move_that_has_not_begun_leaves_the_number_where_it_is(box: Sandbox) -> None:
    origin, sid = service(box, "old", NUMBER), service(box, "new")
    box.faults.add(Fault(status=429, path=REMOVE, times=None))
    error = failed(box, Budget(0.0), move(origin, sid), sid)
    assert not error.wrote
    assert (set(box.console.pool(origin)), len(box.requests)) == ({NUMBER}, 1)


def test_a_move_says_how_long_its_number_was_in_no_pool(box: Sandbox) -> None:
    origin, sid = service(box, "old", NUMBER), service(box, "new")
    box.switches = Switches(latency=0.01)
    off_air = execute(box, Budget(1.0), move(origin, sid), sid).off_air_s
    assert off_air is not None
    assert off_air >= 0.01
    box.faults.add(Fault(kind=FaultKind.RESET, method="POST", path=ADD, after=True), Fault(status=403, method="POST"))
    found_there = execute(box, Budget(1.0), move(sid, origin), origin)
    assert (set(box.console.pool(origin)), found_there.off_air_s is not None) == ({NUMBER}, True)


def test_nothing_but_a_move_says_so(box: Sandbox) -> None:
    sid, patience = service(box), Budget(1.0)
    changes: list[Change] = [
        CreateService(fields=named("other"), **WHERE),
        UpdateService(service_sid=sid, fields=named("new"), **WHERE),
        AttachNumber(number=NUMBER, number_sid=SID, service_sid=sid, **WHERE),
        DetachNumber(number=NUMBER, number_sid=SID, service_sid=sid, **WHERE),
    ]
    assert [execute(box, patience, change, sid).off_air_s for change in changes] == [None] * 4
