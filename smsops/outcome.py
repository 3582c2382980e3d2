"""What came of an apply, as values: a result for each change, and what the whole comes to."""

from __future__ import annotations

from enum import StrEnum

from smsops.changes import Change
from smsops.errors import ExitCode, LedgerError, ProviderError
from smsops.frozen import Frozen
from smsops.planned import AccountPlan


class Status(StrEnum):
    DONE = "done"
    ALREADY_DONE = "already-done"
    """Of a saved plan: the account has it so, and no call was made."""
    FAILED = "failed"
    NOT_ATTEMPTED = "not-attempted"


class Result(Frozen):
    """What came of one change."""

    change: Change
    status: Status
    service_sid: str | None = None
    """The service that was written; of a create, the new one."""
    request_id: str | None = None
    error: ProviderError | None = None
    reason: str = ""
    """Why the change was not attempted."""
    at: str | None = None
    """When it was settled: UTC in ISO 8601; None when it was not attempted."""
    off_air_s: float | None = None
    """Of a move: seconds during which the number was in no pool."""

    @property
    def settled(self) -> bool:
        """Whether the account has it as the change meant it."""
        return self.status in (Status.DONE, Status.ALREADY_DONE)


class Outcome(Frozen):
    """What came of an apply to one account. `results` are in the order of work."""

    account: str
    results: tuple[Result, ...]
    differences: tuple[str, ...] = ()
    """Sentences: what the read-back found to differ from the plan."""
    verified: bool = False
    """Whether everything that was written was read back."""
    interrupted: bool = False
    unrecorded: LedgerError | None = None
    """Why the record could not be closed; it stays `started`, and the next plan takes that into account."""

    @property
    def complete(self) -> bool:
        """Whether all is as planned."""
        return all(result.settled for result in self.results) and not self.differences

    @property
    def exit_code(self) -> ExitCode:
        """Contract 3.1 and 9: 0 done, 1 or 4 when nothing was written, 8 partly, 130 interrupted."""
        failed = [result.error for result in self.results if result.error]
        wrote = any(result.status is Status.DONE for result in self.results) or any(e.wrote for e in failed)
        if self.interrupted:
            return ExitCode.INTERRUPTED
        if self.complete:
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
        "at": result.at,
        "off_air_s": None if result.off_air_s is None else round(result.off_air_s, 3),
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
