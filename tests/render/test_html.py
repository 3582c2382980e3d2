"""Pages of HTML: whole, safe to open, and readable without colour, script or network."""

from __future__ import annotations

import base64
import hashlib
import re

from smsops.changes import Class, CreateService, FieldDiff, Gate
from smsops.diagnostics import Finding, Location, Severity
from smsops.errors import ExitCode, UsageError
from smsops.frozen import replace
from smsops.planned import AccountPlan, AlreadyDone, HeldBack, Plan
from smsops.render.applied import Applied
from smsops.render.drawn import Drawn
from smsops.render.drift import Compared
from smsops.render.findings import Checked
from smsops.render.html import applied_html, checked_html, drift_html, failure_html, plan_html
from smsops.render.markdown import drift_markdown, plan_markdown
from tests.render.pages import Page, parsed
from tests.render.plans import ALREADY, DONE, FAILED, WAITING, applied, drawn, drift, many
from tests.render.scenes import compared, refusal
from tests.render.test_text import ATTACH, DELETE, DETACH, MOVE, SID, UPDATE


def opened(html: str) -> Page:
    """The page, which is one that a browser shows as it stands."""
    assert html.startswith('<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n')
    page = parsed(html)
    assert [tag for tag, _ in page.tags].count("main") == 1
    assert [tag for tag, _ in page.tags].count("h1") == 1
    return page


def words(html: str) -> str:
    """What a reader reads, with single blanks, in order."""
    body = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_a_page_loads_nothing_and_allows_only_its_own_style() -> None:
    html = plan_html(drawn(ATTACH), color=False)
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    page = opened(html)
    assert ("meta", (("http-equiv", "Content-Security-Policy"), ("content", policy))) in page.tags
    assert ("meta", (("name", "viewport"), ("content", "width=device-width, initial-scale=1"))) in page.tags
    assert not page.names & {"script", "link", "img", "iframe", "form", "a", "base", "object"}
    assert not page.attributes & {"src", "href", "style"}
    assert "url(" not in style[1]
    assert "@import" not in style[1]
    assert "@media (prefers-color-scheme: dark)" in style[1]
    assert "@media print" in style[1]


def test_a_plan_has_everything_of_the_text_in_words() -> None:
    guarded = Finding(code="SMS502", message="Guarded.", location=Location(path="channels/care.yaml", line=3))
    value = drawn(
        ATTACH,
        DETACH,
        DELETE,
        replace(MOVE, refused=Gate.TAKEOVER),
        replace(UPDATE, klass=Class.DRIFT),
        held=(HeldBack(change=replace(DETACH, number="+12065550108"), reason=Gate.PRUNE),),
        findings=(guarded,),
        commit="0123456789abcdef",
        until="2026-05-05T12:00:00Z",
    )
    html = plan_html(value, color=False)
    opened(html)
    summary = (
        "Plan: update 1 service, attach 1 number, move 1 number, detach 1 number, delete 1 service. "
        "2 channels unchanged. 1 change held back. 1 change refused."
    )
    assert words(html) == (
        f"{summary} {summary} "
        "This plan is not applied as it is: what is refused, or is an error below, comes first. "
        "Changes account create update attach move detach delete unchanged held back refused "
        "all 0 1 1 1 1 1 2 1 1 "
        f"Plan {value.plan.plan_id} , commit 0123456789abcdef , can be applied until 2026-05-05T12:00:00Z "
        "Removals 2 numbers leave a pool and 1 service is deleted. "
        "channel account removal number or service refused "
        f"gone us delete messaging services {SID} "
        "care us detach numbers +12065550109 "
        f"{MOVE.from_service_sid} (no channel declares it) to care us move numbers to another channel "
        "+12065550105 takeover "
        "Refused, held back, drift "
        "Refused, takeover (1 change): care . Nothing is written. "
        "Held back, prune (1 change): no channel declares the number, and it was in the pool before smsops first "
        "applied it. To let it through: --allow prune "
        "Drift (1 change), changed in the account, not in git: care . "
        "Findings: 1 error channels/care.yaml:3:1: error SMS502: Guarded. "
        f"Channels high risk : care account us, {SID} "
        f"→ number +12065550105 from {MOVE.from_service_sid}, which no channel declares refused: takeover "
        "- number +12065550108 held back: prune "
        "- number +12065550109 "
        "+ number +12065550101 (Desk) "
        "drift: changed in the account, not in git "
        "~ fallback_url: https://old.example.com → (none) "
        "Replies go to in.example.com. "
        "Carrier registration of a US number starts anew when it leaves a pool; until then messages may fail. "
        "high risk : gone account us, left git - messaging service "
        "Next: change the files, or, when this is meant: smsops apply --allow takeover --allow protected"
    )


def test_signs_say_what_the_colours_repeat() -> None:
    html = plan_html(drawn(ATTACH, DETACH, MOVE, UPDATE), color=False)
    items = dict(re.findall(r'<li class="(\w+)">(.)', html))
    assert items == {"add": "+", "remove": "-", "move": "→", "change": "~"}


def test_what_a_new_service_is_set_to_stands_below_it() -> None:
    fields = (FieldDiff(name="webhook_url", field="webhook_url", before=None, after="https://in.example.com"),)
    html = plan_html(drawn(CreateService(account="us", channel="care", fields=fields)), color=False)
    assert (
        '<li class="add">+ messaging service</li>\n<li class="faint below">webhook_url: https://in.example.com</li>\n'
    ) in html
    assert '<span class="faint">account us, new service</span>' in html
    assert "high risk" not in html


def test_every_channel_and_every_number_appears_however_many() -> None:
    changes = many(1_200, detached=1_200)
    html = plan_html(drawn(*changes), color=False)
    page = opened(html)
    assert {change.channel for change in changes} == set(re.findall(r"<code>(larkspur-dental-\d+)</code>", html))
    assert {number for change in changes if (number := getattr(change, "number", ""))} == set(
        re.findall(r"\+1\d{10}", page.text)
    )
    assert [tag for tag, _ in page.tags].count("details") == 1_200
    assert html.count("<details open>") == 1_200


def test_tables_have_captions_and_their_heads_say_what_they_head() -> None:
    accounts = tuple(AccountPlan(account=f"a{i:02}", account_sid="AC") for i in range(40))
    html = plan_html(Drawn(plan=Plan(accounts=accounts, created_at="", expires_at="")), color=False)
    page = opened(html)
    heads = [attributes for tag, attributes in page.tags if tag == "th"]
    assert heads.count((("scope", "col"),)) == 10
    assert heads.count((("scope", "row"),)) == 41
    assert "<caption>Changes</caption>" in html
    assert "Removals" not in html
    assert "Channels" not in html


def test_what_was_not_looked_at_and_what_is_done_already_is_told() -> None:
    done = AlreadyDone(account="us", channel="care", service_sid=SID, what="phone_numbers", value="+12065550101")
    plan = drawn().plan
    account = replace(plan.accounts[0], already_done=(done,))
    html = plan_html(Drawn(plan=replace(plan, accounts=(account,), partial=True, dirty=True)), color=False)
    assert (
        '<p class="note">This plan is partial: it looked only at some of the channels.</p>\n'
        '<p class="note">The work tree held changes that are in no commit.</p>\n'
    ) in html
    assert "Already done = care: number +12065550101" in words(html)


def test_an_apply_shows_failures_first() -> None:
    told = replace(
        applied(DONE, FAILED, WAITING, ALREADY, differences=["care: +1206 is not in the pool."]),
        error=UsageError("The record cannot be written.", hint="Make room."),
    )
    html = applied_html(told, color=False)
    opened(html)
    summary = "Not all was applied: 1 done, 1 already done, 1 failed, 1 not attempted. Run apply again to finish."
    assert words(html) == (
        f"{summary} {summary} SMS102: The record cannot be written. hint: Make room. "
        f"Plan {told.plan.plan_id} "
        "SMS507: After the apply, this differs from the plan care: +1206 is not in the pool. "
        "Failed + care: number +12065550101 failed SMS406: The pool is full. "
        "status 412, Twilio error 21714, request The pool is full. hint: The pool is full. "
        "Not attempted + care: number +12065550101 not attempted An earlier change of care failed. "
        "Done + care: messaging service done "
        "Already done ~ care: messaging service already done "
        "New services. Put each SID into its channel file, or let --write-sids do it care: messaging_service_sid: MG1"
    )
    assert re.findall(r'<li class="(\w+)">', html) == ["error", "warning", "add", "faint"]


def test_a_refused_apply_says_why() -> None:
    guarded = Finding(code="SMS502", message="Guarded.", location=Location(path="channels/care.yaml", line=3))
    plan = drawn(replace(DETACH, refused=Gate.PROTECTED), findings=(guarded,)).plan
    refused = words(applied_html(Applied(plan=plan, verdict=ExitCode.REFUSED), color=False))
    assert "Refused, protected (1 change): care . Nothing is written." in refused
    assert "error SMS502: Guarded." in refused
    assert "SMS502" not in applied_html(Applied(plan=plan), color=False)


def test_findings_keep_their_lines() -> None:
    wrong = Finding(
        code="SMS203", message="<b>", location=Location(path="a.yaml", line=3, column=3), excerpt="x: <b>", width=3
    )
    html = checked_html(Checked(findings=(wrong,), files=3, channels=2), color=False)
    assert "<pre>a.yaml:3:3: error SMS203: &lt;b&gt;\n    x: &lt;b&gt;\n      ^^^</pre>\n" in html
    assert words(checked_html(Checked(findings=(), files=3, channels=2), color=False)) == (
        "2 channels are valid. 2 channels are valid."
    )


def test_drift_has_a_part_for_each_service() -> None:
    value = Compared(
        found=(
            drift("webhook_url", "https://a.example.com", "https://b.example.com", channel="a"),
            drift("phone_numbers", None, "+12065550102"),
            replace(drift("phone_numbers", "+12065550101", None), event=None),
        ),
        unrecorded=("eu",),
        untold=("No events.",),
        warnings=(
            Finding(code="SMS601", message="Old.", location=Location(path="smsops.yaml"), severity=Severity.WARNING),
        ),
    )
    html = drift_html(value, color=False)
    opened(html)
    who = "2026-05-05T12:00:00Z by US1, through web"
    assert words(html) == (
        "Drift: 3 differences. Drift: 3 differences. Differences "
        f"a account us, {SID} ~ webhook_url: https://a.example.com → https://b.example.com {who} "
        f"care account us, {SID} + number +12065550102 {who} - number +12065550101 "
        "Who did it is not known. No events. Account eu has no record yet: there is nothing to compare. "
        "Findings: 1 warning smsops.yaml:1:1: warning SMS601: Old. "
        "Next: smsops plan shows what an apply would make of it."
    )
    assert re.findall(r'<li class="([\w ]+)">', html) == ["change", "faint below", "add", "faint below", "remove"]
    none = Compared(found=(), unrecorded=(), untold=())
    assert words(drift_html(none, color=False)) == "No drift. No drift."


def test_a_failure_tells_all_that_is_known_of_it() -> None:
    wrong = Finding(code="SMS203", message="Wrong.", location=Location(path="a.yaml", line=3))
    html = failure_html(refusal("Full."), findings=[wrong])
    opened(html)
    assert words(html) == (
        "The command failed The command failed SMS406: Full. status 412, Twilio error 21714, request Full. hint: Full. "
        "Findings: 1 error a.yaml:3:1: error SMS203: Wrong."
    )


def test_a_login_in_a_url_is_masked() -> None:
    login = "https://user:secret@h.example.com/"
    fields = (FieldDiff(name="fallback_url", field="fallback_url", before=login, after=""),)
    moved = replace(compared("x"), found=(drift("fallback_url", login, None),))
    plan = drawn(replace(UPDATE, fields=fields))
    for shown in (
        plan_html(plan, color=False),
        plan_markdown(plan, color=False),
        drift_html(moved, color=False),
        drift_markdown(moved, color=False),
    ):
        assert "https://****@h.example.com/" in shown
        assert "secret" not in shown
