"""A plan in a pull request: what stands first, and what is said of each channel."""

from __future__ import annotations

import re

from smsops.changes import Class, CreateService, FieldDiff, Gate, Risk
from smsops.diagnostics import Finding, Location, Severity
from smsops.frozen import replace
from smsops.planned import AccountPlan, AlreadyDone, HeldBack, Plan
from smsops.render.drawn import Drawn
from smsops.render.markdown import plan_markdown
from tests.render.plans import drawn, page
from tests.render.test_text import ATTACH, DELETE, DETACH, MOVE, SID, UPDATE


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
        "> **This plan is partial: it looked only at some of the channels.**\n>\n"
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
