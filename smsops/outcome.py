"""What came of an apply, as values: a result for each change, and what the whole comes to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from smsops.changes import Change
from smsops.errors import ExitCode, LedgerError, ProviderError
from smsops.planned import AccountPlan


class Status(StrEnum):
    DONE = "done"
    FAILED = "failed"
    NOT_ATTEMPTED = "not-attempted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one change."""

    change: Change
    status: Status
    service_sid: str | None = None
    """The service that was written; of a create, the new one."""
    request_id: str | None = None
    error: ProviderError | None = None
    reason: str = ""
    """Why the change was not attempted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of an apply to one account. `results` are in the order of work."""

    account: str
    results: tuple[Result, ...]
    differences: tuple[str, ...] = ()
    """Sentences: what the read-back found to differ from the plan."""
    interrupted: bool = False
    unrecorded: LedgerError | None = None
    """Why the record could not be closed; it stays `started`, and the next plan takes that into account."""

    @property
    def exit_code(self) -> ExitCode:
        """Contract 3.1 and 9: 0 done, 1 or 4 when nothing was written, 8 partly, 130 interrupted."""
        failed = [result.error for result in self.results if result.error]
        wrote = any(result.status is Status.DONE for result in self.results) or any(e.wrote for e in failed)
        if self.interrupted:
            return ExitCode.INTERRUPTED
        if all(result.status is Status.DONE for result in self.results) and not self.differences:
            return ExitCode.PARTIAL if self.unrecorded else ExitCode.OK
        if wrote:
            return ExitCode.PARTIAL
        return ExitCode.AUTH if any(e.exit_code is ExitCode.AUTH for e in failed) else ExitCode.ERROR


def not_attempted(plan: AccountPlan, reason: str) -> Outcome:
    """The outcome of an account that the run did not come to."""
    return Outcome(
        account=plan.account,
        results=tuple(Result(change=c, status=Status.NOT_ATTEMPTED, reason=reason) for c in plan.changes),
    )


def result_to_json(result: Result) -> dict[str, object]:
    """One result for the record and for `-o json`."""
    error = result.error
    return {
        "action": result.change.action,
        "channel": result.change.channel,
        "number": getattr(result.change, "number", None),
        "status": str(result.status),
        "service_sid": result.service_sid,
        "request_id": result.request_id,
        "reason": result.reason or None,
        "error": None
        if error is None
        else {
            "code": error.code,
            "message": error.message,
            "hint": error.hint,
            "status": error.status,
            "provider_code": error.provider_code,
            "request_id": error.request_id,
        },
    }
