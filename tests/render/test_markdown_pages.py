"""The other pages: an apply, checked files, drift, and a failure."""

from __future__ import annotations

import re

from smsops.changes import Gate
from smsops.diagnostics import Finding, Location
from smsops.errors import ExitCode, LedgerError, UsageError
from smsops.frozen import replace
from smsops.render.applied import Applied
from smsops.render.cutting import LIMIT, size
from smsops.render.drift import Compared
from smsops.render.findings import Checked
from smsops.render.markdown import applied_markdown, checked_markdown, drift_markdown, failure_markdown
from tests.render.plans import ALREADY, DONE, FAILED, PLAN, WAITING, applied, drawn, drift
from tests.render.scenes import refusal
from tests.render.test_text import DETACH, SID


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
