"""What came of an apply: every change with its result, what the read-back found, and the SIDs of new services."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from smsops.changes import CreateService
from smsops.errors import ExitCode, ProviderError, SmsopsError
from smsops.frozen import Frozen
from smsops.model import Channel
from smsops.outcome import Outcome, Result, Status, result_to_json
from smsops.planned import Plan, plan_to_json
from smsops.render.documents import document, error_to_json
from smsops.render.plain import Paint, clean, painted
from smsops.render.text import SIGNS, subject


class Applied(Frozen):
    """A plan, what came of it, and the failure that ended the run early, if one did."""

    plan: Plan
    outcomes: tuple[Outcome, ...] = ()
    """Of every account, in the order of work."""
    channels: Mapping[str, Channel] = {}
    """The channels of the project by name."""
    verdict: ExitCode = ExitCode.OK
    """What was decided about the plan; anything but OK means that nothing was attempted."""
    error: SmsopsError | None = None
    """What kept a record from being opened or closed; the accounts after it are not attempted."""
    sandbox: bool = False
    """Whether the services are the sandbox's, whose SIDs belong in no file."""
    pinned: bool = False
    """Whether the SIDs were put into the files."""

    @property
    def exit_code(self) -> ExitCode:
        """Of all accounts together (contract 3.1 and 9)."""
        if self.verdict is not ExitCode.OK:
            return self.verdict
        codes = {outcome.exit_code for outcome in self.outcomes}
        if self.error is not None:
            codes.add(ExitCode(self.error.exit_code))
        if codes <= {ExitCode.OK}:
            return ExitCode.OK
        if ExitCode.INTERRUPTED in codes:
            return ExitCode.INTERRUPTED
        if ExitCode.PARTIAL in codes or any(result.status is Status.DONE for result in self.results):
            return ExitCode.PARTIAL
        return ExitCode.AUTH if ExitCode.AUTH in codes else ExitCode.ERROR

    @property
    def results(self) -> tuple[Result, ...]:
        return tuple(result for outcome in self.outcomes for result in outcome.results)

    @property
    def differences(self) -> tuple[str, ...]:
        return tuple(sentence for outcome in self.outcomes for sentence in outcome.differences)


_PAINT = {
    Status.DONE: Paint.ADD,
    Status.ALREADY_DONE: Paint.FAINT,
    Status.FAILED: Paint.ERROR,
    Status.NOT_ATTEMPTED: Paint.WARNING,
}
WORDS = {
    Status.DONE: "done",
    Status.ALREADY_DONE: "already done",
    Status.FAILED: "failed",
    Status.NOT_ATTEMPTED: "not attempted",
}


DIFFERS = "After the apply, this differs from the plan:"
TO_PIN = "New services. Put each SID into its channel file, or let --write-sids do it:"


def applied_text(applied: Applied, *, color: bool) -> str:
    """A line a change, failures with all that support would ask for, and what to do next."""
    parts = ["".join(f"{line}\n" for result in applied.results for line in _result(result, applied, color=color))]
    if applied.differences:
        parts.append(f"error SMS507: {DIFFERS}\n" + _listed(applied.differences))
    if applied.error:
        parts.append(f"error {applied.error.code}: {clean(applied.error.message)}\n{_hint(applied.error)}")
    if new := list(services_to_pin(applied)):
        parts.append(f"{TO_PIN}\n" + _listed(new))
    parts.append(painted(summary_text(applied), Paint.STRONG, color=color) + "\n")
    return "\n".join(part for part in parts if part)


def _hint(error: SmsopsError) -> str:
    return f"hint: {clean(error.hint)}\n" if error.hint else ""


def _listed(sentences: tuple[str, ...] | list[str]) -> str:
    return "".join(f"  {clean(sentence)}\n" for sentence in sentences)


def _result(result: Result, applied: Applied, *, color: bool) -> Iterator[str]:
    word = painted(f"{WORDS[result.status]:<13}", _PAINT[result.status], color=color)
    yield f"{word} {result_line(result, applied)}"
    yield from (f"              {fact}" for fact in result_facts(result))


def result_line(result: Result, applied: Applied) -> str:
    """What was to be done: `+ care: number +12065550101 (Desk)`."""
    change = result.change
    channel = applied.channels.get(change.channel)
    return f"{SIGNS[change.action][0]} {clean(change.channel)}: {subject(change, channel)}"


def result_facts(result: Result) -> Iterator[str]:
    """What else is known of it: time off the air, why it waits, the error with all that support would ask for."""
    if result.off_air_s is not None:
        yield f"The number was in no pool for {result.off_air_s:.2f} s."
    if result.reason:
        yield clean(result.reason)
    if result.error:
        yield from error_lines(result.error)


def error_lines(error: SmsopsError) -> Iterator[str]:
    """A failure with all that is known of it: message, what the provider's support would ask for, hint."""
    yield f"{error.code}: {clean(error.message)}"
    if isinstance(error, ProviderError):
        facts = (("status", error.status), ("Twilio error", error.provider_code), ("request", error.request_id))
        if any(value for _, value in facts):
            yield ", ".join(f"{name} {clean(value)}" for name, value in facts if value)
    if error.hint:
        yield f"hint: {clean(error.hint)}"


def services_to_pin(applied: Applied) -> Iterator[str]:
    """The SIDs of new services that belong in files and are not there yet."""
    if applied.sandbox or applied.pinned:
        return
    for result in applied.results:
        if isinstance(result.change, CreateService) and result.status is Status.DONE and result.service_sid:
            channel = applied.channels.get(result.change.channel)
            yield f"{channel.path if channel else result.change.channel}: messaging_service_sid: {result.service_sid}"


def summary_text(applied: Applied) -> str:
    """The counts in one line."""
    counts = Counter(result.status for result in applied.results)
    told = ", ".join(f"{counts[status]} {WORDS[status]}" for status in Status if counts[status])
    if not told:
        return "Nothing to apply." if applied.exit_code is ExitCode.OK else "Nothing was applied."
    if applied.exit_code in (ExitCode.ERROR, ExitCode.AUTH):
        return f"Nothing was written: {told}."
    if counts.keys() - {Status.DONE, Status.ALREADY_DONE}:
        return f"Not all was applied: {told}. Run apply again to finish."
    if counts.keys() == {Status.ALREADY_DONE}:
        return f"Nothing was written: {told}."
    return f"Applied: {told}. {_read_back(applied)}"


def _read_back(applied: Applied) -> str:
    if any(outcome.interrupted for outcome in applied.outcomes):
        return "The run was interrupted before all was read back."
    return (
        "Read back: the accounts are not as planned."
        if applied.differences
        else ("Read back: the accounts are as planned.")
    )


def applied_json(applied: Applied, *, color: bool) -> str:
    """The plan, and the results in the order of work."""
    ok = applied.exit_code is ExitCode.OK
    results = [{"account": o.account, **result_to_json(result)} for o in applied.outcomes for result in o.results]
    differences = [{"code": "SMS507", "message": sentence} for sentence in applied.differences]
    facts = {"plan": plan_to_json(applied.plan), "results": results, "differences": differences}
    if applied.error is not None:
        facts["error"] = error_to_json(applied.error)
    return document(ok=ok, **facts)
