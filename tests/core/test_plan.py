"""Planning is a pure function: these tests say what it decides, state by state."""

from __future__ import annotations

from itertools import permutations

from smsops.binding import wanted
from smsops.changes import (
    AttachNumber,
    CreateService,
    DeleteService,
    DetachNumber,
    Gate,
    MoveNumber,
    Risk,
    UpdateService,
    change_to_json,
)
from smsops.frozen import replace
from smsops.model import SETTINGS, UNMANAGED, Base, BaseChannel, LiveState, ServiceSettings
from smsops.plan import plan
from smsops.planned import Plan
from tests.core.build import channel, desired, live, number_sid, service, settings, sid

A, B, C = "+12065550101", "+12065550102", "+12065550103"
MG1, MG2, MG3 = sid("MG", "1"), sid("MG", "2"), sid("MG", "3")
NONE = Base()


def actions(found) -> list[str]:
    return [f"{change.action} {getattr(change, 'number', '')}".strip() for change in found.changes]


def test_live_that_equals_desired_needs_no_change():
    found = plan(desired=desired(channel("a", A, service_sid=MG1)), live=live(service(MG1, "a", A)), base=NONE)
    assert found.changes == ()
    assert found.findings == ()
    assert found.idle == {found.aims[0].channel}
    assert found.bound == (("a", MG1),)


def test_a_new_channel_is_created_with_every_managed_field_and_its_free_numbers_attached():
    found = plan(desired=desired(channel("a", B, A)), live=live(numbers=[A, B]), base=NONE)
    create, *attaches = found.changes
    assert isinstance(create, CreateService)
    names = [diff.name for diff in create.fields]
    assert names == [
        "friendly_name",
        "webhook_url",
        "webhook_method",
        "fallback_url",
        "fallback_method",
        "status_callback_url",
        "use_inbound_webhook_on_number",
    ]
    assert [(type(a), a.number, a.number_sid, a.service_sid) for a in attaches] == [
        (AttachNumber, A, number_sid(A), None),
        (AttachNumber, B, number_sid(B), None),
    ]


def test_only_fields_that_differ_are_in_an_update_and_it_names_its_line():
    here = service(MG1, "a", A, webhook_url="https://old.example.com/in", sticky_sender=True)
    found = plan(desired=desired(channel("a", A, service_sid=MG1)), live=live(here), base=NONE)
    (update,) = found.changes
    assert isinstance(update, UpdateService)
    assert [(d.field, d.before, d.after) for d in update.fields] == [
        ("webhook_url", "https://old.example.com/in", "https://a.example.com/in")
    ]
    assert update.cause is not None
    assert (update.cause.path, update.cause.line) == ("channels/a.yaml", 7)


def test_a_field_that_the_file_does_not_set_is_neither_compared_nor_changed():
    here = service(MG1, "a", A, validity_period=600, use_case="marketing")
    found = plan(desired=desired(channel("a", A, service_sid=MG1)), live=live(here), base=NONE)
    assert found.changes == ()


def test_deferral_switched_on_behind_our_back_is_seen():
    here = service(MG1, "a", A, use_inbound_webhook_on_number=True)
    (update,) = plan(desired=desired(channel("a", A, service_sid=MG1)), live=live(here), base=NONE).changes
    assert [(d.name, d.before, d.after) for d in update.fields] == [("use_inbound_webhook_on_number", True, False)]
    assert update.risk is Risk.MEDIUM


def test_a_value_that_the_provider_does_not_give_is_written():
    here = service(MG1, "a", A, use_inbound_webhook_on_number=UNMANAGED)
    (update,) = plan(desired=desired(channel("a", A, service_sid=MG1)), live=live(here), base=NONE).changes
    assert [(d.name, d.before, d.after) for d in update.fields] == [("use_inbound_webhook_on_number", None, False)]


def test_a_new_webhook_path_is_low_risk_and_a_new_host_is_not():
    for url, risk in (
        ("https://a.example.com/v0", Risk.LOW),
        ("https://b.example.com/in", Risk.MEDIUM),
        ("", Risk.MEDIUM),
    ):
        here = service(MG1, "a", A, webhook_url=url)
        (update,) = plan(desired=desired(channel("a", A, service_sid=MG1)), live=live(here), base=NONE).changes
        assert update.risk is risk, url


def test_a_number_that_another_channel_held_is_one_move_and_no_detach():
    wish = desired(channel("a", A, service_sid=MG1), channel("b", B, C, service_sid=MG2))
    found = plan(desired=wish, live=live(service(MG1, "a", A, B), service(MG2, "b", C)), base=NONE)
    (move,) = found.changes
    assert isinstance(move, MoveNumber)
    assert (move.number, move.from_service_sid, move.from_channel, move.service_sid) == (B, MG1, "a", MG2)
    assert not found.idle
    assert move.risk is Risk.HIGH


def test_a_swap_of_two_numbers_is_two_moves():
    wish = desired(channel("a", B, service_sid=MG1), channel("b", A, service_sid=MG2))
    found = plan(desired=wish, live=live(service(MG1, "a", A), service(MG2, "b", B)), base=NONE)
    assert actions(found) == [f"number.move {B}", f"number.move {A}"]


def test_a_number_in_a_service_that_no_channel_declares_is_a_move_from_nobody():
    found = plan(
        desired=desired(channel("a", A, service_sid=MG1)),
        live=live(service(MG1, "a"), service(MG3, "console", A)),
        base=NONE,
    )
    (move,) = found.changes
    assert isinstance(move, MoveNumber)
    assert move.from_channel is None
    assert found.unmanaged_services == 1


def test_an_undeclared_number_in_the_pool_is_detached():
    found = plan(desired=desired(channel("a", A, service_sid=MG1)), live=live(service(MG1, "a", A, B)), base=NONE)
    (detach,) = found.changes
    assert isinstance(detach, DetachNumber)
    assert (detach.number, detach.service_sid) == (B, MG1)


def test_a_number_that_an_unselected_channel_declares_stays_until_that_channel_is_planned():
    wish = desired(channel("a", A, service_sid=MG1), channel("b", B, service_sid=MG2), selected=["a"])
    found = plan(desired=wish, live=live(service(MG1, "a", A, B), service(MG2, "b")), base=NONE)
    assert found.changes == ()


def test_a_number_that_is_not_owned_or_cannot_send_sms_is_a_finding_at_its_channel():
    found = plan(
        desired=desired(channel("a", A, B, service_sid=MG1)), live=live(service(MG1, "a"), voice_only=[B]), base=NONE
    )
    assert found.changes == ()
    assert [(f.code, f.location.path) for f in found.findings] == [
        ("SMS402", "channels/a.yaml"),
        ("SMS403", "channels/a.yaml"),
    ]


def test_a_pinned_service_that_is_not_there_is_a_finding_and_nothing_is_created():
    found = plan(desired=desired(channel("a", A, service_sid=MG1)), live=live(numbers=[A]), base=NONE)
    assert [f.code for f in found.findings] == ["SMS401"]
    assert found.changes == ()


def test_a_namesake_refuses_the_create_and_plans_nothing_else_for_that_channel():
    found = plan(desired=desired(channel("a", A)), live=live(service(MG3, "a"), numbers=[A]), base=NONE)
    (create,) = found.changes
    assert create.refused is Gate.NAMESAKE
    (finding,) = found.findings
    assert finding.code == "SMS504"
    assert MG3 in finding.message


def test_a_recorded_service_is_bound_without_a_pin():
    base = Base(channels={"a": BaseChannel(service_sid=MG1, pool=frozenset({A}))})
    found = plan(desired=desired(channel("a", A)), live=live(service(MG1, "a", A)), base=base)
    assert found.bound == (("a", MG1),)
    assert found.changes == ()


def test_a_create_that_was_begun_binds_its_namesake_and_says_so():
    found = plan(
        desired=desired(channel("a", A)),
        live=live(service(MG3, "a"), numbers=[A]),
        base=Base(creating={"a": "a"}),
    )
    assert found.bound == (("a", MG3),)
    assert actions(found) == [f"number.attach {A}"]
    assert [f.code for f in found.findings] == ["SMS508"]


def test_two_namesakes_after_a_begun_create_are_refused_because_nobody_can_tell_them_apart():
    found = plan(
        desired=desired(channel("a", A)),
        live=live(service(MG2, "a"), service(MG3, "a"), numbers=[A]),
        base=Base(creating={"a": "a"}),
    )
    assert [c.refused for c in found.changes] == [Gate.NAMESAKE]


def test_a_begun_create_never_binds_the_service_of_another_channel():
    wish = desired(channel("a", A), channel("b", B, service_sid=MG1))
    found = plan(desired=wish, live=live(service(MG1, "a", B), numbers=[A, B]), base=Base(creating={"a": "a"}))
    assert dict(found.bound) == {"b": MG1}
    assert [c.refused for c in found.changes if isinstance(c, CreateService)] == [Gate.NAMESAKE]


def test_a_pin_wins_over_what_the_base_says_of_another_channel():
    base = Base(channels={"a": BaseChannel(service_sid=MG1, pool=frozenset({A}))})
    wish = desired(channel("a", A), channel("b", B, service_sid=MG1))
    found = plan(desired=wish, live=live(service(MG1, "a", A, B)), base=base)
    assert dict(found.bound) == {"b": MG1}
    assert [(c.channel, c.action, c.refused) for c in found.changes] == [
        ("a", "service.create", Gate.NAMESAKE),
        ("b", "service.update", None),
    ]


def test_two_creates_begun_with_one_name_bind_nothing():
    base = Base(creating={"a": "Support", "b": "Support"})
    wish = desired(channel("a", A, friendly_name="Support"), channel("b", B, friendly_name="Support"))
    found = plan(desired=wish, live=live(service(MG3, "Support"), numbers=[A, B]), base=base)
    assert found.bound == ()
    assert [c.refused for c in found.changes] == [Gate.NAMESAKE, Gate.NAMESAKE]


def test_a_begun_create_is_found_by_its_old_name_when_the_file_has_a_new_one():
    found = plan(
        desired=desired(channel("a", A, friendly_name="A better name")),
        live=live(service(MG3, "a"), numbers=[A]),
        base=Base(creating={"a": "a"}),
    )
    assert found.bound == (("a", MG3),)
    assert actions(found) == ["service.update", f"number.attach {A}"]


def test_what_is_left_of_a_create_for_a_channel_that_left_git_is_to_be_deleted():
    found = plan(
        desired=desired(channel("a", A, service_sid=MG1)),
        live=live(service(MG1, "a", A), service(MG3, "gone")),
        base=Base(creating={"gone": "gone"}),
    )
    assert [(c.action, c.channel, c.service_sid) for c in found.changes] == [("service.delete", "gone", MG3)]


def test_a_channel_pinned_to_another_service_gives_up_the_one_that_it_had():
    base = Base(channels={"a": BaseChannel(service_sid=MG2, pool=frozenset({B}))})
    found = plan(
        desired=desired(channel("a", A, service_sid=MG1)),
        live=live(service(MG1, "a", A), service(MG2, "a", B)),
        base=base,
    )
    assert [(c.action, c.channel, c.service_sid) for c in found.changes] == [
        ("number.detach", "a", MG2),
        ("service.delete", "a", MG2),
    ]


def test_one_service_recorded_under_two_names_is_given_up_once():
    entry = BaseChannel(service_sid=MG2, pool=frozenset({B}))
    found = plan(
        desired=desired(channel("a", A, service_sid=MG1)),
        live=live(service(MG1, "a", A), service(MG2, "old", B)),
        base=Base(channels={"old": entry, "older": entry}),
    )
    assert [c.action for c in found.changes] == ["number.detach", "service.delete"]


def test_a_channel_that_left_git_gives_up_its_numbers_and_its_service():
    base = Base(channels={"old": BaseChannel(service_sid=MG2, pool=frozenset({B}))})
    found = plan(
        desired=desired(channel("a", A, service_sid=MG1)),
        live=live(service(MG1, "a", A), service(MG2, "old", B)),
        base=base,
    )
    assert [(type(c), c.channel) for c in found.changes] == [(DetachNumber, "old"), (DeleteService, "old")]


def test_a_renamed_channel_that_pins_its_service_deletes_nothing():
    base = Base(channels={"old": BaseChannel(service_sid=MG1, pool=frozenset({A}))})
    found = plan(desired=desired(channel("new", A, service_sid=MG1)), live=live(service(MG1, "old", A)), base=base)
    assert [(c.action, c.channel) for c in found.changes] == [("service.update", "new")]


def test_a_partial_plan_says_nothing_of_channels_that_left_git():
    base = Base(channels={"old": BaseChannel(service_sid=MG2, pool=frozenset({B}))})
    wish = desired(channel("a", A, service_sid=MG1), selected=["a"])
    assert plan(desired=wish, live=live(service(MG1, "a", A), service(MG2, "old", B)), base=base).changes == ()
    assert [w.service_sid for w in wanted(wish, base)] == [MG1]


def test_the_order_of_work_adds_capacity_before_it_takes_any():
    base = Base(channels={"old": BaseChannel(service_sid=MG3, pool=frozenset({C}))})
    free, extra = "+12065550104", "+12065550105"
    wish = desired(channel("new", free), channel("a", A, service_sid=MG1), channel("b", B, service_sid=MG2))
    now = live(
        service(MG1, "a", extra, webhook_url="https://x.example.com/"),
        service(MG2, "b", A, B),
        service(MG3, "old", C),
        numbers=[free],
    )
    found = plan(desired=wish, live=now, base=base)
    assert [c.action for c in found.changes] == [
        "service.create",
        "service.update",
        "number.attach",
        "number.move",
        "number.detach",
        "number.detach",
        "service.delete",
    ]


def test_the_same_input_in_any_order_gives_the_same_bytes():
    channels = [channel("a", A, service_sid=MG1), channel("b", B), channel("c", C)]
    services = [service(MG1, "a"), service(MG3, "console", C)]
    seen = set()
    for some in permutations(channels):
        for others in permutations(services):
            found = plan(desired=desired(*some), live=live(*others, numbers=[A, B]), base=NONE)
            seen.add(str([change_to_json(c) for c in found.changes]))
    assert len(seen) == 1


def test_the_plan_id_ignores_places_and_times_and_follows_the_live_facts():
    def plan_id(now: LiveState, moved: bool = False, at: str = "t") -> str:
        one = channel("a", A, service_sid=MG1)
        one = replace(one, path="elsewhere/a.yaml", lines={}) if moved else one
        found = plan(desired=desired(one), live=now, base=NONE)
        return Plan(accounts=(found,), created_at=at, expires_at=at).plan_id

    old = service(MG1, "a", webhook_url="https://old.example.com/")
    older = service(MG1, "a", webhook_url="https://older.example.com/")
    assert plan_id(live(old, numbers=[A])) == plan_id(live(old, numbers=[A]), moved=True, at="later")
    assert plan_id(live(old, numbers=[A])) != plan_id(live(older, numbers=[A]))
    assert plan_id(live(old, numbers=[A])).startswith("sha256:")


def test_every_setting_is_planned_when_it_differs():
    other = ServiceSettings(
        friendly_name="x",
        webhook_url="https://x.example.com/",
        webhook_method="GET",
        fallback_url="https://x.example.com/f",
        fallback_method="GET",
        status_callback_url="https://x.example.com/s",
        use_inbound_webhook_on_number=True,
        use_case="marketing",
        validity_period=1,
        sticky_sender=False,
        smart_encoding=False,
        mms_converter=False,
        area_code_geomatch=False,
    )
    full = settings(
        "a",
        use_case="poll",
        validity_period=2,
        sticky_sender=True,
        smart_encoding=True,
        mms_converter=True,
        area_code_geomatch=True,
    )
    wish = desired(replace(channel("a", A, service_sid=MG1), settings=full))
    here = replace(service(MG1, "a", A), settings=other)
    (update,) = plan(desired=wish, live=live(here), base=NONE).changes
    assert isinstance(update, UpdateService)
    assert {d.name for d in update.fields} == set(SETTINGS)
