"""What is told after an apply, and the exit code of all accounts together."""

from __future__ import annotations

import json

import pytest

from smsops.changes import AttachNumber, CreateService
from smsops.errors import ExitCode, Failure, LedgerError, ProviderError, SmsopsError
from smsops.outcome import Outcome, Result, Status
from smsops.planned import Plan
from smsops.render.applied import Applied, applied_json, applied_text

PLAN = Plan(accounts=(), created_at="", expires_at="")
CREATE = CreateService(account="us", channel="care", fields=())
ATTACH = AttachNumber(account="us", channel="care", number="+12065550101", number_sid="PN1", service_sid=None)
REFUSED = ProviderError(
    "Twilio refused the pool: \x1b[31mfull.",
    failure=Failure.FULL,
    status=412,
    provider_code=21714,
    request_id="RQ1",
    hint="Free a place.",
)
DONE = Result(change=CREATE, status=Status.DONE, service_sid="MG1", request_id="RQ0")
FAILED = Result(change=ATTACH, status=Status.FAILED, request_id="RQ1", error=REFUSED)
WAITING = Result(change=ATTACH, status=Status.NOT_ATTEMPTED, reason="An earlier change of care failed.")


def applied(*outcomes: Outcome, error: SmsopsError | None = None, verdict: ExitCode = ExitCode.OK) -> Applied:
    return Applied(plan=PLAN, outcomes=outcomes, error=error, verdict=verdict)


def outcome(*results: Result, differences: tuple[str, ...] = (), interrupted: bool = False) -> Outcome:
    return Outcome(account="us", results=results, differences=differences, interrupted=interrupted)


def test_each_change_is_a_line_and_a_failure_has_what_support_asks_for() -> None:
    assert applied_text(applied(outcome(DONE, FAILED, WAITING)), color=False) == (
        "done          + care: messaging service\n"
        "failed        + care: number +12065550101\n"
        "              SMS406: Twilio refused the pool: \\x1b[31mfull.\n"
        "              status 412, Twilio error 21714, request RQ1\n"
        "              hint: Free a place.\n"
        "not attempted + care: number +12065550101\n"
        "              An earlier change of care failed.\n"
        "\n"
        "New services. Put each SID into its channel file, or let --write-sids do it:\n"
        "  care: messaging_service_sid: MG1\n"
        "\n"
        "Not all was applied: 1 done, 1 failed, 1 not attempted. Run apply again to finish.\n"
    )


def test_what_the_read_back_found_is_told() -> None:
    told = applied(outcome(DONE, differences=("care: +12065550101 is not in the pool.",)))
    assert "After the apply, this differs from the plan:\n  care: +1206" in applied_text(told, color=False)
    assert json.loads(applied_json(told, color=False))["differences"] == [
        {"code": "SMS507", "message": "care: +12065550101 is not in the pool."}
    ]
    assert told.exit_code is ExitCode.PARTIAL


def test_a_failure_between_two_accounts_is_told_with_what_was_done_before() -> None:
    told = applied(outcome(DONE), error=LedgerError("The record cannot be written.", hint="Make room."))
    assert "error SMS601: The record cannot be written.\nhint: Make room.\n" in applied_text(told, color=False)
    document = json.loads(applied_json(told, color=False))
    assert document["ok"] is False
    assert document["error"]["code"] == "SMS601"


@pytest.mark.parametrize(
    ("told", "ending"),
    [
        (outcome(DONE), "Applied: 1 done. Read back: the accounts are as planned."),
        (outcome(DONE, interrupted=True), "Applied: 1 done. The run was interrupted before all was read back."),
        (outcome(DONE, differences=("It differs.",)), "Applied: 1 done. Read back: the accounts are not as planned."),
        (outcome(DONE, WAITING, interrupted=True), "1 done, 1 not attempted. Run apply again to finish."),
        (outcome(), "Nothing to apply."),
        (outcome(interrupted=True), "Nothing was applied."),
    ],
)
def test_the_last_line_claims_no_more_than_is_known(told: Outcome, ending: str) -> None:
    assert applied_text(applied(told), color=False).endswith(f"{ending}\n")


AUTH = Result(change=CREATE, status=Status.FAILED, error=ProviderError("Refused.", failure=Failure.AUTH, status=401))
LOST = Result(change=CREATE, status=Status.FAILED, error=ProviderError("Lost.", failure=Failure.LOST))


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (applied(), ExitCode.OK),
        (applied(verdict=ExitCode.REFUSED), ExitCode.REFUSED),
        (applied(verdict=ExitCode.INVALID), ExitCode.INVALID),
        (applied(outcome(DONE), outcome(DONE)), ExitCode.OK),
        (applied(outcome(FAILED), outcome(FAILED)), ExitCode.ERROR),
        (applied(outcome(DONE), outcome(FAILED)), ExitCode.PARTIAL),
        (applied(outcome(), outcome(FAILED)), ExitCode.ERROR),
        (applied(outcome(AUTH), outcome(FAILED)), ExitCode.AUTH),
        (applied(outcome(AUTH), outcome(DONE)), ExitCode.PARTIAL),
        (applied(outcome(LOST)), ExitCode.PARTIAL),
        (applied(outcome(DONE), outcome(WAITING, interrupted=True)), ExitCode.INTERRUPTED),
        (applied(outcome(DONE), error=LedgerError("no")), ExitCode.PARTIAL),
        (applied(outcome(), error=LedgerError("no")), ExitCode.ERROR),
    ],
)
def test_the_exit_code_sums_the_accounts_up(told: Applied, code: ExitCode) -> None:
    assert told.exit_code is code
    assert json.loads(applied_json(told, color=False))["ok"] is (code is ExitCode.OK)
