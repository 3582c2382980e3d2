"""The pages of a pull request: what stands first, what is cut first, and what is never cut."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsops.changes import (
    AttachNumber,
    Change,
    Class,
    CreateService,
    DeleteService,
    FieldDiff,
    Gate,
    Risk,
    UpdateService,
)
from smsops.diagnostics import Finding, Location, Severity
from smsops.drift import Drifted
from smsops.errors import ExitCode, LedgerError, UsageError
from smsops.model import AccountEvent
from smsops.outcome import Outcome, Result, Status
from smsops.planned import AccountPlan, Aim, AlreadyDone, HeldBack, Plan
from smsops.render.applied import Applied
from smsops.render.cutting import LIMIT, size
from smsops.render.drawn import Drawn
from smsops.render.drift import Compared
from smsops.render.findings import Checked
from smsops.render.folded import details
from smsops.render.markdown import (
    applied_markdown,
    checked_markdown,
    drift_markdown,
    failure_markdown,
    plan_markdown,
)
from tests.render.pages import shown
from tests.render.scenes import refusal
from tests.render.test_text import ATTACH, CHANNEL, DELETE, DETACH, MOVE, SID, UPDATE

NUMBER = re.compile(r"\+1\d{10}")


def drawn(*changes: Change, held: tuple[HeldBack, ...] = (), findings: tuple[Finding, ...] = (), **facts: str) -> Drawn:
    account = AccountPlan(
        account="us",
        account_sid="AC",
        changes=changes,
        held_back=held,
        findings=findings,
        aims=(Aim(channel="care", service_sid=SID),),
        idle=frozenset({"a", "b"}),
    )
    plan = Plan(accounts=(account,), created_at="", expires_at=facts.get("until", ""), commit=facts.get("commit"))
    return Drawn(plan=plan, channels={CHANNEL.name: CHANNEL}, next_command="smsops apply")


def page(*changes: Change, **parts: object) -> str:
    text = plan_markdown(drawn(*changes, **parts), color=False)  # type: ignore[arg-type]
    assert size(text) <= LIMIT
    return text


def many(count: int, *, detached: int) -> list[Change]:
    """Channels that each change their webhook and get a number; the first ones lose a number, too."""
    found: list[Change] = []
    for index in range(count):
        about: dict[str, Any] = {"channel": f"larkspur-dental-{index:03}", "service_sid": f"MG{index:032}"}
        old, new = (f"https://{word}.example.com/{index}" for word in ("old", "new"))
        fields = (FieldDiff(name="webhook_url", field="webhook_url", before=old, after=new),)
        found.append(replace(UPDATE, **about, fields=fields, risk=Risk.MEDIUM))
        found.append(replace(ATTACH, **about, number=f"+1206555{index:04}"))
        if index < detached:
            found.append(replace(DETACH, **about, number=f"+1306555{index:04}"))
    return found


def removed(text: str) -> list[str]:
    """The numbers that the page says leave a pool."""
    part = text.partition("### Removals")[2].partition("\n```\n")[0]
    return NUMBER.findall(part)


# --- a plan ------------------------------------------------------------------------------------------------


def test_a_plan_says_counts_id_removals_and_reasons_before_the_folded_channels() -> None:
    plan = drawn(
        ATTACH,
        DETACH,
        DELETE,
        replace(MOVE, refused=Gate.TAKEOVER),
        replace(UPDATE, klass=Class.DRIFT),
        held=(HeldBack(change=replace(DETACH, number="+12065550108"), reason=Gate.PRUNE),),
        commit="0123456789abcdef",
        until="2026-05-05T12:00:00Z",
    )
    assert plan_markdown(plan, color=False) == (
        f"<!-- smsops plan {plan.plan.plan_id} -->\n"
        "\n"
        "## Plan: update 1 service, attach 1 number, move 1 number, detach 1 number, delete 1 service. "
        "2 channels unchanged. 1 change held back. 1 change refused.\n"
        "\n"
        "> **This plan is not applied as it is: what is refused, or is an error below, comes first.**\n"
        "\n"
        "| | create | update | attach | move | detach | delete | unchanged | held back | refused |\n"
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n"
        "| all | 0 | 1 | 1 | 1 | 1 | 1 | 2 | 1 | 1 |\n"
        "\n"
        f"Plan `{plan.plan.plan_id}`, made from commit <code>0123456789ab</code>, "
        "can be applied until <code>2026-05-05T12&#58;00&#58;00Z</code>.\n"
        "\n"
        "### Removals\n"
        "\n"
        "2 numbers leave a pool and 1 service is deleted. Carrier registration of a US number starts anew when it "
        "leaves a pool; until then messages may fail.\n"
        "\n"
        "```diff\n"
        "@@ delete messaging services, account us @@\n"
        f"- gone: {SID}\n"
        "@@ detach numbers, account us @@\n"
        "- care: +12065550109\n"
        "@@ move numbers to another channel, account us, refused: takeover @@\n"
        f"- {MOVE.from_service_sid} (no channel declares it) to care: +12065550105\n"
        "```\n"
        "\n"
        "### Refused, held back, drift\n"
        "\n"
        "- Refused, takeover (1 change): <code>care</code>. Nothing is written.\n"
        "- Held back, prune (1 change): no channel declares the number, and it was in the pool before smsops first "
        "applied it. To let it through: --allow prune\n"
        "- Drift (1 change), changed in the account, not in git: <code>care</code>.\n"
        "\n"
        "### Channels\n"
        "\n"
        "<details><summary><b>high risk</b>: <code>care</code> in account <code>us</code>: update 1 setting, "
        "attach 1 number, move in 1 number, detach 1 number, 1 refused, 1 change held back, drift</summary>\n"
        "\n"
        "```diff\n"
        f"  messaging service {SID}\n"
        f"! → number +12065550105 from {MOVE.from_service_sid}, which no channel declares  refused: takeover\n"
        "  - number +12065550108  held back: prune\n"
        "- number +12065550109\n"
        "+ number +12065550101 (Desk)\n"
        "@@ drift: changed in the account, not in git @@\n"
        "! ~ fallback_url: https://old.example.com → (none)\n"
        "  Replies go to in.example.com.\n"
        "  Carrier registration of a US number starts anew when it leaves a pool; until then messages may fail.\n"
        "```\n"
        "</details>\n"
        "<details><summary><b>high risk</b>: <code>gone</code> in account <code>us</code>: "
        "delete 1 service</summary>\n"
        "\n"
        "```diff\n"
        "  messaging service left git\n"
        "- messaging service\n"
        "```\n"
        "</details>\n"
        "\n"
        "Next: change the files, or, when this is meant: <code>smsops apply --allow takeover</code>\n"
    )


def test_a_plan_without_changes_is_its_counts_and_its_id() -> None:
    text = page()
    assert "## No changes. 2 channels unchanged.\n" in text
    assert "###" not in text
    assert "<details>" not in text
    assert ">" not in re.sub(r"<!--.*?-->", "", text)
    assert f"Plan `{drawn().plan.plan_id}`.\n" in text


def test_a_new_service_shows_what_is_set_as_added() -> None:
    fields = (FieldDiff(name="webhook_url", field="webhook_url", before=None, after="https://in.example.com"),)
    text = page(CreateService(account="us", channel="care", fields=fields))
    assert (
        "<details><summary><code>care</code> in account <code>us</code>: create 1 service</summary>\n\n"
        "```diff\n"
        "  messaging service new service\n"
        "+ messaging service\n"
        "+     webhook_url: https://in.example.com\n"
        "  Replies go to in.example.com.\n"
        "```\n"
    ) in text


def test_a_held_back_create_is_no_coloured_line() -> None:
    fields = (FieldDiff(name="webhook_url", field="webhook_url", before=None, after="https://in.example.com"),)
    create = CreateService(account="us", channel="new", fields=fields)
    text = page(held=(HeldBack(change=create, reason=Gate.DRIFT),))
    assert "  + messaging service  held back: drift\n      webhook_url: https://in.example.com\n" in text


def test_channels_stand_by_risk_and_those_with_only_additions_last() -> None:
    text = page(
        replace(ATTACH, channel="a-addition"),
        replace(UPDATE, channel="b-low"),
        replace(UPDATE, channel="c-medium", risk=Risk.MEDIUM),
        replace(DETACH, channel="d-high"),
        replace(ATTACH, channel="e-refused", refused=Gate.NAMESAKE),
    )
    names = re.findall(r"<summary>(?:<b>high risk</b>: )?<code>([\w-]+)", text)
    assert names == ["d-high", "c-medium", "b-low", "e-refused", "a-addition"]
    assert text.count("<b>high risk</b>") == 1


def test_what_the_plan_did_not_look_at_stands_at_its_head() -> None:
    plan = drawn(ATTACH)
    partial = replace(plan, plan=replace(plan.plan, partial=True, dirty=True))
    above = plan_markdown(partial, color=False).partition("| |")[0]
    assert (
        "> **This plan is partial: it looked only at the channels that were named.**\n>\n"
        "> **The work tree held changes that are in no commit.**\n"
    ) in above
    assert "not applied as it is" not in above
    since = plan_markdown(replace(partial, since="main"), color=False)
    assert "> **<code>This plan is partial&#58; it looked only at what changed since main&#46;</code>**\n" in since


def test_an_error_of_the_files_is_said_above_and_told_below_before_warnings() -> None:
    where = Location(path="channels/care.yaml", line=3)
    findings = (
        Finding(code="SMS303", message="Odd.", location=replace(where, line=1), severity=Severity.WARNING),
        Finding(code="SMS402", message="Not owned.", location=where, hint="Buy it.", excerpt="- +1206", width=7),
    )
    text = page(ATTACH, findings=findings)
    assert "not applied as it is" in text
    assert "Next" not in text
    assert (
        "### Findings: 1 error, 1 warning\n\n```text\n"
        "channels/care.yaml:3:1: error SMS402: Not owned.\n    - +1206\n    ^^^^^^^\n    hint: Buy it.\n\n"
        "channels/care.yaml:1:1: warning SMS303: Odd.\n\n"
        "```\n\n### Channels\n"
    ) in text


def test_several_accounts_have_a_row_each_those_that_lose_most_first_and_many_have_a_count() -> None:
    losing = AccountPlan(account="zz", account_sid="AC", changes=(replace(DETACH, account="zz"),))
    changing = AccountPlan(account="yy", account_sid="AC", changes=(replace(ATTACH, account="yy"),))
    idle = tuple(AccountPlan(account=f"a{i:03}", account_sid="AC", idle=frozenset({"a"})) for i in range(198))
    plan = Plan(accounts=(*idle, changing, losing), created_at="", expires_at="")
    text = plan_markdown(Drawn(plan=plan), color=False)
    rows = [line for line in text.split("\n") if line.startswith("| ") and "create" not in line]
    assert rows[:4] == [
        "| all | 0 | 0 | 1 | 0 | 1 | 0 | 198 | 0 | 0 |",
        "| <code>zz</code> | 0 | 0 | 0 | 0 | 1 | 0 | 0 | 0 | 0 |",
        "| <code>yy</code> | 0 | 0 | 1 | 0 | 0 | 0 | 0 | 0 | 0 |",
        "| <code>a000</code> | 0 | 0 | 0 | 0 | 0 | 0 | 1 | 0 | 0 |",
    ]
    assert len(rows) == 13
    assert "188 more accounts counted in the first row only.\n" in text
    assert "more account" not in page()


def test_reasons_name_a_few_channels_and_count_the_rest() -> None:
    text = page(*(replace(UPDATE, channel=f"c{i}", klass=Class.CONFLICT) for i in range(7)))
    names = ", ".join(f"<code>c{i}</code>" for i in range(5))
    assert f"- Conflict (7 changes), changed in the account and in git: {names} and 2 more.\n" in text
    assert text.count("@@ conflict: changed in the account and in git @@") == 7


def test_two_accounts_have_a_row_each_and_one_has_none() -> None:
    two = tuple(AccountPlan(account=name, account_sid="AC") for name in ("eu", "us"))
    text = plan_markdown(Drawn(plan=Plan(accounts=two, created_at="", expires_at="")), color=False)
    assert "| <code>eu</code> | 0 " in text
    assert "| <code>us</code> | 0 " in text
    assert "<code>us</code> |" not in page(ATTACH)


def test_five_channels_are_named_and_none_is_left_to_count() -> None:
    text = page(*(replace(UPDATE, channel=f"c{i}", klass=Class.DRIFT) for i in range(5)))
    assert "<code>c3</code>, <code>c4</code>.\n" in text


def test_what_is_done_already_is_counted_and_folded() -> None:
    done = AlreadyDone(account="us", channel="care", service_sid=SID, what="phone_numbers", value="+12065550101")
    plan = drawn()
    account = replace(plan.plan.accounts[0], already_done=(done,))
    text = plan_markdown(replace(plan, plan=replace(plan.plan, accounts=(account,))), color=False)
    assert "- Already done (1): the account has it as git asks for it.\n" in text
    assert "<summary>Already done</summary>\n\n```text\n  = care: number +12065550101\n```\n" in text


# --- what is cut -------------------------------------------------------------------------------------------


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
    text = draw(names) * draw(st.sampled_from([1, 1, 500]))
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


@settings(max_examples=40)
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


# --- an apply ----------------------------------------------------------------------------------------------

PLAN = Plan(accounts=(), created_at="", expires_at="")
DONE = Result(change=CreateService(account="us", channel="care", fields=()), status=Status.DONE, service_sid="MG1")
FAILED = Result(change=ATTACH, status=Status.FAILED, error=refusal("The pool is full."))
WAITING = Result(change=ATTACH, status=Status.NOT_ATTEMPTED, reason="An earlier change of care failed.")
ALREADY = Result(change=UPDATE, status=Status.ALREADY_DONE)


def applied(
    *results: Result, plan: Plan = PLAN, verdict: ExitCode = ExitCode.OK, differences: Iterable[str] = ()
) -> Applied:
    outcome = Outcome(account="us", results=results, differences=tuple(differences))
    return Applied(plan=plan, outcomes=(outcome,), verdict=verdict)


def test_failures_stand_first_and_what_was_done_last_and_folded() -> None:
    told = replace(
        applied(DONE, FAILED, WAITING, ALREADY, differences=["care: +1206 is not in the pool."]),
        error=LedgerError("The record cannot be written.", hint="Make room."),
    )
    assert applied_markdown(told, color=False) == (
        f"<!-- smsops apply {PLAN.plan_id} -->\n"
        "\n"
        "## Not all was applied: 1 done, 1 already done, 1 failed, 1 not attempted. Run apply again to finish.\n"
        "\n"
        "```text\nSMS601: The record cannot be written.\nhint: Make room.\n```\n"
        "\n"
        "| done | already done | failed | not attempted |\n"
        "|---:|---:|---:|---:|\n"
        "| 1 | 1 | 1 | 1 |\n"
        "\n"
        f"Plan `{PLAN.plan_id}`.\n"
        "\n"
        "### Failed: 1 change\n"
        "\n"
        "```diff\n"
        "+ care: number +12065550101\n"
        "    SMS406: The pool is full.\n"
        "    status 412, Twilio error 21714, request The pool is full.\n"
        "    hint: The pool is full.\n"
        "```\n"
        "\n"
        "### SMS507: After the apply, this differs from the plan\n"
        "\n"
        "```text\ncare: +1206 is not in the pool.\n```\n"
        "\n"
        "### Not attempted: 1 change\n"
        "\n"
        "```diff\n+ care: number +12065550101\n    An earlier change of care failed.\n```\n"
        "\n"
        "### New services. Put each SID into its channel file, or let --write-sids do it\n"
        "\n"
        "```text\ncare: messaging_service_sid: MG1\n```\n"
        "\n"
        "<details><summary>Done: 1 change</summary>\n\n```diff\n+ care: messaging service\n```\n\n</details>\n"
        "\n"
        "<details><summary>Already done: 1 change</summary>\n\n"
        "```diff\n! ~ care: messaging service\n```\n\n</details>\n"
        "\n"
    )


def test_failures_are_cut_only_when_they_alone_are_too_many() -> None:
    text = applied_markdown(applied(*[DONE] * 3_000, *[FAILED] * 300), color=False)
    assert size(text) <= LIMIT
    assert text.count("SMS406") == 300
    assert re.search(r"\n[\d,]+ changes not shown here\.\n\n</details>", text)
    worse = applied_markdown(applied(*[DONE] * 3_000, *[FAILED] * 3_000), color=False)
    assert size(worse) <= LIMIT
    assert f"{3_000 - worse.count('SMS406'):,} changes not shown here.\n\n" in worse
    assert "| 3,000 | 0 | 3,000 | 0 |" in worse
    assert worse.count("care: messaging service") < 10


def test_a_refused_apply_says_why() -> None:
    guarded = Finding(code="SMS502", message="Guarded.", location=Location(path="channels/care.yaml", line=3))
    plan = drawn(replace(DETACH, refused=Gate.PROTECTED), findings=(guarded,)).plan
    told = Applied(plan=plan, verdict=ExitCode.REFUSED)
    text = applied_markdown(told, color=False)
    assert "## Nothing was applied.\n" in text
    assert "- Refused, protected (1 change): <code>care</code>. Nothing is written.\n" in text
    assert "### Findings: 1 error\n\n```text\nchannels/care.yaml:3:1: error SMS502: Guarded." in text
    assert "SMS502" not in applied_markdown(replace(told, verdict=ExitCode.OK), color=False)


# --- files, drift, failures --------------------------------------------------------------------------------


def test_valid_files_are_one_line_and_invalid_ones_have_their_findings() -> None:
    assert checked_markdown(Checked(findings=(), files=3, channels=2), color=False) == "## 2 channels are valid.\n\n"
    where = Location(path="channels/care.yaml", line=3)
    wrong = Finding(code="SMS203", message="Wrong.", location=where)
    assert checked_markdown(Checked(findings=(wrong,), files=3, channels=2), color=False) == (
        "## 1 error in 3 files.\n\n### Findings: 1 error\n\n"
        "```text\nchannels/care.yaml:3:1: error SMS203: Wrong.\n\n```\n\n"
    )
    many_wrong = checked_markdown(Checked(findings=(wrong,) * 5_000, files=3, channels=2), color=False)
    assert LIMIT - 500 < size(many_wrong) <= LIMIT


EVENT = AccountEvent(at="2026-05-05T12:00:00Z", resource_sid="", event_type="", actor="US1", source="web")


def drift(what: str, before: str | None, after: str | None, *, channel: str = "care") -> Drifted:
    return Drifted(account="us", channel=channel, service_sid=SID, what=what, before=before, after=after, event=EVENT)


def test_drift_shows_services_that_lost_something_first() -> None:
    compared = Compared(
        found=(
            drift("webhook_url", "https://a.example.com", "https://b.example.com", channel="a"),
            drift("phone_numbers", None, "+12065550102"),
            replace(drift("phone_numbers", "+12065550101", None), event=None),
        ),
        unrecorded=("eu",),
        untold=("No events.",),
    )
    assert drift_markdown(compared, color=False) == (
        "## Drift: 3 differences.\n\n### Differences\n\n```diff\n"
        f"@@ care, account us, {SID} @@\n"
        "- number +12065550101\n"
        "+ number +12065550102\n"
        "    2026-05-05T12:00:00Z by US1, through web\n"
        f"@@ a, account us, {SID} @@\n"
        "! ~ webhook_url: https://a.example.com → https://b.example.com\n"
        "    2026-05-05T12:00:00Z by US1, through web\n"
        "```\n\n### Not known\n\n```text\n"
        "Who did it is not known. No events.\n"
        "Account eu has no record yet: there is nothing to compare.\n"
        "```\n\nNext: smsops plan shows what an apply would make of it.\n"
    )


def test_no_drift_is_one_line_and_much_drift_keeps_the_limit() -> None:
    none = Compared(found=(), unrecorded=(), untold=())
    assert drift_markdown(none, color=False) == "## No drift.\n\n"
    lost = tuple(drift("phone_numbers", f"+1306{i:07}", None) for i in range(500))
    found = tuple(drift("phone_numbers", None, f"+1206{i:07}") for i in range(2_000))
    text = drift_markdown(replace(none, found=(*found, *lost)), color=False)
    assert size(text) <= LIMIT
    assert text.count("- number +1306") == 500
    assert f"{2_000 - text.count('+ number +1206'):,} differences not shown here.\n" in text


def test_a_failure_tells_all_that_is_known_of_it() -> None:
    wrong = Finding(code="SMS203", message="Wrong.", location=Location(path="channels/care.yaml", line=3))
    assert failure_markdown(UsageError("No such option.", hint="See --help."), findings=[wrong]) == (
        "## The command failed\n\n```text\nSMS102: No such option.\nhint: See --help.\n```\n\n"
        "### Findings: 1 error\n\n```text\nchannels/care.yaml:3:1: error SMS203: Wrong.\n\n```\n\n"
    )
    assert "status 412, Twilio error 21714, request Full.\n" in failure_markdown(refusal("Full."))
    long = failure_markdown(UsageError("x" * 100_000))
    assert "x" * 2_000 not in long
    assert "(100,008 characters)" in long
