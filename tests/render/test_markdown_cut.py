"""A plan that does not fit: what is cut first, what is never cut, and how the page says so."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsops.changes import AttachNumber, Change, CreateService, DeleteService, FieldDiff, Gate, Risk, UpdateService
from smsops.diagnostics import Finding, Location, Severity
from smsops.frozen import replace
from smsops.planned import AccountPlan, AlreadyDone, HeldBack, Plan
from smsops.render.cutting import LIMIT, size
from smsops.render.drawn import Drawn
from smsops.render.folded import details
from smsops.render.markdown import plan_markdown
from tests.render.pages import shown
from tests.render.plans import drawn, many, page, removed
from tests.render.test_text import ATTACH, DELETE, DETACH, MOVE, SID, UPDATE


@pytest.mark.no_cover
def test_eight_hundred_changed_channels_fit_with_every_removal_the_counts_and_the_id() -> None:
    plan = drawn(*many(800, detached=800))
    text = plan_markdown(plan, color=False)
    assert size(text) <= LIMIT
    assert sorted(removed(text)) == [f"+1306555{index:04}" for index in range(800)]
    assert text.count(plan.plan.plan_id) == 2
    assert "| all | 0 | 800 | 800 | 0 | 800 | 0 | 2 | 0 | 0 |\n" in text
    assert "> Some details are left out below. The counts, the removals and the id are complete.\n" in text
    assert re.search(r"\nNot shown here: \d+ channels with changes of high risk\. Shortened", text)
    assert "The whole plan is in the artifact of this run: `smsops show plan.json`.\n" in text
    assert text.endswith("Next: <code>smsops apply</code>\n")


def test_additions_are_cut_before_anything_else() -> None:
    additions = [replace(ATTACH, channel=f"new-{i:04}", number=f"+1206{i:07}") for i in range(400)]
    updates = [change for change in many(60, detached=20) if not isinstance(change, AttachNumber)]
    text = page(*additions, *updates)
    gone = re.search(r"\nNot shown here: (\d+) channels with only additions\. The whole plan", text)
    assert gone
    assert 0 < text.count("<code>new-") == 400 - int(gone[1])
    assert text.count("! ~ webhook_url") == 60


def test_channels_of_low_risk_are_cut_before_those_of_medium_risk_and_each_is_counted() -> None:
    value = FieldDiff(name="a", field="a", before="x" * 120, after="y" * 120)
    updates = [replace(UPDATE, channel=f"low-{i:03}", fields=(value,)) for i in range(150)]
    updates += [replace(one, channel=f"medium-{i:03}", risk=Risk.MEDIUM) for i, one in enumerate(updates)]
    text = page(*updates)
    gone = re.search(
        r"\nNot shown here: (150) channels with changes of low risk, (\d+) channels with changes of m", text
    )
    assert gone
    assert "<code>low-" not in text
    assert text.count("<code>medium-") == 150 - int(gone[2]) > 0
    rest = page(*updates[:160])
    part = re.search(r"\nNot shown here: (\d+) channels with changes of low risk\. The whole", rest)
    assert part
    assert rest.count("<code>medium-") == 10
    assert rest.count("<code>low-") == 150 - int(part[1]) > 0


def test_what_is_added_to_changed_channels_goes_next_and_is_still_counted() -> None:
    text = page(*many(218, detached=0))
    shortened = re.search(r"\nShortened, without what is added: (\d+) channels\.", text)
    assert shortened
    assert "Not shown here" not in text
    assert text.count("! ~ webhook_url") == 218
    assert text.count("+ number") == 218 - int(shortened[1]) > 0
    assert text.count("attach 1 number</summary>") == 218


def test_a_channel_that_is_too_long_is_told_in_counts_and_short_values() -> None:
    changes: list[Change] = [replace(DETACH, number=f"+1306{i:07}") for i in range(1_500)]
    changes += [replace(ATTACH, number=f"+1206{i:07}") for i in range(1_500)]
    long = FieldDiff(name="a", field="a", before="https://user:pass@h.example.com/" + "x" * 500, after="y" * 300)
    held = tuple(HeldBack(change=replace(DETACH, number=f"+1506{i:07}"), reason=Gate.PRUNE) for i in range(1_500))
    waiting = HeldBack(change=replace(UPDATE, fields=(long,)), reason=Gate.DRIFT)
    text = page(*changes, replace(UPDATE, fields=(long,)), replace(MOVE, refused=Gate.LIMIT), held=(*held, waiting))
    told = text.partition("### Channels")[2]
    before, after = "https://****@h.example.com/" + "x" * 173 + "… (527 characters)", "y" * 200 + "… (300 characters)"
    assert (
        "```diff\n"
        f"  messaging service {SID}\n"
        f"! → number +12065550105 from {MOVE.from_service_sid}, which no channel declares  refused: limit\n"
        "- 1,500 numbers, listed under Removals\n"
        "  - 1,500 numbers, not listed here  held back: prune\n"
        f"! ~ a: {before} → {after}\n"
        f"  ~ a: {before} → {after}  held back: drift\n"
        "  Replies go to in.example.com.\n"
        "```\n"
    ) in told
    assert len(removed(text)) == 1_501


@pytest.mark.no_cover
@pytest.mark.parametrize(("channels", "accounts"), [(1, 1), (250, 1), (100, 100)])
def test_removals_that_do_not_fit_are_counted_loudly_and_the_plan_cannot_be_approved_from_the_page(
    channels: int, accounts: int
) -> None:
    names: list[dict[str, Any]] = [{"channel": f"c{i % channels}", "account": f"a{i % accounts}"} for i in range(5_000)]
    text = page(*(replace(DETACH, **name, number=f"+1306{i:07}") for i, name in enumerate(names)))
    listed = len(removed(text))
    assert f"> **{5_000 - listed:,} of 5,000 removals are not shown here, because they do not fit. Do not app" in text
    assert listed > 3_500
    assert "5,000 numbers leave a pool." in text
    assert "The counts, the removals and the id are complete." not in text
    assert size(text) > LIMIT - 2_000


@pytest.mark.no_cover
def test_deleted_services_are_the_last_that_are_cut() -> None:
    deleted = [replace(DELETE, channel=f"gone-{i}", service_sid=f"MG{i:032}") for i in range(50)]
    moved = [replace(MOVE, number=f"+1406{i:07}", from_channel="desk") for i in range(3_000)]
    detached = [replace(DETACH, number=f"+1306{i:07}") for i in range(3_000)]
    text = page(*moved, *detached, *deleted)
    assert all(f"- {one.channel}: {one.service_sid}\n" in text for one in deleted)
    numbers = removed(text)
    assert numbers[:3_000] == [one.number for one in detached]
    assert 0 < len(numbers[3_000:]) < 3_000
    assert "- desk to care: +14060000000" in text
    assert "6,000 numbers leave a pool and 50 services are deleted." in text


def test_many_findings_leave_room_for_the_channels() -> None:
    where = Location(path="channels/care.yaml", line=3)
    warnings = tuple(
        Finding(code="SMS303", message=f"Odd {i}. " * 20, location=where, severity=Severity.WARNING)
        for i in range(1_000)
    )
    changes = many(300, detached=0)
    text = page(*changes, findings=warnings)
    told = text.count("warning SMS303")
    assert f"{1_000 - told:,} findings not shown here.\n" in text
    assert size(text.partition("### Channels")[0]) < LIMIT / 2
    assert page(*changes[:2], findings=warnings).count("warning SMS303") > 2 * told


def test_two_numbers_of_a_kind_are_still_listed_in_short_and_three_are_a_count() -> None:
    def lean(*changes: Change) -> str:
        return details(drawn(*changes))[0].lean

    lost = [replace(DETACH, number=f"+1306555000{i}") for i in range(3)]
    assert lean(*lost[:2]).count("- number +1306") == 2
    assert "\n- 3 numbers, listed under Removals\n" in lean(*lost)
    added = [replace(ATTACH, number=f"+1206555000{i}") for i in range(3)]
    assert lean(*added[:2]).count("+ number +1206") == 2
    assert "+ number" not in lean(*added)
    assert "+ number" not in lean(added[0], lost[0])
    assert "+ number +12065550000  refused: namesake\n" in lean(replace(added[0], refused=Gate.NAMESAKE), lost[0])


def test_much_that_is_done_already_keeps_the_limit() -> None:
    done = AlreadyDone(account="us", channel="care", service_sid=SID, what="phone_numbers", value="+12065550101")
    plan = drawn(*many(100, detached=0)).plan
    account = replace(plan.accounts[0], already_done=(done,) * 5_000)
    text = plan_markdown(Drawn(plan=replace(plan, accounts=(account,))), color=False)
    assert LIMIT - 2_000 < size(text) <= LIMIT
    left = 5_000 - text.count("  = care")
    assert f"{left:,} lines not shown here.\n\n</details>" in text


names = st.text(max_size=12) | st.sampled_from(["`" * 200, "→" * 300, "@" * 90, "\x1b" * 80, "care", "desk"])


@st.composite
def steps(draw: st.DrawFn, kind: int) -> list[Change]:
    """A change of any kind, or the same many times over."""
    text = draw(names) * draw(st.sampled_from([1, 1, 100]))
    about: dict[str, Any] = {"account": draw(names), "channel": draw(names)}
    about["refused"] = draw(st.sampled_from([None, None, Gate.LIMIT]))
    update = replace(UPDATE, **about, fields=(FieldDiff(name="a", field="a", before=text, after=f"{text}."),))
    taken = replace(MOVE, **about, from_channel=draw(st.none() | names))
    numbered = (replace(ATTACH, **about), replace(DETACH, **about), taken)
    kinds: list[Change] = [*numbered, update, replace(DELETE, **about)]
    change = draw(st.sampled_from(kinds))
    copies = range(draw(st.sampled_from([1, 1, 40, 400])))
    if isinstance(change, CreateService | UpdateService | DeleteService):
        return [replace(change, channel=f"{change.channel}{copy or ''}") for copy in copies]
    return [replace(change, number=f"+1{kind}{copy:09}") for copy in copies]


@st.composite
def plans(draw: st.DrawFn) -> Drawn:
    """A few changes of every kind, some of them many times over, with text of every kind and length."""
    found = [draw(steps(kind)) for kind in range(draw(st.integers(0, 6)))]
    waiting = draw(steps(9)) if draw(st.booleans()) else []
    finding = Finding(code="SMS402", message=draw(names), location=Location(path=draw(names)), excerpt=draw(names))
    account = AccountPlan(
        account=draw(names),
        account_sid="AC",
        changes=tuple(change for some in found for change in some),
        held_back=tuple(HeldBack(change=change, reason=Gate.PRUNE) for change in waiting),
        findings=(finding,) * draw(st.sampled_from([0, 1, 300])),
    )
    others = (AccountPlan(account=f"{account.account}{i}", account_sid="AC") for i in range(draw(st.integers(0, 30))))
    plan = Plan(accounts=(account, *others), created_at="", expires_at=draw(names), commit=draw(st.none() | names))
    return Drawn(plan=plan, next_command=draw(names) * 100)


def told_of(line: str) -> int:
    """How many removals a line of the list tells of: the first one of a channel starts with its name."""
    if not line.startswith("- "):
        return 0
    return len((line[2:] if line.startswith("-   ") else line.rpartition(": ")[2]).split())


@pytest.mark.no_cover
@settings(max_examples=15)
@given(plans())
def test_whatever_the_plan_the_page_keeps_its_limit_the_id_the_counts_and_says_which_removals_are_missing(
    plan: Drawn,
) -> None:
    text = plan_markdown(plan, color=False)
    assert size(text) <= LIMIT
    assert text.startswith(f"<!-- smsops plan {plan.plan.plan_id} -->\n")
    assert f"Plan `{plan.plan.plan_id}`" in text
    counts = plan.plan.summary()
    assert f"| all | {' | '.join(f'{count:,}' for count in counts.values())} |\n" in text
    taken = counts["move"] + counts["detach"] + counts["delete"]
    listed = "".join(shown(text.partition("### Removals\n")[2].partition("\n### ")[0]).verbatim) if taken else ""
    missing = re.search(r"> \*\*([\d,]+) of [\d,]+ removals? are not shown", text)
    hidden = int(missing[1].replace(",", "")) if missing else 0
    assert sum(map(told_of, listed.split("\n"))) + hidden == taken
