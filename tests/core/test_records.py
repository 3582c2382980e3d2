"""What the next plan may rest on after an apply that did all, some or nothing of its plan."""

from __future__ import annotations

import json
from typing import Any

import pytest

from smsops.changes import Change, Gate
from smsops.frozen import replace
from smsops.gates import judge
from smsops.ledger.chain import verify
from smsops.ledger.inventory import Upshot, begun, next_base
from smsops.ledger.records import (
    Ending,
    Record,
    Run,
    base_of,
    closed,
    finished,
    is_intact,
    not_begun,
    parsed,
    rendered,
    sealed_record,
    started,
)
from smsops.masking import Kept, sealed
from smsops.model import Base, BaseChannel, Departed, DesiredState, Doubts, LiveState, Sender
from smsops.outcome import Outcome
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


def whole_after(
    wish: DesiredState, now: LiveState, base: Base, *allow: Gate, undone: str = "", unsure: str = "", **made: str
) -> Base:
    """The base after an apply; `undone` names actions that failed, `unsure` those of them that may have taken effect
    all the same, `made` the services that creates got.
    """
    judged = judged_plan(wish, now, base, *allow)

    def named(actions: str) -> frozenset[Change]:
        return frozenset(c for c in judged.changes if c.action in actions.split())

    services = {**dict(judged.bound), **made}
    upshot = Upshot(services=services, undone=named(undone), unsure=named(unsure))
    return next_base(base=base, plan=judged, upshot=upshot)


def after(*states: Any, **parts: Any) -> Base:
    """The same, without the settings: tests of pools need not name them."""
    found = whole_after(*states, **parts)
    return replace(
        found,
        channels={name: replace(one, fields={}) for name, one in found.channels.items()},
        departed={s: replace(one, entry=replace(one.entry, fields={})) for s, one in found.departed.items()},
    )


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
    assert begun(Base(creating={"old": "X", "other": "Y"}), found).creating == {"new": "X", "other": "Y"}


def test_a_lost_create_is_remembered_by_its_friendly_name_until_it_is_found():
    wish = desired(channel("a", A, friendly_name="Support"))
    lost = after(wish, live(numbers=[A]), Base(), undone="service.create number.attach", unsure="service.create")
    assert lost == Base(creating={"a": "Support"})
    assert after(wish, live(service(MG1, "Support"), numbers=[A]), lost) == Base(channels={"a": entry(MG1, A)})


def test_a_lost_create_of_a_channel_that_left_git_is_remembered_while_something_is_left_of_it():
    wish = desired(channel("a", A, service_sid=MG1))
    base = Base(creating={"gone": "gone"})
    assert after(wish, live(service(MG1, "a", A), service(MG3, "gone")), base).creating == {"gone": "gone"}
    assert after(wish, live(service(MG1, "a", A)), base).creating == {}


# --- settings ----------------------------------------------------------------------------------------------

OLD, NEW = "https://old.example.com/in", "https://new.example.com/in"
LOGIN = "https://ann:hunter2@hooks.example.com/in"


def one_setting(base: Base, name: str = "webhook_url") -> Kept:
    return base.channels["a"].fields[name]


def knowing(url: str, *pool: str, doubts: Doubts | None = None) -> Base:
    one = replace(entry(MG1, *pool), fields={"webhook_url": sealed(url)})
    return Base(channels={"a": one}, doubts=doubts or Doubts())


def test_every_managed_setting_is_remembered_and_no_other():
    wish = desired(channel("a", A, service_sid=MG1, validity_period=600))
    found = whole_after(wish, live(service(MG1, "a", A, use_case="poll")), Base())
    assert found.channels["a"].fields == {
        "friendly_name": "a",
        "webhook_url": "https://a.example.com/in",
        "webhook_method": "POST",
        "fallback_url": "",
        "fallback_method": "POST",
        "status_callback_url": "https://a.example.com/status",
        "use_inbound_webhook_on_number": False,
        "validity_period": 600,
    }


def test_a_setting_that_was_not_written_keeps_what_was_recorded():
    wish = desired(channel("a", A, service_sid=MG1, webhook_url=NEW))
    now = live(service(MG1, "a", A, webhook_url=OLD))
    assert one_setting(whole_after(wish, now, knowing(OLD, A))) == NEW
    failed = whole_after(wish, now, knowing(OLD, A), undone="service.update")
    assert (one_setting(failed), failed.doubts) == (OLD, Doubts())
    assert "webhook_url" not in whole_after(wish, now, Base(), undone="service.update").channels["a"].fields


def test_a_setting_that_may_have_been_written_is_a_doubt_until_an_apply_settles_it():
    wish = desired(channel("a", A, service_sid=MG1, webhook_url=NEW))
    now = live(service(MG1, "a", A, webhook_url=OLD))
    unsure = whole_after(wish, now, knowing(OLD, A), undone="service.update", unsure="service.update")
    assert one_setting(unsure) == OLD
    assert unsure.doubts == Doubts(fields={(MG1, "webhook_url"): frozenset({NEW})})
    again = whole_after(wish, now, unsure)
    assert (one_setting(again), again.doubts) == (NEW, Doubts())
    arrived = whole_after(wish, live(service(MG1, "a", A, webhook_url=NEW)), unsure)
    assert (one_setting(arrived), arrived.doubts) == (NEW, Doubts())
    refused = whole_after(wish, now, unsure, undone="service.update")
    assert (one_setting(refused), refused.doubts) == (OLD, unsure.doubts)


def test_a_number_that_may_have_changed_hands_is_a_doubt_with_its_guard_until_an_apply_settles_it():
    guarded = Sender(number=B, protected=True)
    wish = desired(channel("a", A, guarded, service_sid=MG1))
    now = live(service(MG1, "a", A), numbers=[B])
    unsure = after(wish, now, Base(), undone="number.attach", unsure="number.attach")
    assert unsure.channels == {"a": entry(MG1, A)}
    assert unsure.doubts == Doubts(numbers=frozenset({B}), guarded=frozenset({B}))
    assert after(wish, now, unsure) == Base(channels={"a": entry(MG1, A, B, guarded=B)})


def test_doubts_about_what_a_partial_apply_does_not_look_at_stay():
    wish = desired(channel("a", A, service_sid=MG1), channel("b", B, service_sid=MG2), selected=["a"])
    doubts = Doubts(fields={(MG2, "webhook_url"): frozenset({NEW})}, numbers=frozenset({B}))
    base = Base(channels={"b": entry(MG2, B)}, doubts=doubts)
    assert after(wish, live(service(MG1, "a", A), service(MG2, "b", B)), base).doubts == doubts


def test_a_plan_that_is_begun_puts_all_that_it_will_write_in_doubt():
    wish = desired(channel("a", A, Sender(number=B, flow="confirm"), service_sid=MG1, webhook_url=NEW), channel("n", C))
    now = live(service(MG1, "a", A, webhook_url=OLD), numbers=[B, C])
    opened = begun(knowing(OLD, A), judged_plan(wish, now, knowing(OLD, A)))
    assert opened.channels == knowing(OLD, A).channels
    assert opened.creating == {"n": "n"}
    assert opened.doubts.fields[(MG1, "webhook_url")] == {NEW}
    assert opened.doubts.numbers == {B, C}
    assert opened.doubts.guarded == {B}


# --- records -----------------------------------------------------------------------------------------------

RUN = Run(plan_id="sha256:0", actor="Ada", commit="c0ffee", author="Bob <bob@example.com>")


def ended(found: AccountPlan, base: Base, *, previous: str | None = None, run: Run = RUN) -> Record:
    outcome = Outcome(account="us", results=(), verified=True)
    return finished(found, base, run, outcome, key="k", at="t", until="u", previous=previous)


def test_a_record_reads_back_as_the_base_that_it_was_written_with():
    base = Base(
        channels={"a": replace(entry(MG1, A, B, guarded=A, held_back=C), fields={"webhook_url": sealed(LOGIN)})},
        departed={MG2: Departed(channel="old", entry=replace(entry(MG2, C), fields={"validity_period": 7}))},
        creating={"b": "Support"},
        doubts=Doubts(
            fields={(MG1, "webhook_url"): frozenset({sealed(LOGIN), "", None, True, 7})},
            numbers=frozenset({A}),
            guarded=frozenset({A}),
        ),
    )
    found = judged_plan(desired(channel("new", A)), live(numbers=[A]), Base())
    content = rendered(ended(found, base))
    assert b"hunter2" not in content
    record = parsed(content)
    assert is_intact(record, content)
    assert base_of(record, account_sid=ACCOUNT_SID, server=None) == base
    assert base_of(record, account_sid="AC" + "2" * 32, server=None) is None
    assert base_of(record, account_sid=ACCOUNT_SID, server="127.0.0.1") is None
    opened = started(found, begun(base, found), RUN, key="k", at="t", previous=None)
    assert base_of(opened, account_sid=ACCOUNT_SID, server=None) == replace(
        base, creating={"b": "Support", "new": "new"}
    )


@pytest.mark.parametrize("ending", [Ending.REFUSED, Ending.STALE])
def test_an_apply_that_wrote_nothing_leaves_the_base_as_it_was(ending: Ending):
    found = judged_plan(desired(channel("new", A)), live(numbers=[A]), Base())
    record = not_begun(found, knowing(OLD, A), RUN, ending=ending, reasons=(), key="k", at="t", previous="sha256:1")
    assert base_of(record, account_sid=ACCOUNT_SID, server=None) == knowing(OLD, A)
    assert (record["data"]["ending"], record["data"]["previous"]) == (ending, "sha256:1")
    assert [change["result"] for change in record["data"]["changes"]] == [None, None]
    assert is_intact(record, rendered(record))


def test_a_record_of_a_run_that_died_is_closed_with_its_doubts_and_is_whole():
    found = judged_plan(desired(channel("new", A)), live(numbers=[A]), Base())
    opened = started(found, begun(Base(), found), RUN, key="k", at="t", previous=None)
    told = parsed(rendered(closed(opened, by="later", at="u")))
    assert (told["data"]["ending"], told["data"]["closed_by"]) == (Ending.ABANDONED, "later")
    assert is_intact(told, rendered(told))
    base = base_of(told, account_sid=ACCOUNT_SID, server=None)
    assert base == Base(creating={"new": "new"}, doubts=Doubts(numbers=frozenset({A})))


def test_one_altered_byte_shows():
    record = ended(judged_plan(desired(), live(), Base()), knowing(OLD, A))
    content = rendered(record).replace(A.encode(), B.encode())
    assert content != rendered(record)
    assert not is_intact(parsed(content), content)
    spaced = rendered(record) + b"\n"
    assert not is_intact(parsed(spaced), spaced)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.pop("inventory"),
        lambda data: data.pop("departed"),
        lambda data: data.pop("doubts"),
        lambda data: data.pop("state"),
        lambda data: data.pop("server"),
        lambda data: data.update(format_version="9.9"),
        lambda data: data.update(state="over"),
        lambda data: data["inventory"]["a"].update(pool="abc"),
        lambda data: data["inventory"]["a"].update(pool=[1]),
        lambda data: data["inventory"]["a"].update(service_sid=1),
        lambda data: data["inventory"]["a"].update(fields=[]),
        lambda data: data["inventory"]["a"]["fields"].update(webhook_url=["x"]),
        lambda data: data["inventory"]["a"]["fields"].update(webhook_url={"masked": "x"}),
        lambda data: data["inventory"].update(a=[]),
        lambda data: data.update(creating=["a"]),
        lambda data: data.update(creating={"a": None}),
        lambda data: data["doubts"].update(numbers="abc"),
        lambda data: data["doubts"].update(fields={"a": 1}),
        lambda data: data["doubts"].update(fields=[{"service_sid": MG1, "name": "webhook_url"}]),
        lambda data: data["doubts"].update(fields=[{"service_sid": MG1, "name": "webhook_url", "values": 1}]),
    ],
)
def test_a_record_with_a_wrong_part_is_refused(spoil):
    record = json.loads(rendered(ended(judged_plan(desired(), live(), Base()), knowing(OLD, A))))
    spoil(record["data"])
    with pytest.raises(ValueError, match=r"\w"):
        base_of(parsed(json.dumps(record).encode()), account_sid=ACCOUNT_SID, server=None)


@pytest.mark.parametrize("previous", [[1], 7, {}])
def test_a_forged_previous_is_told_as_an_altered_record(previous: object):
    base = Base(channels={"a": entry(MG1, A)})
    closing = ended(judged_plan(desired(), live(), Base()), base)
    forged = sealed_record({**closing, "data": {**closing["data"], "previous": previous}})
    assert [f.code for f in verify([("records/us/1-0.json", rendered(forged))])] == ["SMS604"]
