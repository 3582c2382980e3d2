"""What each command tells a CI system: the word, the sentence, the findings with their places, and the cases."""

from __future__ import annotations

import pytest

from smsops.changes import (
    AttachNumber,
    Cause,
    Change,
    CreateService,
    DetachNumber,
    FieldDiff,
    Gate,
    UpdateService,
)
from smsops.cli.project import InvalidFiles
from smsops.codes import CODES
from smsops.diagnostics import Finding, Location, Severity
from smsops.drift import Drifted
from smsops.errors import ExitCode, Failure, LedgerError, LockHeld, ProviderError, SecretError, SmsopsError
from smsops.frozen import replace
from smsops.model import AccountEvent, Channel, Direction, Sender, ServiceSettings
from smsops.outcome import Outcome, Result, Status
from smsops.planned import AccountPlan, Aim, HeldBack, Plan
from smsops.render.applied import Applied, applied_text
from smsops.render.drawn import Drawn
from smsops.render.drift import Compared, drift_text
from smsops.render.findings import Checked, checked_text
from smsops.render.report import Case, Report, Verdict
from smsops.render.reports import applied_report, checked_report, drift_report, failure_report, plan_report
from smsops.render.text import plan_text
from tests.render.reported import finding

SID = "MG" + "0" * 32
NOWHERE = Location(path="smsops.yaml")
CREATE = CreateService(account="us", channel="care", fields=(FieldDiff(name="w", field="w", before=None, after="x"),))
ATTACH = AttachNumber(
    account="us",
    channel="care",
    number="+12065550101",
    number_sid="PN1",
    service_sid=SID,
    cause=Cause(path="channels/care.yaml", line=9),
)
DETACH = DetachNumber(account="us", channel="gone", number="+12065550109", number_sid="PN9", service_sid=SID)
UPDATE = UpdateService(
    account="us", channel="care", service_sid=SID, fields=(FieldDiff(name="w", field="w", before="a", after="b"),)
)
CARE = Channel(
    name="care",
    provider="twilio",
    account="us",
    direction=Direction.INBOUND_AND_OUTBOUND,
    settings=ServiceSettings(friendly_name="care", webhook_url="https://in.example.com/sms"),
    senders=(Sender(number="+12065550101", label="Desk"),),
    path="channels/care.yaml",
)
IDLE = replace(CARE, name="idle", path="channels/idle.yaml")
ELSEWHERE = replace(CARE, name="elsewhere", path="channels/elsewhere.yaml")
REFUSED = ProviderError("Twilio refuses it.", failure=Failure.FULL, hint="Free a place.", request_id="RQ1")


def plan(*changes: Change, held: tuple[HeldBack, ...] = (), findings: tuple[Finding, ...] = ()) -> Plan:
    account = AccountPlan(
        account="us",
        account_sid="AC",
        changes=changes,
        held_back=held,
        findings=findings,
        aims=(Aim(channel="care", service_sid=SID), Aim(channel="idle", service_sid=SID)),
    )
    return Plan(accounts=(account,), created_at="", expires_at="")


def drawn(*changes: Change, held: tuple[HeldBack, ...] = (), findings: tuple[Finding, ...] = ()) -> Drawn:
    channels = {channel.name: channel for channel in (CARE, IDLE, ELSEWHERE)}
    return Drawn(plan=plan(*changes, held=held, findings=findings), channels=channels)


def cases(report: Report) -> dict[tuple[str, str], Case]:
    found = {(case.group, case.name): case for case in report.cases}
    assert len(found) == len(report.cases)
    return found


def verdicts(report: Report) -> dict[tuple[str, str], str]:
    return {name: str(case.verdict) for name, case in cases(report).items()}


# --- validate ----------------------------------------------------------------------------------------------

LATER = finding(9, severity=Severity.WARNING)
CHECKED = Checked(
    findings=(finding(3), LATER, finding(1, path="smsops.yaml", severity=Severity.WARNING)),
    files=4,
    channels=2,
    paths=("channels/a.yaml", "channels/eu/b.yaml", "smsops.yaml"),
)


def test_invalid_files_are_told_by_file_with_counts_and_a_sentence() -> None:
    told = checked_report(CHECKED)
    assert (told.command, told.result, told.failure) == ("validate", "invalid", "1 error, 2 warnings in 4 files.")
    assert told.counts == {"files": 4, "channels": 2, "errors": 1, "warnings": 2}
    assert told.findings == CHECKED.findings
    assert told.text == checked_text(CHECKED, color=False)
    assert (told.changes, told.plan_id) == (0, "")
    assert verdicts(told) == {
        ("channels", "channels/a.yaml"): "failed",
        ("channels/eu", "channels/eu/b.yaml"): "passed",
        ("project", "smsops.yaml"): "passed",
    }


def test_a_file_says_its_one_finding_or_counts_them_and_shows_them_all() -> None:
    told = cases(checked_report(CHECKED))
    broken, fine = told["channels", "channels/a.yaml"], told["channels/eu", "channels/eu/b.yaml"]
    assert broken.message == "1 error, 1 warning."
    assert "channels/a.yaml:3:2: error SMS204: Number 3 is wrong.\n" in broken.details
    assert "channels/a.yaml:9:2: warning SMS204" in broken.details
    assert (fine.message, fine.details) == ("", "")
    assert told["project", "smsops.yaml"].message == "Number 1 is wrong."


def test_valid_files_fail_nothing() -> None:
    told = checked_report(replace(CHECKED, findings=(LATER,)))
    assert (told.result, told.failure) == ("valid", "")
    assert set(verdicts(told).values()) == {"passed"}


def test_a_file_with_findings_is_a_case_also_when_nobody_listed_it() -> None:
    assert verdicts(checked_report(replace(CHECKED, paths=())))["channels", "channels/a.yaml"] == "failed"


# --- plan --------------------------------------------------------------------------------------------------


def test_a_plan_has_a_case_for_each_channel_that_was_looked_at() -> None:
    shown = drawn(CREATE, ATTACH, held=(HeldBack(change=DETACH, reason=Gate.PRUNE),))
    told = plan_report(shown)
    assert (told.command, told.result, told.failure, told.changes) == ("plan", "changes", "", 2)
    assert told.counts == shown.plan.summary()
    assert told.plan_id == shown.plan.plan_id
    assert told.text == plan_text(shown, color=False)
    assert verdicts(told) == {("us", "care"): "passed", ("us", "idle"): "passed", ("us", "gone"): "skipped"}
    assert cases(told)["us", "care"].details == (
        "+ messaging service\n    w: x\n+ number +12065550101 (Desk)\nReplies go to in.example.com.\n"
    )
    assert cases(told)["us", "gone"].message == "1 change held back."
    assert "- number +12065550109  held back: prune\n" in cases(told)["us", "gone"].details
    assert cases(told)["us", "idle"] == Case(name="idle", group="us")


def test_a_plan_without_changes_says_so_also_when_something_waits() -> None:
    assert plan_report(drawn(held=(HeldBack(change=DETACH, reason=Gate.PRUNE),))).result == "no-changes"


def test_a_refused_plan_names_its_gates_once() -> None:
    refused: list[Change] = [replace(ATTACH, refused=Gate.LIMIT), replace(DETACH, refused=Gate.LIMIT)]
    others = [replace(UPDATE, refused=gate) for gate in (Gate.PROTECTED, Gate.TAKEOVER, Gate.CONFLICT)]
    told = plan_report(drawn(*refused, *others))
    assert (told.result, told.failure) == (
        "refused",
        "5 changes are refused: conflict, takeover, limit, protected.",
    )
    assert cases(told)["us", "care"].message == "4 changes refused."
    assert verdicts(told) == {("us", "care"): "failed", ("us", "gone"): "failed", ("us", "idle"): "passed"}
    one = plan_report(drawn(replace(ATTACH, refused=Gate.LIMIT)))
    assert one.failure == "1 change is refused: limit."


def test_an_error_finding_fails_its_channel_and_the_plan() -> None:
    missing = finding(code="SMS402", path=CARE.path, message="Not owned.")
    told = plan_report(drawn(ATTACH, findings=(missing,)))
    assert (told.result, told.failure) == ("invalid", "The account lacks what the files ask for: 1 error.")
    care = cases(told)["us", "care"]
    assert (care.verdict, care.message) == (Verdict.FAILED, "Not owned.")
    assert care.details.startswith("+ number +12065550101 (Desk)\n\nchannels/care.yaml:1:2: error SMS402: Not owned.\n")
    assert told.findings == (missing,)


def test_a_warning_fails_no_channel() -> None:
    told = plan_report(drawn(findings=(finding(path=CARE.path, severity=Severity.WARNING),)))
    assert cases(told)["us", "care"].verdict is Verdict.PASSED
    assert "warning SMS204" in cases(told)["us", "care"].details


def test_what_concerns_no_channel_is_a_case_of_its_file() -> None:
    limit = finding(code="SMS501", path="smsops.yaml", message="Too much.")
    told = plan_report(drawn(replace(DETACH, refused=Gate.LIMIT), findings=(limit,)))
    assert cases(told)["project", "smsops.yaml"].verdict is Verdict.FAILED
    assert cases(told)["project", "smsops.yaml"].message == "Too much."


# --- apply -------------------------------------------------------------------------------------------------

DONE = Result(change=CREATE, status=Status.DONE, service_sid=SID)
ALREADY = Result(change=ATTACH, status=Status.ALREADY_DONE)
FAILED = Result(change=ATTACH, status=Status.FAILED, error=REFUSED)
WAITING = Result(change=UPDATE, status=Status.NOT_ATTEMPTED, reason="An earlier change of care failed.")


def applied(
    *results: Result, differences: tuple[str, ...] = (), verified: bool = True, interrupted: bool = False
) -> Applied:
    outcome = Outcome(
        account="us", results=results, differences=differences, verified=verified, interrupted=interrupted
    )
    return Applied(plan=plan(*(result.change for result in results)), outcomes=(outcome,), channels={CARE.name: CARE})


def test_an_apply_has_a_case_for_each_change_and_one_for_the_read_back() -> None:
    shown = applied(DONE, ALREADY)
    told = applied_report(shown)
    assert (told.command, told.result, told.failure, told.changes) == ("apply", "applied", "", 1)
    assert told.text == applied_text(shown, color=False)
    assert told.plan_id == shown.plan.plan_id
    assert told.counts == shown.plan.summary() | {"done": 1, "already-done": 1, "failed": 0, "not-attempted": 0}
    assert verdicts(told) == {
        ("us/care", "create messaging service"): "passed",
        ("us/care", "attach number +12065550101 (Desk)"): "passed",
        ("us", "read back"): "passed",
    }
    assert told.findings == ()


@pytest.mark.parametrize(
    ("shown", "result"),
    [
        (applied(DONE), "applied"),
        (applied(ALREADY), "no-changes"),
        (applied(), "no-changes"),
        (applied(DONE, FAILED), "partial"),
        (applied(FAILED), "failed"),
        (applied(DONE, WAITING, interrupted=True), "interrupted"),
        (applied(DONE, differences=("It differs.",)), "partial"),
        (replace(applied(), outcomes=(), verdict=ExitCode.REFUSED), "refused"),
        (replace(applied(), outcomes=(), verdict=ExitCode.INVALID), "invalid"),
        (replace(applied(), error=LedgerError("no")), "failed"),
    ],
)
def test_what_an_apply_came_to_is_a_word(shown: Applied, result: str) -> None:
    told = applied_report(shown)
    assert told.result == result
    assert bool(told.failure) is (result not in ("applied", "no-changes"))


def test_refused_credentials_are_a_failure() -> None:
    error = ProviderError("Refused.", failure=Failure.AUTH, status=401)
    assert applied_report(applied(replace(FAILED, error=error))).result == "failed"


def test_a_failed_change_is_a_finding_at_the_line_that_asked_for_it() -> None:
    told = applied_report(applied(DONE, FAILED, WAITING))
    assert told.findings == (
        Finding(
            code="SMS406",
            message="attach number +12065550101 (Desk) of care: Twilio refuses it.",
            hint="Free a place.",
            location=Location(path="channels/care.yaml", line=9),
        ),
    )
    assert told.failure.startswith("Not all was applied: 1 done, 1 failed, 1 not attempted.")
    failed = cases(told)["us/care", "attach number +12065550101 (Desk)"]
    assert (failed.verdict, failed.message) == (Verdict.ERROR, "Twilio refuses it.")
    assert failed.details == "SMS406: Twilio refuses it.\nrequest RQ1\nhint: Free a place.\n"
    waiting = cases(told)["us/care", "update messaging service"]
    assert (waiting.verdict, waiting.message) == (Verdict.SKIPPED, "An earlier change of care failed.")


def test_a_change_without_a_line_fails_at_the_project_file() -> None:
    told = applied_report(applied(replace(FAILED, change=DETACH)))
    assert [one.location for one in told.findings] == [NOWHERE]


def test_what_the_read_back_found_is_a_finding_and_fails_a_case() -> None:
    told = applied_report(applied(DONE, differences=("care: x is not y.",)))
    assert [(one.code, one.message, one.location) for one in told.findings] == [
        ("SMS507", "care: x is not y.", NOWHERE)
    ]
    case = cases(told)["us", "read back"]
    assert (case.verdict, case.message) == (Verdict.FAILED, "The account is not as planned.")
    assert case.details == "care: x is not y.\n"


def test_what_was_not_read_back_passes_no_case() -> None:
    assert verdicts(applied_report(applied(DONE, verified=False)))["us", "read back"] == "skipped"


def test_what_ended_an_apply_early_is_a_finding_and_a_case() -> None:
    told = applied_report(replace(applied(DONE), error=LedgerError("It cannot be written.", hint="Make room.")))
    assert (told.result, told.failure) == ("partial", "It cannot be written.")
    assert [(one.code, one.message, one.hint) for one in told.findings] == [
        ("SMS601", "It cannot be written.", "Make room.")
    ]
    case = cases(told)["smsops", "smsops apply"]
    assert case.verdict is Verdict.ERROR
    assert case.details == "SMS601: It cannot be written.\nhint: Make room.\n"


def test_a_refused_apply_says_of_each_change_why_nothing_was_done() -> None:
    limit = finding(code="SMS501", path="smsops.yaml", message="Too much.")
    warned = finding(path=CARE.path, severity=Severity.WARNING)
    refused = plan(
        ATTACH,
        replace(DETACH, refused=Gate.LIMIT),
        held=(HeldBack(change=replace(DETACH, number="+1"), reason=Gate.PRUNE),),
        findings=(limit, warned),
    )
    told = applied_report(Applied(plan=refused, verdict=ExitCode.REFUSED))
    assert {name: (str(case.verdict), case.message) for (_, name), case in cases(told).items()} == {
        "attach number +12065550101": ("skipped", "Nothing was attempted."),
        "detach number +12065550109": ("failed", "Refused: limit."),
        "detach number +1": ("skipped", "Held back: prune."),
        "smsops.yaml": ("failed", "Too much."),
    }
    assert told.failure == "1 change is refused: limit."
    assert told.findings == refused.findings


# --- drift -------------------------------------------------------------------------------------------------

EVENT = AccountEvent(at="2026-11-25T08:00:00Z", resource_sid=SID, event_type="updated", actor="US1", source="web")
DRIFTED = Drifted(account="us", channel="care", service_sid=SID, what="webhook_url", before="a", after="b", event=EVENT)
COMPARED = Compared(
    found=(DRIFTED, replace(DRIFTED, service_sid="MG2"), replace(DRIFTED, what="z", event=None)),
    unrecorded=("uk",),
    untold=(),
    services=(("us", "care", SID), ("us", "idle", "MG3")),
)


def test_drift_fails_the_service_that_drifted_and_no_other() -> None:
    told = drift_report(COMPARED)
    assert (told.command, told.result, told.failure, told.changes) == ("drift", "drift", "", 3)
    assert told.counts == {"differences": 3, "drifted": 2, "services": 2, "unrecorded": 1}
    assert told.text == drift_text(COMPARED, color=False)
    assert told.findings == ()
    assert verdicts(told) == {
        ("us", f"care ({SID})"): "failed",
        ("us", "care (MG2)"): "failed",
        ("us", "idle (MG3)"): "passed",
        ("uk", "records"): "skipped",
    }
    care = cases(told)["us", f"care ({SID})"]
    assert care.message == "2 differences."
    assert care.details == "~ webhook_url: a → b\n2026-11-25T08:00:00Z by US1, through web\n~ z: a → b\n"


def test_without_drift_every_service_passes() -> None:
    warning = finding(severity=Severity.WARNING)
    told = drift_report(replace(COMPARED, found=(), unrecorded=(), warnings=(warning,)))
    assert (told.result, told.changes, told.findings) == ("no-drift", 0, (warning,))
    assert set(verdicts(told).values()) == {"passed"}


# --- failures ----------------------------------------------------------------------------------------------


class _Of(SmsopsError):
    def __init__(self, code: ExitCode) -> None:
        super().__init__("It failed.")
        self.exit_code = code


@pytest.mark.parametrize(
    ("code", "result"),
    [
        (ExitCode.ERROR, "failed"),
        (ExitCode.AUTH, "failed"),
        (ExitCode.USAGE, "failed"),
        (ExitCode.INVALID, "invalid"),
        (ExitCode.REFUSED, "refused"),
        (ExitCode.STALE, "stale"),
        (ExitCode.LOCKED, "locked"),
        (ExitCode.INTERRUPTED, "interrupted"),
    ],
)
def test_the_exit_code_of_a_failure_is_a_word(code: ExitCode, result: str) -> None:
    assert failure_report("plan", _Of(code)).result == result


def test_a_failure_without_findings_is_one_itself_and_has_a_place() -> None:
    told = failure_report("apply", SecretError("US_TOKEN is not set.", hint="Set it."))
    assert (told.command, told.failure, told.text) == ("apply", "US_TOKEN is not set.", "")
    assert told.findings == (Finding(code="SMS409", message="US_TOKEN is not set.", hint="Set it.", location=NOWHERE),)
    assert cases(told) == {
        ("smsops", "smsops apply"): Case(
            name="smsops apply",
            group="smsops",
            verdict=Verdict.ERROR,
            message="US_TOKEN is not set.",
            details="SMS409: US_TOKEN is not set.\nhint: Set it.\n",
        )
    }


def test_a_failure_with_findings_leaves_the_word_to_them() -> None:
    found = (finding(3), finding(4, severity=Severity.WARNING))
    told = failure_report("plan", InvalidFiles(found), iter(found))
    assert told.findings == found
    assert verdicts(told) == {("channels", "channels/a.yaml"): "failed", ("smsops", "smsops plan"): "error"}


def test_a_failure_beside_warnings_is_a_finding_as_well() -> None:
    warned = (finding(severity=Severity.WARNING),)
    told = failure_report("plan", LockHeld("Bob is at work."), warned)
    assert [one.code for one in told.findings] == ["SMS204", "SMS509"]


def test_a_failure_that_no_code_explains_is_no_finding() -> None:
    told = failure_report("plan", SmsopsError("It broke.", code="defect"))
    assert "defect" not in CODES
    assert (told.findings, told.failure) == ((), "It broke.")
    assert cases(told)["smsops", "smsops plan"].details == "defect: It broke.\n"
