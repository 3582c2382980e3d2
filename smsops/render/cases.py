"""What a run looked at, one case each: the shape in which test reports are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from smsops.changes import Change
from smsops.diagnostics import Finding, has_errors
from smsops.drift import Drifted
from smsops.errors import SmsopsError
from smsops.outcome import Outcome, Result, Status
from smsops.planned import HeldBack
from smsops.render.applied import Applied, result_facts
from smsops.render.drawn import Drawn
from smsops.render.drift import Compared, difference, service_of, who
from smsops.render.findings import counts_text, findings_text
from smsops.render.plain import clean, counted
from smsops.render.report import Case, Verdict
from smsops.render.text import Block, blocks, by_class, lines_of, outcome_sentences, subject

TOOL = "smsops"
"""The group of what concerns no account and no file."""
_OF_STATUS = {
    Status.DONE: Verdict.PASSED,
    Status.ALREADY_DONE: Verdict.PASSED,
    Status.FAILED: Verdict.ERROR,
    Status.NOT_ATTEMPTED: Verdict.SKIPPED,
}


def file_cases(findings: Iterable[Finding], paths: Iterable[str] = ()) -> tuple[Case, ...]:
    """A case a file: failed when it has errors; warnings are told and fail nothing."""
    found: dict[str, list[Finding]] = {path: [] for path in paths}
    for finding in findings:
        found.setdefault(finding.location.path, []).append(finding)
    return tuple(_file_case(path, tuple(found[path])) for path in sorted(found))


def _file_case(path: str, findings: tuple[Finding, ...]) -> Case:
    folder = str(PurePosixPath(path).parent)
    return Case(
        name=path,
        group="project" if folder == "." else folder,
        verdict=Verdict.FAILED if has_errors(findings) else Verdict.PASSED,
        message=_all_of(findings),
        details=findings_text(findings, color=False),
    )


def _all_of(findings: tuple[Finding, ...]) -> str:
    return findings[0].message if len(findings) == 1 else f"{counts_text(findings)}." if findings else ""


def failure_case(command: str, error: SmsopsError) -> Case:
    """What ended a run early."""
    hint = f"hint: {clean(error.hint)}\n" if error.hint else ""
    return Case(
        name=f"smsops {command}",
        group=TOOL,
        verdict=Verdict.ERROR,
        message=error.message,
        details=f"{error.code}: {clean(error.message)}\n{hint}",
    )


# --- plan --------------------------------------------------------------------------------------------------


def channel_cases(drawn: Drawn) -> tuple[Case, ...]:
    """A case a channel that the plan looked at, and one for each file besides that has findings."""
    plan = drawn.plan
    busy = {(block.account, block.channel): block for block in blocks(plan)}
    names = {(account.account, aim.channel) for account in plan.accounts for aim in account.aims}
    paths = {channel.path for channel in drawn.channels.values()}
    others = [finding for finding in plan.findings if finding.location.path not in paths]
    cases = [_channel_case(*name, busy.get(name), drawn) for name in sorted(names | busy.keys())]
    return (*cases, *file_cases(others))


def _channel_case(account: str, name: str, block: Block | None, drawn: Drawn) -> Case:
    channel = drawn.channels.get(name)
    findings = tuple(f for f in drawn.plan.findings if channel is not None and f.location.path == channel.path)
    steps = block.steps if block else ()
    refused = [step for step in steps if not isinstance(step, HeldBack) and step.refused]
    held = [step for step in steps if isinstance(step, HeldBack)]
    verdict, message = Verdict.PASSED, ""
    if has_errors(findings):
        verdict, message = Verdict.FAILED, _all_of(findings)
    elif refused:
        verdict, message = Verdict.FAILED, f"{counted(len(refused), 'change')} refused."
    elif held:
        verdict, message = Verdict.SKIPPED, f"{counted(len(held), 'change')} held back."
    lines = list(_block_lines(block, drawn)) if block else []
    parts = ["".join(f"{line}\n" for line in lines), findings_text(findings, color=False)]
    return Case(name=name, group=account, verdict=verdict, message=message, details="\n".join(filter(None, parts)))


def _block_lines(block: Block, drawn: Drawn) -> Iterator[str]:
    channel = drawn.channels.get(block.channel)
    for heading, steps in by_class(block):
        yield from filter(None, [heading])
        for step in steps:
            for line in lines_of(step, channel):
                yield f"{line.sign or '   '} {line.words}{line.note}"
    yield from outcome_sentences(block, channel)


# --- apply -------------------------------------------------------------------------------------------------


def change_cases(applied: Applied) -> tuple[Case, ...]:
    """A case a change, one an account for the read-back, and one for what ended the run early."""
    plan = applied.plan
    if applied.outcomes:
        cases = [_result_case(result, applied) for result in applied.results]
    else:
        cases = [_refused_case(change, applied) for change in plan.changes]
    cases += [_held_back_case(held, applied) for held in plan.held_back]
    cases += [_read_back_case(outcome) for outcome in applied.outcomes]
    if applied.error is not None:
        cases.append(failure_case("apply", applied.error))
    # Files whose errors kept the plan from being applied.
    return (*cases, *(case for case in file_cases(plan.findings) if case.verdict is Verdict.FAILED))


def change_words(change: Change, applied: Applied) -> str:
    """What was to be done: `attach number +12065550101 (Desk)`."""
    return f"{change.action.partition('.')[2]} {subject(change, applied.channels.get(change.channel))}"


def _change_case(change: Change, applied: Applied, verdict: Verdict, message: str, details: str = "") -> Case:
    group = f"{change.account}/{change.channel}"
    return Case(name=change_words(change, applied), group=group, verdict=verdict, message=message, details=details)


def _result_case(result: Result, applied: Applied) -> Case:
    message = result.error.message if result.error else result.reason
    details = "".join(f"{fact}\n" for fact in result_facts(result))
    return _change_case(result.change, applied, _OF_STATUS[result.status], message, details)


def _refused_case(change: Change, applied: Applied) -> Case:
    if change.refused:
        return _change_case(change, applied, Verdict.FAILED, f"Refused: {change.refused}.")
    return _change_case(change, applied, Verdict.SKIPPED, "Nothing was attempted.")


def _held_back_case(held: HeldBack, applied: Applied) -> Case:
    return _change_case(held.change, applied, Verdict.SKIPPED, f"Held back: {held.reason}.")


def _read_back_case(outcome: Outcome) -> Case:
    """Whether the account is as planned."""
    verdict, message = Verdict.PASSED, ""
    if outcome.differences:
        verdict, message = Verdict.FAILED, "The account is not as planned."
    elif not outcome.verified:
        verdict, message = Verdict.SKIPPED, "It was not read again."
    details = "".join(f"{clean(sentence)}\n" for sentence in outcome.differences)
    return Case(name="read back", group=outcome.account, verdict=verdict, message=message, details=details)


# --- drift -------------------------------------------------------------------------------------------------


def service_cases(compared: Compared) -> tuple[Case, ...]:
    """A case a service that was compared; what was never applied was not."""
    drifted: dict[tuple[str, str, str], list[Drifted]] = {service: [] for service in compared.services}
    for one in compared.found:
        drifted.setdefault(service_of(one), []).append(one)
    cases = []
    for (account, channel, sid), found in sorted(drifted.items()):
        told = [line for one in found for line in (difference(one), *([who(one.event)] if one.event else []))]
        cases.append(
            Case(
                name=f"{channel} ({sid})",
                group=account,
                verdict=Verdict.FAILED if found else Verdict.PASSED,
                message=f"{counted(len(found), 'difference')}." if found else "",
                details="".join(f"{line}\n" for line in told),
            )
        )
    silent = [
        Case(name="records", group=name, verdict=Verdict.SKIPPED, message="There is no record to compare with.")
        for name in compared.unrecorded
    ]
    return (*cases, *silent)
