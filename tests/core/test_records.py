"""What the next plan may rest on after an apply that did all, some or nothing of its plan."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smsops.changes import Change, Gate
from smsops.errors import LedgerError
from smsops.gates import judge
from smsops.ledger.records import base_of, finished, next_base, started
from smsops.model import Base, BaseChannel, Departed, DesiredState, LiveState, Sender
from smsops.plan import plan
from smsops.planned import AccountPlan
from smsops.project import Policy
from tests.core.build import ACCOUNT_SID, channel, desired, live, service, sid

A, B, C = "+12065550101", "+12065550102", "+12065550103"
MG1, MG2, MG3 = sid("MG", "1"), sid("MG", "2"), sid("MG", "3")


def entry(service_sid: str, *pool: str, guarded: str = "", held_back: str = "") -> BaseChannel:
    return BaseChannel(
        service_sid=service_sid,
        pool=frozenset(pool),
        guarded=frozenset(guarded.split()),
        held_back=frozenset(held_back.split()),
    )


def after(
    wish: DesiredState, now: LiveState, base: Base, *allow: Gate, undone: str = "", lost: str = "", **made: str
) -> Base:
    """The base after an apply; `undone` names actions that failed, `made` the services that creates got."""
    judged = judged_plan(wish, now, base, *allow)
    left: tuple[Change, ...] = tuple(c for c in judged.changes if c.action in undone.split())
    services = {**dict(judged.bound), **made}
    return next_base(desired=wish, base=base, plan=judged, services=services, undone=left, lost=frozenset(lost.split()))


def judged_plan(wish: DesiredState, now: LiveState, base: Base, *allow: Gate) -> AccountPlan:
    found = plan(desired=wish, live=now, base=base)
    return judge(found, desired=wish, base=base, policy=Policy(), allow=frozenset(allow))


def test_everything_done_is_everything_declared():
    wish = desired(channel("a", A, Sender(number=B, protected=True)))
    assert after(wish, live(numbers=[A, B]), Base(), a=MG1) == Base(channels={"a": entry(MG1, A, B, guarded=B)})


def test_a_number_that_was_not_attached_is_not_in_the_record():
    wish = desired(channel("a", A, B, service_sid=MG1))
    found = after(wish, live(service(MG1, "a", A), numbers=[B]), Base(), undone="number.attach")
    assert found == Base(channels={"a": entry(MG1, A)})


def test_a_renamed_channel_takes_its_record_along():
    wish = desired(channel("new", A, service_sid=MG1))
    base = Base(channels={"old": entry(MG1, A, guarded=A)})
    assert after(wish, live(service(MG1, "old", A)), base) == Base(channels={"new": entry(MG1, A)})


def test_a_number_that_was_put_back_keeps_its_record_and_its_guard():
    wish = desired(channel("a", service_sid=MG1), channel("b", A, B, service_sid=MG2))
    base = Base(channels={"a": entry(MG1, A, guarded=A), "b": entry(MG2, B)})
    now = live(service(MG1, "a", A), service(MG2, "b", B))
    found = after(wish, now, base, Gate.PROTECTED, undone="number.move")
    assert found == base


def test_an_allowed_prune_that_failed_still_needs_to_be_allowed():
    wish = desired(channel("a", A, service_sid=MG1))
    base = Base(channels={"a": entry(MG1, A, held_back=B)})
    now = live(service(MG1, "a", A, B))
    assert after(wish, now, base, Gate.PRUNE, undone="number.detach") == base


def test_a_detach_that_failed_leaves_the_number_known():
    wish = desired(channel("a", A, service_sid=MG1))
    base = Base(channels={"a": entry(MG1, A, B)})
    found = after(wish, live(service(MG1, "a", A, B)), base, undone="number.detach")
    assert found == base


def test_what_was_held_back_is_remembered_as_such():
    wish = desired(channel("a", A, service_sid=MG1))
    assert after(wish, live(service(MG1, "a", A, B)), Base()) == Base(channels={"a": entry(MG1, A, held_back=B)})


def test_a_channel_that_left_git_is_remembered_until_its_service_is_deleted():
    wish = desired(channel("a", A, service_sid=MG1))
    base = Base(channels={"a": entry(MG1, A), "old": entry(MG2, B)})
    now = live(service(MG1, "a", A), service(MG2, "old", B))
    waiting = Base(channels={"a": entry(MG1, A)}, departed={MG2: Departed(channel="old", entry=entry(MG2, B))})
    emptied = Base(channels={"a": entry(MG1, A)}, departed={MG2: Departed(channel="old", entry=entry(MG2))})
    assert after(wish, now, base) == waiting
    assert after(wish, now, waiting) == waiting
    assert after(wish, now, waiting, Gate.DELETE_SERVICE, undone="service.delete") == emptied
    assert after(wish, now, base, Gate.DELETE_SERVICE) == Base(channels={"a": entry(MG1, A)})


def test_a_partial_apply_leaves_the_record_of_the_others_alone():
    wish = desired(channel("a", A, service_sid=MG1), channel("b", B, C, service_sid=MG2), selected=["a"])
    base = Base(channels={"b": entry(MG2, B, guarded=B)}, creating={"c": "c"})
    found = after(wish, live(service(MG1, "a", A), service(MG2, "b", B)), base)
    channels = {"a": entry(MG1, A), "b": entry(MG2, B, guarded=B)}
    assert found == Base(channels=channels, creating={"c": "c"})


def test_a_channel_that_pins_another_service_keeps_its_new_record_and_the_old_service_waits():
    wish = desired(channel("a", Sender(number=A, protected=True), service_sid=MG1))
    base = Base(channels={"a": entry(MG2, B)})
    now = live(service(MG1, "a", A), service(MG2, "a", B))
    here = entry(MG1, A, guarded=A)
    waiting = Base(channels={"a": here}, departed={MG2: Departed(channel="a", entry=entry(MG2, B))})
    assert after(wish, now, base) == waiting
    assert after(wish, now, waiting, Gate.DELETE_SERVICE) == Base(channels={"a": here})


def test_a_number_that_came_by_drift_and_could_not_be_detached_is_not_held_back_later():
    wish = desired(channel("a", A, service_sid=MG1))
    base = Base(channels={"a": entry(MG1, A)})
    assert after(wish, live(service(MG1, "a", A, B)), base, undone="number.detach") == base


def test_numbers_that_left_a_departed_service_are_guarded_no_more():
    wish = desired(channel("c", A, B, service_sid=MG1))
    base = Base(channels={"c": entry(MG1, A), "old": entry(MG2, B, guarded=B)})
    now = live(service(MG1, "c", A), service(MG2, "old", B))
    found = after(wish, now, base, Gate.TAKEOVER, Gate.PROTECTED)
    assert found == Base(channels={"c": entry(MG1, A, B)}, departed={MG2: Departed(channel="old", entry=entry(MG2))})


def test_a_departed_service_that_is_gone_from_the_account_is_forgotten():
    wish = desired(channel("a", A, service_sid=MG1))
    base = Base(channels={"a": entry(MG1, A)}, departed={MG2: Departed(channel="old", entry=entry(MG2, B, guarded=B))})
    assert after(wish, live(service(MG1, "a", A)), base) == Base(channels={"a": entry(MG1, A)})


def test_a_create_begun_anew_replaces_an_older_one_of_its_name():
    found = judged_plan(desired(channel("new", A, friendly_name="X")), live(numbers=[A]), Base())
    opened = started(found, Base(creating={"old": "X", "other": "Y"}), plan_id="sha256:0", at="t")
    assert opened["data"]["creating"] == {"new": "X", "other": "Y"}


def test_a_lost_create_is_remembered_by_its_friendly_name_until_it_is_found():
    wish = desired(channel("a", A, friendly_name="Support"))
    lost = after(wish, live(numbers=[A]), Base(), undone="service.create number.attach", lost="a")
    assert lost == Base(creating={"a": "Support"})
    assert after(wish, live(service(MG1, "Support"), numbers=[A]), lost) == Base(channels={"a": entry(MG1, A)})


def test_a_lost_create_of_a_channel_that_left_git_is_remembered_while_something_is_left_of_it():
    wish = desired(channel("a", A, service_sid=MG1))
    base = Base(creating={"gone": "gone"})
    assert after(wish, live(service(MG1, "a", A), service(MG3, "gone")), base).creating == {"gone": "gone"}
    assert after(wish, live(service(MG1, "a", A)), base).creating == {}


def test_a_record_reads_back_as_the_base_that_it_was_written_with():
    base = Base(
        channels={"a": entry(MG1, A, B, guarded=A, held_back=C)},
        departed={MG2: Departed(channel="old", entry=entry(MG2, C))},
        creating={"b": "Support"},
    )
    found = judged_plan(desired(channel("new", A)), live(numbers=[A]), Base())
    closed = finished(found, base, plan_id="sha256:0", at="t", results=[])
    assert base_of(closed, account_sid=ACCOUNT_SID) == base
    assert base_of(closed, account_sid="AC" + "2" * 32) is None
    opened = base_of(started(found, base, plan_id="sha256:0", at="t"), account_sid=ACCOUNT_SID)
    assert opened == replace(base, creating={"b": "Support", "new": "new"})


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.pop("inventory"),
        lambda data: data.update(format_version="9.9"),
        lambda data: data["inventory"]["a"].update(pool="abc"),
        lambda data: data["inventory"]["a"].update(service_sid=1),
        lambda data: data["inventory"].update(a=[]),
        lambda data: data.update(creating=["a"]),
        lambda data: data.update(creating={"a": None}),
    ],
)
def test_a_record_with_a_wrong_part_is_refused(spoil):
    base = Base(channels={"a": entry(MG1, A)})
    found = judged_plan(desired(), live(), Base())
    record = finished(found, base, plan_id="sha256:0", at="t", results=[])
    spoil(record["data"])
    with pytest.raises(LedgerError):
        base_of(record, account_sid=ACCOUNT_SID)
