"""Which changes are refused, which are held back, and what lets them through."""

from __future__ import annotations

import pytest

from smsops.changes import Gate
from smsops.frozen import replace
from smsops.gates import judge, removals_allowed
from smsops.model import Base, BaseChannel, DesiredState, LiveState, Sender
from smsops.plan import plan
from smsops.planned import AccountPlan
from smsops.project import MaxRemovals, Policy
from tests.core.build import channel, desired, live, service, sid

A, B, C = "+12065550101", "+12065550102", "+12065550103"
MG1, MG2, MG3 = sid("MG", "1"), sid("MG", "2"), sid("MG", "3")


def recorded(**pools: tuple[str, ...]) -> Base:
    sids = {"a": MG1, "b": MG2, "old": MG3}
    return Base(
        channels={name: BaseChannel(service_sid=sids[name], pool=frozenset(pool)) for name, pool in pools.items()}
    )


def judged(
    wish: DesiredState, now: LiveState, base: Base | None = None, *allow: Gate, policy: Policy | None = None
) -> AccountPlan:
    base = base or Base()
    found = plan(desired=wish, live=now, base=base)
    return judge(found, desired=wish, base=base, policy=policy or Policy(), allow=frozenset(allow))


def refusals(found: AccountPlan) -> list[tuple[str, str | None]]:
    return [(change.action, change.refused) for change in found.changes]


def test_a_plain_plan_passes_every_gate():
    found = judged(desired(channel("a", A)), live(numbers=[A]))
    assert refusals(found) == [("service.create", None), ("number.attach", None)]
    assert found.held_back == ()
    assert found.findings == ()


def test_a_takeover_is_refused_at_its_line_and_can_be_allowed():
    state = (desired(channel("a", A, service_sid=MG1)), live(service(MG1, "a"), service(MG3, "console", A)))
    found = judged(*state)
    assert refusals(found) == [("number.move", Gate.TAKEOVER)]
    assert [(f.code, f.location.path) for f in found.findings] == [("SMS503", "channels/a.yaml")]
    assert refusals(judged(*state, None, Gate.TAKEOVER)) == [("number.move", None)]


def test_a_move_between_two_channels_is_no_takeover():
    wish = desired(channel("a", service_sid=MG1), channel("b", A, service_sid=MG2))
    assert refusals(judged(wish, live(service(MG1, "a", A), service(MG2, "b")))) == [("number.move", None)]


def test_a_namesake_is_refused_and_nothing_allows_it():
    found = judged(desired(channel("a", A)), live(service(MG3, "a"), numbers=[A]), None, *Gate)
    assert refusals(found) == [("service.create", Gate.NAMESAKE)]
    assert [f.code for f in found.findings] == ["SMS504"]


@pytest.mark.parametrize("sender", [Sender(number=B, protected=True), Sender(number=B, flow="confirm")])
def test_moving_a_protected_or_flow_linked_number_is_refused(sender: Sender):
    wish = desired(channel("a", A, service_sid=MG1), channel("b", sender, service_sid=MG2))
    now = live(service(MG1, "a", A, B), service(MG2, "b"))
    assert refusals(judged(wish, now)) == [("number.move", Gate.PROTECTED)]
    assert refusals(judged(wish, now, None, Gate.PROTECTED)) == [("number.move", None)]


def test_protection_is_judged_on_the_base_too():
    base = Base(channels={"a": BaseChannel(service_sid=MG1, pool=frozenset({A, B}), guarded=frozenset({B}))})
    found = judged(desired(channel("a", A, service_sid=MG1)), live(service(MG1, "a", A, B)), base)
    assert refusals(found) == [("number.detach", Gate.PROTECTED)]
    assert [f.code for f in found.findings] == ["SMS502"]


def test_a_number_that_the_ledger_knows_is_detached_and_an_unknown_pool_is_held_back():
    state = (desired(channel("a", A, service_sid=MG1)), live(service(MG1, "a", A, B)))
    assert refusals(judged(*state, recorded(a=(A, B)))) == [("number.detach", None)]
    found = judged(*state)
    assert found.changes == ()
    assert [(h.change.action, h.reason) for h in found.held_back] == [("number.detach", Gate.PRUNE)]
    assert refusals(judged(*state, None, Gate.PRUNE)) == [("number.detach", None)]


def test_a_number_once_held_back_stays_so_until_it_is_allowed():
    base = Base(channels={"a": BaseChannel(service_sid=MG1, pool=frozenset({A}), held_back=frozenset({B}))})
    found = judged(desired(channel("a", A, service_sid=MG1)), live(service(MG1, "a", A, B)), base)
    assert [h.reason for h in found.held_back] == [Gate.PRUNE]


def test_a_pool_that_this_channel_never_had_is_held_back_even_though_the_channel_is_recorded():
    base = Base(channels={"a": BaseChannel(service_sid=MG2, pool=frozenset({C}))})
    now = live(service(MG1, "a", A, B), service(MG2, "a", C))
    found = judged(desired(channel("a", A, service_sid=MG1)), now, base)
    assert found.changes == ()
    assert [(h.change.action, h.reason) for h in found.held_back] == [
        ("number.detach", Gate.PRUNE),
        ("number.detach", Gate.PRUNE),
        ("service.delete", Gate.DELETE_SERVICE),
    ]


def test_a_takeover_from_a_channel_that_left_git_says_how_to_keep_its_service():
    base = Base(channels={"old": BaseChannel(service_sid=MG3, pool=frozenset({A}))})
    found = judged(desired(channel("new", A, B)), live(service(MG3, "old", A), numbers=[B]), base)
    (finding,) = [f for f in found.findings if f.code == "SMS503"]
    assert "channel old, which left git" in finding.message
    assert f"messaging_service_sid: {MG3}" in finding.hint


@pytest.mark.parametrize(
    ("sender", "words"),
    [
        (Sender(number=B, protected=True), "is protected"),
        (Sender(number=B, flow="confirm"), "is linked to flow confirm"),
    ],
)
def test_the_refusal_says_what_guards_the_number(sender: Sender, words: str):
    wish = desired(channel("a", A, service_sid=MG1), channel("b", sender, service_sid=MG2))
    (finding,) = judged(wish, live(service(MG1, "a", A, B), service(MG2, "b"))).findings
    assert words in finding.message


def test_a_number_that_came_by_drift_is_detached():
    found = judged(desired(channel("a", A, service_sid=MG1)), live(service(MG1, "a", A, B)), recorded(a=(A,)))
    assert refusals(found) == [("number.detach", None)]


def test_a_channel_that_left_git_waits_under_prune_and_delete_service():
    wish = desired(channel("a", A, service_sid=MG1))
    now = live(service(MG1, "a", A), service(MG3, "old", C))
    base = recorded(a=(A,), old=(C,))
    assert [h.reason for h in judged(wish, now, base).held_back] == [Gate.PRUNE, Gate.DELETE_SERVICE]
    pruned = judged(wish, now, base, Gate.PRUNE)
    assert [c.action for c in pruned.changes] == ["number.detach"]
    assert [h.reason for h in pruned.held_back] == [Gate.DELETE_SERVICE]
    assert [c.action for c in judged(wish, now, base, Gate.DELETE_SERVICE).changes] == [
        "number.detach",
        "service.delete",
    ]


def test_more_removals_than_the_limit_refuse_every_one_of_them_with_one_finding():
    pool = [f"+1206555010{digit}" for digit in range(5)]
    state = (desired(channel("a", pool[0], service_sid=MG1)), live(service(MG1, "a", *pool)), recorded(a=tuple(pool)))
    found = judged(*state)
    assert refusals(found) == [("number.detach", Gate.LIMIT)] * 4
    assert [f.code for f in found.findings] == ["SMS501"]
    assert "removes 4" in found.findings[0].message
    assert "limit is 3" in found.findings[0].message
    assert refusals(judged(*state, Gate.LIMIT)) == [("number.detach", None)] * 4
    roomy = Policy(max_removals=MaxRemovals(count=4, percent=0))
    assert refusals(judged(*state, policy=roomy)) == [("number.detach", None)] * 4


def test_the_limit_is_the_larger_of_count_and_percent():
    base = recorded(a=tuple(f"+1206555{n:04}" for n in range(100)))
    assert removals_allowed(MaxRemovals(count=3, percent=10), base) == 10
    assert removals_allowed(MaxRemovals(count=30, percent=10), base) == 30
    assert removals_allowed(MaxRemovals(count=3, percent=10), Base()) == 3


def test_an_account_that_lost_all_its_files_is_refused_whole_and_nothing_allows_it():
    found = judged(desired(), live(service(MG3, "old", C)), recorded(old=(C,)), *Gate)
    assert refusals(found) == [("number.detach", Gate.EMPTY), ("service.delete", Gate.EMPTY)]
    assert found.held_back == ()
    assert [f.code for f in found.findings] == ["SMS505"]


def test_lifting_the_protection_and_removing_the_number_take_two_applies():
    guarded = Base(channels={"a": BaseChannel(service_sid=MG1, pool=frozenset({A, B}), guarded=frozenset({B}))})
    lifted = replace(guarded.channels["a"], guarded=frozenset())
    gone = desired(channel("a", A, service_sid=MG1))
    now = live(service(MG1, "a", A, B))
    assert refusals(judged(gone, now, guarded)) == [("number.detach", Gate.PROTECTED)]
    assert refusals(judged(gone, now, Base(channels={"a": lifted}))) == [("number.detach", None)]
