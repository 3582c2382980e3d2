"""The text of a plan: order, signs, gates and the way on."""

from __future__ import annotations

import re

import pytest

from smsops.changes import (
    AttachNumber,
    Change,
    Class,
    CreateService,
    DeleteService,
    DetachNumber,
    FieldDiff,
    Gate,
    MoveNumber,
    Risk,
    UpdateService,
)
from smsops.diagnostics import Finding, Location
from smsops.frozen import replace
from smsops.model import Channel, Direction, Sender, ServiceSettings
from smsops.planned import AccountPlan, Aim, HeldBack, Plan
from smsops.render.drawn import Drawn
from smsops.render.summary import summary_text
from smsops.render.text import plan_text, routing

SID = "MG" + "0" * 32
CHANNEL = Channel(
    name="care",
    provider="twilio",
    account="us",
    direction=Direction.INBOUND_AND_OUTBOUND,
    settings=ServiceSettings(friendly_name="care", webhook_url="https://in.example.com/sms"),
    senders=(Sender(number="+12065550101", label="Desk"),),
    path="channels/care.yaml",
)
ATTACH = AttachNumber(account="us", channel="care", number="+12065550101", number_sid="PN1", service_sid=SID)
DETACH = DetachNumber(
    account="us", channel="care", number="+12065550109", number_sid="PN9", service_sid=SID, risk=Risk.HIGH
)
MOVE = MoveNumber(
    account="us",
    channel="care",
    number="+12065550105",
    number_sid="PN5",
    from_service_sid="MG" + "5" * 32,
    from_channel=None,
    service_sid=SID,
    risk=Risk.HIGH,
)
UPDATE = UpdateService(
    account="us",
    channel="care",
    service_sid=SID,
    fields=(FieldDiff(name="fallback_url", field="fallback_url", before="https://old.example.com", after=""),),
)
DELETE = DeleteService(account="us", channel="gone", service_sid=SID, risk=Risk.HIGH)


def drawn(*changes: Change, held: tuple[HeldBack, ...] = (), findings: tuple[Finding, ...] = ()) -> Drawn:
    account = AccountPlan(
        account="us",
        account_sid="AC",
        changes=changes,
        held_back=held,
        findings=findings,
        aims=(Aim(channel="care", service_sid=SID),),
    )
    plan = Plan(accounts=(account,), created_at="", expires_at="")
    return Drawn(plan=plan, channels={CHANNEL.name: CHANNEL}, next_command="smsops apply")


def text(*changes: Change, color: bool = False, **parts: object) -> str:
    return plan_text(drawn(*changes, **parts), color=color)  # type: ignore[arg-type]


def test_signs_and_words_say_what_happens_without_colour() -> None:
    assert text(ATTACH, DETACH, MOVE, UPDATE) == (
        f"care (account us, {SID})\n"
        f"  → number +12065550105 from {MOVE.from_service_sid}, which no channel declares\n"
        "  - number +12065550109\n"
        "  ~ fallback_url: https://old.example.com → (none)\n"
        "  + number +12065550101 (Desk)\n"
        "  Replies go to in.example.com.\n"
        "  Carrier registration of a US number starts anew when it leaves a pool; until then messages may fail.\n"
        "\n"
        "Plan: update 1 service, attach 1 number, move 1 number, detach 1 number.\n"
        "Next: smsops apply\n"
    )


def test_colour_only_repeats_the_words() -> None:
    changes = (ATTACH, DETACH, MOVE, UPDATE)
    assert re.sub(r"\x1b\[[0-9;]*m", "", text(*changes, color=True)) == text(*changes)


def test_the_channel_with_the_highest_risk_comes_first() -> None:
    out = text(replace(ATTACH, channel="aaa"), DETACH)
    assert out.index("care") < out.index("aaa")


def test_drift_and_conflict_are_set_apart() -> None:
    out = text(ATTACH, replace(UPDATE, klass=Class.DRIFT), replace(DETACH, klass=Class.CONFLICT))
    attach, drift = out.index("+ number"), out.index("drift: changed in the account, not in git")
    conflict = out.index("conflict: changed in the account and in git")
    assert attach < drift < out.index("~ fallback_url") < conflict < out.index("- number")


def test_a_refusal_is_marked_and_offers_only_what_can_be_allowed() -> None:
    out = text(replace(MOVE, refused=Gate.TAKEOVER), ATTACH)
    assert "which no channel declares  refused: takeover\n" in out
    assert "1 change refused." in out
    assert out.endswith("Next: change the files, or, when this is meant: smsops apply --allow takeover\n")
    create = CreateService(account="us", channel="care", fields=(), refused=Gate.NAMESAKE)
    assert "Next:" not in text(create)


def test_the_next_command_allows_every_gate_that_the_findings_tell_of() -> None:
    where = Location(path="channels/care.yaml", line=3)
    both = tuple(Finding(code=code, message="Guarded.", location=where) for code in ("SMS502", "SMS503"))
    out = text(replace(MOVE, refused=Gate.TAKEOVER), findings=both)
    assert out.endswith("this is meant: smsops apply --allow takeover --allow protected\n")


@pytest.mark.parametrize(
    ("number", "told"), [("+12065550109", True), ("+18005550199", False), ("+447700900160", False)]
)
def test_only_a_us_long_code_that_leaves_a_pool_loses_its_registration(number: str, told: bool) -> None:
    assert ("Carrier registration" in text(replace(DETACH, number=number))) is told
    assert "Carrier registration" not in text(replace(ATTACH, number=number))


def test_findings_of_a_plan_stand_next_to_its_summary_and_take_the_next_step_away() -> None:
    missing = Finding(code="SMS402", message="Not owned.", location=Location(path="channels/care.yaml", line=3))
    out = text(ATTACH, findings=(missing,))
    assert out.index("+ number") < out.index("channels/care.yaml:3:1: error SMS402: Not owned.") < out.index("Plan:")
    assert "Next:" not in out


def test_what_is_held_back_is_listed_with_its_reason() -> None:
    held = (
        HeldBack(change=DETACH, reason=Gate.PRUNE),
        HeldBack(change=replace(DETACH, number="+12065550108"), reason=Gate.PRUNE),
        HeldBack(change=replace(DETACH, channel="gone"), reason=Gate.PRUNE),
        HeldBack(change=DELETE, reason=Gate.DELETE_SERVICE),
    )
    out = text(held=held)
    assert "  - number +12065550109  held back: prune\n" in out
    assert (
        "gone (account us, left git)\n"
        "  - number +12065550109  held back: prune\n"
        "  - messaging service  held back: delete-service\n"
    ) in out
    allow = "To let it through: --allow"
    assert (
        "Held back, prune (2 changes): no channel declares the number, and it was in the pool before smsops first "
        f"applied it. {allow} prune\n"
        "Held back, prune (1 change): no channel has the service any more, and the number would be in no pool. "
        f"{allow} prune\n"
        "Held back, delete-service (1 change): no channel has the service any more; deleting it also empties its pool. "
        f"{allow} delete-service\n"
    ) in out
    assert "Nothing will be changed. 4 changes held back.\n" in out
    assert out.endswith("Next, when this is meant: smsops apply --allow prune --allow delete-service\n")


def test_a_new_service_shows_what_is_set_and_leaves_out_what_goes_without_saying() -> None:
    def diff(name: str, after: str | int | bool, field: str = "") -> FieldDiff:
        return FieldDiff(name=name, field=field or name, before=None, after=after)

    create = CreateService(
        account="us",
        channel="care",
        fields=(
            diff("webhook_url", "https://in.example.com"),
            diff("webhook_method", "POST"),
            diff("fallback_url", ""),
            diff("fallback_method", "GET"),
            diff("use_inbound_webhook_on_number", False),
            diff("sticky_sender", False, "messaging.sticky_sender"),
        ),
    )
    assert re.findall(r"^      (.*)$", text(create), re.MULTILINE) == [
        "webhook_url: https://in.example.com",
        "fallback_method: GET",
        "messaging.sticky_sender: false",
    ]


@pytest.mark.parametrize(
    ("direction", "enabled", "sentence"),
    [
        (Direction.INBOUND_AND_OUTBOUND, True, "Replies go to in.example.com."),
        (Direction.INBOUND, True, "Replies go to in.example.com. Twilio has no switch that stops sending."),
        (Direction.OUTBOUND, True, "Replies are dropped, and not logged."),
        (
            Direction.INBOUND,
            False,
            "Replies are dropped while the channel is disabled, and not logged. smsops does not stop sending.",
        ),
    ],
)
def test_the_outcome_for_replies_is_a_sentence(direction: Direction, enabled: bool, sentence: str) -> None:
    assert routing(replace(CHANNEL, direction=direction, enabled=enabled)) == sentence


def test_a_url_without_a_readable_host_is_shown_whole() -> None:
    odd = replace(CHANNEL, settings=replace(CHANNEL.settings, webhook_url="https://[broken"))
    assert routing(odd) == "Replies go to https://[broken."


def test_an_empty_plan_says_that_there_are_no_changes() -> None:
    assert summary_text(drawn().plan) == "No changes."
